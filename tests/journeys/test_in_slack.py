"""What people ask and press in Slack, over Socket Mode; each refusal is a sentence only they see."""

import json
import re
import sqlite3
from datetime import datetime, time, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document

from bot.sandbox import Message
from models.case import State
from tests.journeys.town import SECONDS, Town, files_under

pytestmark = pytest.mark.needs_dovecot


@pytest.fixture
def card(town: Town) -> Message:
    town.run()
    town.write()
    found = town.wait_card("waste-recycling")
    town.wait_thread(found, "The acknowledgement left")
    town.settle()
    return town.wait_card("waste-recycling")


def ask(town: Town, words: str, user: str = "priya") -> str:
    delivery = town.sandbox.slash(user, "complaints-lead", "/case", words)
    assert delivery.acked
    assert not delivery.timed_out
    return json.dumps(delivery.response, ensure_ascii=False)


@pytest.mark.usefixtures("card")
def test_a_case_is_looked_up_by_its_reference(town: Town) -> None:
    said = ask(town, "CC-2026-00001")
    assert "Complaint" in said
    assert "Jo Pike" in said
    assert "case_claim" not in said
    assert "CC-2026-00001" in ask(town, "2026-1")


@pytest.mark.usefixtures("card")
@pytest.mark.parametrize(
    ("words", "heading"),
    [
        ("mine", "You hold"),
        ("due", "Due within 5 working days"),
        ("overdue", "Overdue"),
        ("triage", "Waiting for a decision"),
    ],
)
def test_each_list_is_answered_even_when_it_is_empty(town: Town, words: str, heading: str) -> None:
    assert f"{heading}: nothing" in ask(town, words)


def test_what_i_hold_is_listed_for_me_and_not_for_others(town: Town, card: Message) -> None:
    town.press("priya", card, "claim")
    town.wait_card("waste-recycling", "held by")
    assert "CC-2026-00001" in ask(town, "mine")
    assert "CC-2026-00001" not in ask(town, "mine", "sam")


@pytest.mark.usefixtures("card")
def test_help_names_every_word_and_an_unknown_word_gets_help(town: Town) -> None:
    for said in (ask(town, "help"), ask(town, ""), ask(town, "frobnicate")):
        for word in ("mine", "due", "overdue", "triage", "help"):
            assert f"/case {word}" in said


@pytest.mark.usefixtures("card")
def test_a_case_that_does_not_exist_is_said(town: Town) -> None:
    assert "There is no case CC-2026-00099" in ask(town, "CC-2026-00099")


@pytest.mark.parametrize("user", ["robin", "alex"])
def test_guests_and_strangers_are_refused_with_a_sentence(
    town: Town, card: Message, user: str
) -> None:
    assert "own staff" in ask(town, "CC-2026-00001", user)
    town.press(user, card, "claim")
    assert town.cases()[0].holder is None
    town.wait_whisper(user, "own staff")


def test_status_is_asked_in_the_thread_by_mentioning_the_bot(town: Town, card: Message) -> None:
    town.sandbox.say("sam", card.channel, "@carebot status", thread_ts=card.ts)
    answer = town.wait_whisper("sam", "CC-2026-00001")
    assert answer.thread_ts == card.ts
    town.sandbox.say("sam", card.channel, "@carebot status")
    town.wait_whisper("sam", "in a case's thread")


def test_a_claimed_card_has_no_claim_button_any_more(town: Town, card: Message) -> None:
    town.press("priya", card, "claim")
    held = town.wait_card("waste-recycling", "held by")
    assert "case_claim" not in json.dumps(held.blocks)


def test_two_clicks_on_claim_at_once_give_one_holder_and_one_sentence(
    town: Town, card: Message
) -> None:
    from tests.journeys.town import in_thread

    clicks = [
        in_thread(lambda user=user: town.press(user, card, "claim")) for user in ("priya", "sam")
    ]
    for click in clicks:
        click.join()
    town.sandbox.wait_for(
        lambda s: any("already holds" in m.text for u in ("priya", "sam") for m in s.ephemerals(u)),
        SECONDS,
    )
    claims = [event for event in town.events("CC-2026-00001") if event == "claimed"]
    assert len(claims) == 1


def test_a_modal_over_a_case_that_moved_on_keeps_its_text_and_says_so(
    town: Town, card: Message
) -> None:
    town.press("priya", card, "respond")
    town.wait_view("priya", "Answer")
    town.press("sam", card, "claim")
    town.wait_card("waste-recycling", "held by")
    town.sandbox.fill_and_submit("priya", {"text": "Dear Jo\n\nDone.", "outcome": "upheld"})
    view = town.sandbox.open_view("priya")
    assert view is not None
    said = json.dumps(view.blocks)
    assert "has changed" in said
    assert "sam claimed the case" in said
    assert "Dear Jo\\n\\nDone." in said
    assert len(town.letterbox.messages) == 1


def test_a_gap_left_in_the_template_is_pointed_out_at_the_field(town: Town, card: Message) -> None:
    town.press("priya", card, "respond")
    town.wait_view("priya", "Answer")
    town.sandbox.fill_and_submit("priya", {"outcome": "upheld"})
    view = town.sandbox.open_view("priya")
    assert view is not None
    assert "fill this in" in view.errors["text"]


def test_an_undetermined_complaint_cannot_be_closed_and_the_officer_is_told(
    town: Town, card: Message
) -> None:
    town.press("priya", card, "close")
    said = town.wait_view("priya", "Not done")
    assert "set its level with Change first" in said.blocks[0]["text"]["text"]


def test_a_private_case_is_not_shown_to_those_outside_its_channel(town: Town) -> None:
    town.run()
    town.write("Dear Chief #missed_bin complaint !mp_enquiry", Subject="Mrs Crane's shower")
    town.wait_card("private-chief-executive")
    town.sandbox.workspace.leave("private-chief-executive", town.sandbox.workspace.person("sam").id)
    said = ask(town, "CC-2026-00001", "sam")
    assert "private channel" in said
    assert "Crane" not in said
    assert "Mrs Crane" in ask(town, "CC-2026-00001", "priya")


@pytest.mark.usefixtures("card")
def test_every_delivery_is_acknowledged_within_a_second(town: Town) -> None:
    for word in ("mine", "due", "overdue", "triage", "help", "CC-2026-00001"):
        ask(town, word)
    slow = [d for d in town.sandbox.deliveries() if d.ms is None or d.ms >= 1_000]
    assert slow == []


def test_a_bug_is_answered_with_a_sentence_and_a_reference(town: Town, card: Message) -> None:
    with sqlite3.connect(town.folder / "carebot.db") as broken:
        broken.execute("ALTER TABLE cases RENAME TO gone")
    broken.close()
    said = ask(town, "CC-2026-00001")
    assert re.search(r"Something went wrong on our side.*reference: [0-9a-f]{8}", said)
    town.press("priya", card, "claim")
    town.wait_whisper("priya", "Something went wrong on our side")


def written(town: Town, user: str, button: str, fields: dict[str, str], card: Message) -> str:
    """Press a button of the card, fill its modal in, look at the preview: what it says."""
    town.press(user, card, button.removeprefix("case_"))
    town.sandbox.wait_for(lambda s: s.open_view(user), SECONDS)
    town.sandbox.fill_and_submit(user, fields)
    view = town.wait_view(user, "preview")
    return "\n".join(b["text"]["text"] for b in view.blocks if b["type"] == "section")


def card_now(town: Town) -> Message:
    """The card as it is once everything has left: its buttons carry the latest version."""
    town.settle()
    return town.wait_card("waste-recycling")


REASON = "The crew's log is on paper."


def test_a_holding_reply_is_previewed_sent_and_then_moves_the_date(
    town: Town, card: Message
) -> None:
    before = town.cases()[0].stage.respond_by
    seen = written(town, "priya", "case_extend", {"reason": REASON}, card)
    assert "To: jo@post.example\nHow: by email\nSubject: We need more time" in seen
    assert REASON in seen
    assert len(town.letterbox.messages) == 1
    town.sandbox.fill_and_submit("priya", {})
    town.wait_thread(card, "The holding reply left")
    town.settle()
    left = town.letterbox.messages[-1].message
    text = left.get_body(("plain",)).get_content().replace("\r\n", "\n")
    assert text in seen
    assert (left["To"], left["Auto-Submitted"]) == ("jo@post.example", None)
    stage = town.cases()[0].stage
    assert stage.answer_by == town.calendar.add(before, 10)
    assert stage.answer_by.strftime("%-d %B %Y") in text
    drawn = card_now(town)
    assert "extended" in drawn.text
    assert "case_extend" not in json.dumps(drawn.blocks)
    reason = town.wait_thread(card, "because: ")
    assert REASON in reason.text


def test_a_holding_reply_that_bounces_takes_the_extension_back(town: Town, card: Message) -> None:
    before = town.cases()[0].stage.respond_by
    written(town, "priya", "case_extend", {"reason": REASON}, card)
    town.sandbox.fill_and_submit("priya", {})
    town.wait_thread(card, "The holding reply left")
    failed = town.letterbox.messages[-1].message["Message-ID"]
    town.write(
        "Delivery to jo@post.example failed permanently: no such user.",
        From="Mail Delivery Subsystem <mailer-daemon@post.example>",
        Subject="Undeliverable: We need more time",
        Message_ID="<bounce@post.example>",
        In_Reply_To=failed,
        References=failed,
        X_Failed_Recipients="jo@post.example",
    )
    town.wait_thread(card, "The extension is taken back")
    town.settle()
    assert town.cases()[0].stage.answer_by == before
    assert "case_extend" in json.dumps(card_now(town).blocks)


def test_a_holding_reply_that_is_refused_for_good_extends_nothing(
    town: Town, card: Message
) -> None:
    before = town.cases()[0].stage.respond_by
    written(town, "priya", "case_extend", {"reason": REASON}, card)
    town.letterbox.fail_next("5xx")
    town.sandbox.fill_and_submit("priya", {})
    town.wait_thread(card, "The holding reply could not be sent")
    assert town.cases()[0].stage.answer_by == before
    assert "case_extend" in json.dumps(card_now(town).blocks)


def test_a_holding_reply_that_could_not_leave_before_the_deadline_is_dropped_and_said(
    town: Town, card: Message
) -> None:
    before = town.cases()[0].stage.respond_by
    written(town, "priya", "case_extend", {"reason": REASON}, card)
    town.letterbox.fail_next(*["4xx"] * 50)
    town.sandbox.fill_and_submit("priya", {})
    town.wait_thread(card, "pressed Send on a holding reply")
    town.settle()
    town.move_to(datetime.combine(town.calendar.next_working_day(before), time(9, 30)))
    town.wait_thread(card, "The holding reply could not be sent")
    assert town.cases()[0].stage.answer_by == before
    assert len(town.letterbox.messages) == 1


def test_who_gave_no_email_address_is_acknowledged_by_post(town: Town) -> None:
    town.run()
    town.write(From="")
    found = town.wait_card("waste-recycling")
    town.wait_thread(found, "No acknowledgement left")
    drawn = card_now(town)
    town.press("priya", drawn, "acknowledge")
    view = town.wait_view("priya", "Acknowledge")
    assert "By email" not in json.dumps(view.blocks)
    town.sandbox.fill_and_submit("priya", {"postal": "The Occupier\n1 High Street\nWestmere"})
    town.wait_view("priya", "preview")
    town.sandbox.fill_and_submit("priya", {})
    town.wait_thread(found, "The acknowledgement is ready to print")
    waiting = card_now(town)
    town.press("priya", waiting, "post")
    town.wait_view("priya", "Posted")
    town.sandbox.fill_and_submit("priya", {})
    town.wait_thread(found, "The acknowledgement was posted on")
    town.settle()
    assert town.cases()[0].stage.acknowledged_at is not None
    assert town.letterbox.messages == ()


def test_a_letter_without_its_postal_address_is_not_previewed(town: Town, card: Message) -> None:
    town.press("priya", card, "respond")
    town.wait_view("priya", "Answer")
    town.sandbox.fill_and_submit("priya", {"text": "Done.", "outcome": "upheld", "going": "letter"})
    view = town.sandbox.open_view("priya")
    assert view is not None
    assert "postal address" in view.errors["postal"]


def test_an_answer_on_paper_is_printed_posted_and_counts_from_the_day_of_posting(
    town: Town, card: Message
) -> None:
    address = "Jo Pike\n1 High Street\nWestmere"
    fields = {"text": "We emptied it.", "outcome": "upheld", "going": "letter", "postal": address}
    seen = written(town, "priya", "case_respond", fields, card)
    assert f"To:\n{address}\n\nHow: as a letter, printed and posted" in seen
    assert seen.endswith("We emptied it.\n")
    town.sandbox.fill_and_submit("priya", {})
    town.wait_thread(card, "its document is in this thread")
    (shared,) = files_under(town, card, 1)
    assert shared.name == "CC-2026-00001-response-2.docx"
    assert "We emptied it." in [p.text for p in Document(BytesIO(shared.content)).paragraphs]
    waiting = card_now(town)
    assert "to be printed and posted" in waiting.text
    assert len(town.letterbox.messages) == 1

    line = town.call("letter", "CC-2026-00001", "--to", str(town.folder), "--json")
    printed = json.loads(line)
    assert Path(printed["file"]).read_bytes() == shared.content
    said = [p.text for p in Document(printed["file"]).paragraphs]
    assert said[:3] == address.split("\n")
    assert "We emptied it." in said

    today = town.clock.now().astimezone(town.file.council.zone).date()
    town.press("sam", waiting, "post")
    town.wait_view("sam", "Posted")
    town.sandbox.fill_and_submit("sam", {"posted_on": (today + timedelta(days=1)).isoformat()})
    view = town.sandbox.open_view("sam")
    assert view is not None
    assert "cannot be in the future" in json.dumps(view.errors)
    town.sandbox.fill_and_submit("sam", {"posted_on": today.isoformat()})
    town.wait_thread(card, "The answer was posted on")
    town.settle()
    (case,) = town.cases()
    assert case.state is State.ANSWERED
    assert case.stage.answered_at is not None
    assert len(town.letterbox.messages) == 1


def test_a_letter_taken_back_can_be_written_again(town: Town, card: Message) -> None:
    fields = {"text": "Done.", "outcome": "upheld", "going": "letter", "postal": "Jo\nWestmere"}
    written(town, "priya", "case_respond", fields, card)
    town.sandbox.fill_and_submit("priya", {})
    town.wait_thread(card, "is ready to print")
    files_under(town, card, 1)
    waiting = card_now(town)
    town.press("priya", waiting, "post")
    town.wait_view("priya", "Posted")
    town.sandbox.fill_and_submit("priya", {"became": "taken_back"})
    town.wait_thread(card, "took the answer back: it was not posted. *Please do not post it*")
    assert files_under(town, card, 0) == []
    again = card_now(town)
    assert "case_respond" in json.dumps(again.blocks)
    assert "case_post" not in json.dumps(again.blocks)


def test_a_preview_warns_of_other_peoples_data_and_does_not_refuse(
    town: Town, card: Message
) -> None:
    fields = {"text": "Ask Mr Hill, hill@post.example.", "outcome": "upheld"}
    seen = written(town, "priya", "case_respond", fields, card)
    assert "Please check. It names the email address hill@post.example" in seen
    town.sandbox.fill_and_submit("priya", {})
    town.wait_thread(card, "The answer left")


def test_a_second_matter_is_taken_out_and_answered_by_whose_it_is(
    town: Town, card: Message
) -> None:
    town.press("priya", card, "split")
    town.wait_view("priya", "Split CC-2026-00001")
    town.sandbox.fill_and_submit(
        "priya",
        {
            "part": "Not emptied. #missed_bin complaint",
            "category": "non_council",
            "authority": "county_highways",
        },
    )
    town.wait_view("priya", "Case split")
    other = town.wait_card("complaints-triage", "CC-2026-00002")
    assert "county" in other.text.lower()
    line = town.wait_thread(card, "took a second matter out: it is <")
    assert "|CC-2026-00002>" in line.text
    town.wait_thread(other, "took this out of CC-2026-00001")
    town.settle()
    assert len(town.letterbox.messages) == 1
    assert "case_acknowledge" not in json.dumps(town.wait_card(other.channel, "00002").blocks)
