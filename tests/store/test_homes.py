from dataclasses import replace
from datetime import timedelta

from models.actions import claim
from models.case import State
from models.homes import Home
from models.outbox import Kind, Lane, home
from models.people import staff
from models.store_port import Store
from tests.support.cases import opened
from tests.support.council import example_council, utc

NOW = utc(2026, 6, 1)
COUNCIL = example_council()
SECOND = timedelta(seconds=1)


def test_a_home_is_remembered_from_its_opening_and_forgotten_for_good(store: Store) -> None:
    with store.work() as work:
        assert work.homes.get("U1") is None
        work.homes.opened("U1", NOW)
        shown = Home("U1", frozenset({"waste_recycling", "lead"}), "hash", NOW)
        work.homes.published(shown)
        work.homes.opened("U1", NOW + SECOND)
        assert work.homes.all() == (shown,)
        work.homes.forget("U1")
        assert work.homes.all() == ()


def test_unclaimed_are_open_cases_of_the_services_that_nobody_holds(store: Store) -> None:
    with store.work() as work:
        for number in range(1, 5):
            work.cases.add(opened(COUNCIL, NOW, f"CC-2026-0000{number}"))
        other = opened(COUNCIL, NOW, "CC-2026-00005", "#parks_play enquiry")
        work.cases.add(other)
        case = work.cases.get("CC-2026-00002")
        assert case is not None
        work.cases.save(claim(case, staff("U1"), NOW))
        waiting = opened(COUNCIL, NOW, "CC-2026-00006")
        work.cases.add(replace(waiting, case=replace(waiting.case, state=State.TRIAGE)))
        found = work.homes.unclaimed({"waste_recycling"}, 2)
        assert [one.reference for one in found] == ["CC-2026-00001", "CC-2026-00003"]
        assert len(work.homes.unclaimed({"waste_recycling", other.case.service}, 9)) == 4
        assert work.homes.unclaimed((), 9, others=True) == ()
        work.cases.add(opened(COUNCIL, NOW, "CC-2026-00007", "#pothole_road enquiry"))
        assert work.homes.unclaimed((), 9) == ()
        (other_body,) = work.homes.unclaimed((), 9, others=True)
        assert other_body.reference == "CC-2026-00007"


def test_one_redraw_of_a_home_waits_and_one_that_is_under_way_does_not_stand_for_it(
    store: Store,
) -> None:
    with store.work() as work:
        assert work.outbox.add(home("U1", NOW), NOW)
        assert not work.outbox.add(home("U1", NOW + SECOND), NOW + SECOND)
        assert work.outbox.add(home("U12", NOW), NOW)
        claimed = work.outbox.claim(Lane.SLACK, NOW, 9, SECOND)
        assert [item.parcel.kind for item in claimed] == [Kind.HOME, Kind.HOME]
        assert work.outbox.add(home("U1", NOW + SECOND), NOW + SECOND)


def test_redraws_that_were_done_do_not_pile_up(store: Store) -> None:
    for n in range(5):
        at = NOW + n * SECOND
        with store.work() as work:
            work.outbox.add(home("U1", at), at)
            (item,) = work.outbox.claim(Lane.SLACK, at, 9, SECOND)
            work.outbox.dropped(item, "", at)
    with store.view() as work:
        assert sum(work.outbox.counts().values()) == 1
