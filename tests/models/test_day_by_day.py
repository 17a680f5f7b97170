"""A date's explanation is the date: each day once, the last one due, as many counted as promised."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.bank_holidays import working_calendar
from models.actions import acknowledged, redated, reopen
from models.case import Case, Level, State
from models.council import Council
from models.day_by_day import Counting, Start, explained
from models.deadlines import PromiseKind
from models.extending import extended
from models.history import Entry, Event
from models.letter import Extension
from models.people import CAREBOT, staff
from models.policy import PRESETS, Count, CountedFrom
from models.prediction import Category, Flag
from tests.support.cases import opened
from tests.support.council import example_council

EXAMPLE = example_council()
ENGLAND = working_calendar("england-and-wales", {date(2026, 12, 29): "Christmas closure"})
OFFICER = staff("U1")


def council(policy: str = "eastleigh-2021", count: Count = Count.NEXT_DAY) -> Council:
    return replace(EXAMPLE, calendar=ENGLAND, policy=replace(PRESETS[policy], count=count))


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), EXAMPLE.zone)


def case_of(day: date, here: Council, told: str = "#missed_bin complaint") -> Case:
    return opened(here, noon(day), "CC-2026-00042", told).case


days = st.dates(date(2019, 1, 1), date(2027, 6, 30))
councils = st.builds(council, st.sampled_from(sorted(PRESETS)), st.sampled_from(Count))
cases = st.fixed_dictionaries(
    {
        "category": st.sampled_from(Category),
        "level": st.sampled_from([None, *Level]),
        "state": st.sampled_from(State),
        "flags": st.sampled_from([(), (Flag.MP_ENQUIRY,), (Flag.HAZARD,)]),
    }
)


def assert_counts(counting: Counting, here: Council) -> None:
    first, *rest = counting.days
    assert first.number == 0
    assert [d.day for d in counting.days] == [
        first.day + timedelta(n) for n in range(len(counting.days))
    ]
    assert [d.number for d in counting.days if d.number is not None] == list(
        range(counting.number + 1)
    )
    for each in rest:
        assert (each.why_skipped is None) is here.calendar.is_working_day(each.day)
        assert each.why_skipped == here.calendar.why_off(each.day)


@given(days, councils, cases, st.none() | st.integers(0, 20))
def test_the_last_day_counted_is_the_date_that_the_case_keeps_and_as_many_are_counted_as_promised(
    day: date, here: Council, changed: dict[str, object], acknowledged_after: int | None
) -> None:
    case = replace(case_of(day, here), **changed)
    if acknowledged_after is not None:
        at = noon(day + timedelta(acknowledged_after))
        case = replace(case, stage=replace(case.stage, acknowledged_at=at))
    case = redated(case, here)
    told = explained(case, here, [])
    assert told.agrees
    assert told.kept == case.stage.respond_by
    assert told.acknowledgement.due == case.stage.acknowledge_by
    assert_counts(told.acknowledgement, here)
    if told.answer is None:
        assert case.stage.respond_by is None
        return
    assert_counts(told.answer.counting, here)
    assert told.answer.counting.due == case.stage.respond_by
    assert told.answer.counting.number == told.answer.promise.days
    if told.answer.promise.counted_from is CountedFrom.ACKNOWLEDGEMENT:
        assert told.answer.counting.start in {Start.ACKNOWLEDGED, Start.TO_ACKNOWLEDGE}
    elif here.policy.count is Count.NEXT_DAY:
        assert told.answer.counting.days[0].day == day


@given(days, councils)
def test_a_receipt_rolled_forward_says_which_days_it_passed_and_why(
    day: date, here: Council
) -> None:
    told = explained(case_of(day, here), here, [])
    nought = told.acknowledgement.days[0].day
    assert [d.day for d in told.rolled] == [day + timedelta(n) for n in range((nought - day).days)]
    assert all(d.why_skipped == ENGLAND.why_off(d.day) is not None for d in told.rolled)
    assert (told.acknowledgement.start is Start.ROLLED) is bool(told.rolled)


def test_easter_is_skipped_by_its_names_and_a_closure_day_by_its_own() -> None:
    told = explained(case_of(date(2020, 4, 6), council()), council(), [])
    assert told.answer is not None
    skipped = {d.day: d.why_skipped for d in told.answer.counting.days if d.number is None}
    assert skipped[date(2020, 4, 10)] == "Good Friday"
    assert skipped[date(2020, 4, 13)] == "Easter Monday"
    assert told.answer.counting.due == date(2020, 4, 29)
    told = explained(case_of(date(2026, 12, 24), council()), council(), [])
    skipped = {d.day: d.why_skipped for d in told.acknowledgement.days}
    assert skipped[date(2026, 12, 29)] == "Christmas closure"


def test_an_extension_is_counted_from_the_date_before_and_the_date_before_is_kept() -> None:
    here = council()
    case = case_of(date(2020, 6, 1), here)
    to = here.calendar.add(date(2020, 6, 22), 10)
    change = extended(case, Extension(to, "Why"), here, OFFICER, noon(date(2020, 6, 10)))
    first = opened(here, noon(date(2020, 6, 1)), "CC-2026-00042").entries
    told = explained(change.case, here, [*first, *change.entries])
    assert told.due == to == date(2020, 7, 6)
    assert told.extension is not None
    assert (told.extension.number, told.extension.due) == (10, to)
    assert_counts(told.extension, here)
    (moved,) = told.moved
    assert (moved.was, moved.to, moved.event) == (date(2020, 6, 22), to, Event.EXTENDED)


def test_an_extension_that_is_only_approved_moves_nothing() -> None:
    here = council()
    change = opened(here, noon(date(2020, 6, 1)), "CC-2026-00042")
    approved = Entry(
        "CC-2026-00042", 2, Event.EXTENSION_APPROVED, noon(date(2020, 6, 2)), OFFICER,
        {"respond_by": "2020-07-06"},
    )  # fmt: skip
    assert explained(change.case, here, [*change.entries, approved]).moved == ()


def test_an_acknowledgement_that_moves_the_date_is_told_and_one_that_leaves_it_is_not() -> None:
    here = council("lgsco-2024")
    change = opened(here, noon(date(2020, 6, 1)), "CC-2026-00042")
    early = acknowledged(change.case, here, CAREBOT, noon(date(2020, 6, 2)))
    told = explained(early.case, here, [*change.entries, *early.entries])
    (moved,) = told.moved
    assert (moved.was, moved.to) == (date(2020, 6, 22), date(2020, 6, 16))
    assert told.answer is not None
    assert told.answer.counting.start is Start.ACKNOWLEDGED
    last = acknowledged(change.case, here, CAREBOT, noon(change.case.stage.acknowledge_by))
    assert explained(last.case, here, [*change.entries, *last.entries]).moved == ()


def test_a_date_that_the_rules_of_today_would_not_give_is_said_to_differ() -> None:
    here = council()
    case = case_of(date(2020, 6, 1), here)
    kept = replace(case, stage=replace(case.stage, respond_by=date(2020, 6, 25)))
    told = explained(kept, here, [])
    assert not told.agrees
    assert told.due == date(2020, 6, 25)


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ("#missed_bin complaint", PromiseKind.COMPLAINT),
        ("#missed_bin enquiry", PromiseKind.ENQUIRY),
        ("#missed_bin complaint !mp_enquiry", PromiseKind.MP_ENQUIRY),
        ("#pothole_road enquiry", PromiseKind.SIGNPOST),
    ],
)
def test_the_rule_is_named_that_the_date_follows_from(told: str, kind: PromiseKind) -> None:
    here = council()
    answer = explained(case_of(date(2020, 6, 1), here, told), here, []).answer
    assert answer is not None
    assert answer.promise.kind is kind


def test_of_a_compliment_no_date_is_explained() -> None:
    here = council()
    told = explained(case_of(date(2020, 6, 1), here, "#parks_play compliment"), here, [])
    assert (told.answer, told.due, told.agrees) == (None, None, True)


def test_a_case_opened_again_is_counted_from_the_later_message() -> None:
    here = council()
    case = replace(case_of(date(2020, 6, 1), here), state=State.CLOSED)
    again = reopen(case, here, noon(date(2020, 7, 1)), noon(date(2020, 7, 1)))
    told = explained(again.case, here, again.entries)
    assert told.received_on == date(2020, 7, 1)
    assert told.answer is not None
    assert told.answer.counting.days[0].day == date(2020, 7, 1)
