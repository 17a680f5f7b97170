"""Split: the modal in which the words of a second matter are picked, and what it does."""

import json
from collections.abc import Sequence

from handlers.slack import fields, looking, modals, wording
from handlers.slack.api import Block
from handlers.slack.cards import button_value
from handlers.slack.desk import Desk
from handlers.slack.requests import FieldErrors, OpenModal, Reply, Request, ShowInstead
from models.case import Action, Case
from models.council import Council
from models.prediction import Category
from models.store_port import StoredMessage

SPLIT = "case_split"
WHICH = "case_split_which"

_WHICH = "which"
_LONGEST = 75
_CUT = " It is long, so its end is not here: words from there may be put in from the thread."


def modal(case: Case, message: StoredMessage, council: Council) -> Block:
    """The message's words to cut down, and who answers them; a second body that the model saw is
    chosen already.
    """
    second, words = case.secondary_authority, message.message.new_text
    category = Category.NON_COUNCIL if second else case.category
    who = modals.classification(category, None, second, None, council)
    text = fields.hinted(
        fields.text("part", "The words of the other matter", words[: fields.TEXT_LIMIT],
                    multiline=True),
        "Take out what belongs to this case. The whole message stays with it."
        + (_CUT if len(words) > fields.TEXT_LIMIT else ""),
    )  # fmt: skip
    carried = json.loads(button_value(case)) | {"message": message.id}
    title = f"Split {case.reference}"
    return fields.modal(SPLIT, title, "Split", json.dumps(carried), [text, *who])


def which(case: Case, messages: Sequence[StoredMessage], council: Council) -> Block:
    """In which of several messages the other matter stands; the last is chosen already."""
    shown = messages[-fields.MOST_OPTIONS :]
    options = {str(one.id): _named(one, council) for one in shown}
    chosen = fields.hinted(
        fields.select(_WHICH, "The message with the other matter", options, str(shown[-1].id)),
        "The new case counts from the day on which this message came.",
    )
    title = f"Split {case.reference}"
    return fields.modal(WHICH, title, "Next", button_value(case), [chosen])


def _named(one: StoredMessage, council: Council) -> str:
    """An option of the select: Slack shows 75 characters of it."""
    day = wording.day(council.local_date(one.message.received_at))
    words = " ".join(one.message.own_words.split()) or "no words"
    named = f"{day}: {words}"
    return named if len(named) <= _LONGEST else f"{named[: _LONGEST - 1]}…"


def open_split(desk: Desk, request: Request) -> Reply:
    """Split was pressed."""
    acting = desk.acting(request, Action.SPLIT, fresh=False)
    looking.note_step(desk, request, acting.case)
    messages = desk.splitting.messages(acting.seen)
    if len(messages) > 1:
        return OpenModal(which(acting.case, messages, desk.council))
    return OpenModal(modal(acting.case, messages[0], desk.council))


def chosen(desk: Desk, request: Request) -> Reply:
    """One of several messages was chosen."""
    acting = desk.acting(request, Action.SPLIT)
    for message in desk.splitting.messages(acting.seen):
        if request.field(_WHICH) == str(message.id):
            return ShowInstead(modal(acting.case, message, desk.council))
    return FieldErrors({_WHICH: "Choose a message."})


def split(desk: Desk, request: Request) -> Reply:
    """The other matter was picked."""
    acting = desk.acting(request, Action.SPLIT)
    to = modals.classified(request, None, acting.case.secondary_authority)
    if isinstance(to, FieldErrors):
        return to
    part = request.field("part")
    message = json.loads(request.value).get("message")
    first, new = desk.splitting.split(acting.seen, part, to, acting.actor, desk.now(), message)
    owner = wording.escape(desk.council.catalogue.owner_name(new.service, new.authority))
    said = f"*{new.reference}* is open, for {owner}. {first.reference} goes on with the rest."
    return ShowInstead(modals.notice(said, "Case split"))
