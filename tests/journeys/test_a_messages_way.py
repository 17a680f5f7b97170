"""The whole way, from an email in a real mailbox to an answer in a real letterbox."""

import re

import pytest

from models.case import State
from models.history import Event
from tests.journeys.town import SECONDS, Town

pytestmark = pytest.mark.needs_dovecot


def test_an_email_becomes_a_card_is_claimed_answered_and_closed(town: Town) -> None:
    town.run()
    town.write()
    card = town.wait_card("waste-recycling")
    assert "CC-" in card.text
    assert "not claimed yet" in card.text
    town.wait_thread(card, "Jo Pike wrote:")
    (acknowledgement,) = town.letterbox.wait_for(1, SECONDS)
    assert acknowledgement.recipients == ("jo@post.example",)
    assert acknowledgement.message["auto-submitted"] == "auto-replied"
    town.wait_thread(card, "The acknowledgement left")

    town.press("priya", card, "claim")
    town.wait_card("waste-recycling", "held by")
    town.wait_thread(card, "claimed the case")

    town.press("priya", card, "respond")
    town.wait_view("priya", "Answer")
    text = "Dear Jo Pike\n\nWe are sorry. It will be emptied tomorrow.\n"
    town.sandbox.fill_and_submit("priya", {"text": text, "outcome": "upheld"})
    shown = town.wait_view("priya", "preview")
    assert len(town.letterbox.messages) == 1
    assert "We are sorry. It will be emptied tomorrow." in str(shown.definition["blocks"])
    town.sandbox.fill_and_submit("priya", {})
    answer = town.letterbox.wait_for(2, SECONDS)[1].message
    assert answer["to"] == "jo@post.example"
    assert answer["in-reply-to"] == "<first@post.example>"
    assert answer["auto-submitted"] is None
    body = answer.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == text
    town.wait_card("waste-recycling", "Answered")

    town.press("priya", card, "close")
    town.wait_view("priya", "Close")
    by = town.calendar.add(town.clock.now().astimezone(town.file.council.zone).date(), 10)
    lesson = {"cause": "delay", "lesson": "One van was missing.", "what": "Hire a van"}
    town.sandbox.fill_and_submit("priya", lesson | {"owner": "priya", "due": by.isoformat()})
    town.wait_card("waste-recycling", "Closed, upheld")
    assert town.events(town.cases()[0].reference) == [
        Event.OPENED,
        Event.ACKNOWLEDGED,
        Event.CLAIMED,
        Event.ANSWER_APPROVED,
        Event.ANSWERED,
        Event.CLOSED,
        Event.LESSON_RECORDED,
    ]
    assert len(town.cards("waste-recycling")) == 1


def test_a_message_is_moved_out_of_the_inbox_only_when_it_is_stored(town: Town) -> None:
    town.run()
    town.write()
    town.wait_card("waste-recycling")
    town.settle()
    assert town.folder_counts() == {"INBOX": 0, "Processed": 1}


def test_a_reply_by_email_arrives_in_the_thread_and_reopens_the_case(town: Town) -> None:
    town.run()
    town.write()
    card = town.wait_card("waste-recycling")
    acknowledgement = town.letterbox.wait_for(1, SECONDS)[0].message
    town.write(
        "It was missed again.", Message_ID="<2@x>", In_Reply_To=acknowledgement["message-id"]
    )
    town.sandbox.wait_for(
        lambda s: sum("wrote:" in m.text for m in s.replies(card.channel, card.ts)) == 2, SECONDS
    )
    assert len(town.cases()) == 1


def test_what_the_model_is_unsure_of_is_decided_by_a_person_and_moves_to_its_service(
    town: Town,
) -> None:
    town.run()
    town.write("Hm. #missed_bin complaint unsure")
    card = town.wait_card("complaints-triage")
    town.press("priya", card, "change")
    town.wait_view("priya", "Change")
    town.sandbox.fill_and_submit(
        "priya",
        {"category": "complaint", "service": "housing", "level": "level_one"},
    )
    moved = town.wait_card("housing")
    town.wait_thread(moved, "Jo Pike wrote:")
    town.wait_thread(moved, "decided")
    left = town.wait_card("complaints-triage", "is now in")
    assert left.ts == card.ts
    assert not any(block["type"] == "actions" for block in left.blocks)
    assert town.cases()[0].state is State.OPEN


def test_another_bodys_matter_is_signposted_with_the_body_and_how_to_reach_it(town: Town) -> None:
    town.run()
    town.write("A deep hole. #pothole_road enquiry")
    card = town.wait_card("complaints-triage")
    town.wait_thread(card, "The acknowledgement left")
    town.settle()
    town.press("sam", card, "respond")
    town.wait_view("sam", "Signpost CC-")
    town.sandbox.fill_and_submit("sam", {})
    town.wait_view("sam", "Signpost: preview")
    town.sandbox.fill_and_submit("sam", {})
    answer = town.letterbox.wait_for(2, SECONDS)[1].message
    body = answer.get_body(("plain",))
    assert body is not None
    words = " ".join(body.get_content().split())
    assert "Westmereshire County Council (highways)" in words
    assert "01632 960100" in words


def test_a_sensitive_case_stands_in_its_private_channel_only(town: Town) -> None:
    town.run()
    town.write("Dear Chief Executive #missed_bin complaint !mp_enquiry")
    card = town.wait_card("private-chief-executive")
    assert "MP enquiry" in card.text
    town.settle()
    assert town.cards("waste-recycling") == []


def test_no_card_or_note_notifies_anybody_whatever_the_customer_wrote(town: Town) -> None:
    town.run()
    hostile = "<!channel> <@U123> @here *bold* <https://evil.example|Slack> & #noise enquiry"
    town.write(hostile, Subject="<!here> <@U1>", From='"<!everyone>" <x@post.example>')
    card = town.wait_card("environmental-health")
    town.wait_thread(card, "wrote:")
    town.settle()
    thread = town.sandbox.replies(card.channel, card.ts)
    assert [m.notifies for m in (card, *thread)] == [()] * (len(thread) + 1)
    assert hostile.partition("#")[0].strip() in str([m.blocks for m in thread])
    for call in town.sandbox.calls:
        if call.method == "chat.postMessage":
            assert re.search("false|0", str(call.params["unfurl_links"]).lower())


def test_a_reply_that_raises_a_flag_moves_the_case_and_is_said_once_in_private_only(
    town: Town,
) -> None:
    town.run()
    town.write()
    card = town.wait_card("waste-recycling")
    town.wait_thread(card, "The acknowledgement left")
    town.settle()
    town.write(
        "My child is at risk. #missed_bin complaint !safeguarding",
        Message_ID="<2@x>",
        In_Reply_To="<first@post.example>",
    )
    moved = town.wait_card("private-safeguarding")
    town.wait_thread(moved, "Jo Pike wrote:")
    town.settle()
    private = town.sandbox.replies(moved.channel, moved.ts)
    assert sum("at risk" in str(message.blocks) for message in private) == 1
    left = town.sandbox.replies(card.channel, card.ts)
    assert not any("at risk" in str(message.blocks) for message in left)
