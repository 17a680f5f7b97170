"""Notes on a case: what staff filed of their talk in its thread, or wrote as a note. Nothing of it ever
leaves for a customer. Later edits and the deletion of a filed message are kept (requirement 17).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from models.history import Detail, Entry, Event
from models.people import CAREBOT, Actor, staff


@dataclass(frozen=True, slots=True)
class Spoken:
    """Where a filed message stands in Slack: the channel's id, its own ts, and its thread's."""

    channel: str
    ts: str
    thread: str


@dataclass(frozen=True, slots=True)
class Version:
    """What a note said from `at` (aware UTC) on. `edited` is the ts of the edit, which sorts by time
    and tells it apart for ever; empty for a text that was never edited.
    """

    text: str
    at: datetime
    edited: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """A note of a case: its author (a Slack user id), who filed it and when, its versions by time.

    `spoken` is None where it was written as a note. `once` tells it apart where `spoken` does not.
    `number` is 0 until it is kept.
    """

    reference: str
    author: str
    filed_by: Actor
    filed_at: datetime
    versions: tuple[Version, ...]
    spoken: Spoken | None = None
    once: str = ""
    deleted_at: datetime | None = None
    number: int = 0

    @property
    def text(self) -> str:
        """What it says now."""
        return self.versions[-1].text

    def revised(self, version: Version) -> "Note | None":
        """The note with a later version; None where it knows that one, or it is of before the filing:
        talk that was not filed is not kept.
        """
        edits = {known.edited for known in self.versions}
        if version.edited in edits or version.edited <= self.versions[0].edited:
            return None
        versions = sorted((*self.versions, version), key=lambda one: one.edited)
        return replace(self, versions=tuple(versions))


class NoteStore(Protocol):
    """Notes."""

    def add(self, note: Note) -> int | None:
        """Keep a new note; its number, or None where the same message is kept already."""
        ...

    def get(self, number: int) -> Note | None:
        """The note with this number."""
        ...

    def at(self, channel: str, ts: str) -> Note | None:
        """The note that a message in Slack was filed as."""
        ...

    def of_case(self, reference: str) -> tuple[Note, ...]:
        """A case's notes, oldest first."""
        ...

    def of_open_cases(self) -> tuple[Note, ...]:
        """The filed messages of cases that are not closed, save those that are deleted."""
        ...

    def add_version(self, number: int, version: Version) -> None:
        """Keep a further version."""
        ...

    def deleted(self, number: int, at: datetime) -> None:
        """Note that the message is deleted in Slack; what it said is kept."""
        ...


def filed(note: Note, version: int) -> Entry:
    """That a message was filed, or a note written, on this version of the case."""
    event = Event.NOTE_WRITTEN if note.spoken is None else Event.NOTE_FILED
    details: Mapping[str, Detail] = {"note": note.number, "author": note.author}
    return Entry(note.reference, version, event, note.filed_at, note.filed_by, details)


def edited(note: Note, edit: Version, version: int) -> Entry:
    """That its author edited a filed message."""
    details: Mapping[str, Detail] = {"note": note.number, "edited": edit.edited}
    author = staff(note.author)
    return Entry(note.reference, version, Event.NOTE_EDITED, edit.at, author, details)


def deleted(note: Note, at: datetime, version: int) -> Entry:
    """That a filed message was deleted; Slack does not tell by whom."""
    details: Mapping[str, Detail] = {"note": note.number, "author": note.author}
    return Entry(note.reference, version, Event.NOTE_DELETED, at, CAREBOT, details)
