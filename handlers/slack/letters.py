"""What a click or a submitted modal does with letters: write, look at, send, post."""

import json
import re
from datetime import date

from handlers.slack import letter_modals, modals
from handlers.slack.desk import Desk
from handlers.slack.requests import Done, FieldErrors, OpenModal, PushModal, Reply, Request
from models.actions import check_respond
from models.case import Level, check_fresh
from models.errors import Refused
from models.letter import Going, LetterKind, Way
from models.posting import check_post

_PART = re.compile(r"text(?:_(\d+))?\Z")


def open_acknowledgement(desk: Desk, request: Request) -> Reply:
    """Acknowledge was pressed: the text is shown first, then its preview."""
    desk.staff.actor(request.user)
    case = desk.case_for(request.user, request.seen.reference)
    template = desk.casework.acknowledgement_template(request.seen)
    postal = desk.casework.postal_address(case.reference)
    return OpenModal(letter_modals.acknowledge(case, template, postal))


def acknowledge(desk: Desk, request: Request) -> Reply:
    """The acknowledgement was looked over: its preview opens over it."""
    actor = desk.staff.actor(request.user)
    desk.case_for(request.user, request.seen.reference)
    going = _going(request)
    if isinstance(going, FieldErrors):
        return going
    draft = desk.casework.draft_acknowledgement(
        request.seen, actor, desk.now(), _written(request), going
    )
    return PushModal(letter_modals.preview(draft))


def open_holding_reply(desk: Desk, request: Request) -> Reply:
    """Holding reply was pressed."""
    desk.staff.actor(request.user)
    case = desk.case_for(request.user, request.seen.reference)
    template, to = desk.casework.holding_template(request.seen, desk.now())
    postal = desk.casework.postal_address(case.reference)
    return OpenModal(letter_modals.extend(case, template, to, postal))


def holding_reply(desk: Desk, request: Request) -> Reply:
    """The holding reply was written: its preview opens over it."""
    actor = desk.staff.actor(request.user)
    desk.case_for(request.user, request.seen.reference)
    going = _going(request)
    if isinstance(going, FieldErrors):
        return going
    draft = desk.casework.draft_holding_reply(
        request.seen, _written(request), request.field("reason"), actor, desk.now(), going
    )
    return PushModal(letter_modals.preview(draft))


def open_respond(desk: Desk, request: Request) -> Reply:
    """Respond was pressed."""
    desk.staff.actor(request.user)
    case = desk.case_for(request.user, request.seen.reference)
    check_fresh(case, request.seen.version)
    check_respond(case)
    template = desk.casework.template(case.reference)
    postal = desk.casework.postal_address(case.reference)
    return OpenModal(letter_modals.respond(case, template, postal))


def respond(desk: Desk, request: Request) -> Reply:
    """The answer was written: its preview opens over it."""
    actor = desk.staff.actor(request.user)
    desk.case_for(request.user, request.seen.reference)
    going = _going(request)
    if isinstance(going, FieldErrors):
        return going
    draft = desk.casework.draft_answer(
        request.seen,
        _written(request),
        modals.outcome(request.field("outcome")),
        modals.chosen(Level, request.field("level")),
        actor,
        desk.now(),
        going,
    )
    return PushModal(letter_modals.preview(draft))


def send(desk: Desk, request: Request) -> Reply:
    """Send was pressed on a preview."""
    actor = desk.staff.actor(request.user)
    try:
        draft = str(json.loads(request.value)["draft"])
    except (ValueError, KeyError, TypeError):
        raise Refused("This preview is from another time. Please start from the card.") from None
    desk.casework.send(draft, actor, desk.now())
    return Done()


def open_posted(desk: Desk, request: Request) -> Reply:
    """Posted was pressed."""
    desk.staff.actor(request.user)
    case = desk.case_for(request.user, request.seen.reference)
    check_fresh(case, request.seen.version)
    check_post(case)
    return OpenModal(letter_modals.posted(case, case.stage.to_post, desk.today()))


def posted(desk: Desk, request: Request) -> Reply:
    """The date of posting was given, or the letter is taken back."""
    actor = desk.staff.actor(request.user)
    desk.case_for(request.user, request.seen.reference)
    kind = LetterKind(request.field("kind"))
    if request.field("became") == letter_modals.TAKEN_BACK:
        desk.casework.withdraw(request.seen, kind, actor, desk.now())
        return Done()
    try:
        on = date.fromisoformat(request.field("posted_on"))
    except ValueError:
        return FieldErrors({"posted_on": "Choose the date of posting."})
    desk.casework.posted(request.seen, kind, on, actor, desk.now())
    return Done()


def _going(request: Request) -> Going | FieldErrors:
    """How it goes. A modal from before an update has no such field: it was for an email."""
    way = modals.chosen(Way, request.field("going")) or Way.EMAIL
    if way is Way.EMAIL:
        return Going()
    postal = request.field("postal").strip()
    if not postal:
        return FieldErrors({"postal": "Type the name and postal address for a letter on paper."})
    return Going(way, postal)


def _written(request: Request) -> str:
    """The text of all its fields, in order."""
    parts = {
        int(match[1] or 1): text
        for name, text in (request.fields or {}).items()
        if (match := _PART.match(name))
    }
    return "\n\n".join(parts[n].strip("\n") for n in sorted(parts) if parts[n].strip())
