"""What an officer does to a case, in one line each."""

from datetime import datetime

from handlers.levels import Levels
from handlers.seen import Seen
from models.agreed import Cause, Lesson, Task
from models.case import Case, Level, Outcome
from models.council import Council
from models.history import Entry, Event
from models.lessons import Learned
from models.letter import Letter
from models.levels import ReviewRequest
from models.people import staff
from tests.support.letterbox import delivered
from tests.support.office import TestOffice

OFFICER = staff("U1")
REVIEWER = staff("U9")


def seen(office: TestOffice, reference: str | None) -> Seen:
    case = office.case(reference)
    return Seen(case.reference, case.version)


def answer(
    office: TestOffice,
    reference: str | None,
    at: datetime,
    text: str = "Done.",
    outcome: Outcome = Outcome.UPHELD,
) -> Letter:
    """Answer a complaint at Level One; the letter has left."""
    draft = office.casework.draft_answer(
        seen(office, reference), text, outcome, Level.LEVEL_ONE, OFFICER, at
    )
    office.casework.send(draft.id, OFFICER, at)
    return delivered(office, at)[-1]


def close(office: TestOffice, reference: str | None, at: datetime) -> Case:
    """Answer the case and close it, with its lesson."""
    answer(office, reference, at)
    lesson = learned(office.council, at)
    return office.casework.close(seen(office, reference), "", None, OFFICER, at, lesson)


def review(office: TestOffice, reference: str | None, at: datetime) -> Case:
    """Answer a complaint at Level One, not upheld; the customer asks for a review on the same day."""
    answer(office, reference, at, outcome=Outcome.NOT_UPHELD)
    asked = ReviewRequest("Nothing was put right.", office.council.local_date(at))
    levels = Levels(office.store, office.council)
    return levels.escalate(seen(office, reference), asked, OFFICER, at)


def answer_review(office: TestOffice, reference: str | None, at: datetime) -> None:
    """Press Send on the answer of a review, which has not left yet."""
    draft = office.casework.draft_answer(
        seen(office, reference), "Final.", Outcome.NOT_UPHELD, Level.LEVEL_TWO, REVIEWER, at
    )
    office.casework.send(draft.id, REVIEWER, at, reviews=True)


def learned(council: Council, at: datetime, owner: str = OFFICER.id) -> Learned:
    """A lesson whose action is due ten working days later."""
    due = council.calendar.add(council.local_date(at), 10)
    task = Task("Check the lists of the crews every Monday", owner, due)
    return Learned(Lesson(Cause.INFORMATION, "The crew had the wrong list."), task)


def history(office: TestOffice, reference: str | None) -> tuple[Entry, ...]:
    assert reference is not None
    with office.store.view() as work:
        return work.cases.history(reference)


def events(office: TestOffice, reference: str | None) -> list[Event]:
    return [entry.event for entry in history(office, reference)]


def entry(office: TestOffice, reference: str | None, event: Event) -> Entry:
    """The last entry of this kind."""
    return [one for one in history(office, reference) if one.event is event][-1]
