import threading
from datetime import date, timedelta

import pytest

from models.actions import acknowledged, claim, close
from models.case import State
from models.deadlines import DeadlineKind
from models.errors import Misconfigured, Stale
from models.extending import approve_extension, extended
from models.history import Event
from models.letter import Extension, LetterKind
from models.people import CAREBOT, staff
from models.posting import to_post
from models.store import open_store
from models.store_port import Query, Store
from tests.support.cases import opened
from tests.support.council import example_council, utc

COUNCIL = example_council()
NOW = utc(2020, 6, 1)
PRIYA = staff("U1")


def test_a_case_comes_back_as_it_was_kept(store: Store) -> None:
    change = opened(COUNCIL, NOW, "CC-2020-00001", "#missed_bin complaint !hazard !mp_enquiry")
    with store.work() as work:
        work.cases.add(change)
    with store.view() as work:
        assert work.cases.get("CC-2020-00001") == change.case
        assert work.cases.history("CC-2020-00001") == change.entries


def test_a_changed_case_comes_back_with_its_history_in_order(store: Store) -> None:
    first = opened(COUNCIL, NOW, "CC-2020-00001")
    second = claim(first.case, PRIYA, NOW)
    third = acknowledged(second.case, COUNCIL, CAREBOT, NOW)
    with store.work() as work:
        work.cases.add(first)
        work.cases.save(second)
        work.cases.save(third)
    with store.view() as work:
        assert work.cases.get("CC-2020-00001") == third.case
        events = [entry.event for entry in work.cases.history("CC-2020-00001")]
    assert events == [Event.OPENED, Event.CLAIMED, Event.ACKNOWLEDGED]


def test_an_extended_case_comes_back_with_both_dates_and_is_due_and_sorted_by_the_new_one(
    store: Store,
) -> None:
    first = opened(COUNCIL, NOW, "CC-2020-00001")
    other = opened(COUNCIL, utc(2020, 6, 3), "CC-2020-00002")
    to = Extension(date(2020, 7, 6), "why")
    waiting = to_post(
        approve_extension(first.case, to, COUNCIL, PRIYA, NOW),
        LetterKind.HOLDING_REPLY,
        PRIYA,
        NOW,
    )
    later = extended(waiting.case, to, COUNCIL, CAREBOT, NOW)
    with store.work() as work:
        for change in (first, other):
            work.cases.add(change)
        work.cases.save(waiting)
    with store.work() as work:
        assert work.cases.get("CC-2020-00001") == waiting.case
        work.cases.save(later)
    with store.view() as work:
        assert work.cases.get("CC-2020-00001") == later.case
        due = {(d.case.reference, d.due) for d in work.cases.due(date(2020, 7, 31))}
        assert ("CC-2020-00001", date(2020, 7, 6)) in due
        assert ("CC-2020-00001", date(2020, 6, 22)) not in due
        assert [c.reference for c in work.cases.find(Query())] == ["CC-2020-00002", "CC-2020-00001"]


def test_a_change_on_a_stale_version_is_refused_and_nothing_of_it_is_kept(store: Store) -> None:
    first = opened(COUNCIL, NOW, "CC-2020-00001")
    with store.work() as work:
        work.cases.add(first)
        work.cases.save(claim(first.case, PRIYA, NOW))
    with pytest.raises(Stale), store.work() as work:
        work.cases.save(claim(first.case, staff("U2"), NOW))
    with store.view() as work:
        kept = work.cases.get("CC-2020-00001")
        assert kept is not None
        assert kept.holder == "U1"
        assert len(work.cases.history("CC-2020-00001")) == 2


def test_what_is_raised_in_a_unit_of_work_undoes_all_of_it(store: Store) -> None:
    with pytest.raises(RuntimeError), store.work() as work:
        work.cases.add(opened(COUNCIL, NOW, work.cases.new_reference(2020)))
        raise RuntimeError
    with store.work() as work:
        assert work.cases.get("CC-2020-00001") is None
        assert work.cases.new_reference(2020) == "CC-2020-00001"


def test_references_of_a_year_are_never_given_twice_by_threads_at_once(store: Store) -> None:
    given: list[str] = []

    def take() -> None:
        for _ in range(50):
            with store.work() as work:
                given.append(work.cases.new_reference(2020))

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(given) == [f"CC-2020-{n:05d}" for n in range(1, 201)]


def test_open_deadlines_are_found_by_date_and_met_ones_are_not(store: Store) -> None:
    change = opened(COUNCIL, NOW, "CC-2020-00001")
    with store.work() as work:
        work.cases.add(change)
        assert [(d.kind, d.due) for d in work.cases.due(date(2020, 6, 22))] == [
            (DeadlineKind.ACKNOWLEDGE, date(2020, 6, 4)),
            (DeadlineKind.RESPOND, date(2020, 6, 22)),
        ]
        assert work.cases.due(date(2020, 6, 3)) == ()
        work.cases.save(acknowledged(change.case, COUNCIL, CAREBOT, NOW))
        assert [d.kind for d in work.cases.due(date(2020, 6, 22))] == [DeadlineKind.RESPOND]


def test_a_closed_case_has_no_deadlines(store: Store) -> None:
    change = opened(COUNCIL, NOW, "CC-2020-00001", "#council_tax enquiry")
    with store.work() as work:
        work.cases.add(change)
        work.cases.save(close(change.case, "rang them", None, PRIYA, NOW))
        assert work.cases.due(date(2030, 1, 1)) == ()


def test_a_reminder_is_noted_until_the_date_changes(store: Store) -> None:
    change = opened(COUNCIL, NOW, "CC-2020-00001")
    with store.work() as work:
        work.cases.add(change)
        window = (date(2020, 6, 22), date(2020, 6, 22))
        (deadline,) = work.cases.to_remind(*window, 5)
        work.cases.reminded(deadline, 5)
        assert work.cases.to_remind(*window, 5) == ()
        assert work.cases.to_remind(*window, 2) == (deadline,)
        work.cases.save(claim(change.case, PRIYA, NOW))
        assert work.cases.to_remind(*window, 5) == ()


def test_cases_are_found_by_holder_and_state_those_due_first_first(store: Store) -> None:
    enquiry = opened(COUNCIL, NOW, "CC-2020-00001", "#council_tax enquiry")
    complaint = opened(COUNCIL, NOW, "CC-2020-00002")
    praise = opened(COUNCIL, NOW, "CC-2020-00003", "#parks_play compliment")
    with store.work() as work:
        for change in (praise, complaint, enquiry):
            work.cases.add(change)
        work.cases.save(claim(complaint.case, PRIYA, NOW))
    with store.view() as work:

        def found(query: Query) -> list[str]:
            return [case.reference[-1] for case in work.cases.find(query)]

        assert found(Query()) == ["1", "2", "3"]
        assert found(Query(limit=1, after=1)) == ["2"]
        assert found(Query(holder="U1")) == ["2"]
        assert found(Query(states=frozenset({State.CLOSED}))) == []


@pytest.mark.parametrize("url", ["", "mysql://x", "sqlite:///", "sqlite:///no/such/folder/x.db"])
def test_a_store_that_cannot_be_opened_is_named(url: str) -> None:
    with pytest.raises(Misconfigured, match="store|STORE"):
        open_store(url)


def test_a_page_of_what_is_due_comes_with_how_many_there_are_in_all(store: Store) -> None:
    for number in range(1, 8):
        with store.work() as work:
            work.cases.add(opened(COUNCIL, NOW, f"CC-2020-{number:05d}"))
    with store.view() as work:
        every = work.cases.due(date(2020, 7, 31))
        first, last = every[0].due, every[-1].due
        page, total = work.cases.due_page(first, last, 5, 5)
        assert (page, total) == (every[5:10], len(every))
        assert work.cases.due_page(first, first, 1, 0) == (every[:1], 7)
        assert work.cases.due_page(last + timedelta(days=1), date(2030, 1, 1), 5, 0) == ((), 0)


def test_cases_are_counted_as_they_are_asked_for_whatever_the_page(store: Store) -> None:
    for number in range(1, 4):
        with store.work() as work:
            work.cases.add(opened(COUNCIL, NOW, f"CC-2020-{number:05d}"))
    with store.work() as work:
        case = work.cases.get("CC-2020-00001")
        assert case is not None
        work.cases.save(claim(case, PRIYA, NOW))
    with store.view() as work:
        assert work.cases.count(Query(limit=1)) == 3
        assert work.cases.count(Query(holder="U1")) == 1
        assert work.cases.count(Query(states=frozenset({State.CLOSED}))) == 0
