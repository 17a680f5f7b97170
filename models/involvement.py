"""Who was involved in a complaint before its review at Level Two, and so may not review it.

Requirement 15: Level Two is only for somebody who has not touched the case, which its history
says. Strict: every entry of a member of staff counts, save what decides nothing of the matter
(`_DECIDES_NOTHING`), and so does being given the case, or an earlier review, by somebody else.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from models.case import Case, Level, State
from models.channels import may_name
from models.council import Council
from models.errors import Refused
from models.history import Entry, Event
from models.joining import all_joined
from models.levels import in_words
from models.people import Kind
from models.store_port import Work

_DECIDES_NOTHING = frozenset(
    {
        Event.OPENED,  # took down what a customer said on the phone or at the desk
        Event.LINKED,  # pointed at another case
        Event.UNLINKED,
        Event.LETTER_TO_POST,  # stands beside the Send of the same person
        Event.ESCALATED,  # wrote down that the customer asks for a review
        Event.REFERRED,  # keeps the Ombudsman's register
        Event.OMBUDSMAN_DECIDED,
    }
)
_GIVEN: Mapping[Event, str] = {Event.ASSIGNED: "to", Event.ESCALATED: "reviewer"}
"""Where an entry names who was given the case by it."""
_POSTED = "posted_on"
"""What says, in an entry's details, that a letter was put into the post by whoever made it."""

_DID: Mapping[Event, str] = {
    Event.ANSWER_APPROVED: "answered",
    Event.CLOSED: "closed",
    Event.EXTENSION_APPROVED: "asked for more time on",
    Event.CLAIMED: "claimed",
    Event.ASSIGNED: "assigned",
    Event.RECLASSIFIED: "decided on",
    Event.ACKNOWLEDGEMENT_APPROVED: "acknowledged",
    Event.REOPENED: "opened again",
}
"""What somebody did, the most telling first."""
_RANK = {event: rank for rank, event in enumerate(_DID)}
_WORKED_ON = "worked on"


def involved(history: Iterable[Entry], others: Iterable[Entry] = ()) -> Mapping[str, Entry]:
    """Who was involved before the review that is under way began, or so far where none is: by Slack
    user id, with the most telling thing that they did. `others` are the entries of cases that were
    one matter with this one by then (`before_review`), whenever they were made.
    """
    found = dict[str, Entry]()
    for entry in (*before_review(history), *others):
        for user in _hands(entry):
            known = found.get(user)
            if known is None or _weight(entry) < _weight(known):
                found[user] = entry
    return found


def before_review(history: Iterable[Entry]) -> tuple[Entry, ...]:
    """The entries before the one with which the review began, all where there is none."""
    entries = tuple(history)
    last = max((n for n, e in enumerate(entries) if e.event is Event.ESCALATED), default=None)
    return entries if last is None else entries[:last]


def involved_in(work: Work, case: Case) -> Mapping[str, Entry]:
    """As `involved`, with those who worked on what was merged into the case before its review, or on
    the case that it was taken out of, until then.
    """
    history = work.cases.history(case.reference)
    before = before_review(history)
    others = list[Entry]()
    for reference in all_joined(before, work.cases.history):
        others += work.cases.history(reference)
    return involved(history, (*others, *_taken_from(work, before)))


def check_independent(
    work: Work, case: Case, user: str, council: Council, asking: str | None = None
) -> None:
    """Raises Refused, with what they did and when, where `user` was involved in a case before its
    review at Level Two, or so far where that is about to begin. `asking` is who asks, if not `user`.
    """
    found = involved_in(work, case).get(user)
    if found is None:
        return
    who = "You" if asking in {None, user} else f"<@{user}>"
    what = _named(work, case, found.reference, council)
    did = f"{who} {_did(found, user, what)} on {in_words(council.local_date(found.at))}"
    raise Refused(f"{did}: a review needs somebody who was not involved.")


def check_reviewer(
    work: Work, case: Case, user: str, council: Council, asking: str | None = None
) -> None:
    """As `check_independent` where the case is under review at Level Two, until that is closed; else
    nothing is asked.
    """
    if case.level is Level.LEVEL_TWO and case.state is not State.CLOSED:
        check_independent(work, case, user, council, asking)


def _taken_from(work: Work, before: Sequence[Entry]) -> Iterator[Entry]:
    """What happened to the cases out of which a case was taken, one out of the other, until then."""
    opened, seen = next(iter(before), None), set[str]()
    while opened is not None:
        reference = opened.details.get("taken_from") or opened.details.get("split_from")
        if not reference or str(reference) in seen:
            return
        seen.add(str(reference))
        first = work.cases.history(str(reference))
        at = opened.at
        yield from (entry for entry in first if entry.at <= at)
        opened = next(iter(first), None)


def _named(work: Work, case: Case, reference: str, council: Council) -> str:
    """A case as somebody who looks at `case` may read of it: not by a private case's reference."""
    other = work.cases.get(reference)
    if other is None or may_name(case, other, council):
        return reference
    return "a case that belongs with it"


def _hands(entry: Entry) -> Iterator[str]:
    """Who had a hand in it."""
    for event, name in _GIVEN.items():
        if entry.event is event and entry.details.get(name):
            yield str(entry.details[name])
    decides = entry.event not in _DECIDES_NOTHING and _POSTED not in entry.details
    if entry.actor.kind is Kind.STAFF and decides:
        yield entry.actor.id


def _weight(entry: Entry) -> tuple[int, datetime]:
    return _RANK.get(entry.event, len(_RANK)), entry.at


def _did(entry: Entry, user: str, what: str) -> str:
    if entry.event is Event.ASSIGNED and entry.details.get("to") == user:
        return f"held {what}, given by somebody else,"
    if entry.event is Event.ESCALATED:
        return f"held a review of {what}"
    at_level = " at Level One" if entry.event is Event.ANSWER_APPROVED else ""
    return f"{_DID.get(entry.event, _WORKED_ON)} {what}{at_level}"
