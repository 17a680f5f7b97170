"""What Slack and the network do to an officer's press: late, twice, lost, refused."""

from datetime import timedelta

import pytest

from bot.sandbox import Message
from models.history import Event
from models.outbox import State
from tests.journeys.town import SECONDS, Town

pytestmark = pytest.mark.needs_dovecot
REFERENCE = "CC-2026-00001"


@pytest.fixture
def card(town: Town) -> Message:
    town.run()
    town.write()
    found = town.wait_card("waste-recycling")
    town.wait_thread(found, "The acknowledgement left")
    town.settle()
    return town.wait_card("waste-recycling")


def claims(town: Town) -> int:
    return town.events(REFERENCE).count(Event.CLAIMED)


def test_a_press_that_arrives_late_counts_and_the_second_try_is_harmless(
    town: Town, card: Message
) -> None:
    town.sandbox.faults.delay_delivery(3.1)
    assert town.press("priya", card, "claim").timed_out
    town.wait_card("waste-recycling", "held by")
    town.sandbox.click("priya", card.channel, card.ts, "case_claim", seen=card)
    town.settle()
    assert claims(town) == 1


def test_a_modal_whose_trigger_is_too_old_is_asked_for_again(town: Town, card: Message) -> None:
    town.sandbox.faults.delay_delivery(3.1)
    town.press("priya", card, "respond")
    town.wait_whisper("priya", "Please press again")
    assert town.sandbox.open_view("priya") is None
    town.press("priya", card, "respond")
    assert town.wait_view("priya", "Answer")


def test_a_press_on_a_card_that_has_changed_since_says_who_was_first(
    town: Town, card: Message
) -> None:
    town.press("sam", card, "claim")
    town.wait_card("waste-recycling", "held by")
    town.sandbox.click("priya", card.channel, card.ts, "case_claim", seen=card)
    sam = town.sandbox.workspace.person("sam").id
    assert sam in town.wait_whisper("priya", "already").text
    assert claims(town) == 1


def test_the_same_mention_twice_does_its_work_once(town: Town, card: Message) -> None:
    said = town.sandbox.say("priya", card.channel, "@carebot claim", thread_ts=card.ts)
    assert said is not None
    town.wait_card("waste-recycling", "held by")
    assert town.sandbox.deliver_again(said).acked
    town.settle()
    assert claims(town) == 1


def test_a_window_that_moved_on_meanwhile_stays_and_nothing_is_done_twice(
    town: Town, card: Message
) -> None:
    town.sandbox.click("priya", card.channel, card.ts, "case_more")
    town.wait_view("priya", "")
    town.sandbox.faults.error("views.update", "hash_conflict")
    assert town.sandbox.click_in_view("priya", "case_change").acked
    before = town.sandbox.open_view("priya")
    assert before is not None
    assert town.sandbox.click_in_view("priya", "case_change").acked
    town.sandbox.wait_for(lambda s: s.open_view("priya").title != before.title, SECONDS)
    assert claims(town) == 0


def test_a_channel_that_is_archived_holds_up_no_other_and_its_case_comes_when_it_is_back(
    town: Town,
) -> None:
    bot = town.run()
    assert bot.wait_connected(SECONDS)
    town.sandbox.workspace.change_channel("waste-recycling", is_archived=True)
    town.write()
    town.write("Loud. #noise complaint", Message_ID="<2@post.example>", From="al@post.example")
    town.wait_card("environmental-health")
    town.letterbox.wait_for(2, SECONDS)
    with town.store.view() as work:
        assert work.outbox.counts()[State.PENDING] >= 1
    town.sandbox.workspace.change_channel("waste-recycling", is_archived=False)
    town.clock.move_to(town.clock.now() + timedelta(hours=1))
    bot.tick_now()
    town.wait_thread(town.wait_card("waste-recycling"), "wrote:")


def test_who_left_the_council_can_press_nothing_any_more(town: Town, card: Message) -> None:
    town.sandbox.workspace.deactivate("priya")
    priya = town.sandbox.workspace.person("priya").id
    town.sandbox.workspace.join("waste-recycling", priya)  # a client that does not know it yet
    town.press("priya", card, "claim")
    town.settle()
    assert claims(town) == 0
