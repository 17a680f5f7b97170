"""The menu that a mention whispers is a message: it holds less than a modal."""

import pytest

from handlers.slack import menu
from handlers.slack.api import Saying
from models.allowed import allowed_actions
from models.case import Action
from tests.handlers.slack.test_rendering import STATES, assert_slack_takes


@pytest.mark.parametrize("name", STATES)
def test_slack_takes_the_menu_of_each_state_as_a_message(name: str) -> None:
    case = STATES[name]
    assert_slack_takes(Saying("What to do?", menu.rows(case, allowed_actions(case))))


def test_even_with_every_action_it_stays_within_fifty_blocks() -> None:
    assert len(menu.rows(STATES["new"], tuple(Action))) <= 50
