"""Who is away when."""

import sqlite3
from collections.abc import Iterable
from datetime import date, datetime

from models.absence import Absence
from models.store.sqlite.columns import time_to_text


class SqliteAbsences:
    """See models.absence.AbsenceStore."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Work over a connection whose transaction is open."""
        self._execute = connection.execute

    def put(self, absence: Absence, by: str, now: datetime) -> None:
        """Keep an absence, in the place of what overlaps with it."""
        first, last = absence.first.isoformat(), absence.last.isoformat()
        self._execute(
            "DELETE FROM absences WHERE user=? AND first <= ? AND last >= ?",
            (absence.user, last, first),
        )
        self._execute(
            """INSERT INTO absences (user, first, last, cover, recorded_by, recorded_at)
               VALUES (?,?,?,?,?,?)""",
            (absence.user, first, last, absence.cover, by, time_to_text(now)),
        )

    def take_out(self, user: str, first: date) -> None:
        """The absence that begins on this date was not one."""
        self._execute("DELETE FROM absences WHERE user=? AND first=?", (user, first.isoformat()))

    def of(self, user: str, since: date) -> tuple[Absence, ...]:
        """Those of a person that end on this date or later."""
        return _absences(
            self._execute(
                "SELECT * FROM absences WHERE user=? AND last >= ? ORDER BY first",
                (user, since.isoformat()),
            )
        )

    def since(self, day: date) -> tuple[Absence, ...]:
        """Everybody's that end on this date or later."""
        return _absences(
            self._execute(
                "SELECT * FROM absences WHERE last >= ? ORDER BY first, user", (day.isoformat(),)
            )
        )

    def on(self, day: date) -> tuple[Absence, ...]:
        """Everybody's that hold on a date."""
        return tuple(one for one in self.since(day) if one.is_on(day))

    def forget(self, before: date) -> None:
        """Take out what ended before a date."""
        self._execute("DELETE FROM absences WHERE last < ?", (before.isoformat(),))


def _absences(rows: Iterable[sqlite3.Row]) -> tuple[Absence, ...]:
    return tuple(
        Absence(
            row["user"],
            date.fromisoformat(row["first"]),
            date.fromisoformat(row["last"]),
            row["cover"],
        )
        for row in rows
    )
