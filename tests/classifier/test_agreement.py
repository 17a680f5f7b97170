"""How staff agree with the model by month, and when somebody is told that it falls."""

from collections.abc import Iterable
from dataclasses import replace
from random import Random

import pytest

from classifier.agreement import FEWEST, by_month, drift, month_before, table
from models.decisions import DecidedCase, Opened
from models.prediction import Category
from tests.support.council import example_council, utc
from tests.support.decided import decided

LOCAL = example_council().local_date
PARKING = (Category.COMPLAINT, "parking")


def month(number: int, of: int, agreed: int, year: int = 2026) -> list[DecidedCase]:
    """So many complaints decided in a month, so many as the model said."""
    at = utc(year, number, 10)
    return [decided(n, "words", None if n < agreed else PARKING, at=at) for n in range(of)]


def opened(number: int, of: int, left: int, *, unlike: int = 0) -> list[Opened]:
    at = utc(2026, number, 10)
    return [Opened(at, n < left, n < unlike) for n in range(of)]


def test_cases_count_in_the_month_of_the_decision_and_in_the_class_that_staff_decided() -> None:
    enquiry = decided(1, "words", (Category.GENERAL_ENQUIRY, "waste_recycling"), at=utc(2026, 9, 1))
    months = by_month([*month(10, 20, 15), enquiry], LOCAL)
    assert [one.name for one in months] == ["2026-09", "2026-10"]
    assert months[0].classes[Category.GENERAL_ENQUIRY].decided == 1
    october = months[1].to_json()
    assert (october["decided"], october["agreed"], october["share"]) == (20, 15, 0.75)


def test_a_month_is_the_councils_not_greenwichs() -> None:
    late = decided(
        1, "words", at=utc(2026, 6, 30, 23, 30)
    )  # half past midnight of 1 July in London
    assert [one.name for one in by_month([late], LOCAL)] == ["2026-07"]


def test_few_cases_have_no_rate_and_say_so() -> None:
    (few,) = by_month(month(10, FEWEST - 1, 1), LOCAL)
    assert few.to_json()["share"] is None
    assert "1 of 9, too few" in table([few])
    assert "%" not in table([few]).splitlines()[1]


def test_what_the_model_said_nothing_of_does_not_count() -> None:
    case = decided(1, "words")
    unread = replace(case, prediction=replace(case.prediction, model="none"))
    assert by_month([unread], LOCAL) == []
    assert table([]) == "Staff have decided no case yet."


def told(cases: Iterable[DecidedCase] = (), arrived: Iterable[Opened] = ()) -> list[str]:
    return drift(cases, arrived, "2026-10", LOCAL)


def test_a_fall_beyond_noise_is_told_in_all_and_in_its_class() -> None:
    everything, complaints = told([*month(8, 60, 54), *month(9, 60, 54), *month(10, 40, 22)])
    assert (
        "Of all cases, staff left 55% as the model said (22 of 40); before it was 90%."
        in everything
    )
    assert "Of complaints" in complaints


def test_noise_a_rise_and_months_to_come_are_not_told() -> None:
    assert told([*month(9, 60, 54), *month(10, 40, 33)]) == []
    assert told([*month(9, 60, 30), *month(10, 40, 40)]) == []
    assert told([*month(9, 60, 54), *month(10, 40, 36), *month(11, 60, 0)]) == []


def test_too_few_cases_and_a_first_month_are_not_told() -> None:
    assert told([*month(9, 60, 60), *month(10, FEWEST - 1, 0)]) == []
    assert told(month(10, 60, 0)) == []
    assert told() == []


def test_more_left_to_people_and_more_unknown_words_are_told() -> None:
    (left,) = told((), [*opened(9, 200, 60), *opened(10, 100, 60)])
    assert left == "The model left 60% of 100 messages to people; before it was 30%."
    (unlike,) = told((), [*opened(9, 200, 60, unlike=2), *opened(10, 100, 30, unlike=20)])
    assert unlike == "Of 100 messages 20% were in words that the model does not know; before 1%."
    assert told((), [*opened(9, 200, 60), *opened(10, 100, 34), *opened(11, 100, 100)]) == []


def test_where_nothing_changes_hardly_an_alarm_is_raised() -> None:
    """Seven tests at one in a hundred each: of 200 councils whose model is as ever, few are told."""
    chance = Random(1)
    alarms = 0
    for _ in range(200):
        cases = [
            decided(n, "words", None if chance.random() < 0.87 else PARKING, at=utc(2026, at, 10))
            for at in (7, 8, 9, 10)
            for n in range(40)
        ]
        alarms += bool(told(cases))
    assert alarms <= 8


@pytest.mark.parametrize(("month_", "before"), [("2026-01", "2025-12"), ("2026-12", "2026-11")])
def test_the_month_before(month_: str, before: str) -> None:
    assert month_before(month_) == before
