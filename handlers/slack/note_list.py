"""`@carebot notes`: the notes of a case with every version of each, for whoever asks and may see it."""

from collections.abc import Callable, Sequence

from handlers.slack import note_lines, wording
from handlers.slack.api import Block, Saying
from handlers.slack.desk import Desk
from handlers.slack.requests import Reply, Request, Say, say
from models.council import Council
from models.errors import Unavailable, Undeliverable
from models.looks import How
from models.notes import Note

_MOST_CHARACTERS = 9_000
_MOST_BLOCKS = 45
_CUT = 1_500


def show(desk: Desk, request: Request, reference: str) -> Reply:
    """The notes. From outside the case's channel the look is noted."""
    actor = desk.staff.actor(request.user)
    case = desk.case_for(request.user, reference)
    outside = not desk.stands_in(case, request.channel)
    with desk.looking.opening(case, How.NOTES, actor, desk.now(), outside=outside) as work:
        notes = work.notes.of_case(reference)
    if not notes:
        return say(f"There is no note on {reference}. Only you see this.")
    return Say(saying(reference, notes, desk.council, lambda user: _name(desk, user)))


def saying(
    reference: str, notes: Sequence[Note], council: Council, name: Callable[[str], str]
) -> Saying:
    """The latest notes that fit, the latest first, each with its earlier texts."""
    count = "1 note" if len(notes) == 1 else f"{len(notes)} notes"
    head = f"{count} on {reference}, the latest first. Only you see this."
    blocks, left = [_section(head)], len(notes)
    for note in reversed(notes):
        more = _note(note, council, name)
        if len(blocks) + len(more) > _MOST_BLOCKS or len(str([*blocks, *more])) > _MOST_CHARACTERS:
            break
        blocks, left = [*blocks, *more], left - 1
    if left:
        blocks.append(_section(f"…and {left} more, too long to be shown here."))
    return Saying(head, blocks)


def _note(note: Note, council: Council, name: Callable[[str], str]) -> list[Block]:
    author = wording.escape(name(note.author))
    filed = f", filed by {wording.escape(name(note.filed_by.id))}" if note.spoken else ""
    at = wording.time(note.filed_at, council)
    blocks = [_section(f"*{author}*{filed} ({at}):"), *_quoted(note, note.text)]
    for earlier, later in reversed(list(zip(note.versions, note.versions[1:], strict=False))):
        until = wording.time(later.at, council)
        blocks += [_section(f"Until {until} it said:"), *_quoted(note, earlier.text)]
    if note.deleted_at is not None:
        blocks.append(
            _section(f"*Deleted from the thread* {wording.time(note.deleted_at, council)}")
        )
    return blocks


def _quoted(note: Note, text: str) -> list[Block]:
    shown = text if len(text) <= _CUT else f"{text[:_CUT]}…"
    return note_lines.quoted(shown, is_mrkdwn=note.spoken is not None)


def _name(desk: Desk, user: str) -> str:
    try:
        return desk.staff.person(user).name
    except (Unavailable, Undeliverable):
        return "Somebody"


def _section(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}
