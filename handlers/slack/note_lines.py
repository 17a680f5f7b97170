"""The lines of history on notes, and a note's own words. Staff wrote them: they are shown, and notify
nobody.
"""

import re
from collections.abc import Callable, Mapping

from handlers.slack import wording
from handlers.slack.aloud import aloud, chunks
from handlers.slack.api import Block, Saying
from models.council import Council
from models.history import Entry, Event
from models.notes import Note

_REFERENCE = re.compile(r"<(?:[@#!])?([^|>]*)(?:\|([^>]*))?>")

LINES: Mapping[Event, Callable[[Entry, Council, str], str]] = {
    Event.NOTE_FILED: lambda _e, _c, w: f"{w} filed a message of this thread as a note",
    Event.NOTE_WRITTEN: lambda _e, _c, w: f"{w} added a note",
    Event.NOTE_EDITED: lambda _e, _c, w: (
        f"{w} *edited a message that is filed as a note*: what it said before is kept"
    ),
    Event.NOTE_DELETED: lambda _e, _c, _w: (
        "*A message that is filed as a note was deleted* from the thread: the note is kept"
    ),
}


def written(line: str, note: Note) -> Saying:
    """A note that was written as one: the line with its words, in a quote that formats nothing."""
    return Saying(aloud(f"{line}:", wording.escape(shown(note))), [_section(line), *of_note(note)])


def of_note(note: Note) -> list[Block]:
    """What a note says now, all of it. What was typed into a modal is plain already."""
    return [quote(part) for part in chunks(shown(note))]


def shown(note: Note, text: str | None = None) -> str:
    """What a note says now, or said once (`text`), as plain text that is not escaped."""
    said = note.text if text is None else text
    return readable(said) if note.spoken is not None else said


def readable(text: str) -> str:
    """A message's mrkdwn as plain text: links and names by what they show, entities as signs."""
    shown = _REFERENCE.sub(lambda found: found[2] or found[1], text)
    return shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def quote(text: str) -> Block:
    """Words of staff in a quote that formats nothing."""
    return {
        "type": "rich_text",
        "elements": [{"type": "rich_text_quote", "elements": [{"type": "text", "text": text}]}],
    }


def _section(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}
