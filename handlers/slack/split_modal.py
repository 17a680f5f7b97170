"""Split: the modal in which the words of a second matter are picked, and what it does."""

from handlers.slack import fields, modals, wording
from handlers.slack.api import Block
from handlers.slack.cards import button_value
from handlers.slack.desk import Desk
from handlers.slack.requests import FieldErrors, OpenModal, Reply, Request, ShowInstead
from models.case import Action, Case
from models.council import Council
from models.prediction import Category

SPLIT = "case_split"
_CUT = " It is long, so its end is not here: words from there may be put in from the thread."


def modal(case: Case, words: str, council: Council) -> Block:
    """The message's words to cut down, and who answers them; a second body that the model saw is
    chosen already.
    """
    second = case.secondary_authority
    category = Category.NON_COUNCIL if second else case.category
    who = modals.classification(category, None, second, None, council)
    text = fields.hinted(
        fields.text("part", "The words of the other matter", words[: fields.TEXT_LIMIT],
                    multiline=True),
        "Take out what belongs to this case. The whole message stays with it."
        + (_CUT if len(words) > fields.TEXT_LIMIT else ""),
    )  # fmt: skip
    return fields.modal(SPLIT, f"Split {case.reference}", "Split", button_value(case), [text, *who])


def open_split(desk: Desk, request: Request) -> Reply:
    """Split was pressed."""
    acting = desk.acting(request, Action.SPLIT, fresh=False)
    words = desk.splitting.first_words(acting.seen)
    return OpenModal(modal(acting.case, words, desk.council))


def split(desk: Desk, request: Request) -> Reply:
    """The other matter was picked."""
    acting = desk.acting(request, Action.SPLIT)
    to = modals.classified(request)
    if isinstance(to, FieldErrors):
        return to
    part = request.field("part")
    first, new = desk.splitting.split(acting.seen, part, to, acting.actor, desk.now())
    owner = wording.escape(desk.council.catalogue.owner_name(new.service, new.authority))
    said = f"*{new.reference}* is open, for {owner}. {first.reference} goes on with the rest."
    return ShowInstead(modals.notice(said, "Case split"))
