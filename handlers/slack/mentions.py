"""@carebot in a case's thread, where slash commands do not work (requirement 20). Only the person who
asked sees the answer.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from handlers.slack import actions, commands, menu, note_list, notes, wording
from handlers.slack.api import Saying
from handlers.slack.cards import button_value
from handlers.slack.desk import Desk
from handlers.slack.requests import Done, OpenModal, Reply, Request, Say, say
from models.allowed import allowed_actions
from models.case import Action, Case
from models.channels import is_private
from models.errors import Refused

_OF_A_CASE = "in a case's thread"
_Word = Callable[[Desk, Request, str], Reply]


def mention(desk: Desk, request: Request) -> Reply:
    """`@carebot WORD`: in a case's thread what is asked of that case, else what `/case` takes."""
    desk.staff.actor(request.user)
    word, _, rest = request.text.strip().partition(" ")
    word = word.lower().rstrip(":,")
    of_case = _WORDS.get(word)
    if of_case is None or (rest.strip() and word in _ALSO_COMMANDS):
        return _as_command(desk, request)
    reference = notes.case_of(desk, request)
    if reference is None and request.thread is not None:
        raise Refused("This thread belongs to no case.")
    if reference is None:
        raise Refused(f"Ask for that {_OF_A_CASE}.\n{wording.HELP}")
    return of_case(desk, request, reference)


def _as_command(desk: Desk, request: Request) -> Reply:
    reply = commands.command(desk, request)
    if isinstance(reply, OpenModal):
        word = wording.escape(wording.one_line(request.text, 40))
        return say(f"A mention cannot open a window. Type `/case {word}` in a channel for that.")
    return reply


def _menu(desk: Desk, request: Request, reference: str) -> Reply:
    case = desk.case_for(request.user, reference)
    actions = desk.menu_of(case, request.user, allowed_actions(case))
    return Say(whispered(case, actions, private=is_private(case, desk.council)))


def whispered(case: Case, actions: tuple[Action, ...], *, private: bool = False) -> Saying:
    """The menu as a message; who hears it hears what can be chosen."""
    names = ", ".join(wording.action(case, action) for action in actions) or "nothing now"
    text = (
        f"What to do with {case.reference}? Only you see this. It is about "
        f"“{wording.escape(wording.subject(case))}”. You can choose: {names}."
    )
    return Saying(text, menu.rows(case, actions, private=private))


def _status(desk: Desk, request: Request, reference: str) -> Reply:
    return commands.command(desk, replace(request, text=reference))


def _asked_of(desk: Desk, request: Request, reference: str) -> Reply:
    return commands.command(desk, replace(request, text=f"{request.text.strip()} {reference}"))


def _claim(desk: Desk, request: Request, reference: str) -> Reply:
    case = desk.case_for(request.user, reference)
    done = actions.claim(desk, replace(request, value=button_value(case)))
    return say(f"You hold {reference} now.") if isinstance(done, Done) else done


def _note(desk: Desk, request: Request, _reference: str) -> Reply:
    return notes.file(desk, request)


_WORDS: Mapping[str, _Word] = {
    **{action.value: _menu for action in Action},
    "": _menu,
    "menu": _menu,
    "status": _status,
    "claim": _claim,
    "why": _asked_of,
    "looked": _asked_of,
    "note": _note,
    "notes": note_list.show,
}
"""The words of a case's thread. The name of an action gets the menu, where its button is: a mention
opens no window.
"""
_ALSO_COMMANDS = frozenset({"why", "looked"})
"""Words that with a reference behind them mean another case than the thread's."""
