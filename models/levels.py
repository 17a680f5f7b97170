"""The levels of a complaint as staff move between them: open again, and to Level Two.

Like `models.actions`: each gives the new case and the history it made, and writes nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from models import actions
from models.allowed import RULES
from models.case import Action, Case, Change, Level, Stage, State
from models.changing import change, check, iso
from models.council import Council
from models.errors import Refused
from models.history import Detail, Entry, Event
from models.owing import carried
from models.people import Actor
from models.prediction import Category


@dataclass(frozen=True, slots=True)
class ReviewRequest:
    """What the customer asks for: why, and the local day on which they asked. `reviewer` is the Slack
    user id of who reviews, where that is known already.
    """

    reason: str
    asked_on: date
    reviewer: str | None = None


def _merged(case: Case) -> str:
    """That the case goes on in another one, which is not named: it may be private by now, and the card
    names it where it may.
    """
    return f"{case.reference} was merged into another case, which goes on for both."


def check_reopen(case: Case, history: Iterable[Entry]) -> None:
    """Refused where the case goes on elsewhere, or has been through every stage."""
    if case.merged_into is not None:
        raise Refused(_merged(case))
    if case.level is Level.LEVEL_TWO and case.stage.answered_at is not None:
        raise Refused(
            f"{case.reference} was answered at Level Two, the last stage of the council's own, so it "
            "cannot be opened again. What the customer can do is ask the Ombudsman; Ombudsman "
            "records that."
        )
    check(case, Action.REOPEN)
    ends = [e.event for e in history if e.event in {Event.CLOSED, Event.PUT_ASIDE, Event.ANSWERED}]
    if ends and ends[-1] is Event.PUT_ASIDE:
        raise Refused(
            f"{case.reference} stands for a message that could not be read: `carebot quarantine "
            "undo` takes it up again."
        )


def reopen(
    case: Case,
    reason: str,
    history: Iterable[Entry],
    council: Council,
    actor: Actor,
    now: datetime,
) -> Change:
    """A person opens an ended case again. What was answered gets a clock that starts anew, as a stage
    of its own; what was closed without an answer goes on with the date that it had.

    Refused as `check_reopen` does, and without a reason.
    """
    check_reopen(case, history)
    if not reason.strip():
        raise Refused("Say why it is opened again.")
    if case.stage.answered_at is not None:
        opened = actions.reopen(case, council, now, now).case
    else:
        stage = replace(case.stage, outcome=None)
        after = replace(case, version=case.version + 1, state=State.OPEN, stage=stage)
        opened = actions.redated(after, council)
    details: dict[str, Detail] = {
        "respond_by": iso(opened.stage.answer_by),
        "reason": reason.strip(),
        "stage_was": case.stage.number,
        "stage": opened.stage.number,
    }
    entry = Entry(case.reference, opened.version, Event.REOPENED, now, actor, details)
    return Change(opened, (entry,))


def check_escalate(case: Case) -> None:
    """Refused where no review at Level Two can follow, with what to do first."""
    check(case, Action.ESCALATE)
    if case.merged_into is not None:
        raise Refused(_merged(case))
    if case.category is not Category.COMPLAINT:
        raise Refused("Only a complaint can be reviewed at Level Two.")
    if case.level is Level.LEVEL_TWO:
        raise Refused(f"{case.reference} is at Level Two already.")
    if case.level is not Level.LEVEL_ONE:
        raise Refused(
            f"{case.reference} was not dealt with at Level One, so there is nothing to review: set "
            "its level with Change, and answer it."
        )
    if not all(condition.holds(case) for condition in RULES[Action.ESCALATE].conditions):
        if case.is_open and case.stage.number == 1:
            raise Refused(
                f"{case.reference} has no answer at Level One yet, so there is nothing to review: "
                "answer it first."
            )
        raise Refused(
            f"A letter of {case.reference} is on its way: begin the review when it has left, or take "
            "it back."
        )


def escalate(
    case: Case,
    asked: ReviewRequest,
    history: Iterable[Entry],
    council: Council,
    actor: Actor,
    now: datetime,
) -> Change:
    """The customer asks for a review: Level Two begins on the day that they asked, as a stage with its
    own acknowledgement and answer. Whoever held the case is released.

    Refused as `check_escalate` does, without a reason, and for a day in the future or before the
    case was first answered (or closed).
    """
    check_escalate(case)
    reason = asked.reason.strip()
    if not reason:
        raise Refused("Say why the customer is not satisfied: the reviewer reads it.")
    check_asked_on(asked.asked_on, first_ended_on(history, council), council, now)
    stage = Stage(case.stage.number + 1, asked.asked_on, date.min, None)
    after = replace(
        case,
        state=State.OPEN,
        level=Level.LEVEL_TWO,
        stage=stage,
        holder=asked.reviewer,
        lessons_owed=carried(case),
    )
    after = actions.redated(after, council)
    details: dict[str, Detail] = {
        "reason": reason,
        "asked_on": asked.asked_on.isoformat(),
        "acknowledge_by": iso(after.stage.acknowledge_by),
        "respond_by": iso(after.stage.respond_by),
        "holder_was": case.holder,
        "reviewer": asked.reviewer,
    }
    return change(after, Event.ESCALATED, actor, now, details)


def check_asked_on(day: date, ended_on: date | None, council: Council, now: datetime) -> None:
    """Refused for a day in the future, or before the first answer or close on `ended_on`."""
    if day > council.local_date(now):
        raise Refused("The day on which they asked cannot be in the future.")
    if ended_on is not None and day < ended_on:
        raise Refused(
            f"It was answered on {in_words(ended_on)}: nobody can have asked for a review before that."
        )


def first_ended_on(history: Iterable[Entry], council: Council) -> date | None:
    """The local day of the first answer (of one on paper that of posting), or of the first close of
    what was never answered.
    """
    entries = tuple(history)
    for event in (Event.ANSWERED, Event.CLOSED):
        first = next((entry for entry in entries if entry.event is event), None)
        if first is not None:
            posted = first.details.get("posted_on")
            return date.fromisoformat(str(posted)) if posted else council.local_date(first.at)
    return None


def in_words(day: date) -> str:
    """A date in words, such as Mon 22 June 2020."""
    return f"{day:%a} {day.day} {day:%B %Y}"
