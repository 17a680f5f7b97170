"""A letter sent by email may be taken back for a short while: until it has begun to leave."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from models.case import Case, Change, Leaving, Level, State
from models.changing import change
from models.history import Detail, Entry, Event
from models.letter import Letter, LetterKind
from models.people import CAREBOT, Actor
from models.points import Point, ticked

APPROVED: Mapping[LetterKind, Event] = {
    LetterKind.ACKNOWLEDGEMENT: Event.ACKNOWLEDGEMENT_APPROVED,
    LetterKind.HOLDING_REPLY: Event.EXTENSION_APPROVED,
    LetterKind.RESPONSE: Event.ANSWER_APPROVED,
    LetterKind.SIGNPOST: Event.ANSWER_APPROVED,
}
"""What the history says when a person presses Send on a letter."""

LEFT: Mapping[LetterKind, Event] = {
    LetterKind.ACKNOWLEDGEMENT: Event.ACKNOWLEDGED,
    LetterKind.HOLDING_REPLY: Event.EXTENDED,
    LetterKind.RESPONSE: Event.ANSWERED,
    LetterKind.SIGNPOST: Event.ANSWERED,
}
"""What the history says when a letter has left."""


def leaves_later(approved: Change, kind: LetterKind, at: datetime, version: int) -> Change:
    """A letter just approved, on this version of the case, leaves at `at`: until then it can be taken
    back.
    """
    stage = approved.case.stage
    stage = replace(stage, leaving=(*stage.leaving, Leaving(kind, at, version)))
    first, *others = approved.entries
    first = replace(first, details={**first.details, "leaves_at": at.isoformat()})
    return Change(replace(approved.case, stage=stage), (first, *others))


def no_longer(ended: Change, kind: LetterKind) -> Change:
    """The letter has left, or will not any more: there is nothing left to take back."""
    stage = ended.case.stage
    leaving = tuple(one for one in stage.leaving if one.kind is not kind)
    return replace(ended, case=replace(ended.case, stage=replace(stage, leaving=leaving)))


def delayed(told: Change, kind: LetterKind) -> Change:
    """The letter should have left long ago and waits for the mail server: no time is said of it."""
    stage = told.case.stage
    leaving = tuple(replace(one, at=None) if one.kind is kind else one for one in stage.leaving)
    return replace(told, case=replace(told.case, stage=replace(stage, leaving=leaving)))


def waiting(case: Case, version: int | None) -> Leaving | None:
    """The letter approved on this version of the case that may still be taken back; without a version
    the one that was sent last.
    """
    of_version = (one for one in case.stage.leaving if version in {None, one.version})
    return next(iter(reversed(tuple(of_version))), None)


def taken_back(
    case: Case,
    one: Leaving,
    message_id: str,
    history: Iterable[Entry],
    actor: Actor,
    now: datetime,
) -> Change:
    """The letter was taken out of the outbox: it counts as never approved. `history` is the case's."""
    details: dict[str, Detail] = {"letter": one.kind, "message_id": message_id}
    after = unapproved(case, one.kind, history)
    return no_longer(change(after, Event.LETTER_TAKEN_BACK, actor, now, details), one.kind)


def overtaken(
    case: Case, one: Leaving, message_id: str, history: Iterable[Entry], now: datetime
) -> Change:
    """The same where nobody asked for it: the case has ended, or goes on in another stage."""
    undone = taken_back(case, one, message_id, history, CAREBOT, now)
    (entry,) = undone.entries
    return replace(undone, entries=(replace(entry, details={**entry.details, "ended": True}),))


def waits_in_vain(before: Case | None, case: Case) -> tuple[Leaving, ...]:
    """The letters sent by email and not left yet that fit the case no longer, as it is after a change:
    it was closed, it was answered where they ask for more time, or another stage began.
    """
    if before is not None and before.stage.number != case.stage.number:
        return before.stage.leaving
    ended = {State.CLOSED: tuple(LetterKind), State.ANSWERED: (LetterKind.HOLDING_REPLY,)}
    kinds = ended.get(case.state, ())
    return tuple(one for one in case.stage.leaving if one.kind in kinds)


def left_all_the_same(case: Case, letter: Letter, now: datetime) -> Change:
    """A letter of an earlier stage left: its attempt had begun before the case went on. Nothing of the
    case changes, but what the customer was told stands in its history.
    """
    details: dict[str, Detail] = {"letter": letter.kind}
    if letter.extension is not None:
        details["respond_by"] = letter.extension.to.isoformat()
    return change(case, Event.LEFT_ALL_THE_SAME, CAREBOT, now, details)


def unapproved(case: Case, kind: LetterKind, history: Iterable[Entry]) -> Case:
    """The case without its letter of this kind, which did not leave. An earlier extension stays; what
    was decided with an answer goes with it: its outcome, and by the `history` of the case the level
    and the ticks of its points, where nobody set them again since.
    """
    stage = case.stage
    if kind is LetterKind.ACKNOWLEDGEMENT:
        return replace(case, stage=replace(stage, acknowledgement_approved_at=None))
    if kind is LetterKind.HOLDING_REPLY:
        return replace(case, stage=replace(stage, extension_approved_at=None))
    after = replace(case, stage=replace(stage, answer_approved_at=None, outcome=None))
    since = _since_the_answer(history)
    if not since:
        return after
    decided = since[0].details
    if "level_was" in decided and decided["level"] == case.level:
        level = decided["level_was"]
        after = replace(after, level=None if level is None else Level(str(level)))
    return replace(after, points=_ticked_before(case, since))


def _since_the_answer(history: Iterable[Entry]) -> tuple[Entry, ...]:
    """From the last Send of an answer on."""
    entries = tuple(history)
    sends = [n for n, entry in enumerate(entries) if entry.event is Event.ANSWER_APPROVED]
    return entries[sends[-1] :] if sends else ()


def _ticked_before(case: Case, since: tuple[Entry, ...]) -> tuple[Point, ...]:
    """The points as they were ticked before the answer: as they are where it ticked none, or somebody
    wrote them anew.
    """
    were = since[0].details.get("answered_were")
    anew = any(entry.event is Event.POINTS_WRITTEN for entry in since)
    if anew or not isinstance(were, str):
        return case.points
    return ticked(case.points, frozenset(map(int, were.split())))


def became(history: tuple[Entry, ...], version: int) -> Entry | None:
    """What became of the letter that was approved on this version of its case; None where it waits
    still, or there is no such letter.
    """
    approvals = set(APPROVED.values())
    sent = [e for e in history if e.version == version + 1 and e.event in approvals]
    if not sent:
        return None
    left = {LEFT[kind] for kind, event in APPROVED.items() if event is sent[0].event}
    kinds = {kind for kind, event in APPROVED.items() if event is sent[0].event}
    for entry in history:
        if entry.version <= version + 1:
            continue
        if entry.event in left:
            return entry
        if entry.event in _OF_A_LETTER and entry.details.get("letter") in kinds:
            return entry
    return None


_OF_A_LETTER = frozenset(
    {Event.LETTER_TAKEN_BACK, Event.LEFT_ALL_THE_SAME, Event.LETTER_FAILED, Event.LETTER_UNKNOWN}
)


def taken_back_last(history: tuple[Entry, ...], kind: LetterKind) -> str | None:
    """The Message-ID of the letter of this kind that was taken back and not sent again since, while
    the stage is the same; None where there is none.
    """
    for entry in reversed(history):
        if entry.begins_a_stage or entry.event is APPROVED[kind]:
            return None
        if entry.event is Event.LETTER_TAKEN_BACK and entry.details.get("letter") == kind:
            return str(entry.details.get("message_id"))
    return None
