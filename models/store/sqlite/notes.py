"""Notes with their versions."""

import sqlite3
from collections.abc import Iterable
from datetime import datetime

from models.notes import Note, Spoken, Version
from models.people import Actor
from models.store.sqlite.columns import storable, text_to_time, time_to_text


class SqliteNotes:
    """See models.notes.NoteStore."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Work over a connection whose transaction is open."""
        self._execute = connection.execute

    def add(self, note: Note) -> int | None:
        """Keep a new note; None where the same message is kept already."""
        spoken = note.spoken
        cursor = self._execute(
            """INSERT INTO notes (once, reference, author, filed_by, filed_at, channel, ts, thread)
               VALUES (?,?,?,?,?,?,?,?) ON CONFLICT (once) DO NOTHING""",
            (
                f"{spoken.channel}:{spoken.ts}" if spoken else note.once,
                note.reference,
                note.author,
                note.filed_by.to_text(),
                time_to_text(note.filed_at),
                spoken and spoken.channel,
                spoken and spoken.ts,
                spoken and spoken.thread,
            ),
        )
        if cursor.rowcount != 1:
            return None
        number = cursor.lastrowid
        assert number is not None
        for version in note.versions:
            self.add_version(number, version)
        return number

    def get(self, number: int) -> Note | None:
        """The note with this number."""
        return self._one("SELECT * FROM notes WHERE number=?", number)

    def at(self, channel: str, ts: str) -> Note | None:
        """The note that a message in Slack was filed as."""
        return self._one("SELECT * FROM notes WHERE channel=? AND ts=?", channel, ts)

    def of_case(self, reference: str) -> tuple[Note, ...]:
        """A case's notes, oldest first."""
        rows = self._execute("SELECT * FROM notes WHERE reference=? ORDER BY number", (reference,))
        return self._notes(rows.fetchall())

    def of_open_cases(self) -> tuple[Note, ...]:
        """The filed messages of cases that are not closed, save those that are deleted."""
        rows = self._execute(
            """SELECT n.* FROM notes n JOIN cases c USING (reference)
               WHERE c.state != 'closed' AND n.ts IS NOT NULL AND n.deleted_at IS NULL
               ORDER BY n.number"""
        )
        return self._notes(rows.fetchall())

    def add_version(self, number: int, version: Version) -> None:
        """Keep a further version."""
        self._execute(
            "INSERT INTO note_versions (note, edited, text, at) VALUES (?,?,?,?)",
            (number, version.edited, storable(version.text), time_to_text(version.at)),
        )

    def deleted(self, number: int, at: datetime) -> None:
        """Note that the message is deleted in Slack."""
        self._execute("UPDATE notes SET deleted_at=? WHERE number=?", (time_to_text(at), number))

    def _one(self, statement: str, *values: object) -> Note | None:
        row = self._execute(statement, values).fetchone()
        return self._note(row) if row else None

    def _notes(self, rows: Iterable[sqlite3.Row]) -> tuple[Note, ...]:
        return tuple(map(self._note, rows))

    def _note(self, row: sqlite3.Row) -> Note:
        filed_at = text_to_time(row["filed_at"])
        assert filed_at is not None
        spoken = row["ts"] and Spoken(row["channel"], row["ts"], row["thread"])
        return Note(
            reference=row["reference"],
            author=row["author"],
            filed_by=Actor.from_text(row["filed_by"]),
            filed_at=filed_at,
            versions=tuple(map(_version, self._versions(row["number"]))),
            spoken=spoken or None,
            once="" if spoken else row["once"],
            deleted_at=text_to_time(row["deleted_at"]),
            number=row["number"],
        )

    def _versions(self, number: int) -> list[sqlite3.Row]:
        return self._execute(
            "SELECT * FROM note_versions WHERE note=? ORDER BY edited", (number,)
        ).fetchall()


def _version(row: sqlite3.Row) -> Version:
    at = text_to_time(row["at"])
    assert at is not None
    return Version(row["text"], at, row["edited"])
