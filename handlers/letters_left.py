"""What a case's customer was told: the letters that left, found by the history that says so."""

from collections.abc import Iterable
from datetime import date, timedelta

from models.history import Entry, Event
from models.letter import Departed, LetterKind
from models.store_port import Work
from models.taking_back import LEFT

# A letter and its line of history are one transaction, which asks for the time twice.
_AT_ONCE = timedelta(minutes=1)


def of_entry(work: Work, entry: Entry) -> Departed | None:
    """The letter of which this entry says that it left. None for other entries, where the letter is not
    kept, and for an acknowledgement that no person sent: its words are the template's.
    """
    kinds = _kinds(entry)
    if not kinds:
        return None
    posted_on = entry.details.get("posted_on")
    if posted_on is not None:
        return _posted(work, entry, kinds, date.fromisoformat(str(posted_on)))
    left = [
        one
        for one in work.outbox.emails_left(entry.reference)
        if one.letter.kind in kinds and abs(one.at - entry.at) <= _AT_ONCE
    ]
    found = min(left, key=lambda one: abs(one.at - entry.at), default=None)
    if found is None or _is_the_template(found):
        return None
    return found


def of_cases(work: Work, references: Iterable[str]) -> tuple[Departed, ...]:
    """Every letter of these cases that left, oldest first, without what `of_entry` leaves out."""
    entries = [entry for one in references for entry in work.cases.history(one)]
    left = filter(None, (of_entry(work, entry) for entry in entries))
    return tuple(sorted(left, key=lambda one: one.at))


def _kinds(entry: Entry) -> frozenset[LetterKind]:
    if entry.event is Event.LEFT_ALL_THE_SAME:
        return frozenset({LetterKind(str(entry.details["letter"]))})
    return frozenset(kind for kind, event in LEFT.items() if event is entry.event)


def _posted(
    work: Work, entry: Entry, kinds: frozenset[LetterKind], posted_on: date
) -> Departed | None:
    papers = [
        paper
        for paper in work.papers.of_case(entry.reference)
        if paper.letter.kind in kinds
        and paper.posted_on == posted_on
        and paper.approved_at <= entry.at
    ]
    return Departed(papers[-1].letter, entry.at, posted_on) if papers else None


def _is_the_template(left: Departed) -> bool:
    return left.letter.kind is LetterKind.ACKNOWLEDGEMENT and not left.letter.approved
