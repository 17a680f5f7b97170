from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from handlers.reminders import remind
from models.actions import acknowledged, claim
from models.council import Reminding
from models.locations import Location, PlaceKind
from models.outbox import Kind, Parcel
from models.people import CAREBOT, staff
from models.store_port import Store
from tests.support.cases import opened
from tests.support.council import utc
from tests.support.office import TestOffice, everything_waiting

# Received on Monday 1 June 2020: acknowledge by Thursday 4th, answer by Monday 22nd.
RECEIVED = utc(2020, 6, 1)


@pytest.fixture
def store(office: TestOffice) -> Iterator[Store]:
    change = opened(office.council, RECEIVED, "CC-2020-00001")
    with office.store.work() as work:
        work.cases.add(change)
        work.cases.save(acknowledged(change.case, office.council, CAREBOT, RECEIVED))
    return office.store


def reminders(store: Store) -> list[Parcel]:
    return [p for p in everything_waiting(store) if p.kind is Kind.REMINDER]


def days_before(store: Store) -> list[object]:
    return [parcel.payload["days_before"] for parcel in reminders(store)]


def at(day: date, hour: int = 10) -> datetime:
    """An hour of the council's day, in summer one later than UTC."""
    return utc(day.year, day.month, day.day, hour - 1)


def every_hour(first: date, last: date) -> Iterator[datetime]:
    now, end = utc(first.year, first.month, first.day, 0), utc(last.year, last.month, last.day, 23)
    while now <= end:
        yield now
        now += timedelta(hours=1)


def test_a_deadline_is_reminded_of_on_the_configured_days_before_each_once(
    office: TestOffice, store: Store
) -> None:
    said: dict[object, date] = {}
    for now in every_hour(date(2020, 6, 1), date(2020, 6, 26)):
        if not remind(store, office.council, now):
            continue
        for point in days_before(store):
            said.setdefault(point, office.council.local_date(now))
    assert said == {
        5: date(2020, 6, 15),
        2: date(2020, 6, 18),
        1: date(2020, 6, 19),
        0: date(2020, 6, 22),
    }
    assert len(days_before(store)) == 4


@pytest.mark.parametrize(
    "now",
    [
        pytest.param(utc(2020, 6, 15, 7, 59), id="before nine"),
        pytest.param(utc(2020, 6, 15, 16), id="from five"),
        pytest.param(utc(2020, 6, 20, 11), id="on a Saturday"),
        pytest.param(utc(2020, 5, 25, 11), id="on a bank holiday"),
    ],
)
def test_nothing_is_said_outside_working_hours(
    office: TestOffice, store: Store, now: datetime
) -> None:
    assert remind(store, office.council, now) == 0


def test_after_a_stop_only_the_latest_reminder_that_applies_is_said(
    office: TestOffice, store: Store
) -> None:
    remind(store, office.council, at(date(2020, 6, 17)))
    assert days_before(store) == [5]
    remind(store, office.council, at(date(2020, 6, 22)))
    assert days_before(store) == [5, 0]


def test_nobody_is_reminded_five_days_before_of_what_had_three_days_in_all(
    office: TestOffice, store: Store
) -> None:
    change = opened(office.council, RECEIVED, "CC-2020-00002", "#pothole_road enquiry")
    with store.work() as work:
        work.cases.add(change)
        work.cases.save(acknowledged(change.case, office.council, CAREBOT, RECEIVED))
    remind(store, office.council, at(date(2020, 6, 1)))
    assert reminders(store) == []
    remind(store, office.council, at(date(2020, 6, 2)))
    assert days_before(store) == [2]


def test_a_missing_acknowledgement_is_reminded_of_too(office: TestOffice) -> None:
    with office.store.work() as work:
        work.cases.add(opened(office.council, RECEIVED, "CC-2020-00003"))
    remind(office.store, office.council, at(date(2020, 6, 2)))
    (parcel,) = reminders(office.store)
    assert (parcel.payload["kind"], parcel.payload["due"]) == ("acknowledge", "2020-06-04")


def test_a_change_of_the_case_does_not_repeat_a_reminder(office: TestOffice, store: Store) -> None:
    remind(store, office.council, at(date(2020, 6, 15)))
    with store.work() as work:
        case = work.cases.get("CC-2020-00001")
        assert case is not None
        work.cases.save(claim(case, staff("U1"), RECEIVED))
    assert remind(store, office.council, at(date(2020, 6, 15), 11)) == 0


def test_each_channel_and_the_lead_get_one_list_a_working_morning(
    office: TestOffice, store: Store
) -> None:
    remind(store, office.council, at(date(2020, 6, 2), 9))
    remind(store, office.council, at(date(2020, 6, 2), 15))
    lists = [p for p in everything_waiting(store) if p.kind is Kind.MORNING_LIST]
    services = [service.channel for service in office.council.catalogue.services.values()]
    private = set(office.council.channels.private.values())
    expected = {*services, "complaints-triage", "complaints-lead", *private}
    assert {p.payload["channel"] for p in lists} == expected
    assert len(lists) == len(expected)


def test_a_list_waits_for_its_hour(office: TestOffice, store: Store) -> None:
    late = replace(office.council, reminding=Reminding(list_at=time(11)))
    assert remind(store, late, at(date(2020, 6, 2), 10)) == 0
    assert remind(store, late, at(date(2020, 6, 2), 11)) > 0


def test_places_are_kept_for_as_long_as_they_are_asked_for_and_no_longer(
    office: TestOffice, store: Store
) -> None:
    place = Location(PlaceKind.STREET, "mill lane")
    with store.work() as work:
        work.locations.add("CC-2020-00001", "fly_tip", RECEIVED, [place])
    for days, kept in ((365, {place}), (366, set())):
        remind(store, office.council, RECEIVED + timedelta(days=days))
        with store.view() as work:
            assert work.locations.of_case("CC-2020-00001") == kept
