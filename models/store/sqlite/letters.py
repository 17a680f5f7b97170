"""Letters: drafts under a person's eyes, and what was written to customers."""

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta

from models.letter import Letter, LetterKind
from models.letters_sent import SentLetter
from models.message import mailbox_of
from models.store.sqlite.columns import storable, time_to_text, to_json
from models.store_port import Draft

_KEPT = timedelta(days=1)
_ANSWERS = (LetterKind.RESPONSE, LetterKind.SIGNPOST)
_MOST_IDS = 50


class SqliteDrafts:
    """See models.store_port.Drafts."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Work over a connection whose transaction is open."""
        self._execute = connection.execute

    def put(self, draft: Draft, now: datetime) -> None:
        """Keep a draft, and forget those that were left lying."""
        self._execute("DELETE FROM drafts WHERE made_at < ?", (time_to_text(now - _KEPT),))
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
    """See models.store_port.LettersSent."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Work over a connection whose transaction is open."""
        self._execute = connection.execute

    def add(self, letter: Letter, now: datetime) -> None:
        """Remember a letter that was put into the outbox."""
        self._execute(
            """INSERT INTO letters
               (message_id, reference, kind, recipient, automatic, added_at, stage)
               VALUES (?,?,?,?,?,?,
               coalesce((SELECT stage_number FROM cases WHERE reference=?), 0))""",
            (
                letter.message_id,
                letter.reference,
                letter.kind,
                mailbox_of(letter.recipient),
                letter.automatic,
                time_to_text(now),
                letter.reference,
            ),
        )

    def taken_back(self, letter: Letter) -> None:
        """Forget a letter that never left."""
        self._execute("DELETE FROM letters WHERE message_id=?", (letter.message_id,))

    def first_of(self, message_ids: Sequence[str]) -> SentLetter | None:
        """The first of these that is a letter of ours."""
        for message_id in message_ids[:_MOST_IDS]:
            row = self._execute(
                "SELECT rowid, * FROM letters WHERE message_id=?", (storable(message_id),)
            ).fetchone()
            if row:
                kind = LetterKind(row["kind"])
                return SentLetter(row["reference"], kind, row["stage"], self._is_last(row, kind))
        return None

    def _is_last(self, row: sqlite3.Row, kind: LetterKind) -> bool:
        kinds = _ANSWERS if kind in _ANSWERS else (kind, kind)
        later = self._execute(
            """SELECT 1 FROM letters WHERE reference=?1 AND rowid > ?2 AND kind IN (?4, ?5)
               UNION ALL SELECT 1 FROM papers WHERE reference=?1 AND approved_at >= ?3
               AND withdrawn_at IS NULL AND kind IN (?4, ?5) LIMIT 1""",
            (row["reference"], row["rowid"], row["added_at"], *kinds),
        ).fetchone()
        return later is None

    def count_to(self, recipient: str, since: datetime) -> int:
        """How many automatic letters went to an address since then."""
        row = self._execute(
            "SELECT count(*) AS n FROM letters WHERE recipient=? AND automatic AND added_at >= ?",
            (mailbox_of(recipient), time_to_text(since)),
        ).fetchone()
        return int(row["n"])
