"""What can be done to a case, with a sentence on each: opened by More on a card, and by a mention."""

import json

from handlers.slack import cards, fields, wording
from handlers.slack.api import Block
from handlers.slack.desk import Desk
from handlers.slack.requests import OpenModal, Reply, Request
from models.allowed import allowed_actions
from models.case import Action, Case
from models.channels import is_private

MENU = "case_menu"
GROUPS: tuple[tuple[str, tuple[Action, ...]], ...] = (
    ("Look after it", (Action.CLAIM, Action.ASSIGN, Action.POINTS)),
    (
        "Write to the customer",
        (Action.UNDO, Action.POST, Action.ACKNOWLEDGE, Action.EXTEND, Action.RESPOND),
    ),
    (
        "Decide",
        (
            Action.CONFIRM,
            Action.CHANGE,
            Action.NAME,
            Action.CLOSE,
            Action.REOPEN,
            Action.ESCALATE,
        ),
    ),
    ("Put together", (Action.LINK, Action.UNLINK, Action.MERGE, Action.UNMERGE, Action.SPLIT)),
    (
        "Record",
        (
            Action.PASS_ON,
            Action.NOTE,
            Action.DONE,
            Action.LESSON,
            Action.REMEDY,
            Action.OMBUDSMAN,
        ),
    ),
)
"""Every action, under the heading where it stands."""
_PRIVATE = "\nPrivate: only the members of its channel see this case."


def modal(
    case: Case, actions: tuple[Action, ...], stands_in: str = "", *, private: bool = False
) -> Block:
    """Every action that fits the case and that its reader may take, each with its button. `stands_in`
    is the channel (an id) in which it was asked for: who acts from the menu acts from there. Of a
    `private` case the head says so.
    """
    return {
        "type": "modal",
        "private_metadata": json.dumps({"in": stands_in}),
        "callback_id": MENU,
        "title": fields.plain("What to do?"),
        "close": fields.plain("Back"),
        "blocks": rows(case, actions, private=private),
    }


def rows(case: Case, actions: tuple[Action, ...], *, private: bool = False) -> list[Block]:
    """The case's name, and a row for each action under the heading of its kind."""
    head = f"{wording.title(case)}\n{wording.subject(case)}{_PRIVATE if private else ''}"
    blocks: list[Block] = [{"type": "section", "text": fields.plain(head)}]
    for heading, group in GROUPS:
        offered = [action for action in group if action in actions]
        if offered:
            blocks.append({"type": "header", "text": fields.plain(heading)})
            blocks += [_row(case, action) for action in offered]
    if not actions:
        blocks.append({"type": "section", "text": fields.plain("There is nothing to do now.")})
    return blocks


def open_menu(desk: Desk, request: Request) -> Reply:
    """More was pressed."""
    desk.staff.actor(request.user)
    case = desk.case_for(request.user, request.seen.reference)
    actions = desk.menu_of(case, request.user, allowed_actions(case))
    private = is_private(case, desk.council)
    return OpenModal(modal(case, actions, request.stands_in, private=private))


def _row(case: Case, action: Action) -> Block:
    """The button beside its sentence. A long name would leave that a word a line on a phone."""
    button = cards.button(case, action)
    if action is Action.CONFIRM:
        button["text"] = fields.plain(wording.ACTIONS[action])
    return {
        "type": "section",
        "text": fields.plain(wording.explained(case, action)),
        "accessory": button,
    }
