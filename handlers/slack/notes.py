"""Notes in Slack: a message of a case's thread is filed, a note is written, edits are kept."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

from slack_bolt import BoltResponse

from handlers.notes import FiledAlready
from handlers.slack import fields, wording
from handlers.slack.api import Block
from handlers.slack.cards import button_value
from handlers.slack.desk import Desk
from handlers.slack.requests import Done, OpenModal, Reply, Request, say
from handlers.slack.told import Deleted, Edited, change_of
from models.case import Action, Case
from models.errors import Refused
from models.notes import Spoken, Version

NOTE = "case_note_written"
ADD = "note_add"
_ASKED_FOR = re.compile(r"\s*(?:<@\w+(?:\|[^>]*)?>\s*)+note\b[:,]?\s*", re.IGNORECASE)
_NO_CASE = "This thread belongs to no case: only a message in a case's thread can be filed to it."


def modal(case: Case) -> Block:
    """Write a note."""
    text = fields.text("text", "The note", "", multiline=True)
    hint = "It stands in the case's thread. No note ever leaves for the customer."
    return fields.modal(
        NOTE, "Add a note", "Add note", button_value(case), [fields.hinted(text, hint)]
    )


def open_note(desk: Desk, request: Request) -> Reply:
    """Add a note was pressed."""
    return OpenModal(modal(desk.acting(request, Action.NOTE, fresh=False).case))


def write(desk: Desk, request: Request) -> Reply:
    """The note was written."""
    acting = desk.acting(request, Action.NOTE, fresh=False)
    once = f"view:{request.view}"
    desk.notes.write(acting.case, request.field("text"), acting.actor, desk.now(), once=once)
    return Done()


def file(desk: Desk, request: Request) -> Reply:
    """Add to the case was chosen in the menu of a message, or a mention asks for a note."""
    actor = desk.staff.actor(request.user)
    message, spoken = request.message, _place(request)
    reference = case_of(desk, request)
    if reference is None or message is None or spoken is None:
        raise Refused(_NO_CASE)
    case = desk.acting_on(request.user, reference, Action.NOTE).case
    if message.by_app:
        raise Refused(
            "Only what a colleague wrote can be filed: this is carebot's own, or an app's."
        )
    text = own_words(message.text)
    if not text:
        raise Refused("There are no words in this message to file.")
    version = Version(text, kept_time(message.edited or message.ts), message.edited)
    try:
        note = desk.notes.file(case, message.user, version, spoken, actor, desk.now())
    except FiledAlready as known:
        by = desk.staff.person(known.note.filed_by.id).name
        at = wording.time(known.note.filed_at, desk.council)
        raise Refused(f"{known} {wording.escape(by)} filed it ({at}).") from None
    return say(f"Filed to {note.reference} as a note. It never leaves for the customer.")


def case_of(desk: Desk, request: Request) -> str | None:
    """The case in whose thread something was asked; None where the thread is no case's."""
    if request.channel is None or request.thread is None:
        return None
    with desk.store.view() as work:
        return work.places.case_at(request.channel, request.thread)


def recorder(desk: Desk, after: Callable[[], None]) -> Callable[..., BoltResponse | None]:
    """A step before every listener: an edit or a deletion of a filed message is kept before Slack is
    told that it was heard. Bolt acknowledges an event before its listener runs; what is lost then
    never comes again, but what raises here is not acknowledged, and Slack tells it again.
    """

    def record(body: dict[str, object], next_: Callable[[], BoltResponse]) -> BoltResponse | None:
        change = change_of(body)
        if change is not None and kept(desk, change):
            after()
        return next_()

    return record


def kept(desk: Desk, change: Edited | Deleted) -> bool:
    """Whether the change of a message was one of a note, and was not known yet."""
    if isinstance(change, Deleted):
        at = kept_time(change.at)
        return desk.notes.deleted(change.channel, change.ts, at, desk.now())
    version = Version(own_words(change.text), kept_time(change.edited), change.edited)
    return desk.notes.edited(change.channel, change.ts, version, desk.now())


def own_words(text: str) -> str:
    """A message's text without the mention that asked for a note."""
    asked = _ASKED_FOR.match(text)
    return (text[asked.end() :] if asked else text).strip()


def _place(request: Request) -> Spoken | None:
    if request.channel is None or request.message is None:
        return None
    return Spoken(request.channel, request.message.ts, request.thread or request.message.ts)


def kept_time(ts: str) -> datetime:
    """The time of a ts of Slack's."""
    return datetime.fromtimestamp(float(ts), UTC)
