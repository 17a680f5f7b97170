"""Why a date is what it is, in lines that read well aloud."""

from dataclasses import replace
from datetime import date, datetime, time

import pytest

from bot.bank_holidays import working_calendar
from handlers.slack import why_dates
from models.case import State
from models.council import Council
from models.day_by_day import explained
from models.extending import extended
from models.history import Event
from models.letter import Extension
from models.people import staff
from models.policy import PRESETS, Count
from tests.handlers.slack.test_rendering import assert_slack_takes
from tests.support.cases import opened
from tests.support.council import example_council

ANSWERED = (
    "*The answer*: our promise is that a complaint is answered within 15 working days from the day of "
    "receipt."
)
EXAMPLE = replace(example_council(), calendar=working_calendar("england-and-wales", {}))


def council(policy: str = "eastleigh-2021", count: Count = Count.NEXT_DAY) -> Council:
    return replace(EXAMPLE, policy=replace(PRESETS[policy], count=count))


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), EXAMPLE.zone)


def told(day: date, here: Council, said: str = "#missed_bin complaint", **changes: object) -> str:
    change = opened(here, noon(day), "CC-2026-00042", said)
    saying = why_dates.saying(
        explained(replace(change.case, **changes), here, change.entries), here
    )
    assert_slack_takes(saying)
    return saying.text


def test_weeks_are_folded_into_lines() -> None:
    assert told(date(2020, 6, 1), council(), state=State.OPEN).split("\n") == [
        "*CC-2026-00042*: the answer is due *Mon 22 June 2020*.",
        "*The acknowledgement*: our promise of 3 working days, so by Thu 4 June 2020.",
        ANSWERED,
        "Mon 1 June 2020 received: day 0.",
        "Tue 2 to Fri 5 June: days 1 to 4. Sat 6, Sun 7 skipped.",
        "Mon 8 to Fri 12 June: days 5 to 9. Sat 13, Sun 14 skipped.",
        "Mon 15 to Fri 19 June: days 10 to 14. Sat 20, Sun 21 skipped.",
        "Mon 22 June: day 15.",
    ]


def test_bank_holidays_are_skipped_by_name_and_the_acknowledgement_comes_first() -> None:
    said = told(date(2020, 4, 6), council("lgsco-2024"))
    assert (
        "Fri 10 April (Good Friday), Sat 11, Sun 12, Mon 13 April (Easter Monday) skipped." in said
    )
    assert (
        "Wed 15 April 2020 the last day for the acknowledgement, which has not gone: day 0." in said
    )
    assert "Thu 16 and Fri 17 April: days 1 and 2." in said


def test_a_receipt_on_a_day_off_says_how_it_is_treated() -> None:
    said = told(date(2020, 9, 5), council(count=Count.ROLL_FORWARD))
    assert "Received Sat 5 September 2020, a day off, and treated as received on the next" in said
    assert "Sat 5, Sun 6 skipped." in said
    assert "Mon 7 September 2020 treated as received: day 0." in said


def test_an_extension_follows_with_the_date_before_it() -> None:
    here = council()
    change = opened(here, noon(date(2020, 6, 1)), "CC-2026-00042")
    longer = extended(
        change.case, Extension(date(2020, 7, 6), "Why"), here, staff("U1"), noon(date(2020, 6, 10))
    )
    known = explained(longer.case, here, [*change.entries, *longer.entries])
    said = why_dates.saying(known, here)
    assert_slack_takes(said)
    assert "the answer is due *Mon 6 July 2020*, extended." in said.text
    assert "Mon 22 June 2020 the date before: day 0." in said.text
    assert said.text.endswith(
        "• Mon 22 June 2020 became Mon 6 July 2020 on Wed 10 June 2020: it was extended."
    )


def test_where_nothing_is_promised_the_acknowledgements_days_are_told() -> None:
    said = told(date(2020, 6, 1), council(), "#parks_play compliment")
    assert "no answer is promised" in said
    assert "Tue 2 to Thu 4 June: days 1 to 3." in said


def test_a_date_that_the_rules_would_not_give_is_pointed_out() -> None:
    change = opened(council(), noon(date(2020, 6, 1)), "CC-2026-00042")
    stage = replace(change.case.stage, respond_by=date(2020, 6, 25))
    assert "the date would be Mon 22 June 2020. The case keeps Thu 25 June 2020" in told(
        date(2020, 6, 1), council(), stage=stage
    )


@pytest.mark.parametrize("days", [60, 200])
def test_a_long_count_is_taken_by_slack(days: int) -> None:
    here = replace(EXAMPLE, policy=replace(PRESETS["eastleigh-2021"], respond_days=days))
    assert f"day {days}" in told(date(2020, 6, 1), here).replace("days ", "day ").replace(
        f"to {days}", f"day {days}"
    )


def test_each_event_that_moves_a_date_has_words() -> None:
    assert set(why_dates._MOVES) <= set(Event)


def test_a_date_that_a_merge_moved_is_explained_in_words() -> None:
    here = council()
    change = opened(here, noon(date(2020, 6, 1)), "CC-2026-00042")
    days = ("2020-06-22", "2020-06-19", "2020-06-22")
    joined, apart = (
        replace(
            change.entries[0],
            event=event,
            version=n + 2,
            details={"respond_by_was": days[n], "respond_by": days[n + 1]},
        )
        for n, event in enumerate((Event.JOINED, Event.TAKEN_APART))
    )
    history = (*change.entries, joined, apart)
    said = why_dates.saying(explained(change.case, here, history), here).text
    assert "Mon 1 June 2020: a case was merged into it." in said
    assert "Mon 1 June 2020: a merge was undone." in said
