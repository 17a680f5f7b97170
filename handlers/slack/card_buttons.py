"""Which four buttons a card has: what an untrained reader should press first stands first."""

from collections.abc import Callable

from handlers.slack.flag_lines import AT_RISK
from handlers.slack.level_lines import asks_for_level_two
from models.allowed import allowed_actions
from models.case import Action, Case, State
from models.prediction import Category

_MOST = 4
_URGENT = (Action.UNDO, Action.POST, Action.NAME)
_Situation = Callable[[Case], bool]


def _perhaps_failed_again(case: Case) -> bool:
    contact = case.contact
    return case.state is State.TRIAGE and contact is not None and bool(contact.failed_again)


_ORDERS: tuple[tuple[_Situation, tuple[Action, ...]], ...] = (
    (
        lambda case: asks_for_level_two(case) and case.is_open,
        (Action.ESCALATE, Action.CLAIM, Action.RESPOND, Action.CHANGE),
    ),
    (asks_for_level_two, (Action.ESCALATE, Action.CLOSE, Action.DONE, Action.REOPEN)),
    (
        _perhaps_failed_again,
        (Action.CHANGE, Action.CLAIM, Action.CONFIRM, Action.ACKNOWLEDGE),
    ),
    (
        lambda case: case.state is State.TRIAGE,
        (Action.CONFIRM, Action.CHANGE, Action.CLAIM, Action.ACKNOWLEDGE),
    ),
    (
        lambda case: case.holder is None and not AT_RISK.isdisjoint(case.flags),
        (Action.CLAIM, Action.CHANGE, Action.RESPOND, Action.ACKNOWLEDGE),
    ),
    (
        lambda case: case.category is Category.COMPLIMENT and case.praise is None,
        (Action.PASS_ON, Action.CLAIM, Action.RESPOND, Action.CHANGE, Action.CLOSE),
    ),
    (
        lambda case: case.category is Category.COMPLIMENT,
        (Action.CLOSE, Action.RESPOND, Action.CLAIM, Action.CHANGE),
    ),
    (
        lambda case: case.category is Category.NON_COUNCIL,
        (Action.RESPOND, Action.CLAIM, Action.CHANGE, Action.ACKNOWLEDGE, Action.CLOSE),
    ),
)
"""The first situation that fits gives the order."""

_ELSE = (
    Action.CLAIM,
    Action.RESPOND,
    Action.ACKNOWLEDGE,
    Action.CHANGE,
    Action.EXTEND,
    Action.CLOSE,
    Action.DONE,
    Action.ESCALATE,
    Action.REOPEN,
)
_MAIN = frozenset(
    {
        Action.POST,
        Action.NAME,
        Action.CONFIRM,
        Action.CHANGE,
        Action.PASS_ON,
        Action.CLAIM,
        Action.RESPOND,
        Action.CLOSE,
        Action.ESCALATE,
    }
)


def on_card(case: Case) -> tuple[Action, ...]:
    """The actions that have a button on the card now, the most urgent first; the others are in the
    menu behind More.
    """
    allowed = allowed_actions(case)
    order = next((order for fits, order in _ORDERS if fits(case)), _ELSE)
    wanted = (*_URGENT, *order, *(action for action in _ELSE if action not in order))
    fits = [action for action in wanted if action in allowed and not _is_rare(case, action)]
    return tuple(fits)[:_MOST]


def main(case: Case) -> Action | None:
    """The one of them that is marked as what to press; None where nothing must be done now."""
    first = next(iter(on_card(case)), None)
    if first is Action.CHANGE and case.state is State.TRIAGE:
        return first
    on_its_way = case.stage.answer_approved_at is not None and first is not Action.POST
    waits = case.is_open and not on_its_way
    return first if first in _MAIN and (waits or case.state is State.ANSWERED) else None


def _is_rare(case: Case, action: Action) -> bool:
    """What stands in the menu only: a second extension, which is a team leader's exception, and the end
    of a case whose answer has not left yet.
    """
    if action is Action.EXTEND:
        return case.stage.extended_to is not None
    on_its_way = case.stage.answer_approved_at is not None and case.is_open
    return action is Action.CLOSE and on_its_way
