"""How a complaint ends, and what is agreed on it: close, lesson, remedy, done."""

import json
from collections.abc import Mapping
from datetime import date

from handlers.slack import closing_modals, modals
from handlers.slack.agreed_lines import NUMBER
from handlers.slack.desk import Desk
from handlers.slack.requests import Done, FieldErrors, OpenModal, Reply, Request, ShowInstead
from models import lessons
from models.actions import check_close
from models.agreed import Cause, Finished, Lesson, Redress, Remedy, Task
from models.case import Action, Case
from models.errors import Refused
from models.lessons import Learned
from models.prediction import Category

_PASSED_ON = "The compliment was passed on"


def open_close(desk: Desk, request: Request) -> Reply:
    """Close was pressed. A compliment that was passed on needs no words: it ends with this press."""
    acting = desk.acting(request, Action.CLOSE, fresh=False)
    case = acting.case
    check_close(case)
    lessons.check_closes(case)
    if case.category is Category.COMPLIMENT and case.praise is not None:
        desk.casework.close(request.seen, _PASSED_ON, None, acting.actor, desk.now())
        return Done()
    return OpenModal(closing_modals.close(case))


def choose_outcome(desk: Desk, request: Request) -> Reply:
    """An outcome was chosen: the modal asks for what that outcome needs. What is written stays, and
    whether the case moved on since it was opened is asked at submit.
    """
    case = desk.acting(request.of_view, Action.CLOSE, fresh=False).case
    view = closing_modals.close(case, request.fields or {})
    return ShowInstead({**view, "private_metadata": request.metadata})


def close(desk: Desk, request: Request) -> Reply:
    """The close was submitted."""
    acting = desk.acting(request, Action.CLOSE)
    case, filled = acting.case, request.fields or {}
    outcome = closing_modals.chosen_outcome(case, filled)
    needed = lessons.needs_lesson(case, outcome)
    first = lessons.owed_first(case, outcome)
    if first:
        return FieldErrors({"reason": first})
    if needed and not closing_modals.asks_for_lesson(filled):
        return ShowInstead(closing_modals.close(case, filled))
    learned = _learned(desk, request, case) if needed else None
    if isinstance(learned, FieldErrors):
        return learned
    reason = request.field("reason")
    desk.casework.close(acting.seen, reason, outcome, acting.actor, desk.now(), learned)
    return Done()


def open_lesson(desk: Desk, request: Request) -> Reply:
    """Lesson was pressed."""
    case = desk.acting(request, Action.LESSON, fresh=False).case
    lessons.check_lesson(case)
    return OpenModal(closing_modals.lesson(case))


def lesson(desk: Desk, request: Request) -> Reply:
    """The lesson was submitted."""
    acting = desk.acting(request, Action.LESSON)
    learned = _learned(desk, request, acting.case)
    if isinstance(learned, FieldErrors):
        return learned
    desk.agreeing.record_lesson(acting.seen, learned, acting.actor, desk.now())
    return Done()


def open_remedy(desk: Desk, request: Request) -> Reply:
    """Remedy was pressed."""
    case = desk.acting(request, Action.REMEDY, fresh=False).case
    lessons.check_remedy(case)
    return OpenModal(closing_modals.remedy(case, desk.ombudsman.referrals(case.reference)))


def remedy(desk: Desk, request: Request) -> Reply:
    """The remedy was submitted."""
    acting = desk.acting(request, Action.REMEDY)
    try:
        pence = lessons.pence(request.field("amount"))
    except Refused as refused:
        return FieldErrors({"amount": str(refused)})
    chosen = modals.chosen(Remedy, request.field("remedy"))
    problems = {
        **lessons.redress_problems(chosen, pence),
        **_task_problems(desk, request, acting.case),
    }
    if problems or chosen is None:
        return FieldErrors(problems)
    asked = request.field(closing_modals.ASKED)
    redress = Redress(chosen, pence, int(asked) if asked else None)
    desk.agreeing.agree_remedy(acting.seen, redress, _task(request), acting.actor, desk.now())
    return Done()


def open_done(desk: Desk, request: Request) -> Reply:
    """Done was pressed, on a reminder or in the menu."""
    case = desk.acting(request, Action.DONE, fresh=False).case
    number = _number(request.value)
    if number is not None:
        lessons.open_task(case, number)
    waiting = lessons.check_done(case)
    return OpenModal(closing_modals.done(case, waiting, number, desk.today()))


def done(desk: Desk, request: Request) -> Reply:
    """What was agreed is done."""
    acting = desk.acting(request, Action.DONE)
    number, done_on = request.field("which"), _day(request.field("done_on"))
    if not number:
        return FieldErrors({"which": "Choose what was done."})
    if done_on is None:
        return FieldErrors({"done_on": "Choose the day on which it was done."})
    note = request.field("note")
    problems = lessons.done_problems(acting.case, int(number), done_on, desk.today(), note)
    if problems:
        return FieldErrors(problems)
    finished = Finished(done_on, acting.actor.id, note)
    desk.agreeing.finish(acting.seen, int(number), finished, acting.actor, desk.now())
    return Done()


def _learned(desk: Desk, request: Request, case: Case) -> Learned | FieldErrors:
    cause, text = modals.chosen(Cause, request.field("cause")), request.field("lesson")
    problems = {
        **lessons.lesson_problems(cause, text),
        **_task_problems(desk, request, case, lessons.date_of(case)),
    }
    if problems or cause is None:
        return FieldErrors(problems)
    return Learned(Lesson(cause, text), _task(request))


def _task_problems(
    desk: Desk, request: Request, case: Case, kept: date | None = None
) -> Mapping[str, str]:
    owner, due = request.field("owner"), _day(request.field("due"))
    what = request.field("what")
    problems = dict(lessons.task_problems(what, owner, due, desk.council, desk.now(), kept))
    if owner:
        try:
            desk.staff.check_can_work_on(owner, case)
            if due is not None:
                desk.absences.check_can_do(owner, due, desk.now())
        except Refused as refused:
            # A field's error is plain text, in which a mention would show an id.
            name = desk.staff.person(owner).name
            problems["owner"] = str(refused).replace(f"<@{owner}>", name)
    return problems


def _task(request: Request) -> Task:
    due = date.fromisoformat(request.field("due"))
    return Task(request.field("what"), request.field("owner"), due)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _number(value: str) -> int | None:
    """Which of the things agreed a button was about; None in the menu, which names none."""
    carried = json.loads(value)
    number = carried.get(NUMBER)
    return number if isinstance(number, int) else None
