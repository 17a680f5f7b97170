"""What came attached, by its hash: each content once, which messages it came with, its verdict."""

import hashlib
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime

from models.message import Attachment, Scanned, Verdict
from models.store.sqlite.columns import storable, time_to_text
from models.store_port import Filed

# SQLite takes a limited number of values in one statement.
_AT_ONCE = 500


class SqliteContents:
    """See models.store_port.ContentStore."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Work over a connection whose transaction is open."""
        self._connection = connection
        self._execute = connection.execute

    def keep(self, message_id: int, attachments: Sequence[Attachment]) -> None:
        """Keep the bytes of a message's attachments, where they are there; equal ones once."""
        here = [a for a in attachments if len(a.content) == a.size]
        self._connection.executemany(
            "INSERT INTO contents (sha256, content, verdict) VALUES (?,?,?) ON CONFLICT DO NOTHING",
            [(a.sha256, a.content, Verdict.NOT_SCANNED) for a in here],
        )
        self._connection.executemany(
            "INSERT INTO attached (sha256, message) VALUES (?,?) ON CONFLICT DO NOTHING",
            [(a.sha256, message_id) for a in here],
        )

    def put(self, content: bytes) -> None:
        """Keep the bytes of a file that staff put with a letter; equal ones once."""
        self._execute(
            "INSERT INTO contents (sha256, content, verdict) VALUES (?,?,?) ON CONFLICT DO NOTHING",
            (hashlib.sha256(content).hexdigest(), content, Verdict.NOT_SCANNED),
        )

    def get(self, sha256: str) -> bytes | None:
        """The bytes with this hash."""
        row = self._execute("SELECT content FROM contents WHERE sha256=?", (sha256,)).fetchone()
        return bytes(row["content"]) if row else None

    def verdicts(self, hashes: Sequence[str]) -> Mapping[str, Scanned]:
        """What the scanner said of each that is kept."""
        found: dict[str, Scanned] = {}
        wanted = list(dict.fromkeys(hashes))
        for start in range(0, len(wanted), _AT_ONCE):
            some = wanted[start : start + _AT_ONCE]
            marks = ",".join("?" * len(some))
            rows = self._execute(
                f"SELECT sha256, verdict, named FROM contents WHERE sha256 IN ({marks})", some
            )
            found |= {r["sha256"]: Scanned(Verdict(r["verdict"]), r["named"]) for r in rows}
        return found

    def not_scanned(self, limit: int) -> tuple[str, ...]:
        """The hashes of contents without a verdict, those that came first first."""
        rows = self._execute(
            "SELECT sha256 FROM contents WHERE verdict=? ORDER BY scanned_at, rowid LIMIT ?",
            (Verdict.NOT_SCANNED, limit),
        )
        return tuple(row["sha256"] for row in rows)

    def put_off(self, sha256: str, now: datetime) -> None:
        """Its turn comes behind the others that wait; NULL stands before any time."""
        self._execute(
            "UPDATE contents SET scanned_at=? WHERE sha256=?", (time_to_text(now), sha256)
        )

    def judge(self, sha256: str, scanned: Scanned, now: datetime) -> None:
        """Keep what the scanner said of a content."""
        self._execute(
            "UPDATE contents SET verdict=?, named=?, scanned_at=? WHERE sha256=?",
            (scanned.verdict, storable(scanned.named), time_to_text(now), sha256),
        )

    def came_with(self, sha256: str) -> tuple[Filed, ...]:
        """The messages that this content came with, each with its case, if any."""
        rows = self._execute(
            """SELECT m.id, m.reference FROM attached a JOIN messages m ON m.id = a.message
               WHERE a.sha256=? ORDER BY m.id""",
            (sha256,),
        )
        return tuple(Filed(row["id"], row["reference"]) for row in rows)
