"""A compliment from its card to those whom it is about, and to its end."""

import json

import pytest

from models.case import State
from tests.journeys.town import Town

pytestmark = pytest.mark.needs_dovecot

CHANNEL = "waste-recycling"
THANKS = (
    "Please thank Dave and Sue, they found my ring. #missed_bin compliment\n\n"
    "Kind regards\nJoan Pettifer\n12 High Street"
)


def test_a_compliment_is_passed_on_once_and_closed_with_one_press(town: Town) -> None:
    town.run()
    town.write(THANKS, From="Joan Pettifer <joan@post.example>")
    card = town.wait_card(CHANNEL, "CC-2026-00001")
    town.settle()
    card = town.wait_card(CHANNEL, "CC-2026-00001")
    buttons = next(b for b in card.blocks if b["type"] == "actions")["elements"]
    assert buttons[0]["text"]["text"] == "Pass on"
    town.press("sam", card, "pass_on")
    town.wait_view("sam", "Pass on")
    town.press("priya", card, "pass_on")
    view = json.dumps(town.wait_view("priya", "Pass on").blocks)
    assert "they found my ring" in view
    assert "Formal" in view
    town.sandbox.fill_and_submit("priya", {"staff": "Dave, Sue", "how": "informal"})
    town.wait_view("priya", "Passed on")
    post = town.wait_card(CHANNEL, "A compliment for Dave and Sue, Waste and recycling")
    said = json.dumps(post.blocks)
    assert "they found my ring" in said
    assert "Pettifer" not in said
    assert "High Street" not in said
    town.wait_thread(card, "passed the compliment on to Dave, Sue, Waste and recycling")
    town.sandbox.fill_and_submit("sam", {"staff": "Dave"})
    stale = town.sandbox.open_view("sam")
    assert stale is not None
    assert "passed the compliment on to Dave, Sue" in json.dumps(stale.blocks)
    town.settle()
    drawn = town.wait_card(CHANNEL, "CC-2026-00001:")
    assert "*Passed on*" in json.dumps(drawn.blocks)
    assert "Passed on, to be closed" in json.dumps(drawn.blocks)
    town.press("priya", drawn, "close")
    town.settle()
    (case,) = town.cases()
    assert case.state is State.CLOSED
    assert "Closed" in town.wait_card(CHANNEL, "CC-2026-00001:").text
    assert len(town.cards(CHANNEL, "A compliment for Dave")) == 1


def test_what_was_passed_on_goes_from_the_channel_when_the_case_becomes_private(town: Town) -> None:
    town.run()
    town.write(THANKS, From="Joan Pettifer <joan@post.example>")
    town.wait_card(CHANNEL, "CC-2026-00001")
    town.settle()
    town.press("priya", town.wait_card(CHANNEL, "CC-2026-00001"), "pass_on")
    town.wait_view("priya", "Pass on")
    town.sandbox.fill_and_submit("priya", {"staff": "Dave"})
    town.wait_card(CHANNEL, "A compliment for Dave")
    town.settle()
    town.press("priya", town.wait_card(CHANNEL, "CC-2026-00001:"), "change")
    town.wait_view("priya", "Change")
    town.sandbox.fill_and_submit("priya", {"flags": ["safeguarding"]})
    town.wait_card("private-safeguarding", "CC-2026-00001:")
    town.settle()
    assert "ring" not in json.dumps([m.blocks for m in town.sandbox.messages(CHANNEL)])
    assert town.cards(CHANNEL, "A compliment") == []
