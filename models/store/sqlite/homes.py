"""The home tabs that people have opened."""

import json
import sqlite3
from collections.abc import Collection
from datetime import datetime

from models.case import Case, State
from models.homes import Home
from models.store.sqlite.cases import CASE_WITH_STAGE, case_of_row
from models.store.sqlite.columns import (
    optional_time_to_text,
    text_to_time,
    time_to_text,
    to_json,
)


class SqliteHomes:
    """See models.homes.HomeStore."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Work over a connection whose transaction is open."""
        self._execute = connection.execute

    def opened(self, user: str, now: datetime) -> None:
        """Remember that somebody looks at theirs."""
        self._execute(
            """INSERT INTO homes (user, opened_at) VALUES (?,?)
               ON CONFLICT (user) DO UPDATE SET opened_at=excluded.opened_at""",
            (user, time_to_text(now)),
        )

    def get(self, user: str) -> Home | None:
        """Somebody's; None where they never opened it."""
        row = self._execute("SELECT * FROM homes WHERE user=?", (user,)).fetchone()
        return _home(row) if row else None

    def all(self) -> tuple[Home, ...]:
        """Every one that was ever opened."""
        return tuple(map(_home, self._execute("SELECT * FROM homes ORDER BY user")))

    def published(self, home: Home) -> None:
        """Keep what is shown now."""
        self._execute(
            "UPDATE homes SET scope=?, shown=?, published_at=? WHERE user=?",
            (
                to_json(sorted(home.scope)),
                home.shown,
                optional_time_to_text(home.published_at),
                home.user,
            ),
        )

    def forget(self, user: str) -> None:
        """They are no longer here."""
        self._execute("DELETE FROM homes WHERE user=?", (user,))

    def unclaimed(
        self, services: Collection[str], limit: int, *, others: bool = False
    ) -> tuple[Case, ...]:
        """Open cases of these services that nobody holds, those due first first."""
        rows = self._execute(
            f"""{CASE_WITH_STAGE} WHERE c.state=? AND c.holder IS NULL
                AND (c.service IN ({",".join("?" * len(services))}) OR (? AND c.service IS NULL))
                ORDER BY c.respond_by IS NULL, c.respond_by, c.reference LIMIT ?""",
            (State.OPEN, *sorted(services), others, limit),
        )
        return tuple(case_of_row(row) for row in rows)


def _home(row: sqlite3.Row) -> Home:
    return Home(
        row["user"],
        frozenset(json.loads(row["scope"])),
        row["shown"],
        text_to_time(row["published_at"]),
    )
