from dataclasses import replace
from datetime import date

import pytest

from bot.bank_holidays import working_calendar
from models.deadlines import DueDates, due_dates
from models.policy import PRESETS, Count, Policy
from models.prediction import Category, Flag

ENGLAND = working_calendar("england-and-wales", {})
EASTLEIGH = PRESETS["eastleigh-2021"]
LGSCO = PRESETS["lgsco-2024"]
MONDAY = date(2020, 6, 1)


def due(category: Category = Category.COMPLAINT, **changes: object) -> DueDates:
    arguments = {
        "as_enquiry": False,
        "flags": frozenset(),
        "received_on": MONDAY,
        "acknowledged_on": None,
    } | changes
    policy = arguments.pop("policy", EASTLEIGH)
    return due_dates(policy, ENGLAND, category=category, **arguments)


def test_a_complaint_is_acknowledged_in_three_and_answered_in_fifteen_working_days() -> None:
    assert due() == DueDates(date(2020, 6, 4), date(2020, 6, 22))


def test_a_saturday_is_rolled_forward_where_the_policy_says_so() -> None:
    saturday = date(2020, 9, 5)
    rolled = replace(EASTLEIGH, count=Count.ROLL_FORWARD)
    assert due(received_on=saturday).respond_by == date(2020, 9, 25)
    assert due(received_on=saturday, policy=rolled).respond_by == date(2020, 9, 28)


@pytest.mark.parametrize(
    ("acknowledged_on", "respond_by"),
    [
        (date(2020, 6, 2), date(2020, 6, 16)),
        # Not acknowledged yet: counted from 8 June, the last day on which it may be.
        (None, date(2020, 6, 22)),
    ],
)
def test_the_code_counts_the_answer_from_the_acknowledgement(
    acknowledged_on: date | None, respond_by: date
) -> None:
    dates = due(policy=LGSCO, acknowledged_on=acknowledged_on)
    assert dates == DueDates(date(2020, 6, 8), respond_by)


def test_a_compliment_promises_no_answer() -> None:
    assert due(Category.COMPLIMENT).respond_by is None


def test_a_matter_of_another_body_is_signposted_in_the_acknowledgements_time() -> None:
    dates = due(Category.NON_COUNCIL)
    assert dates.respond_by == dates.acknowledge_by == date(2020, 6, 4)


def test_an_enquiry_and_a_complaint_reclassified_as_one_have_ten_working_days() -> None:
    assert due(Category.GENERAL_ENQUIRY).respond_by == date(2020, 6, 15)
    assert due(as_enquiry=True).respond_by == date(2020, 6, 15)


def test_an_mps_enquiry_has_a_target_of_its_own_whatever_the_category() -> None:
    policy = replace(EASTLEIGH, mp_days=7)
    for category in Category:
        dates = due(category, flags=frozenset({Flag.MP_ENQUIRY}), policy=policy)
        assert dates.respond_by == date(2020, 6, 10)


@pytest.mark.parametrize(
    ("policy", "acknowledge_by", "respond_by"),
    [
        (EASTLEIGH, date(2020, 6, 4), date(2020, 6, 22)),
        # Not acknowledged yet: twenty from 8 June.
        (LGSCO, date(2020, 6, 8), date(2020, 7, 6)),
        (
            replace(EASTLEIGH, level_two_acknowledge_days=1, level_two_respond_days=5),
            date(2020, 6, 2),
            date(2020, 6, 8),
        ),
    ],
)
def test_a_review_has_the_second_stages_days_from_the_day_it_was_asked_for(
    policy: Policy, acknowledge_by: date, respond_by: date
) -> None:
    assert due(policy=policy, level_two=True) == DueDates(acknowledge_by, respond_by)


def test_the_code_counts_a_review_from_its_acknowledgement() -> None:
    dates = due(policy=LGSCO, level_two=True, acknowledged_on=date(2020, 6, 2))
    assert dates.respond_by == date(2020, 6, 30)


def test_that_an_mp_wrote_too_does_not_move_a_review() -> None:
    assert due(level_two=True, flags=frozenset({Flag.MP_ENQUIRY})) == due(level_two=True)
