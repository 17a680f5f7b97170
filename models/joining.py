"""Cases that belong together: linked by hand, merged into one, taken apart again (requirement 14).

Like `models.actions`: each gives the new case and the history it made, and writes nothing.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime

from models.actions import redated
from models.case import Action, Case, Change, Level, Stage, State
from models.changing import change, check, iso
from models.channels import may_name
from models.council import Council
from models.errors import Refused
from models.history import Detail, Entry, Event
from models.letter import LetterKind
from models.message import mailbox_of
from models.one_acknowledgement import shared
from models.people import Actor
from models.points import MOST, Point, open_points
from models.threads import Why

_ON_ITS_WAY = {
    LetterKind.ACKNOWLEDGEMENT: "acknowledgement",
    LetterKind.HOLDING_REPLY: "holding reply",
    LetterKind.RESPONSE: "answer",
    LetterKind.SIGNPOST: "answer",
}


def link_by_hand(case: Case, other: str, reason: str, actor: Actor, now: datetime) -> Change:
    """A person says that `case` and `other` have to do with each other."""
    check(case, Action.LINK)
    details: dict[str, Detail] = {"other": other, "why": Why.STAFF, "reason": reason or None}
    return change(case, Event.LINKED, actor, now, details)


def check_merge(case: Case, into: Case, council: Council) -> None:
    """Refused where `case` cannot be closed in favour of `into`. What it says of `into` is for
    somebody who may see both.
    """
    check(case, Action.MERGE)
    if case.reference == into.reference:
        raise Refused("A case cannot be merged into itself: choose another one.")
    if not into.is_open:
        raise Refused(f"{into.reference} has ended: merge into a case that is still open, or link.")
    for one in (case, into):
        if one.prediction.model == "none":
            # When it can be read after all it begins anew, and would forget what was merged.
            raise Refused(f"{one.reference} could not be read: link the two instead.")
        if one.level is Level.LEVEL_TWO:
            raise Refused(f"{one.reference} is under review at Level Two: link the two instead.")
        letter = letter_on_its_way(one)
        if letter is not None:
            raise Refused(
                f"The {_ON_ITS_WAY[letter]} to {one.reference} is on its way: merge when it has "
                "left. One on paper must first be posted, or taken back."
            )
    after = _with_flags(into, case)
    if not (may_name(case, after, council) and may_name(after, case, council)):
        raise Refused(
            f"{case.reference} and {into.reference} stand in channels that must not know of each "
            "other. Give both the same private flag with Change first."
        )


def merge(
    case: Case, into: Case, reason: str, council: Council, actor: Actor, now: datetime
) -> tuple[Change, Change]:
    """`case` is closed and `into` goes on for both: the changes of each, in this order.

    `into` counts from the earlier receipt of the two, takes over flags and open points, and for the
    same customer an acknowledgement that left. Nothing is sent. Raises Refused.
    """
    check_merge(case, into, council)
    details: dict[str, Detail] = {
        "other": into.reference,
        "reason": reason or None,
        "state_was": case.state,
    }
    merged = change(
        case, Event.MERGED, actor, now, details, state=State.CLOSED, merged_into=into.reference
    )
    return merged, _joined(into, case, reason, council, actor, now)


def check_take_apart(case: Case) -> None:
    """Refused where the case is not merged into another."""
    check(case, Action.UNMERGE)
    if case.merged_into is None:
        raise Refused(f"{case.reference} is not merged into another case.")


def take_apart(
    case: Case, history: Iterable[Entry], council: Council, actor: Actor, now: datetime
) -> Change:
    """A merged case is one of its own again, in the state and with the dates that it had."""
    check_take_apart(case)
    merged = [entry for entry in history if entry.event is Event.MERGED][-1]
    state = State(str(merged.details["state_was"]))
    after = redated(replace(case, state=state, merged_into=None), council)
    return change(after, Event.TAKEN_APART, actor, now, {"other": case.merged_into})


def goes_alone(
    into: Case,
    other: str,
    history: Iterable[Entry],
    remaining: Iterable[Case],
    council: Council,
    actor: Actor,
    now: datetime,
) -> Change:
    """`other` was taken out of `into` again. Its clock counts from its own receipt, or that of a
    case which is still merged into it; a stage that has ended, or began later, stays as it was.
    """
    details: dict[str, Detail] = {"other": other}
    stage = into.stage
    joined = [e for e in history if e.event is Event.JOINED and e.details["stage"] == stage.number]
    after = into
    if into.is_open and joined:
        own = joined[0].details
        cases = list(remaining)
        started = date.fromisoformat(str(own["started_on_was"]))
        stage = replace(stage, started_on=min([started, *(one.stage.started_on for one in cases)]))
        received = datetime.fromisoformat(str(own["received_at_was"]))
        received_at = min([received, *(one.received_at for one in cases)])
        after = redated(replace(into, stage=stage, received_at=received_at), council)
    return change(after, Event.TAKEN_APART, actor, now, details | _moved(into, after, council))


def joined_by(history: Iterable[Entry]) -> tuple[str, ...]:
    """The cases that are merged into a case now, by its history."""
    joined = dict[str, None]()
    for entry in history:
        if entry.event is Event.JOINED:
            joined[str(entry.details["other"])] = None
        elif entry.event is Event.TAKEN_APART:
            joined.pop(str(entry.details["other"]), None)
    return tuple(joined)


def all_joined(
    history: Iterable[Entry], history_of: Callable[[str], Iterable[Entry]]
) -> tuple[str, ...]:
    """The same with those that are merged into these, and so on; each once."""
    found, looked = dict[str, None](), [*joined_by(history)]
    while looked:
        reference = looked.pop(0)
        if reference not in found:
            found[reference] = None
            looked += joined_by(history_of(reference))
    return tuple(found)


def linked_with(history: Iterable[Entry]) -> tuple[str, ...]:
    """The cases with which a person linked a case, by its history."""
    by_hand = (e for e in history if e.event is Event.LINKED and e.details.get("why") == Why.STAFF)
    return tuple(dict.fromkeys(str(entry.details["other"]) for entry in by_hand))


def going_on(case: Case, get: Callable[[str], Case | None]) -> Case:
    """The case that goes on in the stead of `case`: itself where it is not merged. A circle, which no
    action makes, ends where it began.
    """
    seen = {case.reference}
    while case.merged_into is not None and case.merged_into not in seen:
        seen.add(case.merged_into)
        following = get(case.merged_into)
        if following is None:
            break
        case = following
    return case


def is_same_customer(one: Case, other: Case) -> bool:
    """Whether an answer to the one reaches who waits for the other."""
    first, second = one.customer.address, other.customer.address
    if first is None or second is None:
        return first == second and bool(one.customer.name) and one.customer == other.customer
    return mailbox_of(first) == mailbox_of(second)


def letter_on_its_way(case: Case) -> LetterKind | None:
    """A letter that was approved and has not left yet."""
    return next((kind for kind in LetterKind if case.stage.is_on_its_way(kind)), None)


def _joined(
    into: Case, case: Case, reason: str, council: Council, actor: Actor, now: datetime
) -> Change:
    after = replace(
        _with_flags(into, case),
        received_at=min(into.received_at, case.received_at),
        stage=_stage_for_both(into, case, council),
        points=_points_of_both(into.points, case.points),
    )
    after = redated(after, council)
    details: dict[str, Detail] = {
        "other": case.reference,
        "reason": reason or None,
        "stage": into.stage.number,
        "started_on_was": into.stage.started_on.isoformat(),
        "received_at_was": into.received_at.isoformat(),
    }
    raised = [flag for flag in after.flags if flag not in into.flags]
    if raised:
        details["flags"] = ", ".join(raised)
    return change(after, Event.JOINED, actor, now, details | _moved(into, after, council))


def _stage_for_both(into: Case, case: Case, council: Council) -> Stage:
    stage = replace(into.stage, started_on=min(into.stage.started_on, case.stage.started_on))
    left_at = case.stage.acknowledged_at
    if stage.acknowledged_at is None and left_at is not None and is_same_customer(into, case):
        # As with what was split off: one acknowledgement for both, which is the other case's own.
        stage = replace(shared(stage, case.stage, council), promised=case.stage.promised)
    return stage


def _points_of_both(ours: tuple[Point, ...], theirs: tuple[Point, ...]) -> tuple[Point, ...]:
    """What the other case still had to answer comes along, as far as a checklist holds it."""
    known = {point.text for point in ours}
    more = (point for point in open_points(theirs) if point.text not in known)
    return (*ours, *more)[:MOST]


def _with_flags(into: Case, case: Case) -> Case:
    raised = (flag for flag in case.flags if flag not in into.flags)
    return replace(into, flags=(*into.flags, *raised))


def _moved(before: Case, after: Case, council: Council) -> dict[str, Detail]:
    """Receipt and the date of the answer before and after, where they differ."""
    details: dict[str, Detail] = {}
    received = [council.local_date(one.received_at) for one in (before, after)]
    if received[0] != received[1]:
        details["received_on_was"], details["received_on"] = map(iso, received)
    due = [one.stage.answer_by for one in (before, after)]
    if due[0] != due[1]:
        details["respond_by_was"], details["respond_by"] = map(iso, due)
    return details
