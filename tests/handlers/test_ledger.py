from datetime import date, timedelta

import pytest

from handlers.ledger import account_for, days, ignored, since_last_working_day, summary
from models.folders import FolderState, Role
from models.ledger import Arrival, Tally
from models.message import Origin
from tests.support.council import utc
from tests.support.office import TestOffice, email

NOW = utc(2026, 11, 27)
TODAY = date(2026, 11, 27)


def account(office: TestOffice, first: date = TODAY, last: date = TODAY):
    with office.store.view() as work:
        return account_for(work, days(office.council, first, last))


def test_f36_the_days_summary_is_the_line_of_the_requirement() -> None:
    counts = {
        Arrival.CASE: 36,
        Arrival.REPLY: 3,
        Arrival.AUTOMATIC: 1,
        Arrival.QUARANTINED: 1,
    }
    line = "41 arrived: 36 cases, 3 replies, 1 automatic, 1 quarantined, 0 waiting"
    assert summary(Tally("", "", counts), 0) == line
    with_copies = counts | {Arrival.DUPLICATE: 2, Arrival.BOUNCE: 1}
    assert summary(Tally("", "", with_copies), 5) == (
        "42 arrived: 36 cases, 3 replies, 1 automatic, 1 bounce, 1 quarantined, 5 waiting; "
        "2 further copies"
    )


def test_f36_one_message_in_two_mailboxes_arrived_once_and_both_places_are_accounted_for(
    office: TestOffice,
) -> None:
    office.receive(email(), NOW, account="one")
    office.receive(email(), NOW, account="two")
    told = account(office)
    assert [(t.account, t.arrived, t.copies, t.booked) for t in told.tallies] == [
        ("one", 1, 0, 1),
        ("two", 0, 1, 1),
    ]
    assert (told.total.arrived, told.total.copies, told.total.booked) == (1, 1, 2)
    assert told.differences() == ()


@pytest.mark.parametrize(
    ("booked", "day"),
    [
        # British Summer Time: local midnight is 23:00 UTC.
        (utc(2026, 6, 30, 22, 59), date(2026, 6, 30)),
        (utc(2026, 6, 30, 23, 0), date(2026, 7, 1)),
        (utc(2026, 11, 27, 23, 59), date(2026, 11, 27)),
        # The day on which the clocks go back has 25 hours.
        (utc(2026, 10, 24, 23, 0), date(2026, 10, 25)),
        (utc(2026, 10, 25, 23, 59), date(2026, 10, 25)),
    ],
)
def test_f36_a_message_belongs_to_the_councils_local_day_on_which_it_was_booked(
    office: TestOffice, booked, day
) -> None:
    office.receive(email(), booked)
    assert account(office, day, day).total.arrived == 1
    for other in (day - timedelta(days=1), day + timedelta(days=1)):
        assert account(office, other, other).total.arrived == 0


def test_f36_what_lies_in_the_mailbox_and_not_in_the_ledger_is_a_difference(
    office: TestOffice,
) -> None:
    with office.store.work() as work:
        work.folders.put(FolderState("one", "INBOX", Role.WATCHED, NOW, NOW, waiting=2))
        work.folders.put(FolderState("one", "Junk", Role.JUNK, NOW, NOW, waiting=7))
    told = account(office)
    assert (told.waiting, told.junk) == (2, 7)
    assert told.differences() == ("2 in INBOX of one and not in the ledger",)


@pytest.mark.parametrize("arrival", [a for a in Arrival if a is not Arrival.DUPLICATE])
def test_f36_a_booking_without_what_it_says_is_a_difference(
    office: TestOffice, arrival: Arrival
) -> None:
    with office.store.work() as work:
        work.messages.keep_raw("ff", b"bytes")
        number = work.ledger.book(Origin("one", "INBOX", 1, 1), "ff", arrival, "", NOW)
    (difference,) = account(office).differences()
    assert difference.endswith(f"number {number}")


def test_f36_a_booking_without_its_bytes_is_a_difference(office: TestOffice) -> None:
    with office.store.work() as work:
        work.ledger.book(Origin("one", "INBOX", 1, 1), "ff", Arrival.DUPLICATE, "", NOW)
    assert len(account(office).differences()) == 1


def test_f36_every_ignore_has_its_reason_kept(office: TestOffice) -> None:
    office.receive(email(), NOW)
    office.receive(email(), NOW)
    office.receive(email("Away", Message_ID="<2@x>", Auto_Submitted="auto-replied"), NOW)
    listed = ignored(office.store, days(office.council, TODAY, TODAY))
    assert [booking.arrival for booking in listed] == [Arrival.DUPLICATE, Arrival.AUTOMATIC]
    assert all(booking.reason for booking in listed)


@pytest.mark.parametrize(
    ("today", "first"),
    [
        (date(2026, 11, 27), date(2026, 11, 26)),
        # Monday tells of Friday and the weekend, the first day after Christmas of Christmas Eve.
        (date(2026, 11, 30), date(2026, 11, 27)),
        (date(2027, 1, 4), date(2026, 12, 24)),
    ],
)
def test_f36_the_morning_tells_of_every_day_since_the_last_working_one(
    office: TestOffice, today: date, first: date
) -> None:
    told, period = since_last_working_day(office.council, today)
    assert told == first
    assert period == days(office.council, first, today - timedelta(days=1))
