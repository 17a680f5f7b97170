"""Which four buttons a card has: what an untrained reader should press first stands first."""

from collections.abc import Callable

from handlers.slack.level_lines import asks_for_level_two
from models.allowed import allowed_actions
from models.case import Action, Case, State
from models.prediction import Category

_MOST = 4
_URGENT = (Action.UNDO, Action.POST, Action.NAME)
_Situation = Callable[[Case], bool]


_ORDERS: tuple[tuple[_Situation, tuple[Action, ...]], ...] = (
    (asks_for_level_two, (Action.ESCALATE, Action.CLOSE, Action.DONE, Action.REOPEN)),
    (
        lambda case: case.state is State.TRIAGE,
        (Action.CONFIRM, Action.CHANGE, Action.CLAIM, Action.ACKNOWLEDGE),
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
    return first if first in _MAIN and (case.state is not State.CLOSED) else None


def _is_rare(case: Case, action: Action) -> bool:
    """A second extension is a team leader's exception: it stands in the menu only."""
    return action is Action.EXTEND and case.stage.extended_to is not None
