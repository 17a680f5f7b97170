"""The mailbox's book."""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime

from models.ledger import Arrival, Booking, Overruled, Tally
from models.message import Origin
from models.store.sqlite.columns import (
    storable,
    text_to_time,
    time_to_text,
)

# Of a file the origin's folder is its own path: all of an account's files are one place.
_FOLDER = "CASE WHEN uidvalidity = 0 AND uid = 0 THEN account ELSE folder END"
_PERIOD = "booked_at >= ? AND booked_at < ?"


class SqliteLedger:
    """See models.ledger.Ledger."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Work over a connection whose transaction is open."""
        self._execute = connection.execute

    def booked_as(self, origin: Origin) -> Arrival | None:
        """What became of what lies there."""
        row = self._execute(
            """SELECT arrival FROM ledger WHERE account=? AND folder=? AND uidvalidity=? AND uid=?
               ORDER BY number DESC LIMIT 1""",
            _place(origin),
        ).fetchone()
        return Arrival(row["arrival"]) if row else None

    def book(
        self, origin: Origin, sha256: str, arrival: Arrival, reason: str, now: datetime
    ) -> int:
        """Book it, once, and give the booking's number."""
        self._execute(
            """INSERT INTO ledger (account, folder, uidvalidity, uid, sha256, arrival, reason,
               booked_at) VALUES (?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING""",
            (*_place(origin), sha256, arrival, storable(reason), time_to_text(now)),
        )
        row = self._execute(
            """SELECT number FROM ledger WHERE account=? AND folder=? AND uidvalidity=? AND uid=?
               AND sha256=?""",
            (*_place(origin), sha256),
        ).fetchone()
        return int(row["number"])

    def places_of(self, *sha256s: str) -> frozenset[Origin]:
        """Every place where one of these bytes was found."""
        rows = self._execute(
            f"""SELECT account, folder, uidvalidity, uid FROM ledger
                WHERE sha256 IN ({",".join("?" * len(sha256s))})""",
            sha256s,
        )
        return frozenset(Origin(*row) for row in rows)

    def booking(self, number: int) -> Booking | None:
        """The booking with this number."""
        row = self._execute("SELECT * FROM ledger WHERE number=?", (number,)).fetchone()
        return _booking(row) if row else None

    def overrule(self, number: int, overruled: Overruled) -> None:
        """Note what a booking became after all."""
        self._execute(
            """UPDATE ledger SET became=?, became_reference=?, overruled_by=?, overruled_at=?
               WHERE number=?""",
            (
                overruled.arrival,
                overruled.reference,
                overruled.by,
                time_to_text(overruled.at),
                number,
            ),
        )

    def counts(self, since: datetime, until: datetime) -> Mapping[Arrival, int]:
        """How many of each were booked in the period."""
        rows = self._execute(
            f"SELECT arrival, count(*) AS n FROM ledger WHERE {_PERIOD} GROUP BY arrival",
            _period(since, until),
        )
        return {Arrival(row["arrival"]): row["n"] for row in rows}

    def tallies(self, since: datetime, until: datetime) -> tuple[Tally, ...]:
        """The same by account and folder."""
        rows = self._execute(
            f"""SELECT account, {_FOLDER} AS place, arrival, count(*) AS n,
                count(became) AS overruled FROM ledger WHERE {_PERIOD}
                GROUP BY account, place, arrival ORDER BY account, place""",
            _period(since, until),
        )
        counts: dict[tuple[str, str], dict[Arrival, int]] = {}
        overruled: dict[tuple[str, str], int] = {}
        for row in rows:
            place = (row["account"], row["place"])
            counts.setdefault(place, {})[Arrival(row["arrival"])] = row["n"]
            overruled[place] = overruled.get(place, 0) + row["overruled"]
        return tuple(Tally(*place, counts[place], overruled[place]) for place in counts)

    def listed(
        self, arrivals: Sequence[Arrival], since: datetime, until: datetime
    ) -> tuple[Booking, ...]:
        """The period's bookings of these kinds, oldest first."""
        rows = self._execute(
            f"""SELECT * FROM ledger WHERE {_PERIOD}
                AND arrival IN ({",".join("?" * len(arrivals))}) ORDER BY number""",
            (*_period(since, until), *arrivals),
        )
        return tuple(map(_booking, rows))

    def unaccounted(self, since: datetime, until: datetime) -> tuple[Booking, ...]:
        """The period's bookings of which the store does not hold what they say."""
        rows = self._execute(
            f"""SELECT * FROM ledger l WHERE {_PERIOD} AND NOT (
                EXISTS (SELECT 1 FROM raws WHERE sha256 = l.sha256) AND CASE
                WHEN l.arrival = 'duplicate' THEN 1
                WHEN l.arrival = 'quarantined' THEN EXISTS (
                    SELECT 1 FROM quarantine q JOIN cases USING (reference)
                    WHERE q.number = l.number)
                ELSE EXISTS (
                    SELECT 1 FROM messages m LEFT JOIN cases c USING (reference)
                    WHERE m.sha256 = l.sha256
                    AND (c.reference IS NOT NULL OR l.arrival NOT IN ('case', 'reply')))
                END) ORDER BY number""",
            _period(since, until),
        )
        return tuple(map(_booking, rows))


def _period(since: datetime, until: datetime) -> tuple[str, str]:
    return (time_to_text(since), time_to_text(until))


def _place(origin: Origin) -> tuple[str, str, int, int]:
    return (origin.account, storable(origin.folder), origin.uidvalidity, origin.uid)


def _booking(row: sqlite3.Row) -> Booking:
    overruled = None
    at, booked_at = text_to_time(row["overruled_at"]), text_to_time(row["booked_at"])
    if at is not None:
        overruled = Overruled(
            Arrival(row["became"]), row["became_reference"], row["overruled_by"], at
        )
    assert booked_at is not None
    origin = Origin(row["account"], row["folder"], row["uidvalidity"], row["uid"])
    return Booking(
        row["number"],
        origin,
        row["sha256"],
        Arrival(row["arrival"]),
        row["reason"],
        booked_at,
        overruled,
    )
