"""Once a month the lead is told where staff agree less with the model than before."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.drift import look_at_agreement
from models.actions import close, reclassify
from models.case import Classification
from models.ledger import Arrival
from models.outbox import Kind, Parcel
from models.people import staff
from models.prediction import Category
from models.store import open_store
from models.store_port import Store
from tests.support.cases import message, opened
from tests.support.council import example_council, utc
from tests.support.office import everything_waiting

COUNCIL = example_council()
PRIYA = staff("U1")
PARKING = Classification(Category.GENERAL_ENQUIRY, "parking", None, None)
MONDAY = utc(2026, 11, 2, 10)  # the first working day of November


@pytest.fixture
def store(tmp_path: Path):
    found = open_store(f"sqlite:///{tmp_path / 'carebot.db'}")
    yield found
    found.close()


def decide(store: Store, at: datetime, agreed: int, corrected: int) -> None:
    with store.work() as work:
        for n in range(agreed + corrected):
            reference = work.cases.new_reference(at.year)
            change = opened(COUNCIL, at, reference, "#missed_bin enquiry")
            work.cases.add(change)
            words = message(f"words {reference}", at)
            work.messages.add(words, Arrival.CASE, reference, change.case.prediction, at)
            if n < agreed:
                work.cases.save(close(change.case, "done", None, PRIYA, at))
            else:
                work.cases.save(reclassify(change.case, PARKING, COUNCIL, PRIYA, at))


def alarms(store: Store) -> list[Parcel]:
    return [parcel for parcel in everything_waiting(store) if parcel.kind is Kind.ALARM]


def test_a_fall_of_the_last_month_is_told_to_the_lead_once(store: Store) -> None:
    decide(store, utc(2026, 9, 10), 55, 5)
    decide(store, utc(2026, 10, 10), 20, 20)
    assert look_at_agreement(store, COUNCIL, MONDAY)
    assert not look_at_agreement(store, COUNCIL, MONDAY + timedelta(hours=1))
    assert not look_at_agreement(store, COUNCIL, MONDAY + timedelta(days=7))
    (alarm,) = alarms(store)
    assert alarm.payload["channel"] == COUNCIL.channels.lead
    text = str(alarm.payload["text"])
    assert "did worse in October 2026" in text
    assert "50% as the model said (20 of 40)" in text
    assert "carebot learn" in text


def test_the_next_month_is_looked_at_anew(store: Store) -> None:
    decide(store, utc(2026, 9, 10), 55, 5)
    assert not look_at_agreement(store, COUNCIL, utc(2026, 10, 1, 10))
    decide(store, utc(2026, 10, 10), 20, 20)
    assert not look_at_agreement(store, COUNCIL, utc(2026, 10, 20, 10))
    assert look_at_agreement(store, COUNCIL, MONDAY)


@pytest.mark.parametrize("at", [utc(2026, 11, 1, 10), utc(2026, 11, 2, 7), utc(2026, 11, 2, 20)])
def test_nobody_is_told_outside_working_hours_and_the_look_is_not_lost(
    store: Store, at: datetime
) -> None:
    decide(store, utc(2026, 9, 10), 55, 5)
    decide(store, utc(2026, 10, 10), 20, 20)
    assert not look_at_agreement(store, COUNCIL, at)
    assert look_at_agreement(store, COUNCIL, utc(2026, 11, 3, 10))


def test_a_month_as_ever_and_an_empty_store_are_not_told(store: Store) -> None:
    assert not look_at_agreement(store, COUNCIL, utc(2026, 9, 1, 10))
    decide(store, utc(2026, 9, 10), 55, 5)
    decide(store, utc(2026, 10, 10), 36, 4)
    assert not look_at_agreement(store, COUNCIL, MONDAY)
    assert alarms(store) == []


def test_a_month_is_looked_at_once_however_often_the_clock_ticks(store: Store) -> None:
    decide(store, utc(2026, 9, 10), 55, 5)
    assert not look_at_agreement(store, COUNCIL, MONDAY)
    decide(store, utc(2026, 10, 10), 20, 20)
    assert not look_at_agreement(store, COUNCIL, MONDAY + timedelta(seconds=20))
