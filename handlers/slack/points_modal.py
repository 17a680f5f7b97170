"""The points that a case raises: written in a modal, ticked in that of the answer."""

import hashlib
from collections.abc import Sequence

from handlers.slack import fields, looking
from handlers.slack.api import Block
from handlers.slack.cards import button_value
from handlers.slack.desk import Desk
from handlers.slack.requests import Done, OpenModal, Reply, Request
from models.case import Action, Case
from models.points import LONGEST, MOST, Point

POINTS = "case_points"
COVERED = "covered"
ANSWERED = "answered"
ALTHOUGH_OPEN = "although_open"

_LABEL = 75
_SURE = "sure"


def open_points(desk: Desk, request: Request) -> Reply:
    """Points was pressed: those that are kept, or what the customer's words suggest."""
    case = desk.acting(request, Action.POINTS, fresh=False).case
    looking.note_step(desk, request, case)
    texts = tuple(point.text for point in case.points)
    return OpenModal(modal(case, texts or desk.pointing.suggested(case.reference)))


def points(desk: Desk, request: Request) -> Reply:
    """The points were written."""
    acting = desk.acting(request, Action.POINTS)
    ticked, text = ticks(request, ANSWERED), request.field("points")
    desk.pointing.write(acting.seen, text, ticked, acting.actor, desk.now())
    return Done()


def modal(case: Case, texts: Sequence[str]) -> Block:
    """Write the points, a line each, and tick those that are answered."""
    label = "What the customer wants answered"
    written = fields.text("points", label, "\n".join(texts), multiline=True, optional=True)
    hint = f"A line for each point: {MOST} at most, each of {LONGEST} characters at most."
    blocks = [fields.hinted(written, hint)]
    blocks += answered(case)
    title = f"Points {case.reference}"
    return fields.modal(POINTS, title, "Save", button_value(case), blocks)


def answered(case: Case) -> list[Block]:
    """Tick those that are answered. Nothing where no points are kept."""
    label = "Answered already"
    return [_checkboxes(ANSWERED, label, case.points)] if case.points else []


def covered(case: Case) -> list[Block]:
    """For the modal of the answer: tick what it covers. Nothing where no points are kept."""
    label = "The points it raises: tick what this answer covers"
    return [_checkboxes(COVERED, label, case.points)] if case.points else []


def ticks(request: Request, name: str) -> tuple[int, ...]:
    """The numbers of the points that were ticked."""
    return tuple(int(value) for value in request.several(name) if value.isdecimal())


def although_open(points: Sequence[str]) -> list[Block]:
    """For the preview: the points that the answer leaves open, and the tick that Send needs then."""
    if not points:
        return []
    listed = "\n".join(f"• {point}" for point in points)
    is_one = len(points) == 1
    count = "One point is" if is_one else f"{len(points)} points are"
    though = "this point is" if is_one else "these points are"
    meant = {_SURE: (f"Send although {though} open", "")}
    return [
        {"type": "section", "text": fields.plain(f"⚠ {count} open:\n{listed}")},
        fields.ticks(ALTHOUGH_OPEN, "Is that meant?", meant, optional=False),
    ]


def is_sure(request: Request) -> bool:
    """Whether it was ticked that the answer goes although points are open."""
    return _SURE in request.several(ALTHOUGH_OPEN)


def _checkboxes(name: str, label: str, points: Sequence[Point]) -> Block:
    """The block has a name of these points: where it is drawn anew with others, no tick is kept."""
    options = {str(number): _in_two(point.text) for number, point in enumerate(points)}
    done = [str(number) for number, point in enumerate(points) if point.is_answered]
    texts = "\n".join(point.text for point in points)
    block_id = (
        f"{name}_{hashlib.sha256(texts.encode('utf-8', 'backslashreplace')).hexdigest()[:16]}"
    )
    return {**fields.ticks(name, label, options, done), "block_id": block_id}


def _in_two(text: str) -> tuple[str, str]:
    """A checkbox shows 75 characters, and 75 more below them."""
    if len(text) <= _LABEL:
        return text, ""
    cut = text.rfind(" ", LONGEST - _LABEL, _LABEL + 1)
    cut = cut if cut > 0 else _LABEL
    return text[:cut], text[cut:].strip()
