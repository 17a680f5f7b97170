from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.bank_holidays import working_calendar
from models.working_days import WorkingCalendar

ENGLAND = working_calendar("england-and-wales", {})
days = st.dates(date(2018, 1, 1), date(2027, 12, 31))
numbers = st.integers(0, 60)


# The table of requirements.md; the roll_forward column starts from the day treated as receipt.
@pytest.mark.parametrize(
    ("received", "three", "fifteen", "twenty_five"),
    [
        (date(2020, 6, 1), date(2020, 6, 4), date(2020, 6, 22), date(2020, 7, 6)),
        (date(2020, 4, 6), date(2020, 4, 9), date(2020, 4, 29), date(2020, 5, 14)),
        (date(2020, 9, 5), date(2020, 9, 9), date(2020, 9, 25), date(2020, 10, 9)),
        (date(2020, 12, 14), date(2020, 12, 17), date(2021, 1, 7), date(2021, 1, 21)),
    ],
)
def test_the_published_table_of_dates_holds(
    received: date, three: date, fifteen: date, twenty_five: date
) -> None:
    assert [ENGLAND.add(received, n) for n in (3, 15, 25)] == [three, fifteen, twenty_five]


def test_a_saturday_rolled_forward_counts_from_the_monday_as_day_nought() -> None:
    monday = ENGLAND.on_or_after(date(2020, 9, 5))
    assert ENGLAND.add(monday, 15) == date(2020, 9, 28)


@given(days, numbers.filter(bool))
def test_no_deadline_falls_on_a_day_off(day: date, n: int) -> None:
    assert ENGLAND.is_working_day(ENGLAND.add(day, n))


@given(days, numbers, numbers)
def test_adding_twice_is_adding_the_sum(day: date, n: int, m: int) -> None:
    assert ENGLAND.add(ENGLAND.add(day, n), m) == ENGLAND.add(day, n + m)


@given(days, numbers)
def test_counting_undoes_adding(day: date, n: int) -> None:
    assert ENGLAND.count(day, ENGLAND.add(day, n)) == n


@given(days, days, numbers)
def test_a_later_receipt_is_never_due_earlier(one: date, other: date, n: int) -> None:
    first, second = sorted((one, other))
    assert ENGLAND.add(first, n) <= ENGLAND.add(second, n)


@given(days, numbers)
def test_the_explanation_counts_each_day_once_up_to_the_deadline(day: date, n: int) -> None:
    explained = list(ENGLAND.explain(day, n))
    assert [d.day for d in explained] == [day + timedelta(i) for i in range(len(explained))]
    assert [d.number for d in explained if d.number is not None] == list(range(n + 1))
    assert explained[-1].day == ENGLAND.add(day, n)


def test_the_explanation_names_why_a_day_was_skipped() -> None:
    skipped = {d.day: d.why_skipped for d in ENGLAND.explain(date(2020, 4, 9), 1)}
    assert skipped[date(2020, 4, 10)] == "Good Friday"
    assert skipped[date(2020, 4, 11)] == "Saturday"
    assert skipped[date(2020, 4, 13)] == "Easter Monday"
    assert skipped[date(2020, 4, 14)] is None


def test_a_closure_day_of_the_council_is_a_day_off_with_its_name() -> None:
    calendar = WorkingCalendar({date(2026, 12, 29): "Christmas closure"})
    assert calendar.why_off(date(2026, 12, 29)) == "Christmas closure"
    assert calendar.next_working_day(date(2026, 12, 28)) == date(2026, 12, 30)


def test_working_days_are_not_counted_backwards() -> None:
    with pytest.raises(ValueError, match="forwards"):
        ENGLAND.add(date(2026, 1, 1), -1)
