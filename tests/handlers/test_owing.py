"""The lesson of what ended upheld stays owed until it is recorded, whatever becomes of the case."""

from datetime import timedelta

import pytest

from handlers.agreed import Agreeing
from handlers.levels import Levels
from models.allowed import allowed_actions
from models.case import Action, Case, Classification, Level, Outcome, State
from models.errors import Refused
from models.history import Event
from models.levels import ReviewRequest
from models.owing import owed
from models.prediction import Category
from tests.handlers.test_bounced import bounce
from tests.support.casework import OFFICER, REVIEWER, answer, close, entry, learned, seen
from tests.support.council import utc
from tests.support.letterbox import delivered
from tests.support.office import TestOffice, email

NOW = utc(2026, 11, 27)
LATER = NOW + timedelta(hours=1)


def received(office: TestOffice) -> str:
    reference = office.receive(email(Message_ID="<1@x>"), NOW).reference
    assert reference is not None
    delivered(office, NOW)
    return reference


def thanked(office: TestOffice) -> str:
    """Upheld at Level One, and the customer wrote again."""
    reference = received(office)
    answer(office, reference, NOW)
    office.receive(email("Thank you", Message_ID="<2@x>", In_Reply_To="<1@x>"), LATER)
    assert (office.case(reference).state, office.case(reference).stage.number) == (State.OPEN, 2)
    return reference


def under_review(office: TestOffice) -> str:
    """Upheld at Level One, and under review at Level Two."""
    reference = received(office)
    answer(office, reference, NOW)
    asked = ReviewRequest("Too little.", office.council.local_date(NOW))
    Levels(office.store, office.council).escalate(seen(office, reference), asked, OFFICER, NOW)
    return reference


def record(office: TestOffice, reference: str) -> Case:
    agreeing = Agreeing(office.store, office.council)
    lesson = learned(office.council, LATER)
    return agreeing.record_lesson(seen(office, reference), lesson, OFFICER, LATER)


def end(office: TestOffice, reference: str, outcome: Outcome | None, *, lesson: bool) -> Case:
    taught = learned(office.council, LATER) if lesson else None
    at = seen(office, reference)
    return office.casework.close(at, "They said thanks.", outcome, REVIEWER, LATER, taught)


def test_a_reply_after_an_upheld_answer_does_not_end_the_lesson(office: TestOffice) -> None:
    reference = thanked(office)
    assert Action.LESSON in allowed_actions(office.case(reference))
    with pytest.raises(Refused, match="only with its lesson"):
        end(office, reference, Outcome.RESOLVED, lesson=False)
    case = end(office, reference, Outcome.RESOLVED, lesson=True)
    assert (case.state, owed(case)) == (State.CLOSED, ())
    assert [one.level for one in case.agreed] == [Level.LEVEL_ONE]


def test_what_was_opened_again_after_its_lesson_owes_none(office: TestOffice) -> None:
    reference = received(office)
    close(office, reference, NOW)
    office.receive(email("Thank you", Message_ID="<2@x>", In_Reply_To="<1@x>"), LATER)
    assert owed(office.case(reference)) == ()
    assert end(office, reference, Outcome.RESOLVED, lesson=False).state is State.CLOSED


def test_level_ones_lesson_is_owed_through_the_review(office: TestOffice) -> None:
    reference = under_review(office)
    assert owed(office.case(reference)) == (Level.LEVEL_ONE,)
    with pytest.raises(Refused, match="only with its lesson"):
        end(office, reference, Outcome.NOT_UPHELD, lesson=False)
    case = end(office, reference, Outcome.NOT_UPHELD, lesson=True)
    assert [one.level for one in case.agreed] == [Level.LEVEL_ONE]
    assert entry(office, reference, Event.LESSON_RECORDED).details["level"] == "level_one"


def test_where_both_levels_uphold_it_each_has_its_lesson(office: TestOffice) -> None:
    reference = under_review(office)
    with pytest.raises(Refused, match="Level One is owed too"):
        end(office, reference, Outcome.UPHELD, lesson=True)
    assert [one.level for one in record(office, reference).agreed] == [Level.LEVEL_ONE]
    with pytest.raises(Refused, match="only with its lesson"):
        end(office, reference, Outcome.UPHELD, lesson=False)
    case = end(office, reference, Outcome.UPHELD, lesson=True)
    assert [one.level for one in case.agreed] == [Level.LEVEL_ONE, Level.LEVEL_TWO]


def test_what_becomes_an_enquiry_after_it_was_upheld_owes_its_lesson(office: TestOffice) -> None:
    reference = thanked(office)
    to = Classification(Category.GENERAL_ENQUIRY, "waste_recycling", None, None)
    office.casework.reclassify(seen(office, reference), to, OFFICER, LATER)
    with pytest.raises(Refused, match="only with its lesson"):
        end(office, reference, None, lesson=False)
    assert [one.level for one in end(office, reference, None, lesson=True).agreed] == ["level_one"]


def test_an_answer_that_came_back_owes_nothing(office: TestOffice) -> None:
    reference = received(office)
    letter = answer(office, reference, NOW)
    assert owed(office.case(reference)) == (Level.LEVEL_ONE,)
    office.receive(bounce(letter.message_id), LATER)
    assert owed(office.case(reference)) == ()
    assert Action.LESSON not in allowed_actions(office.case(reference))


def test_an_owed_lesson_survives_the_store_and_is_recorded_after_the_close_too(
    office: TestOffice,
) -> None:
    reference = thanked(office)
    assert office.case(reference).lessons_owed == (Level.LEVEL_ONE,)
    case = record(office, reference)
    assert (owed(case), case.state) == ((), State.OPEN)
    assert end(office, reference, Outcome.RESOLVED, lesson=False).state is State.CLOSED


def test_an_upheld_answer_that_came_back_calls_for_no_lesson(office: TestOffice) -> None:
    reference = received(office)
    letter = answer(office, reference, NOW)
    office.receive(bounce(letter.message_id), LATER)
    to = Classification(Category.COMPLAINT, "waste_recycling", None, Level.LEVEL_ONE)
    office.casework.reclassify(seen(office, reference), to, OFFICER, LATER)
    with pytest.raises(Refused, match="Only an upheld complaint"):
        end(office, reference, Outcome.WITHDRAWN, lesson=True)
    case = end(office, reference, Outcome.WITHDRAWN, lesson=False)
    assert (case.stage.outcome, case.agreed) == (Outcome.WITHDRAWN, ())
