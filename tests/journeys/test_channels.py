"""Cases stand only in channels that are what the settings take them for, from start to stop."""

from datetime import timedelta

import pytest

from models.errors import Misconfigured
from tests.journeys.town import Town

pytestmark = pytest.mark.needs_dovecot

PRIVATE = "private-safeguarding"


def test_a_bot_does_not_go_on_where_a_private_channel_is_public(town: Town) -> None:
    town.sandbox.workspace.change_channel(PRIVATE, is_private=False)
    bot = town.run()
    with pytest.raises(Misconfigured, match=r"slack\.private\.safeguarding"):
        bot.wait()
    assert not bot.wait_connected(0)


def test_a_private_channel_that_is_opened_while_the_bot_runs_is_told_to_the_lead_in_an_hour(
    town: Town,
) -> None:
    bot = town.run()
    assert bot.wait_connected(20)
    town.settle()
    town.sandbox.workspace.change_channel(PRIVATE, is_private=False)
    town.clock.move_to(town.clock.now() + timedelta(minutes=61))
    bot.tick_now()
    alarm = town.wait_card(town.file.slack.lead_channel, "slack.private.safeguarding")
    assert "public in Slack" in alarm.text
