"""Letters on paper: approved in Slack, printed, and sent only on the day that a person says so."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, time

from models.actions import acknowledged, answered
from models.case import Action, Case, Change, Stage
from models.changing import change, check
from models.council import Council
from models.errors import Refused
from models.extending import check_in_time, extended
from models.history import Detail, Entry, Event
from models.letter import Letter, LetterKind
from models.people import CAREBOT, Actor
from models.taking_back import unapproved


def to_post(approved: Change, kind: LetterKind, actor: Actor, now: datetime) -> Change:
    """A letter just approved goes on paper: it waits until somebody says that it was posted."""
    case = approved.case
    stage = replace(case.stage, to_post=(*case.stage.to_post, kind))
    entry = Entry(case.reference, case.version, Event.LETTER_TO_POST, now, actor, {"letter": kind})
    return Change(replace(case, stage=stage), (*approved.entries, entry))


def check_post(case: Case) -> None:
    """Refused where no letter of the case waits to be posted."""
    check(case, Action.POST)


def posted(
    case: Case, letter: Letter, posted_on: date, council: Council, actor: Actor, now: datetime
) -> Change:
    """A letter was posted on a local date: on that date the case was acknowledged, extended or
    answered. Refused for a date in the future or before the letter was approved.
    """
    _check_waits(case, letter.kind)
    approved_at = _approved_at(case.stage, letter.kind)
    if posted_on > council.local_date(now):
        raise Refused("The date of posting cannot be in the future.")
    if approved_at is not None and posted_on < council.local_date(approved_at):
        raise Refused("It cannot have been posted before it was approved.")
    noon = datetime.combine(posted_on, time(12), council.zone).astimezone(now.tzinfo)
    at = max(approved_at or noon, min(now, noon))
    done = _left(case, letter, posted_on, council, actor, at)
    remaining = tuple(kind for kind in done.case.stage.to_post if kind is not letter.kind)
    stage = replace(done.case.stage, to_post=remaining)
    entries = tuple(
        replace(entry, at=now, actor=actor, details={**entry.details, **_on_paper(posted_on)})
        for entry in done.entries
    )
    return Change(replace(done.case, stage=stage), entries)


def withdrawn(
    case: Case, kind: LetterKind, history: Iterable[Entry], actor: Actor, now: datetime
) -> Change:
    """A letter that waited to be posted is taken back: it counts as never approved. `history` is the
    case's.
    """
    _check_waits(case, kind)
    return _taken_back(case, kind, history, actor, now, {})


def left_waiting(case: Case) -> LetterKind | None:
    """A letter that waits to be posted although the case has ended; None where there is no such."""
    return None if case.is_open else next(iter(case.stage.to_post), None)


def overtaken(case: Case, kind: LetterKind, history: Iterable[Entry], now: datetime) -> Change:
    """The end of the case overtook a letter that waited to be posted: nobody is to post it."""
    return _taken_back(case, kind, history, CAREBOT, now, {"ended": True})


def _taken_back(
    case: Case,
    kind: LetterKind,
    history: Iterable[Entry],
    actor: Actor,
    now: datetime,
    details: Mapping[str, Detail],
) -> Change:
    after = unapproved(case, kind, history)
    remaining = tuple(waiting for waiting in after.stage.to_post if waiting is not kind)
    after = replace(after, stage=replace(after.stage, to_post=remaining))
    return change(after, Event.LETTER_WITHDRAWN, actor, now, {"letter": kind, **details})


def _approved_at(stage: Stage, kind: LetterKind) -> datetime | None:
    if kind is LetterKind.ACKNOWLEDGEMENT:
        return stage.acknowledgement_approved_at
    if kind is LetterKind.HOLDING_REPLY:
        return stage.extension_approved_at
    return stage.answer_approved_at


def _check_waits(case: Case, kind: LetterKind) -> None:
    check_post(case)
    if kind not in case.stage.to_post:
        raise Refused(f"This letter of {case.reference} does not wait to be posted.")


def _left(
    case: Case, letter: Letter, posted_on: date, council: Council, actor: Actor, at: datetime
) -> Change:
    if letter.kind is LetterKind.ACKNOWLEDGEMENT:
        return acknowledged(case, council, actor, at, how="letter", promised=letter.promises)
    if letter.kind is LetterKind.HOLDING_REPLY:
        assert letter.extension is not None
        check_in_time(case, letter.extension, posted_on)
        return extended(case, letter.extension, council, actor, at)
    return answered(case, at, len(letter.attachments))


def _on_paper(posted_on: date) -> dict[str, Detail]:
    return {"how": "letter", "posted_on": posted_on.isoformat()}
