"""The lesson of an upheld complaint, remedies, and what becomes of what was agreed.

Like `models.actions`: each gives the new case and the history it made, and writes nothing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from models.agreed import Agreed, Cause, Finished, Lesson, Redress, Remedy, Task, still_open
from models.case import Action, Case, Change, Level, Outcome
from models.changing import change, check
from models.council import Council
from models.errors import Refused
from models.history import Detail, Entry, Event
from models.owing import owed, to_correct
from models.people import Actor
from models.prediction import Category

_LEVELS: Mapping[Level | None, str] = {
    None: "the MP's enquiry",
    Level.UNDETERMINED: "the complaint",
    Level.GENERAL_ENQUIRY: "the general enquiry",
    Level.LEVEL_ONE: "Level One",
    Level.LEVEL_TWO: "Level Two",
}
_POUNDS = re.compile(r"£?\s*(\d{1,3}(?:,\d{3})+|\d{1,7})(?:\.(\d{2}))?")


@dataclass(frozen=True, slots=True)
class Learned:
    """A lesson with the task that follows from it."""

    lesson: Lesson
    task: Task


def needs_lesson(case: Case, outcome: Outcome | None) -> bool:
    """Whether the case, ended with this outcome, is not to be closed without a lesson: it is an
    upheld complaint, or was one in an earlier stage, and its lesson is not recorded at that level.
    """
    return bool(owed(case, outcome))


def owed_first(case: Case, outcome: Outcome | None = None) -> str:
    """What is to be done before the case can be closed with this outcome, as a sentence: it would owe
    more lessons than a close records. Empty where it can be.
    """
    levels = owed(case, outcome)
    if len(levels) <= 1:
        return ""
    return (
        f"The lesson of {_LEVELS[levels[0]]} is owed too: record it with Lesson first, then close "
        f"{case.reference}."
    )


def check_closes(case: Case) -> None:
    """Refused as `owed_first` says."""
    said = owed_first(case)
    if said:
        raise Refused(said)


def date_of(case: Case) -> date | None:
    """The date by which the action of the lesson is done that is corrected; None where one is new."""
    known = to_correct(case)
    return known.task.due if known else None


def task_problems(
    what: str,
    owner: str,
    due: date | None,
    council: Council,
    now: datetime,
    kept: date | None = None,
) -> Mapping[str, str]:
    """What is wrong with a task as it was filled in, as a sentence by the field's name; empty where
    it is right. The date that it had before, `kept`, may have passed.
    """
    problems = {}
    if not what.strip():
        problems["what"] = "Say what is to be done."
    if not owner:
        problems["owner"] = "Choose the colleague who does it."
    wrong = _due_problem(due, council, now) if due is None or due != kept else ""
    if wrong:
        problems["due"] = wrong
    return problems


def lesson_problems(cause: Cause | None, text: str) -> Mapping[str, str]:
    """The same for a lesson."""
    problems = {}
    if cause is None:
        problems["cause"] = "Choose the cause."
    if not text.strip():
        problems["lesson"] = "Say what is learned from it."
    return problems


def redress_problems(remedy: Remedy | None, pence: int | None) -> Mapping[str, str]:
    """The same for what sort of remedy it is."""
    if remedy is None:
        return {"remedy": "Choose what is done for the customer."}
    if remedy is Remedy.PAYMENT and not pence:
        return {"amount": "Say how much is paid, in pounds, such as 150 or 99.50."}
    if remedy is not Remedy.PAYMENT and pence is not None:
        return {"amount": "Only a payment has an amount."}
    return {}


def _due_problem(due: date | None, council: Council, now: datetime) -> str:
    if due is None:
        return "Choose the day by which it is done."
    if due < council.local_date(now):
        return "That day has passed: choose one to come."
    off = council.calendar.why_off(due)
    return f"Nobody works on that day ({off}): choose a working day." if off else ""


def check_lesson(case: Case) -> None:
    """Refused where the case owes no lesson and has none to correct."""
    check(case, Action.LESSON)
    if not owed(case) and to_correct(case) is None:
        raise Refused(f"{case.reference} is not an upheld complaint, so it has no lesson.")


def agreed_lesson(
    case: Case, learned: Learned, council: Council, now: datetime, outcome: Outcome | None = None
) -> Agreed:
    """The lesson as it is kept with the case, which ends with `outcome` where it has none yet: that of
    the earliest level that owes one. Refused where something of it is not right.
    """
    _raise_first(lesson_problems(learned.lesson.cause, learned.lesson.text))
    _check_task(learned.task, council, now, date_of(case))
    levels = owed(case, outcome)
    kept = _numbered(case, learned.task, council, now, lesson=_stripped(learned.lesson))
    return replace(kept, level=levels[0]) if levels else kept


def with_lesson(closing: Change, lesson: Agreed | None, actor: Actor, now: datetime) -> Change:
    """A change that ends a case, with its lesson. Refused where it lacks one that it needs, or has
    one that it does not.
    """
    case = closing.case
    if bool(owed(case)) is not (lesson is not None):
        if lesson is None:
            raise Refused("An upheld complaint is closed only with its lesson and what is agreed.")
        raise Refused("Only an upheld complaint has a lesson, and only one.")
    if lesson is None:
        return closing
    check_closes(case)
    details = _details(lesson, case)
    entry = Entry(case.reference, case.version, Event.LESSON_RECORDED, now, actor, details)
    after = replace(case, agreed=(*case.agreed, lesson))
    return Change(after, (*closing.entries, entry))


def record_lesson(
    case: Case, learned: Learned, council: Council, actor: Actor, now: datetime
) -> Change:
    """The lesson that a complaint owes, or the correction of the one that it has. Refused where the
    same stands there, or its action was done.
    """
    check_lesson(case)
    agreed = agreed_lesson(case, learned, council, now)
    before = to_correct(case)
    if before is None:
        all_ = (*case.agreed, agreed)
        details = _details(agreed, case)
        return change(case, Event.LESSON_RECORDED, actor, now, details, agreed=all_)
    if before.finished is not None:
        raise Refused("Its action was done already, so the lesson stays as it is.")
    agreed = replace(before, lesson=agreed.lesson, task=agreed.task)
    if agreed == before:
        raise Refused("The lesson says that already.")
    return change(
        case,
        Event.LESSON_CORRECTED,
        actor,
        now,
        _details(agreed, case),
        agreed=_in_the_place_of(case, agreed),
    )


def check_remedy(case: Case) -> None:
    """Refused where the case is no complaint that somebody works on or has answered."""
    check(case, Action.REMEDY)
    if case.category is not Category.COMPLAINT:
        raise Refused(f"{case.reference} is not a complaint, so there is nothing to remedy.")
    if case.merged_into is not None:
        # Not which: it may be private by now. The card names it where it may.
        raise Refused(f"{case.reference} was merged into another case: agree on it there.")


def agree_remedy(
    case: Case,
    redress: Redress,
    task: Task,
    council: Council,
    actor: Actor,
    now: datetime,
    theirs: str | None = None,
) -> Change:
    """Something is done for the customer; there may be several on a case. `theirs` is the Ombudsman's
    reference of the referral that asked for it.
    """
    check_remedy(case)
    _raise_first(redress_problems(redress.remedy, redress.pence))
    _check_task(task, council, now)
    agreed = _numbered(case, task, council, now, redress=redress)
    all_ = (*case.agreed, agreed)
    details = _details(agreed, case)
    if theirs is not None:
        details["theirs"] = theirs
    return change(case, Event.REMEDY_AGREED, actor, now, details, agreed=all_)


def pence(pounds: str) -> int | None:
    """An amount such as 150, 1,250 or £99.50 in pence; None where nothing is written.

    Raises Refused for anything else.
    """
    if not pounds.strip():
        return None
    found = _POUNDS.fullmatch(pounds.strip())
    if found is None:
        raise Refused("Write the amount in pounds, such as 150 or 99.50.")
    whole, part = found.groups()
    return int(whole.replace(",", "")) * 100 + int(part or 0)


def open_task(case: Case, number: int) -> Agreed:
    """Something agreed on the case that is not done. Refused, with when, where it was done."""
    found = next((one for one in case.agreed if one.number == number), None)
    if found is None:
        raise Refused(f"Nothing of that number is agreed on {case.reference}.")
    if found.finished is not None:
        raise Refused(
            f"<@{found.finished.by}> said already that it was done on {_words(found.finished.on)}."
        )
    return found


def check_done(case: Case) -> tuple[Agreed, ...]:
    """What is agreed on the case and not done. Refused where that is nothing."""
    check(case, Action.DONE)
    found = still_open(case.agreed)
    if not found:
        raise Refused(f"Nothing that is agreed on {case.reference} is still to be done.")
    return found


def done_problems(case: Case, number: int, on: date, today: date, note: str) -> Mapping[str, str]:
    """What is wrong with what was filled in of something done, as a sentence by the field's name;
    empty where it is right. Refused where it was done already.
    """
    agreed = open_task(case, number)
    problems = {}
    if on > today:
        problems["done_on"] = "That day is still to come: choose the day on which it was done."
    elif on < agreed.on:
        problems["done_on"] = f"It was agreed only on {_words(agreed.on)}."
    if not note.strip():
        problems["note"] = "Say in a few words what was done."
    return problems


def finish(
    case: Case,
    number: int,
    finished: Finished,
    council: Council,
    actor: Actor,
    now: datetime,
) -> Change:
    """Something agreed is done, on a local date that is kept beside the one it was due on."""
    check_done(case)
    agreed = open_task(case, number)
    today = council.local_date(now)
    _raise_first(done_problems(case, number, finished.on, today, finished.note))
    finished = replace(finished, note=finished.note.strip())
    details: dict[str, Detail] = {
        "number": number,
        "what": agreed.task.what,
        "due": agreed.task.due.isoformat(),
        "done_on": finished.on.isoformat(),
        "note": finished.note,
    }
    all_ = _in_the_place_of(case, replace(agreed, finished=finished))
    return change(case, Event.AGREED_DONE, actor, now, details, agreed=all_)


def to_tell(change: Change, before: Case | None = None) -> Agreed | None:
    """What the change agreed with somebody else than who made it: they are told of it, save where
    in the case as it was `before` they had it already, until the same date.
    """
    had = [(one.number, one.task.owner, one.task.due) for one in before.agreed] if before else []
    for entry in change.entries:
        if entry.event in _AGREEING:
            number = entry.details["number"]
            agreed = next(one for one in change.case.agreed if one.number == number)
            task = agreed.task
            known = task.owner == entry.actor.id or (agreed.number, task.owner, task.due) in had
            return None if known else agreed
    return None


_AGREEING = frozenset({Event.LESSON_RECORDED, Event.LESSON_CORRECTED, Event.REMEDY_AGREED})


def _numbered(
    case: Case,
    task: Task,
    council: Council,
    now: datetime,
    *,
    lesson: Lesson | None = None,
    redress: Redress | None = None,
) -> Agreed:
    return Agreed(
        number=len(case.agreed) + 1,
        level=case.level,
        on=council.local_date(now),
        task=_stripped_task(task),
        lesson=lesson,
        redress=redress,
    )


def _in_the_place_of(case: Case, agreed: Agreed) -> tuple[Agreed, ...]:
    return tuple(agreed if one.number == agreed.number else one for one in case.agreed)


def _details(agreed: Agreed, case: Case) -> dict[str, Detail]:
    """`level` only of what belongs to another level than the one which the case has now."""
    task = agreed.task
    details: dict[str, Detail] = {
        "number": agreed.number,
        "what": task.what,
        "owner": task.owner,
        "due": task.due.isoformat(),
    }
    if agreed.level != case.level:
        details["level"] = agreed.level
    if agreed.lesson is not None:
        details |= {"cause": agreed.lesson.cause, "lesson": agreed.lesson.text}
    if agreed.redress is not None:
        details |= {"remedy": agreed.redress.remedy, "pence": agreed.redress.pence}
    return details


def _stripped(lesson: Lesson) -> Lesson:
    return replace(lesson, text=lesson.text.strip())


def _stripped_task(task: Task) -> Task:
    return replace(task, what=task.what.strip())


def _check_task(task: Task, council: Council, now: datetime, kept: date | None = None) -> None:
    _raise_first(task_problems(task.what, task.owner, task.due, council, now, kept))


def _raise_first(problems: Mapping[str, str]) -> None:
    for sentence in problems.values():
        raise Refused(sentence)


def _words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
