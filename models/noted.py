"""What a member of staff takes down: a phone call, a letter, a visit (requirement 1)."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, time

from models.council import Council
from models.errors import Refused
from models.message import Message, Sender, Source
from models.people import Actor

NOTED_SOURCES = (Source.PHONE, Source.LETTER, Source.FACE_TO_FACE, Source.STAFF_PORTAL)
_LONGEST_SUBJECT = 80
# Where only the day is known, the time is none that matters to a deadline.
_MIDDAY = time(12)


@dataclass(frozen=True, slots=True)
class Note:
    """What was said or written, by whom as far as they want to say, how it came and when.

    `received_at` is aware. Nothing of the sender is compulsory (requirement 2). `postal` is their
    address in lines, without the name.
    """

    text: str
    source: Source
    sender: Sender
    received_at: datetime
    postal: str = ""


def first_line(text: str) -> str:
    """A subject for a text that has none: its first line, for people say first what matters."""
    first = text.strip().split("\n")[0].strip()
    if len(first) <= _LONGEST_SUBJECT:
        return first
    return f"{first[:_LONGEST_SUBJECT].rsplit(' ', 1)[0]}…"


def received_on(day: str, council: Council, now: datetime) -> datetime:
    """The time of receipt for a day in ISO form: now for today, midday for an earlier one.

    Raises Refused for a day to come and for anything that is no day.
    """
    try:
        chosen = datetime.fromisoformat(day).date()
    except ValueError:
        raise Refused("Choose the day on which it came.") from None
    today = council.local_date(now)
    if chosen > today:
        raise Refused("That day is still to come: choose the day on which it came.")
    return now if chosen == today else datetime.combine(chosen, _MIDDAY, council.zone)


def written_down(note: Note, by: Actor, once: str) -> tuple[bytes, Message]:
    """The note as it is kept, in bytes, and as a message; `once` tells this taking down apart from
    every other. Raises Refused where there is no text.
    """
    text = note.text.strip()
    if not text:
        raise Refused("Write down what was said.")
    whole = text
    if note.postal.strip():
        # As a form's field is written: there letters look for it (models.facts.postal_address).
        lines = (line.strip(" ,") for line in note.postal.splitlines())
        whole += f"\n\nPostal address: {', '.join(filter(None, lines))}"
    head = f"{note.source.value} taken down by {by.to_text()} ({once})"
    content = f"{head}\n{note.sender.name} <{note.sender.address or ''}>\n\n{whole}\n".encode()
    return content, Message(
        sha256=hashlib.sha256(content).hexdigest(),
        message_id=None,
        references=(),
        sender=note.sender,
        reply_to=None,
        recipients=(),
        subject=first_line(text),
        text=whole,
        new_text=text,
        received_at=note.received_at,
        dated=None,
        source=note.source,
    )
