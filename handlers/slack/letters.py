"""What a click or a submitted modal does with letters: write, look at, send, post."""

import json
import re
from collections.abc import Callable
from datetime import date
from functools import wraps

from handlers.slack import asked_words, enclosed, letter_modals, looking, modals, points_modal
from handlers.slack.api import Block
from handlers.slack.desk import Acting, Desk
from handlers.slack.requests import Done, FieldErrors, OpenModal, PushModal, Reply, Request
from models.case import Action, Level
from models.errors import Refused
from models.letter import Going, LetterKind, Way
from models.people import Actor, Role
from models.posting import check_post
from models.store_port import Draft

_PART = re.compile(r"text(?:_(\d+))?\Z")
_Listener = Callable[[Desk, Request], Reply]
_Modal = Callable[[Desk, Request, Acting, str], Block]
_Draft = Callable[[Desk, Request, Actor, Going], Draft | FieldErrors]


def _opens(action: Action) -> Callable[[_Modal], _Listener]:
    """A letter's button was pressed: its text is shown first, to be written."""

    def opening(modal: _Modal) -> _Listener:
        @wraps(modal)
        def listener(desk: Desk, request: Request) -> Reply:
            acting = desk.acting(request, action, fresh=False)
            # Their address, and a text that was taken back.
            looking.note_step(desk, request, acting.case)
            postal = desk.casework.postal_address(acting.case.reference)
            return OpenModal(modal(desk, request, acting, postal))

        return listener

    return opening


def _shows(action: Action) -> Callable[[_Draft], _Listener]:
    """A letter was written: its preview opens over it."""

    def showing(draft: _Draft) -> _Listener:
        @wraps(draft)
        def listener(desk: Desk, request: Request) -> Reply:
            actor = desk.acting(request, action).actor
            going = _going(request)
            if isinstance(going, FieldErrors):
                return going
            made = draft(desk, request, actor, going)
            if isinstance(made, FieldErrors):
                return made
            return PushModal(letter_modals.preview(made, desk.council.sending.undo_for))

        return listener

    return showing


@_opens(Action.ACKNOWLEDGE)
def open_acknowledgement(desk: Desk, _request: Request, acting: Acting, postal: str) -> Block:
    """Acknowledge was pressed."""
    template = desk.casework.acknowledgement_template(acting.seen, desk.now())
    return letter_modals.acknowledge(acting.case, template, postal)


@_shows(Action.ACKNOWLEDGE)
def acknowledge(desk: Desk, request: Request, actor: Actor, going: Going) -> Draft:
    """The acknowledgement was looked over."""
    return desk.casework.draft_acknowledgement(
        request.seen, actor, desk.now(), _written(request), going
    )


@_opens(Action.EXTEND)
def open_holding_reply(desk: Desk, request: Request, acting: Acting, postal: str) -> Block:
    """Holding reply was pressed."""
    leads = desk.staff.has(request.user, Role.LEAD, acting.case)
    reply = desk.casework.holding_template(acting.seen, desk.now(), leads=leads)
    return letter_modals.extend(acting.case, reply, postal)


@_shows(Action.EXTEND)
def holding_reply(desk: Desk, request: Request, actor: Actor, going: Going) -> Draft:
    """The holding reply was written."""
    although = request.field(letter_modals.ALTHOUGH)
    if although:
        desk.staff.check_has(request.user, Role.LEAD, desk.casework.case(request.seen.reference))
    return desk.casework.draft_holding_reply(
        request.seen, _written(request), request.field("reason"), actor, desk.now(), going, although
    )


@_opens(Action.RESPOND)
def open_respond(desk: Desk, _request: Request, acting: Acting, postal: str) -> Block:
    """Respond was pressed."""
    template = desk.casework.template(acting.seen, desk.now())
    most_bytes = desk.council.sending.enclosures.most_bytes
    files = enclosed.fields_of(desk.enclosing.taken_back(acting.case), most_bytes)
    last = desk.looking.last_words(acting.case)
    asked = asked_words.asked(acting.case, last, desk.council)
    return letter_modals.respond(acting.case, template, postal, files, [asked])


@_shows(Action.RESPOND)
def respond(desk: Desk, request: Request, actor: Actor, going: Going) -> Draft | FieldErrors:
    """The answer was written."""
    case = desk.casework.case(request.seen.reference)
    enclosures = enclosed.taken(desk, request, case, going)
    if isinstance(enclosures, FieldErrors):
        return enclosures
    return desk.casework.draft_answer(
        request.seen,
        _written(request),
        modals.outcome(request.field("outcome")),
        modals.chosen(Level, request.field("level")),
        actor,
        desk.now(),
        going,
        points_modal.ticks(request, points_modal.COVERED),
        enclosures,
    )


def send(desk: Desk, request: Request) -> Reply:
    """Send was pressed on a preview."""
    actor = desk.staff.actor(request.user)
    try:
        carried = json.loads(request.value)
        draft, reference = str(carried["draft"]), str(carried["case"])
    except (ValueError, KeyError, TypeError):
        raise Refused("This preview is from another time. Please start from the card.") from None
    case = desk.case_for(request.user, reference)
    desk.staff.check_has(request.user, Role.OFFICER, case)
    desk.casework.send(
        draft,
        actor,
        desk.now(),
        leads=desk.staff.has(request.user, Role.LEAD, case),
        reviews=desk.staff.has(request.user, Role.SENIOR, case),
        although_open=points_modal.is_sure(request),
    )
    return Done()


def open_posted(desk: Desk, request: Request) -> Reply:
    """Posted was pressed."""
    case = desk.acting(request, Action.POST, fresh=False).case
    check_post(case)
    return OpenModal(letter_modals.posted(case, case.stage.to_post, desk.today()))


def posted(desk: Desk, request: Request) -> Reply:
    """The date of posting was given, or the letter is taken back."""
    actor = desk.acting(request, Action.POST).actor
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
