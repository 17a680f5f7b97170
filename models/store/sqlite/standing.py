"""How the work stands, counted."""

import sqlite3
from collections.abc import Mapping
from datetime import date, datetime

from models.prediction import Category
from models.standing import Answer, Standing
from models.store.sqlite.columns import time_to_text


class SqliteStandings:
    """See models.standing.Standings."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Work over a connection whose transaction is open."""
        self._execute = connection.execute

    def received(self, since: datetime, until: datetime) -> Mapping[Category, int]:
        """How many cases were received in a time, by category."""
        rows = self._execute(
            """SELECT category, count(*) AS n FROM cases
               WHERE received_at >= ? AND received_at < ? GROUP BY category""",
            (time_to_text(since), time_to_text(until)),
        )
        return {Category(row["category"]): row["n"] for row in rows}

    def now(self, today: date) -> tuple[Standing, ...]:
        """How the open cases stand, by service."""
        rows = self._execute(
            """SELECT service, count(*) AS open, sum(holder IS NULL) AS unclaimed,
                      sum(state = 'triage') AS undecided,
                      sum(EXISTS (SELECT 1 FROM deadlines d WHERE d.reference = c.reference
                          AND d.stage = c.stage_number AND d.due < ?)) AS overdue
               FROM cases c WHERE state IN ('triage', 'open') GROUP BY service ORDER BY service""",
            (today.isoformat(),),
        )
        return tuple(
            Standing(
                row["service"], row["open"], row["overdue"], row["unclaimed"], row["undecided"]
            )
            for row in rows
        )

    def answers(self, since: datetime, until: datetime) -> tuple[Answer, ...]:
        """Answers to complaints that left in a time."""
        rows = self._execute(
            """SELECT s.answered_at, coalesce(s.extended_to, s.respond_by) AS due FROM stages s
               JOIN cases c ON c.reference = s.reference
               WHERE c.category = 'complaint' AND s.answered_at >= ? AND s.answered_at < ?
               AND s.respond_by IS NOT NULL""",
            (time_to_text(since), time_to_text(until)),
        )
        return tuple(
            Answer(datetime.fromisoformat(row["answered_at"]), date.fromisoformat(row["due"]))
            for row in rows
        )
