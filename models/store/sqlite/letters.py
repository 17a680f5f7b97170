"""Letters: drafts under a person's eyes, and what was written to customers."""

import json
import sqlite3
from datetime import datetime

from models.letter import Letter
from models.ports import Draft
from models.store.sqlite.columns import storable, time_to_text, to_json


class SqliteDrafts:
    """See models.ports.Drafts."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Work over a connection whose transaction is open."""
        self._execute = connection.execute

    def put(self, draft: Draft, now: datetime) -> None:
        """Keep a draft."""
        self._execute(
            "INSERT INTO drafts VALUES (?,?,?,?,?,?,?)",
            (
                draft.id,
                draft.reference,
                draft.version,
                draft.officer,
                storable(to_json(draft.letter.to_json())),
                to_json(dict(draft.details)),
                time_to_text(now),
            ),
        )

    def take(self, id_: str) -> Draft | None:
        """Take a draft out: it can be sent once."""
        row = self._execute("DELETE FROM drafts WHERE id=? RETURNING *", (id_,)).fetchone()
        if row is None:
            return None
        return Draft(
            id=row["id"],
            reference=row["reference"],
            version=row["version"],
            officer=row["officer"],
            letter=Letter.from_json(json.loads(row["letter"])),
            details=json.loads(row["details"]),
        )


class SqliteLetters:
    """See models.ports.LettersSent."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Work over a connection whose transaction is open."""
        self._execute = connection.execute

    def add(self, letter: Letter, now: datetime) -> None:
        """Remember a letter that was put into the outbox."""
        self._execute(
            "INSERT INTO letters VALUES (?,?,?,?,?,?)",
            (
                letter.message_id,
                letter.reference,
                letter.kind,
                letter.recipient.lower(),
                letter.automatic,
                time_to_text(now),
            ),
        )

    def count_to(self, recipient: str, since: datetime) -> int:
        """How many automatic letters went to an address since then."""
        row = self._execute(
            "SELECT count(*) AS n FROM letters WHERE recipient=? AND automatic AND added_at >= ?",
            (recipient.lower(), time_to_text(since)),
        ).fetchone()
        return int(row["n"])
