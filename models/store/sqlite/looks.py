"""Who looked at which case."""

import sqlite3
from collections.abc import Collection
from datetime import datetime

from models.looks import How, Look
from models.people import Actor
from models.store.sqlite.columns import time_to_text


class SqliteLooks:
    """See models.looks.LookStore."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Work over a connection whose transaction is open."""
        self._execute = connection.execute
        self._executemany = connection.executemany

    def add(self, looks: Collection[Look]) -> None:
        """Keep looks."""
        self._executemany(
            "INSERT INTO looks (reference, actor, at, how) VALUES (?,?,?,?)",
            [
                (look.reference, look.by.to_text(), time_to_text(look.at), look.how)
                for look in looks
            ],
        )

    def of_case(self, reference: str, limit: int) -> tuple[Look, ...]:
        """Looks at a case, the latest first."""
        rows = self._execute(
            "SELECT * FROM looks WHERE reference=? ORDER BY id DESC LIMIT ?", (reference, limit)
        )
        return tuple(
            Look(
                row["reference"],
                Actor.from_text(row["actor"]),
                datetime.fromisoformat(row["at"]),
                How(row["how"]),
            )
            for row in rows
        )

    def count(self, reference: str) -> int:
        """How many looks at a case there were."""
        row = self._execute(
            "SELECT count(*) AS n FROM looks WHERE reference=?", (reference,)
        ).fetchone()
        return int(row["n"])
