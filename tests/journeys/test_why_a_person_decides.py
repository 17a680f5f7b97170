"""From an email to the card: why a person decides, and which sentence raised a flag; a private
case's words stay in its channel.
"""

import json

import pytest

from bot.council_of_settings import council_of
from models.case import State
from models.channels import all_channels
from tests.journeys.town import Town

pytestmark = pytest.mark.needs_dovecot

DANGER = "A cable hangs over the swings and sparks"


def shown(message) -> str:
    return json.dumps(message.blocks, ensure_ascii=False)


def test_a_card_says_why_a_person_decides_until_somebody_has(town: Town) -> None:
    town.run()
    town.write("Hm. #missed_bin complaint unsure")
    card = town.wait_card("complaints-triage")
    assert "*Please decide:* not sure enough: 40 %" in shown(card)
    assert "*Words that spoke for it:* “bin”" in shown(card)
    assert "Please decide: not sure enough: 40 %." in card.text
    town.press("priya", card, "change")
    town.wait_view("priya", "Change")
    town.sandbox.fill_and_submit(
        "priya", {"category": "complaint", "service": "housing", "level": "level_one"}
    )
    moved = town.wait_card("housing")
    assert "decide" not in shown(moved)
    assert town.cases()[0].state is State.OPEN


def test_a_flagged_message_stands_with_the_sentence_that_raised_it(town: Town) -> None:
    town.run()
    town.write(f"Hello.\n{DANGER} <!channel> #parks_play enquiry !hazard\nRegards")
    card = town.wait_card("streets-open-spaces")
    assert f"*Flag: hazard*, raised by “{DANGER} &lt;!channel&gt; #parks_play" in shown(card)
    words = town.wait_thread(card, "wrote:")
    assert f"raised by “{DANGER}" in shown(words)


def test_what_raised_a_private_flag_is_said_in_the_private_channel_alone(town: Town) -> None:
    town.run()
    town.write(f"{DANGER}, and my boy is there #missed_bin complaint !safeguarding")
    card = town.wait_card("private-safeguarding")
    assert f"*Flag: safeguarding*, raised by “{DANGER}" in shown(card)
    town.wait_thread(card, "The acknowledgement left")
    town.settle()
    council = council_of(town.file)
    private = set(council.channels.private.values())
    for channel in {*all_channels(council), council.channels.lead} - private:
        for message in town.sandbox.messages(channel):
            replies = town.sandbox.replies(message.channel, message.ts)
            assert not any(DANGER in f"{m.text} {shown(m)}" for m in (message, *replies))
    town.sandbox.workspace.leave("private-safeguarding", town.sandbox.workspace.person("sam").id)
    found = town.sandbox.slash("sam", "complaints-lead", "/case", "CC-2026-00001")
    assert DANGER not in json.dumps(found.response, ensure_ascii=False)
