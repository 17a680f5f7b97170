"""Counts of how the work stands."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from models.case import Case, Change, State
from models.prediction import Category
from models.standing import Answer, Standing
from models.store_port import Store
from tests.support.cases import opened
from tests.support.council import example_council, utc

COUNCIL = example_council()
NOW = utc(2026, 6, 1)


def keep(
    store: Store,
    number: int,
    at: datetime = NOW,
    told: str = "#missed_bin complaint",
    **changes: object,
) -> Case:
    case = replace(opened(COUNCIL, at, f"CC-2026-{number:05d}", told).case, **changes)
    with store.work() as work:
        work.cases.add(Change(case, ()))
    return case


def test_what_was_received_is_counted_by_category_from_the_first_moment_to_before_the_last(
    store: Store,
) -> None:
    keep(store, 1, NOW)
    keep(store, 2, NOW + timedelta(days=29), "#missed_bin enquiry")
    keep(store, 3, NOW + timedelta(days=30))
    keep(store, 4, NOW - timedelta(microseconds=1))
    with store.view() as work:
        received = work.standings.received(NOW, NOW + timedelta(days=30))
    assert received == {Category.COMPLAINT: 1, Category.GENERAL_ENQUIRY: 1}


def test_open_cases_are_counted_by_service_and_a_case_is_overdue_once(store: Store) -> None:
    case = keep(store, 1)
    keep(store, 2, NOW + timedelta(days=60), holder="U1")
    keep(store, 3, NOW + timedelta(days=60), state=State.TRIAGE)
    keep(store, 4, state=State.CLOSED)
    keep(store, 5, NOW + timedelta(days=60), "#pothole_road enquiry")
    due = case.stage.answer_by
    assert due is not None
    with store.view() as work:
        late, in_time = (work.standings.now(due + timedelta(days=n)) for n in (1, 0))
        nothing_late = work.standings.now(case.stage.acknowledge_by)
    assert late == (Standing(None, 1, 0, 1, 0), Standing("waste_recycling", 3, 1, 2, 1))
    assert in_time == late  # its acknowledgement is late already
    assert nothing_late[1].overdue == 0


def test_answers_to_complaints_come_with_the_date_that_counted_for_them(store: Store) -> None:
    at = utc(2026, 6, 20)
    for number, extended_to in ((1, None), (2, date(2026, 7, 6))):
        case = keep(store, number)
        stage = replace(case.stage, answered_at=at, extended_to=extended_to)
        with store.work() as work:
            work.cases.save(Change(replace(case, version=2, state=State.ANSWERED, stage=stage), ()))
    enquiry = keep(store, 3, told="#missed_bin enquiry")
    stage = replace(enquiry.stage, answered_at=at)
    with store.work() as work:
        work.cases.save(Change(replace(enquiry, version=2, stage=stage), ()))
        answers = work.standings.answers(NOW, utc(2026, 7, 1))
        assert work.standings.answers(NOW, at) == ()
    assert set(answers) == {Answer(at, case.stage.respond_by), Answer(at, date(2026, 7, 6))}
