from dataclasses import replace
from datetime import date, timedelta

import pytest

from models.agreed import Agreed, Cause, Finished, Lesson, Owed, Redress, Remedy, Task
from models.case import Case, Change, Level
from models.store_port import Store
from tests.support.cases import opened
from tests.support.council import example_council, utc

COUNCIL = example_council()
NOW, TODAY = utc(2026, 11, 27), date(2026, 11, 27)
DAY = timedelta(days=1)
LESSON = Agreed(
    1,
    Level.LEVEL_ONE,
    TODAY,
    Task("Check the lists", "U1", TODAY + 10 * DAY),
    lesson=Lesson(Cause.DELAY, "Too few vans \ud800"),
)
PAYMENT = Agreed(
    2, None, TODAY, Task("Pay", "U2", TODAY + 5 * DAY), redress=Redress(Remedy.PAYMENT, 9_950)
)


@pytest.fixture
def case(store: Store) -> Case:
    return keep(store, "CC-2026-00001", LESSON, PAYMENT)


def keep(store: Store, reference: str, *agreed: Agreed) -> Case:
    change = opened(COUNCIL, NOW, reference)
    case = replace(change.case, agreed=agreed)
    with store.work() as work:
        work.cases.add(replace(change, case=case))
    return case


def save(store: Store, case: Case, *agreed: Agreed) -> Case:
    after = replace(case, version=case.version + 1, agreed=agreed)
    with store.work() as work:
        work.cases.save(Change(after, ()))
    return after


def numbers(owed: tuple[Owed, ...]) -> list[tuple[str, int]]:
    return [(one.reference[-1], one.agreed.number) for one in owed]


def test_what_is_agreed_comes_back_with_its_case_as_it_was_kept(store: Store, case: Case) -> None:
    kept = replace(LESSON, lesson=Lesson(Cause.DELAY, "Too few vans \\ud800"))
    finished = replace(PAYMENT, finished=Finished(TODAY, "U2", "Paid."))
    with store.view() as work:
        found = work.cases.get(case.reference)
        assert found is not None
        assert found.agreed == (kept, PAYMENT)
    save(store, case, LESSON, finished)
    with store.view() as work:
        found = work.cases.get(case.reference)
        assert found is not None
        assert found.agreed == (kept, finished)


def test_what_is_due_comes_earliest_first_and_without_what_is_done(
    store: Store, case: Case
) -> None:
    keep(store, "CC-2026-00002", replace(LESSON, task=Task("x", "U3", TODAY)))
    with store.view() as work:
        assert numbers(work.agreed.due(TODAY + 10 * DAY)) == [("2", 1), ("1", 2), ("1", 1)]
        assert numbers(work.agreed.due(TODAY + 9 * DAY)) == [("2", 1), ("1", 2)]
    save(store, case, LESSON, replace(PAYMENT, finished=Finished(TODAY, "U2", "Paid.")))
    with store.view() as work:
        assert numbers(work.agreed.due(TODAY + 10 * DAY)) == [("2", 1), ("1", 1)]


def to_remind(store: Store, days_before: int) -> list[tuple[str, int]]:
    with store.view() as work:
        return numbers(work.agreed.to_remind(TODAY, TODAY + 5 * DAY, days_before))


def remind(store: Store, days_before: int) -> None:
    with store.work() as work:
        for owed in work.agreed.to_remind(TODAY, TODAY + 5 * DAY, days_before):
            work.agreed.reminded(owed, days_before)


def test_a_point_is_reminded_of_once_and_an_earlier_one_no_more(store: Store, case: Case) -> None:
    assert to_remind(store, 2) == [("1", 2)]
    remind(store, 2)
    assert to_remind(store, 2) == to_remind(store, 5) == []
    assert to_remind(store, 1) == [("1", 2)]
    save(store, case, LESSON, PAYMENT)
    assert to_remind(store, 2) == []


@pytest.mark.parametrize(
    "task", [replace(PAYMENT.task, owner="U3"), replace(PAYMENT.task, due=TODAY + 4 * DAY)]
)
def test_a_new_date_or_a_new_owner_starts_the_reminders_anew(
    store: Store, case: Case, task: Task
) -> None:
    remind(store, 2)
    save(store, case, LESSON, replace(PAYMENT, task=task))
    assert to_remind(store, 2) == [("1", 2)]
