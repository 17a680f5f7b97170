"""`@carebot notes`: the notes of a case with every version of each, for whoever asks and may see it."""

from collections.abc import Callable, Iterator, Sequence

from handlers.slack import note_lines, wording
from handlers.slack.aloud import chunks
from handlers.slack.api import Block, Saying
from handlers.slack.desk import Desk
from handlers.slack.requests import Reply, Request, Say, say
from models.council import Council
from models.errors import Refused, Unavailable, Undeliverable
from models.looks import How
from models.notes import Note

_MOST_CHARACTERS = 9_000
_MOST_BLOCKS = 45
_Part = tuple[str, Block]
"""What is read aloud, and what is seen."""


def show(desk: Desk, request: Request, reference: str) -> Reply:
    """The notes, or a page of them: `@carebot notes 2`. From outside the case's channel the look is
    noted. Raises Refused for what is no page.
    """
    actor = desk.staff.actor(request.user)
    case = desk.case_for(request.user, reference)
    page = _page(request.text)
    outside = not desk.stands_in(case, request.channel)
    with desk.looking.opening(case, How.NOTES, actor, desk.now(), outside=outside) as work:
        notes = work.notes.of_case(reference)
    if not notes:
        return say(f"There is no note on {reference}. Only you see this.")
    return Say(saying(reference, notes, desk.council, lambda user: _name(desk, user), page))


def saying(
    reference: str,
    notes: Sequence[Note],
    council: Council,
    name: Callable[[str], str],
    page: int = 1,
) -> Saying:
    """A page of the notes, the latest first, each whole with its earlier texts; a page that there is
    not is the last one.
    """
    parts = [part for note in reversed(notes) for part in _note(note, council, name)]
    pages = list(_pages(parts))
    page = min(page, len(pages))
    count = "1 note" if len(notes) == 1 else f"{len(notes)} notes"
    where = f", page {page} of {len(pages)}" if len(pages) > 1 else ""
    head = f"{count} on {reference}, the latest first{where}. Only you see this."
    more = [f"`@carebot notes {page + 1}` shows what follows."] if page < len(pages) else []
    shown = [(head, _section(head)), *pages[page - 1], *((one, _section(one)) for one in more)]
    return Saying("\n".join(text for text, _ in shown), [block for _, block in shown])


def _page(text: str) -> int:
    """What stands behind `notes`."""
    asked = "".join(text.split()[1:2])
    if not asked:
        return 1
    if not (asked.isascii() and asked.isdecimal() and len(asked) < 4 and int(asked)):
        raise Refused("Say which page of the notes, such as `@carebot notes 2`.")
    return int(asked)


def _pages(parts: Sequence[_Part]) -> Iterator[list[_Part]]:
    """As many parts on each as Slack takes in a message."""
    page: list[_Part] = []
    for part in parts:
        more = [*page, part]
        if page and (len(more) > _MOST_BLOCKS or len(str([b for _, b in more])) > _MOST_CHARACTERS):
            yield page
            more = [part]
        page = more
    yield page


def _note(note: Note, council: Council, name: Callable[[str], str]) -> list[_Part]:
    author = wording.escape(name(note.author))
    filed = f", filed by {wording.escape(name(note.filed_by.id))}" if note.spoken else ""
    at = wording.time(note.filed_at, council)
    parts = [_line(f"*{author}*{filed} ({at}):"), *_quoted(note, note.text)]
    for earlier, later in reversed(list(zip(note.versions, note.versions[1:], strict=False))):
        until = wording.time(later.at, council)
        parts += [_line(f"Until {until} it said:"), *_quoted(note, earlier.text)]
    if note.deleted_at is not None:
        parts.append(_line(f"*Deleted from the thread* {wording.time(note.deleted_at, council)}"))
    return parts


def _quoted(note: Note, text: str) -> list[_Part]:
    return [
        (wording.escape(part), note_lines.quote(part))
        for part in chunks(note_lines.shown(note, text))
    ]


def _line(text: str) -> _Part:
    return text, _section(text)


def _name(desk: Desk, user: str) -> str:
    try:
        return desk.staff.person(user).name
    except (Unavailable, Undeliverable):
        return "Somebody"


def _section(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}
