"""Notes on a case: filed from its thread, or written as one; edits and deletions are kept."""

from dataclasses import dataclass, replace
from datetime import datetime

from models import notes, outbox
from models.case import Case
from models.errors import Refused
from models.history import Entry
from models.notes import Note, Spoken, Version
from models.people import Actor
from models.store_port import Store, Work


class FiledAlready(Refused):
    """The message is a note of a case already: `note` is that."""

    def __init__(self, note: Note) -> None:
        """Say to which case it was filed."""
        super().__init__(f"This message is filed to {note.reference} already.")
        self.note = note


@dataclass(frozen=True, slots=True)
class Notes:
    """Notes change nothing of a case but its history: who has a modal of it open is not disturbed."""

    store: Store

    def file(
        self, case: Case, author: str, text: Version, spoken: Spoken, actor: Actor, now: datetime
    ) -> Note:
        """A message of the case's thread becomes a note of the case. Raises FiledAlready."""
        note = Note(case.reference, author, actor, now, (text,), spoken)
        with self.store.work() as work:
            known = work.notes.at(spoken.channel, spoken.ts)
            if known is not None:
                raise FiledAlready(known)
            return _keep(work, note, case)

    def write(self, case: Case, text: str, actor: Actor, now: datetime, *, once: str) -> Note:
        """A note is written, and said in the thread. The same `once` again changes nothing. Raises
        Refused where there is no text.
        """
        if not text.strip():
            raise Refused("Write the note first.")
        note = Note(case.reference, actor.id, actor, now, (Version(text.strip(), now),), once=once)
        with self.store.work() as work:
            return _keep(work, note, case)

    def compare(self, now: datetime) -> int:
        """What Slack told while nobody listened was not heard: the threads of open cases that hold
        notes are to be looked at; how many.
        """
        with self.store.work() as work:
            threads = {
                (note.reference, note.spoken.channel, note.spoken.thread)
                for note in work.notes.of_open_cases()
                if note.spoken is not None
            }
            for reference, channel, thread in sorted(threads):
                work.outbox.add(outbox.compared(reference, channel, thread, now), now)
        return len(threads)

    def edited(self, channel: str, ts: str, version: Version, now: datetime) -> bool:
        """A message was edited in Slack; whether that is a new version of a note. The same edit told
        again, or later than a newer one, changes nothing that is known.
        """
        with self.store.view() as work:
            known = work.notes.at(channel, ts)
        if known is None or known.revised(version) is None:
            return False  # most talk is no note: nothing is locked for it
        with self.store.work() as work:
            note = work.notes.at(channel, ts)
            if note is None or note.revised(version) is None:
                return False
            work.notes.add_version(note.number, version)
            _tell(work, notes.edited(note, version, _version_of(work, note)), now)
        return True

    def deleted(self, channel: str, ts: str, at: datetime, now: datetime) -> bool:
        """A message was deleted in Slack; whether that was a note whose deletion nobody knew of."""
        with self.store.view() as work:
            known = work.notes.at(channel, ts)
        if known is None or known.deleted_at is not None:
            return False
        with self.store.work() as work:
            note = work.notes.at(channel, ts)
            if note is None or note.deleted_at is not None:
                return False
            work.notes.deleted(note.number, at)
            _tell(work, notes.deleted(note, at, _version_of(work, note)), now)
        return True


def _keep(work: Work, note: Note, case: Case) -> Note:
    number = work.notes.add(note)
    if number is None:
        return note
    kept = replace(note, number=number)
    _tell(work, notes.filed(kept, case.version), note.filed_at)
    return kept


def _version_of(work: Work, note: Note) -> int:
    case = work.cases.get(note.reference)
    return case.version if case else 0


def _tell(work: Work, entry: Entry, now: datetime) -> None:
    work.cases.tell(entry)
    line = outbox.one_of_several(entry.reference, entry.version, entry.event, entry.details)
    work.outbox.add(line, now)
