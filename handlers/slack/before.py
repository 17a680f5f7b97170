"""What happened to a case before its card moved: the lines of history and the notes, once more."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from handlers.slack import history_lines, note_lines, wording
from handlers.slack.api import Block, Saying
from handlers.slack.naming import may_be_told
from handlers.slack.placing import Placing, number_of, reference_of
from models.council import Council
from models.history import Entry
from models.notes import Note
from models.outbox import Delivered, Dropped, Item
from models.people import Actor, staff

_SECTION = 2_800
_SAYING = 6_000
_HEAD = "*What happened before*, in its former thread:"
Name = Callable[[Actor], str]


def before(at: Placing, item: Item, now: datetime) -> Delivered | Dropped:
    """Say it under the new card."""
    case, version = at.case(reference_of(item)), number_of(item, "version")
    with at.store.view() as work:
        entries = [
            entry
            for entry in work.cases.history(case.reference)
            if entry.version < version and may_be_told(work, case, entry, at.council)
        ]
        notes = work.notes.of_case(case.reference)
    if not entries:
        return Dropped("nothing happened before")
    return at.in_parts(item, sayings(entries, notes, at.council, _once(at.name)), now)


def sayings(
    entries: Sequence[Entry], notes: Sequence[Note], council: Council, name: Name
) -> Iterator[Saying]:
    """The lines, oldest first, then each note with its words; in several messages where it is long."""
    lines = [history_lines.line(entry, council, name(entry.actor)) for entry in entries]
    blocks = [_section(part) for part in _together([_HEAD, *(f"• {line}" for line in lines)])]
    for note in notes:
        blocks += _note(note, council, name)
    part: list[Block] = []
    for block in blocks:
        if part and _length([*part, block]) > _SAYING:
            yield _saying(part)
            part = []
        part.append(block)
    yield _saying(part)


def _saying(blocks: list[Block]) -> Saying:
    return Saying("What happened before, in the former thread of this case.", blocks)


def _note(note: Note, council: Council, name: Name) -> list[Block]:
    who = wording.escape(name(staff(note.author)))
    gone = "; deleted since" if note.deleted_at else ""
    head = f"*Note* of {who} ({wording.time(note.versions[-1].at, council)}{gone}):"
    return [_section(head), *note_lines.of_note(note)]


def _together(lines: Sequence[str]) -> Iterator[str]:
    """Lines in parts that a section holds."""
    part = ""
    for line in lines:
        if part and len(part) + len(line) > _SECTION:
            yield part
            part = ""
        part = f"{part}\n{line}" if part else line
    yield part


def _length(blocks: Sequence[Block]) -> int:
    return sum(len(str(block)) for block in blocks)


def _once(name: Name) -> Name:
    """A name is asked for once."""
    known: dict[Actor, str] = {}

    def asked(actor: Actor) -> str:
        if actor not in known:
            known[actor] = name(actor)
        return known[actor]

    return asked


def _section(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}
