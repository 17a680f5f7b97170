"""Cases that belong together: linked by hand, merged into one, taken apart again (requirement 14).

Like `models.actions`: each gives the new case and the history it made, and writes nothing.
"""

from collections.abc import Callable, Collection, Iterable
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
from models.prediction import Category, Flag
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


def unlink(case: Case, other: str, history: Iterable[Entry], actor: Actor, now: datetime) -> Change:
    """A link that a person made is taken back on `case`. Raises Refused where there is none."""
    check(case, Action.UNLINK)
    if other not in linked_with(history):
        raise Refused(f"{case.reference} and {other} are not linked, or not any more.")
    return change(case, Event.UNLINKED, actor, now, {"other": other})


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
    _check_same_kind(case, into)
    _check_praise(case, into)
    _check_points(case, into)


def merge(
    case: Case, into: Case, reason: str, council: Council, actor: Actor, now: datetime
) -> tuple[Change, Change]:
    """`case` is closed and `into` goes on for both: the changes of each, in this order.

    `into` counts from the earlier receipt of the two, takes over flags and open points, and for the
    same customer an acknowledgement that left; what it got is kept in its history, so that it can be
    taken back. Nothing is sent. Raises Refused.
    """
    check_merge(case, into, council)
    details: dict[str, Detail] = {
        "other": into.reference,
        "reason": reason or None,
        "state_was": case.state,
        "private_flags": " ".join(flag for flag in case.flags if flag in council.channels.private),
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
    other: Case,
    history: Iterable[Entry],
    remaining: Iterable[Case],
    raised: Collection[Flag],
    council: Council,
    actor: Actor,
    now: datetime,
) -> Change:
    """`other` was taken out of `into` again, and what it gave goes with it: receipt, acknowledgement,
    flags and open points, save what a case of `remaining`, which is still merged into it, gave too, or
    what came since: the flags that its replies `raised`, that staff set, points that were answered.
    A private flag stays, for the words were said in the thread. A stage that has ended, or began
    later, stays as it was.
    """
    details: dict[str, Detail] = {"other": other.reference}
    since = since_joined(into, history)
    if not (into.is_open and since):
        return change(into, Event.TAKEN_APART, actor, now, details)
    rest = list(remaining)
    came = _flags(since, Event.JOINED, "flags")
    held = {flag for one in rest for flag in one.flags}.union(raised, _set_by_staff(since))
    loose = [flag for flag in into.flags if flag in came and flag not in held]
    stay = [flag for flag in loose if flag in council.channels.private]
    gone = [flag for flag in loose if flag not in stay]
    received = datetime.fromisoformat(str(since[0].details["received_at_was"]))
    after = replace(
        into,
        flags=tuple(flag for flag in into.flags if flag not in gone),
        received_at=min([received, *(one.received_at for one in rest)]),
        stage=_own_stage(into, other, since, rest, council),
        points=_own_points(into, other, since, rest),
    )
    after = redated(after, council)
    for name, flags in (("flags_gone", gone), ("flags_stay", stay)):
        if flags:
            details[name] = ", ".join(flags)
    if into.stage.acknowledged_at is not None and after.stage.acknowledged_at is None:
        details["acknowledged_no_more"] = True
    return change(after, Event.TAKEN_APART, actor, now, details | _moved(into, after, council))


def since_joined(into: Case, history: Iterable[Entry]) -> tuple[Entry, ...]:
    """What happened to a case since the first was merged into it in its present stage, that first."""
    entries = tuple(history)
    for n, entry in enumerate(entries):
        if entry.event is Event.JOINED and entry.details["stage"] == into.stage.number:
            return entries[n:]
    return ()


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
    """The cases with which a person linked a case and which are linked still, by its history."""
    linked = dict[str, None]()
    for entry in history:
        if entry.event is Event.LINKED and entry.details.get("why") == Why.STAFF:
            linked[str(entry.details["other"])] = None
        elif entry.event is Event.UNLINKED:
            linked.pop(str(entry.details["other"]), None)
    return tuple(linked)


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
        points=_points_of_both(into.points, _that_come(case, into)),
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
    if after.stage.acknowledged_at != into.stage.acknowledged_at:
        details["acknowledged"] = True
    came = [n for n, point in enumerate(case.points) if point in _that_come(case, into)]
    if came:
        details["points"] = " ".join(map(str, came))
    gone = len(into.points) + len(came) - len(after.points)
    if gone:
        details["points_gone"] = gone
    return change(after, Event.JOINED, actor, now, details | _moved(into, after, council))


def _check_same_kind(case: Case, into: Case) -> None:
    """A complaint ends decided, which only a complaint can be (requirement 8)."""
    is_complaint = case.category is Category.COMPLAINT
    if is_complaint and into.category is not Category.COMPLAINT:
        raise Refused(
            f"{case.reference} is a complaint and {into.reference} is not: merge {into.reference} into "
            f"{case.reference} instead, or say with Change what it is."
        )
    if case.level is Level.LEVEL_ONE and into.level is Level.GENERAL_ENQUIRY:
        raise Refused(
            f"{case.reference} is at Level One and {into.reference} is dealt with as an enquiry: merge "
            f"{into.reference} into {case.reference} instead, or say with Change what it is."
        )


def _check_praise(case: Case, into: Case) -> None:
    """Those whom a compliment is about hear of it: from itself, or from the one that goes on."""
    follows = into.category is Category.COMPLIMENT and into.praise is None
    if case.category is Category.COMPLIMENT and case.praise is None and not follows:
        raise Refused(
            f"{case.reference} is a compliment that was not passed on yet, and {into.reference} cannot "
            "pass it on: use Pass on first, then merge."
        )


def _check_points(case: Case, into: Case) -> None:
    waiting = len(open_points(into.points)) + len(_that_come(case, into))
    if waiting > MOST:
        raise Refused(
            f"Together they have {waiting} points to answer, and a case holds {MOST}: put some of them "
            "together with Points first."
        )


def _stage_for_both(into: Case, case: Case, council: Council) -> Stage:
    stage = replace(into.stage, started_on=min(into.stage.started_on, case.stage.started_on))
    left_at = case.stage.acknowledged_at
    if stage.acknowledged_at is None and left_at is not None and is_same_customer(into, case):
        # As with what was split off: one acknowledgement for both, which is the other case's own.
        stage = replace(shared(stage, case.stage, council), promised=case.stage.promised)
    return stage


def _own_stage(
    into: Case, other: Case, since: tuple[Entry, ...], rest: list[Case], council: Council
) -> Stage:
    """The clock and the acknowledgement of a case without `other`."""
    started = date.fromisoformat(str(since[0].details["started_on_was"]))
    stage = replace(into.stage, started_on=min([started, *(one.stage.started_on for one in rest)]))
    is_borrowed = any(one.details.get("acknowledged") for one in since)
    is_its_own = stage.acknowledgement_approved_at is not None
    if is_its_own or not is_borrowed or stage.acknowledged_at != other.stage.acknowledged_at:
        return stage
    stage = replace(stage, acknowledged_at=None, counted_from=None, promised=None)
    for one in rest:
        if one.stage.acknowledged_at is not None and is_same_customer(into, one):
            return replace(shared(stage, one.stage, council), promised=one.stage.promised)
    return stage


def _own_points(
    into: Case, other: Case, since: tuple[Entry, ...], rest: list[Case]
) -> tuple[Point, ...]:
    joined = [e for e in since if e.event is Event.JOINED and e.details["other"] == other.reference]
    numbers = str(joined[-1].details.get("points", "")).split() if joined else ()
    came = {other.points[int(n)].text for n in numbers}
    came -= {point.text for one in rest for point in open_points(one.points)}
    return tuple(point for point in into.points if point.is_answered or point.text not in came)


def _flags(entries: Iterable[Entry], event: Event, name: str) -> set[Flag]:
    named = (str(e.details[name]) for e in entries if e.event is event and e.details.get(name))
    return {Flag(flag) for flags in named for flag in flags.split(", ")}


def _set_by_staff(since: tuple[Entry, ...]) -> set[Flag]:
    changed = Event.RECLASSIFIED
    each = ((_flags([e], changed, "flags"), _flags([e], changed, "flags_was")) for e in since)
    return {flag for now, before in each for flag in now - before}


def _that_come(case: Case, into: Case) -> tuple[Point, ...]:
    """What the case still has to answer and the other has not on its list."""
    known = {point.text for point in into.points}
    return tuple(point for point in open_points(case.points) if point.text not in known)


def _points_of_both(ours: tuple[Point, ...], more: tuple[Point, ...]) -> tuple[Point, ...]:
    """Both lists; the first of those that are answered make room where a checklist is too short."""
    too_many = max(0, len(ours) + len(more) - MOST)
    answered = [point for point in ours if point.is_answered]
    kept = [point for point in ours if point not in answered[:too_many]]
    return (*kept, *more)


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
