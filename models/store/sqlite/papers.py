"""Letters on paper: the documents as they were approved, and what became of them."""

import json
import sqlite3
from datetime import date, datetime

from models.letter import Letter, LetterKind
from models.store.sqlite.columns import storable, text_to_date, text_to_time, time_to_text, to_json
from models.store_port import Paper


class SqlitePapers:
    """See models.store_port.Papers."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Work over a connection whose transaction is open."""
        self._execute = connection.execute

    def add(self, paper: Paper) -> None:
        """Keep a document that was approved."""
        letter = paper.letter
        self._execute(
            """INSERT INTO papers (id, reference, version, letter, kind, document, approved_at)
               VALUES (?,?,?,?,?,?,?)""",
            (
                letter.message_id,
                letter.reference,
                paper.version,
                storable(to_json(letter.to_json())),
                letter.kind,
                paper.document,
                time_to_text(paper.approved_at),
            ),
        )

    def waiting(self, reference: str, kind: LetterKind) -> Paper | None:
        """The letter of this kind that waits to be posted."""
        row = self._execute(
            """SELECT * FROM papers WHERE reference=? AND kind=? AND posted_on IS NULL
               AND withdrawn_at IS NULL ORDER BY version DESC LIMIT 1""",
            (reference, kind),
        ).fetchone()
        return _paper(row) if row else None

    def of_case(self, reference: str) -> tuple[Paper, ...]:
        """Every letter on paper of a case, oldest first."""
        rows = self._execute(
            "SELECT * FROM papers WHERE reference=? ORDER BY version, rowid", (reference,)
        )
        return tuple(_paper(row) for row in rows)

    def posted(self, paper: Paper, on: date) -> None:
        """Note the date of posting."""
        self._execute(
            "UPDATE papers SET posted_on=? WHERE id=?", (on.isoformat(), paper.letter.message_id)
        )

    def withdrawn(self, paper: Paper, now: datetime) -> None:
        """Note that it was taken back."""
        self._execute(
            "UPDATE papers SET withdrawn_at=? WHERE id=?",
            (time_to_text(now), paper.letter.message_id),
        )


def _paper(row: sqlite3.Row) -> Paper:
    return Paper(
        letter=Letter.from_json(json.loads(row["letter"])),
        version=row["version"],
        document=row["document"],
        approved_at=datetime.fromisoformat(row["approved_at"]),
        posted_on=text_to_date(row["posted_on"]),
        withdrawn_at=text_to_time(row["withdrawn_at"]),
    )
