"""Faults at every joint: what was taken in reaches Slack and the customer once, whatever fails."""

import signal
from collections import Counter

import pytest
from slack_sdk import WebClient

from bot.sandbox import Message
from models.outbox import State
from tests.journeys.town import SECONDS, Town

pytestmark = pytest.mark.needs_dovecot

CLEAR = (
    "My brown bin at 14 Tanner's Row has been missed again, for the third collection running. "
    "I rang twice and was promised a crew and nobody came. I want to complain about the service."
)


def posted(town: Town) -> Counter[str]:
    """How often each keyed message stands in any channel or thread."""
    keys: Counter[str] = Counter()
    for channel in list(town.sandbox.workspace.channels.values()):
        for message in town.sandbox.messages(channel.id):
            stands = [message, *town.sandbox.replies(channel.id, message.ts)]
            keys.update(m.metadata["event_payload"]["key"] for m in stands if m.metadata)
    return keys


def assert_everything_once(town: Town, cases: int) -> None:
    keys = posted(town)
    assert sum(key.startswith("card:") for key in keys) == cases
    assert [key for key, times in keys.items() if times > 1] == []


def outbox(town: Town) -> dict[str, int]:
    with town.store.view() as work:
        return dict(work.outbox.counts())


@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update"])
def test_f35_a_lost_answer_of_slack_gives_no_second_post(town: Town, method: str) -> None:
    town.sandbox.faults.lose_answer(method, times=2)
    town.run()
    town.write()
    card = town.wait_card("waste-recycling")
    town.wait_thread(card, "The acknowledgement left")
    town.settle()
    assert_everything_once(town, cases=1)


def test_f35_slack_that_asks_to_wait_is_waited_for(town: Town) -> None:
    town.sandbox.faults.rate_limit("chat.postMessage", retry_after=1, times=2)
    town.run()
    town.write()
    card = town.wait_card("waste-recycling")
    town.wait_thread(card, "Jo Pike wrote:")
    town.settle()
    assert_everything_once(town, cases=1)


def test_f35_slack_that_fails_is_tried_again(town: Town) -> None:
    town.sandbox.faults.fail("chat.postMessage", status=503, times=2)
    town.run()
    town.write()
    town.wait_card("waste-recycling")
    town.settle()
    assert_everything_once(town, cases=1)


def test_f35_mail_is_taken_in_and_acknowledged_while_slack_is_down(town: Town) -> None:
    town.sandbox.faults.fail("auth.test", status=503, times=2)
    town.run()
    town.write()
    town.letterbox.wait_for(1, SECONDS)
    card = town.wait_card("waste-recycling")
    town.wait_thread(card, "The acknowledgement left")


def test_a_cut_line_to_slack_comes_back_by_itself(town: Town) -> None:
    town.run()
    town.write()
    card = town.wait_card("waste-recycling")
    town.sandbox.faults.cut_sockets()
    opened = "apps.connections.open"
    town.sandbox.wait_for(
        lambda s: s.connected == 2 and sum(c.method == opened for c in s.calls) > 2, SECONDS
    )
    town.press("priya", card, "claim")
    town.wait_card("waste-recycling", "held by")


def test_a_mail_server_that_is_busy_gets_the_letter_again(town: Town) -> None:
    town.letterbox.fail_next("4xx")
    town.run()
    town.write()
    assert len(town.letterbox.wait_for(1, SECONDS)) == 1


def test_a_letter_that_is_refused_for_good_is_shown_on_its_case(town: Town) -> None:
    town.letterbox.fail_next("5xx")
    town.run()
    town.write()
    card = town.wait_card("waste-recycling")
    town.wait_thread(card, "could not be sent")
    assert outbox(town)[State.FAILED] == 1


def test_an_acknowledgement_of_unknown_end_is_not_sent_again_but_shown(town: Town) -> None:
    town.letterbox.fail_next("drop")
    town.run()
    town.write()
    card = town.wait_card("waste-recycling")
    town.wait_thread(card, "Nobody can tell whether the acknowledgement left")
    town.settle()
    assert len(town.letterbox.messages) == 1
    assert outbox(town)[State.UNKNOWN] == 1


def test_f35_killed_between_commit_and_post_it_goes_on_and_posts_once(town: Town) -> None:
    town.sandbox.faults.delay("chat.postMessage", 60, times=1)
    town.write(CLEAR)
    first = town.spawn("run")
    town.sandbox.wait_for(lambda s: any(c.method == "chat.postMessage" for c in s.calls), SECONDS)
    town.kill(first)
    town.sandbox.faults.clear()
    town.write("And another thing. " + CLEAR, Message_ID="<2@x>", From="Al <al@x.example>")
    town.spawn("run")
    town.sandbox.wait_for(lambda _: len(town.cards("waste-recycling")) == 2, 60)
    town.sandbox.wait_for(
        lambda s: all(s.replies(c.channel, c.ts) for c in town.cards("waste-recycling")), 60
    )
    assert_everything_once(town, cases=2)
    assert len(town.cases()) == 2
    assert {m.recipients for m in town.letterbox.wait_for(2, SECONDS)} == {
        ("jo@post.example",),
        ("al@x.example",),
    }
    assert len(town.letterbox.messages) == 2


def test_f35_killed_after_a_post_whose_answer_it_never_saw_it_finds_the_post(town: Town) -> None:
    town.sandbox.faults.lose_answer("chat.postMessage", times=1)
    town.sandbox.faults.delay("conversations.history", 60, times=1)
    town.write(CLEAR)
    first = town.spawn("run")
    town.wait_card("waste-recycling")
    town.kill(first)
    town.sandbox.faults.clear()
    town.spawn("run")
    card = town.wait_card("waste-recycling")
    town.sandbox.wait_for(lambda s: s.replies(card.channel, card.ts), 60)
    assert_everything_once(town, cases=1)


def test_asked_to_stop_it_stops_cleanly_and_started_again_repeats_nothing(town: Town) -> None:
    town.write(CLEAR)
    first = town.spawn("run")
    card = town.wait_card("waste-recycling")
    town.wait_thread(card, "The acknowledgement left")
    first.send_signal(signal.SIGTERM)
    assert first.wait(SECONDS) == 0
    before = posted(town)
    second = town.spawn("run")
    town.write(CLEAR, Message_ID="<2@x>", From="Al <al@x.example>")
    town.sandbox.wait_for(lambda _: len(town.cards("waste-recycling")) == 2, 60)
    town.letterbox.wait_for(2, SECONDS)
    second.send_signal(signal.SIGTERM)
    assert second.wait(SECONDS) == 0
    assert {key: posted(town)[key] for key in before} == before
    assert len(town.letterbox.messages) == 2


def test_a13_two_bots_at_once_on_one_mailbox_make_one_case_card_and_acknowledgement_each(
    town: Town,
) -> None:
    town.spawn("run")
    town.spawn("run")
    town.sandbox.wait_for(lambda s: s.connected == 4, 60)
    for n in range(5):
        town.write(f"{CLEAR} {n}", Message_ID=f"<{n}@x>", From=f"A{n} <a{n}@x.example>")
    town.sandbox.wait_for(lambda _: len(town.cards("waste-recycling")) == 5, 60)
    town.letterbox.wait_for(5, SECONDS)
    town.sandbox.wait_for(
        lambda s: all(
            any("acknowledgement left" in m.text for m in s.replies(c.channel, c.ts))
            for c in town.cards("waste-recycling")
        ),
        60,
    )
    assert_everything_once(town, cases=5)
    assert len(town.letterbox.messages) == 5


def test_f35_the_parts_of_a_long_message_stand_once_each_whatever_slack_asks(town: Town) -> None:
    town.run()
    town.write("#missed_bin complaint\n" + "This is a long story. " * 900)
    card = town.wait_card("waste-recycling")
    town.settle()
    town.sandbox.faults.rate_limit("chat.postMessage", retry_after=1, times=1)
    town.write(
        "More: " + "and on it goes. " * 900, Message_ID="<2@x>", In_Reply_To="<first@post.example>"
    )
    town.sandbox.wait_for(
        lambda s: sum("wrote:" in m.text for m in s.replies(card.channel, card.ts)) == 2, SECONDS
    )
    town.settle()
    assert_everything_once(town, cases=1)


def test_a_rate_limit_in_the_midst_of_a_long_message_repeats_no_part(town: Town) -> None:
    # Where Slack takes no file a long message stands in several posts.
    town.sandbox.faults.error("files.getUploadURLExternal", "missing_scope", times=100)
    town.run()
    town.settle()
    town.sandbox.faults.delay("chat.postMessage", 0.3, times=10)
    town.write("#missed_bin complaint\n" + "This is a long story. " * 900)
    card = town.wait_card("waste-recycling")
    town.sandbox.wait_for(lambda s: s.replies(card.channel, card.ts), SECONDS)
    town.sandbox.faults.rate_limit("chat.postMessage", retry_after=1, times=1)
    town.wait_thread(card, "went on")
    town.settle()
    town.wait_thread(card, "The acknowledgement left")
    assert_everything_once(town, cases=1)


def test_what_slack_will_not_take_in_its_form_is_said_in_plain_words(town: Town) -> None:
    town.sandbox.faults.error("chat.postMessage", "invalid_blocks", times=1)
    town.run()
    town.write()
    card = town.wait_card("waste-recycling")
    assert "Jo Pike" in card.text
    town.wait_thread(card, "The acknowledgement left")


def test_a_card_that_somebody_deleted_is_posted_anew_with_the_words_under_it(town: Town) -> None:
    town.run()
    town.write()
    card = town.wait_card("waste-recycling")
    town.wait_thread(card, "The acknowledgement left")
    town.settle()
    assert town.bot is not None
    WebClient(town.sandbox.bot_token, base_url=town.sandbox.api_url).chat_delete(
        channel=card.channel, ts=card.ts
    )
    town.write("And again.", Message_ID="<2@x>", In_Reply_To="<first@post.example>")
    anew = town.sandbox.wait_for(
        lambda _: [c for c in town.cards("waste-recycling") if c.ts != card.ts][-1],
        SECONDS,
    )
    town.sandbox.wait_for(
        lambda s: sum("wrote:" in m.text for m in s.replies(anew.channel, anew.ts)) == 2, SECONDS
    )


def test_a_case_that_moves_there_and_back_has_its_words_under_each_card(town: Town) -> None:
    town.run()
    town.write()
    town.wait_card("waste-recycling")
    town.settle()
    for service, channel in (("housing", "housing"), ("waste_recycling", "waste-recycling")):
        (card,) = [c for c in live_cards(town) if "CC-2026-00001:" in c.text]
        town.press("priya", card, "change")
        town.wait_view("priya", "Change")
        town.sandbox.fill_and_submit(
            "priya", {"category": "complaint", "service": service, "level": "level_one"}
        )
        moved = town.sandbox.wait_for(
            lambda s, channel=channel: [
                c for c in town.cards(channel, "CC-2026-00001:") if s.replies(c.channel, c.ts)
            ][-1],
            SECONDS,
        )
        town.wait_thread(moved, "Jo Pike wrote:")
        town.settle()
    assert len(live_cards(town)) == 1


def live_cards(town: Town) -> list[Message]:
    return [
        message
        for channel in list(town.sandbox.workspace.channels.values())
        for message in town.sandbox.messages(channel.id)
        if any(block["type"] == "actions" for block in message.blocks)
    ]
