from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from models.contact import By, Contact, Earlier
from models.locations import Location, PlaceKind
from models.message import Sender
from models.store_port import Store
from tests.support.cases import opened
from tests.support.council import example_council, utc

COUNCIL = example_council()
NOW = utc(2026, 11, 27)
DAY = timedelta(days=1)
MILL = Location(PlaceKind.STREET, "mill lane")
AT_12 = Location(PlaceKind.ADDRESS, "12 mill lane")


def keep(
    store: Store,
    number: int,
    at: datetime = NOW,
    places: Sequence[Location] = (),
    topic: str = "fly_tip",
    address: str = "jo@post.example",
) -> str:
    reference = f"CC-2026-{number:05d}"
    change = opened(COUNCIL, at, reference, f"#{topic} enquiry")
    case = replace(change.case, customer=Sender("Jo", address))
    with store.work() as work:
        work.cases.add(replace(change, case=case))
        work.locations.add(reference, topic, at, places)
    return reference


def test_cases_at_a_place_come_newest_first_with_the_place_they_share(store: Store) -> None:
    old, new = keep(store, 1, NOW, [MILL]), keep(store, 2, NOW + DAY, [MILL, AT_12])
    keep(store, 3, NOW, [MILL], topic="noise")
    with store.view() as work:
        found = work.locations.at([MILL, AT_12], ["fly_tip", "litter_cleansing"], NOW, 20)
        assert [(one.reference, one.location) for one in found] == [
            (new, AT_12), (new, MILL), (old, MILL),
        ]  # fmt: skip
        assert len(work.locations.at([MILL], ["fly_tip"], NOW, 1)) == 1
        assert work.locations.at([MILL], ["fly_tip"], NOW + 2 * DAY, 20) == ()


def test_a_place_is_kept_once_for_a_case_and_given_back(store: Store) -> None:
    reference = keep(store, 1, NOW, [MILL, AT_12, MILL])
    with store.work() as work:
        work.locations.add(reference, "fly_tip", NOW, [MILL])
        assert work.locations.of_case(reference) == {MILL, AT_12}
        assert work.locations.of_case("CC-2026-00009") == frozenset()


def test_places_that_nobody_asks_for_any_more_are_forgotten_some_thousands_at_a_time(
    store: Store,
) -> None:
    old = keep(store, 1, NOW, [Location(PlaceKind.NAMED, f"park {n}") for n in range(5_001)])
    new = keep(store, 2, NOW + DAY, [MILL])
    with store.work() as work:
        assert work.locations.forget(NOW) == 0
        assert work.locations.forget(NOW + DAY) == 5_000
        assert work.locations.forget(NOW + DAY) == 1
        assert work.locations.of_case(old) == frozenset()
        assert work.locations.of_case(new) == {MILL}


def test_a_customers_cases_on_topics_come_newest_first_whatever_the_case_of_the_address(
    store: Store,
) -> None:
    first = keep(store, 1, NOW)
    second = keep(store, 2, NOW + DAY, topic="litter_cleansing", address="JO@post.example")
    keep(store, 3, NOW, topic="noise")
    keep(store, 4, NOW, address="al@x.example")
    topics = ["fly_tip", "litter_cleansing"]
    with store.view() as work:
        found = work.cases.of_customer("Jo@Post.example", topics, NOW, 20)
        assert [case.reference for case in found] == [second, first]
        newest = work.cases.of_customer("jo@post.example", topics, NOW, 1)
        assert [case.reference for case in newest] == [second]
        assert work.cases.of_customer("jo@post.example", topics, NOW + 2 * DAY, 20) == ()


def test_earlier_contact_comes_back_as_it_was_kept(store: Store) -> None:
    earlier = (Earlier("CC-2026-00007", By.SENDER), Earlier("CC-2026-00005", By.STREET))
    for number, contact in enumerate([None, Contact(), Contact(earlier, "CC-2026-00007")]):
        change = opened(COUNCIL, NOW, f"CC-2026-0000{number}")
        case = replace(change.case, contact=contact)
        with store.work() as work:
            work.cases.add(replace(change, case=case))
            assert work.cases.get(case.reference) == case
