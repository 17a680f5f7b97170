"""The book of what was handed over to leave by email."""

import sqlite3
from datetime import datetime

from models.letter import Letter, LetterKind
from models.message import mailbox_of
from models.store.sqlite.columns import time_to_text


class SqliteDepartures:
    """See models.store_port.Departures."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Work over a connection whose transaction is open."""
        self._execute = connection.execute

    def add(self, letter: Letter, now: datetime) -> None:
        """An attempt to send it begins."""
        self._execute(
            """INSERT INTO departures (message_id, reference, kind, recipient, automatic, left_at)
               VALUES (?,?,?,?,?,?) ON CONFLICT DO NOTHING""",
            (
                letter.message_id,
                letter.reference,
                letter.kind,
                mailbox_of(letter.recipient),
                letter.automatic,
                time_to_text(now),
            ),
        )

    def count_to(self, recipient: str, since: datetime) -> int:
        """How many automatic letters left for an address since then."""
        row = self._execute(
            "SELECT count(*) AS n FROM departures WHERE recipient=? AND automatic AND left_at >= ?",
            (mailbox_of(recipient), time_to_text(since)),
        ).fetchone()
        return int(row["n"])

    def many_since(self, since: datetime, limit: int, *, automatic: bool) -> bool:
        """Whether at least `limit` letters left since then."""
        only = "AND automatic" if automatic else ""
        return (
            limit == 0
            or self._execute(
                f"SELECT 1 FROM departures WHERE left_at >= ? {only} LIMIT 1 OFFSET ?",
                (time_to_text(since), limit - 1),
            ).fetchone()
            is not None
        )

    def passed(self, message_id: str) -> bool:
        """Whether an attempt to send this letter was begun before."""
        row = self._execute("SELECT 1 FROM departures WHERE message_id=?", (message_id,)).fetchone()
        return row is not None

    def acknowledged(self, reference: str, message_id: str) -> bool:
        """Whether another acknowledgement has left for the case."""
        row = self._execute(
            "SELECT 1 FROM departures WHERE reference=? AND kind=? AND message_id<>?",
            (reference, LetterKind.ACKNOWLEDGEMENT, message_id),
        ).fetchone()
        return row is not None
