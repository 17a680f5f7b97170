"""What happened to a case before its card moved: the lines of history and the notes, once more."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from handlers import letters_left
from handlers.slack import history_lines, letter_words, note_lines, wording
from handlers.slack.aloud import aloud, chunks, size, together
from handlers.slack.api import Block, Saying
from handlers.slack.naming import may_be_told
from handlers.slack.placing import Placing, number_of, reference_of
from models.council import Council
from models.history import Entry
from models.letter import Departed
from models.notes import Note
from models.outbox import Delivered, Dropped, Item
from models.people import Actor, staff

_SAYING = 3_800
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
        left = [letters_left.of_entry(work, entry) for entry in entries]
    if not entries:
        return Dropped("nothing happened before")
    letters = [one for one in left if one is not None]
    said = sayings(entries, notes, at.council, _once(at.name), letters)
    return at.in_parts(item, said, now)


def sayings(
    entries: Sequence[Entry],
    notes: Sequence[Note],
    council: Council,
    name: Name,
    letters: Sequence[Departed] = (),
) -> Iterator[Saying]:
    """The lines, oldest first, then each note and each letter that left with its words; in several
    messages where it is long.
    """
    lines = [history_lines.line(entry, council, name(entry.actor)) for entry in entries]
    parts = [(part, _section(part)) for part in together([_HEAD, *(f"• {line}" for line in lines)])]
    for note in notes:
        parts += _note(note, council, name)
    for letter in letters:
        parts += _letter(letter, council)
    said: list[str] = []
    blocks: list[Block] = []
    for text, block in parts:
        if blocks and size("\n".join([*said, text])) > _SAYING:
            yield Saying(aloud(*said), blocks)
            said, blocks = [], []
        said, blocks = [*said, text], [*blocks, block]
    yield Saying(aloud(*said), blocks)


def _note(note: Note, council: Council, name: Name) -> list[tuple[str, Block]]:
    """Each part of it as it is read aloud and as it is seen."""
    who = wording.escape(name(staff(note.author)))
    gone = "; deleted since" if note.deleted_at else ""
    head = f"*Note* of {who} ({wording.time(note.versions[-1].at, council)}{gone}):"
    quotes = [
        (wording.escape(part), note_lines.quote(part)) for part in chunks(note_lines.shown(note))
    ]
    return [(head, _section(head)), *quotes]


def _letter(left: Departed, council: Council) -> list[tuple[str, Block]]:
    head = (
        f"*The {wording.LETTERS[left.letter.kind]}* that left ({wording.time(left.at, council)}):"
    )
    rest = [(one, _section(one)) for one in letter_words.goes_on(left)]
    quotes = [(wording.escape(part), note_lines.quote(part)) for part in letter_words.parts(left)]
    return [(head, _section(head)), *quotes, *rest]


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
