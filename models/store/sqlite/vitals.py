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
               AND lane=? AND kind NOT IN ('reminder', 'morning_list', 'letter_status')""",
            (lane,),
        ).fetchone()
        return Backlog(row["n"], text_to_time(row["since"]))

    def letters(self) -> LetterCounts:
        """Letters that did not simply leave."""
        return LetterCounts(
            failed=self._letters_that("state='failed'"),
            unknown=self._letters_that("state='unknown'"),
            put_off=self._letters_that("state='pending' AND attempts > 0"),
        )

    def unsettled_letters(self) -> int:
        """Letters that failed or are of unknown end, and wait for somebody."""
        row = self._execute(
            """SELECT count(*) AS n FROM outbox o LEFT JOIN cases c ON c.reference = o.reference
               WHERE o.kind='letter' AND o.state IN ('failed', 'unknown')
               AND (c.reference IS NULL OR c.state IN ('triage', 'open'))
               AND NOT EXISTS (SELECT 1 FROM outbox l WHERE l.kind='letter'
                   AND l.reference=o.reference AND l.id > o.id AND l.state IN ('sent', 'pending')
                   AND json_extract(l.payload, '$.kind') = json_extract(o.payload, '$.kind'))"""
        ).fetchone()
        return int(row["n"])

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

    def _letters_that(self, are: str) -> int:
        row = self._execute(f"SELECT count(*) AS n FROM outbox WHERE kind='letter' AND {are}")
        return int(row.fetchone()["n"])
