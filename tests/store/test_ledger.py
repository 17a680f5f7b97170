"""The mailbox's book in the store."""

from datetime import timedelta

from models.ledger import Arrival, Overruled
from models.message import Origin
from models.store_port import Store
from tests.support.council import utc

NOW = utc(2026, 11, 27)
LATER = NOW + timedelta(days=1)


def test_a_booking_has_a_number_of_its_own_and_the_same_bytes_at_one_place_are_booked_once(
    store: Store,
) -> None:
    origin = Origin("intake", "INBOX", 7, 42)
    with store.work() as work:
        first = work.ledger.book(origin, "aa", Arrival.CASE, "", NOW)
        assert work.ledger.book(origin, "aa", Arrival.DUPLICATE, "", NOW) == first
        other = work.ledger.book(origin, "bb", Arrival.REPLY, "", NOW)
        assert other != first
        assert work.ledger.booked_as(origin) is Arrival.REPLY
        assert work.ledger.counts(NOW, LATER) == {Arrival.CASE: 1, Arrival.REPLY: 1}


def test_what_a_booking_became_stands_beside_its_first_arrival(store: Store) -> None:
    became = Overruled(Arrival.CASE, "CC-2026-00001", "operator:alex", LATER)
    with store.work() as work:
        number = work.ledger.book(Origin("a", "b", 1, 1), "aa", Arrival.AUTOMATIC, "why", NOW)
        work.ledger.overrule(number, became)
        booking = work.ledger.booking(number)
        assert booking is not None
        assert (booking.arrival, booking.reason, booking.overruled) == (
            Arrival.AUTOMATIC,
            "why",
            became,
        )
        (tally,) = work.ledger.tallies(NOW, LATER)
        assert (tally.arrived, tally.overruled) == (1, 1)


def test_f36_the_files_of_one_account_are_one_place_in_the_tallies(store: Store) -> None:
    with store.work() as work:
        for n in range(3):
            work.ledger.book(Origin("/mail", f"/mail/new/{n}"), f"{n}", Arrival.CASE, "", NOW)
        (tally,) = work.ledger.tallies(NOW, LATER)
    assert (tally.account, tally.folder, tally.arrived) == ("/mail", "/mail", 3)


def test_a_store_from_before_the_numbers_keeps_every_booking(tmp_path) -> None:
    """The first migration alone, a booking in it, and the rest of the migrations after."""
    import sqlite3

    from sqlite_utils import Database

    from models.store import open_store
    from models.store.sqlite.schema import MIGRATIONS

    path = tmp_path / "old.db"
    old = Database(sqlite3.connect(path))
    MIGRATIONS.apply(old, stop_before="0003_book")
    old.execute(
        "INSERT INTO ledger VALUES ('a', 'INBOX', 1, 9, 'ff', 'automatic', 'why', ?)",
        [NOW.isoformat(timespec="microseconds")],
    )
    old.conn.commit()
    old.close()
    store = open_store(f"sqlite:///{path}")
    with store.work() as work:
        (booking,) = work.ledger.listed([Arrival.AUTOMATIC], NOW, LATER)
        assert (booking.number, booking.origin, booking.reason) == (
            1,
            Origin("a", "INBOX", 1, 9),
            "why",
        )
    store.close()
