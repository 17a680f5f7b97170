"""Change while an answer is on its way: nothing leaves that was written for another matter."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from handlers.levels import Levels
from handlers.taken_back import TakingBack
from models.case import Case, Classification, Level, Outcome, State
from models.errors import Refused
from models.letter import Going, Way
from models.levels import ReviewRequest
from models.people import staff
from models.prediction import Category, Flag
from tests.support.casework import OFFICER, answer_review, seen
from tests.support.council import example_council, utc
from tests.support.letterbox import delivered
from tests.support.office import TestOffice, email, open_office

NOW = utc(2026, 11, 27, 9)
MINUTE = timedelta(seconds=60)
SOON = NOW + timedelta(seconds=20)
ENQUIRY = "Where is the county's road? #pothole_road enquiry"
AS_COMPLAINT = Classification(Category.COMPLAINT, "waste_recycling", None, Level.LEVEL_ONE)
WITH_UNDO = "is on its way, written for what the case is now: take it back with Undo first"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[TestOffice]:
    opened = open_office(tmp_path, example_council(undo_seconds=60))
    yield opened
    opened.store.close()


def signposted(office: TestOffice, going: Going | None = None) -> Case:
    """Another body's matter, whose signpost is on its way."""
    reference = office.receive(email(ENQUIRY), NOW).reference
    delivered(office, NOW)
    work = office.casework
    draft = work.draft_answer(
        seen(office, reference), "Ask the county.", None, None, OFFICER, NOW, going
    )
    return work.send(draft.id, OFFICER, NOW)


def change(office: TestOffice, case: Case, to: Classification) -> Case:
    return office.casework.reclassify(seen(office, case.reference), to, OFFICER, SOON)


def test_what_it_is_changes_only_after_undo(office: TestOffice) -> None:
    case = signposted(office)
    with pytest.raises(Refused, match=WITH_UNDO):
        change(office, case, AS_COMPLAINT)
    TakingBack(office.store, office.council).take_back(case.reference, None, OFFICER, SOON)
    assert change(office, case, AS_COMPLAINT).category is Category.COMPLAINT
    assert delivered(office, NOW + MINUTE) == []


def test_an_answer_on_paper_is_taken_back_with_posted_first(office: TestOffice) -> None:
    case = signposted(office, Going(Way.LETTER, "Jo Pike\n1 High Street"))
    with pytest.raises(Refused, match="take the letter on paper back first, with “I posted it”"):
        change(office, case, AS_COMPLAINT)


def test_with_no_time_to_undo_it_is_changed_when_it_has_left(tmp_path: Path) -> None:
    office = open_office(tmp_path, example_council(undo_seconds=0))
    with pytest.raises(Refused, match="wait until it has left, then use Open again"):
        change(office, signposted(office), AS_COMPLAINT)


@pytest.mark.parametrize(
    "to",
    [
        Classification(Category.GENERAL_ENQUIRY, "housing", None, None),
        Classification(Category.COMPLAINT, "housing", None, Level.LEVEL_ONE),
        Classification(Category.COMPLAINT, "waste_recycling", None, Level.GENERAL_ENQUIRY),
    ],
    ids=["category", "service", "level"],
)
def test_neither_category_nor_service_nor_level_changes(
    office: TestOffice, to: Classification
) -> None:
    case = answered_soon(office)
    with pytest.raises(Refused, match=WITH_UNDO):
        change(office, case, to)
    assert office.case(case.reference) == case


def answered_soon(office: TestOffice) -> Case:
    """A complaint whose answer, upheld, is in its minute."""
    reference = office.receive(email(), NOW).reference
    delivered(office, NOW)
    on = seen(office, reference)
    draft = office.casework.draft_answer(
        on, "Sorry.", Outcome.UPHELD, Level.LEVEL_ONE, OFFICER, NOW
    )
    return office.casework.send(draft.id, OFFICER, NOW)


def test_flags_change_and_the_answer_leaves(office: TestOffice) -> None:
    case = answered_soon(office)
    to = Classification(
        case.category, case.service, case.authority, case.level, (Flag.DISCRIMINATION,)
    )
    assert change(office, case, to).flags == (Flag.DISCRIMINATION,)
    assert len(delivered(office, NOW + MINUTE)) == 1
    assert office.case(case.reference).state is State.ANSWERED


def test_a_review_whose_answer_is_on_its_way_stays_a_review(office: TestOffice) -> None:
    at_once = NOW - timedelta(hours=1)
    reference = office.receive(email(), at_once).reference
    assert reference is not None
    delivered(office, at_once)
    draft = office.casework.draft_answer(
        seen(office, reference), "No.", Outcome.NOT_UPHELD, Level.LEVEL_ONE, OFFICER, at_once
    )
    office.casework.send(draft.id, OFFICER, at_once)
    delivered(office, NOW)
    asked = ReviewRequest("Nothing was put right.", office.council.local_date(NOW))
    levels = Levels(office.store, office.council)
    levels.escalate(seen(office, reference), asked, OFFICER, NOW)
    answer_review(office, reference, NOW)
    back = Classification(Category.COMPLAINT, "waste_recycling", None, Level.LEVEL_ONE)
    with pytest.raises(Refused, match=WITH_UNDO):
        office.casework.reclassify(seen(office, reference), back, staff("U7"), SOON)
    with pytest.raises(Refused, match="somebody who was not involved"):
        TakingBack(office.store, office.council).take_back(reference, None, OFFICER, SOON)
