"""One case looked up: its card, its words, who looked at it, and what can be done."""

from collections.abc import Callable

from handlers.slack import cards, fields, letter_words, menu, threads, wording
from handlers.slack.api import Block, Saying
from handlers.slack.background import background
from handlers.slack.cards import button_value
from handlers.slack.desk import Desk
from handlers.slack.in_turn import Part, fitting, in_order
from handlers.slack.references import reference_in
from handlers.slack.requests import OpenModal, PushModal, Reply, Request, Say, Where
from models.allowed import allowed_actions
from models.case import Case
from models.channels import is_private
from models.council import Council
from models.errors import Refused, Stale
from models.letter import Departed
from models.looks import How, Look
from models.people import Role
from models.store_port import StoredMessage

WORDS = "case_words"
# Slack takes 100 blocks in a view; nobody reads more than this in one.
_MOST_CHARACTERS = 45_000
_MOST_BLOCKS = 95
_LETTERS_CHARACTERS = 20_000
_LETTERS_BLOCKS = 40
_LOOKS = 30
_HOW = {
    How.CARD: "looked the case up",
    How.WORDS: "read what the customer wrote",
    How.SEARCH: "saw some of its words in a search",
    How.NOTES: "read its notes",
    How.STEP: "opened a step that shows some of its words",
}


def named(text: str, word: str) -> str:
    """The reference behind a word of `/case`. Raises Refused where there is none."""
    reference = reference_in(text)
    if reference is None:
        raise Refused(f"Say which case, such as `/case {word} CC-2026-00042`.")
    return reference


def card(desk: Desk, request: Request, reference: str) -> Reply:
    """The card as it is now, with two buttons: its words, and what can be done."""
    return _at_rest(lambda: _card(desk, request, reference))


def _at_rest(look: Callable[[], Reply]) -> Reply:
    """A look, taken again where the case moved on in its midst: nothing was seen yet to be stale."""
    try:
        return look()
    except Stale:
        return look()


def _card(desk: Desk, request: Request, reference: str) -> Reply:
    actor = desk.staff.actor(request.user)
    case = desk.case_for(request.user, reference)
    outside = desk.is_outside(case, request)
    with desk.looking.opening(case, How.CARD, actor, desk.now(), outside=outside) as work:
        known = background(work, case, desk.council, desk.today())
    drawn = cards.card(case, desk.council, desk.today(), known)
    shown = [block for block in drawn.blocks if block["type"] != "actions"]
    buttons: Block = {"type": "actions", "elements": [_words_button(case), _menu_button(case)]}
    return Say(Saying(drawn.text, [*shown, buttons]))


def open_case(desk: Desk, request: Request) -> Reply:
    """Open was pressed on a list: what can be done, and the words."""
    desk.staff.actor(request.user)
    case = desk.case_for(request.user, request.seen.reference)
    actions = desk.menu_of(case, request.user, allowed_actions(case))
    words: Block = {
        "type": "section",
        "text": fields.plain("Read what the customer wrote."),
        "accessory": _words_button(case),
    }
    private = is_private(case, desk.council)
    view = menu.modal(case, actions, request.stands_in, private=private)
    first, *rest = menu.rows(case, actions, private=private)
    return OpenModal({**view, "blocks": [first, words, *rest]})


def note_step(desk: Desk, request: Request, case: Case) -> None:
    """Before an action's modal shows words of the case: the look is noted, or nothing is shown."""
    actor, outside = desk.staff.actor(request.user), desk.is_outside(case, request)
    with desk.looking.opening(case, How.STEP, actor, desk.now(), outside=outside):
        pass


def show_words(desk: Desk, request: Request) -> Reply:
    """Show the words was pressed. In the menu they open over it: closed, what can be done is there."""
    return _at_rest(lambda: _words(desk, request))


def _words(desk: Desk, request: Request) -> Reply:
    actor = desk.staff.actor(request.user)
    case = desk.case_for(request.user, request.seen.reference)
    outside = desk.is_outside(case, request)
    messages, letters = desk.looking.words(case, actor, desk.now(), outside=outside)
    view = words_modal(case, messages, desk.council, letters)
    return PushModal(view) if request.where is Where.MODAL else OpenModal(view)


def words_modal(
    case: Case,
    messages: tuple[StoredMessage, ...],
    council: Council,
    letters: tuple[Departed, ...] = (),
) -> Block:
    """What the customer wrote and the letters that left, in their order and in plain text; what does
    not fit is counted. Whatever the customer wrote, a place is kept for the letters.
    """
    ours = [Part(one.at, _head_of_letter(one, council), letter_words.shown(one)) for one in letters]
    theirs = [Part(one.message.received_at, _head(one, council), _text(one)) for one in messages]
    answers = fitting(ours, _LETTERS_CHARACTERS, _LETTERS_BLOCKS)
    words = fitting(
        theirs, _MOST_CHARACTERS - answers.characters, _MOST_BLOCKS - 1 - len(answers.blocks)
    )
    blocks: list[Block] = [{"type": "section", "text": fields.plain(wording.title(case))}]
    if not messages:
        blocks.append({"type": "section", "text": fields.plain("There are no words of theirs.")})
    blocks += in_order(words, answers)
    if left_out := words.left_out + answers.left_out:
        blocks.append(
            _context(f"{left_out:,} more characters are in the case's thread and in the store.")
        )
    return {
        "type": "modal",
        "callback_id": "words",
        "title": fields.plain("What was written" if letters else "What they wrote"),
        "close": fields.plain("Close"),
        "blocks": blocks,
    }


def _text(stored: StoredMessage) -> str:
    return threads.showable(stored.message.text) or "(the message has no text)"


def looked(desk: Desk, request: Request) -> Reply:
    """`/case looked REF`: who looked at it from outside its channel; for a team leader."""
    desk.staff.actor(request.user)
    case = desk.case_for(request.user, named(request.text, "looked"))
    desk.staff.check_has(request.user, Role.LEAD, case)
    looks, total = desk.looking.looks(case.reference, _LOOKS)
    return Say(_log(case, looks, total, desk.council))


def _log(case: Case, looks: tuple[Look, ...], total: int, council: Council) -> Saying:
    head = f"*{case.reference}*: looks from outside its channel"
    if not looks:
        return Saying(f"{head}: none.")
    lines = [f"• {_when(look, council)}: <@{look.by.id}> {_HOW[look.how]}" for look in looks]
    more = [f"…and {total - len(looks)} earlier ones."] if total > len(looks) else []
    return Saying("\n".join([f"{head}: {total}.", *lines, *more]))


def _when(look: Look, council: Council) -> str:
    local = look.at.astimezone(council.zone)
    return f"{wording.day(local.date())}, {local:%H:%M}"


def _head(stored: StoredMessage, council: Council) -> str:
    sender = stored.message.sender
    who = wording.one_line(sender.name or sender.address or "", 80) or "Somebody without a name"
    names = [wording.one_line(one.name, 80) for one in stored.message.attachments]
    with_ = f" With: {', '.join(names)}"[:1_500] if names else ""
    said = wording.SAID[stored.message.source]
    return f"{who} {said}, {wording.time(stored.message.received_at, council)}:{with_}"


def _head_of_letter(left: Departed, council: Council) -> str:
    names = [wording.one_line(one.name, 80) for one in left.letter.attachments]
    with_ = f" With: {', '.join(names)}"[:1_500] if names else ""
    what = wording.LETTERS[left.letter.kind]
    if left.posted_on is not None:
        return f"Our {what}, posted {wording.day(left.posted_on)}:{with_}"
    return f"Our {what}, left {wording.time(left.at, council)}:{with_}"


def _words_button(case: Case) -> Block:
    return _button(case, WORDS, "Show the words", f"Show the words of case {case.reference}")


def _menu_button(case: Case) -> Block:
    label = f"What can be done with case {case.reference}"
    return _button(case, cards.MORE, "What can be done", label)


def _button(case: Case, action: str, name: str, label: str) -> Block:
    return {
        "type": "button",
        "action_id": action,
        "text": fields.plain(name),
        "value": button_value(case),
        "accessibility_label": label,
    }


def _context(text: str) -> Block:
    return {"type": "context", "elements": [fields.plain(text)]}
