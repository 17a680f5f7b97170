"""Figures by which carebot's health is told."""

import sqlite3
from collections.abc import Mapping
from datetime import datetime

from models.outbox import Lane
from models.store.sqlite.columns import text_to_time, time_to_text
from models.vitals import Backlog, LetterCounts


class SqliteVitals:
    """See models.vitals.Vitals."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Work over a connection whose transaction is open."""
        self._execute = connection.execute

    def backlog(self, lane: Lane) -> Backlog:
        """What waits in a lane."""
        row = self._execute(
            """SELECT count(*) AS n, min(added_at) AS since FROM outbox WHERE state='pending'
               AND lane=? AND kind NOT IN ('reminder', 'morning_list')""",
            (lane,),
        ).fetchone()
        return Backlog(row["n"], text_to_time(row["since"]))

    def letters(self) -> LetterCounts:
        """Letters that did not simply leave."""
        row = self._execute(
            """SELECT count(*) FILTER (WHERE state='failed') AS failed,
               count(*) FILTER (WHERE state='unknown') AS unknown,
               count(*) FILTER (WHERE state='pending' AND attempts > 0) AS put_off
               FROM outbox WHERE kind='letter'"""
        ).fetchone()
        return LetterCounts(row["failed"], row["unknown"], row["put_off"])

    def mark(self, name: str, now: datetime) -> None:
        """Note that something that recurs was done."""
        self._execute(
            "INSERT INTO marks VALUES (?,?) ON CONFLICT (name) DO UPDATE SET at=excluded.at",
            (name, time_to_text(now)),
        )

    def marked(self, name: str) -> datetime | None:
        """When it was last done."""
        row = self._execute("SELECT at FROM marks WHERE name=?", (name,)).fetchone()
        return text_to_time(row["at"]) if row else None

    def withheld(self, since: datetime) -> Mapping[str, int]:
        """How many acknowledgements were withheld since then, by the reason."""
        rows = self._execute(
            """SELECT json_extract(details, '$.reason') AS reason, count(*) AS n FROM history
               WHERE event='acknowledgement_withheld' AND at >= ? GROUP BY 1""",
            (time_to_text(since),),
        )
        return {str(row["reason"]): row["n"] for row in rows}
