"""From an answer to Level Two and the Ombudsman, in Slack: who may, and what the others are told."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.dovecot import PrivateDovecot
from bot.sandbox import Message
from models.case import Level, Outcome, State
from models.history import Event
from models.ombudsman import Decision
from tests.journeys.test_home import below, look
from tests.journeys.town import SECONDS, Town

pytestmark = pytest.mark.needs_dovecot

CHANNEL = "waste-recycling"
REFERENCE = "CC-2026-00001"
NOT_YOU = "a review needs somebody who was not involved"


@pytest.fixture
def town(dovecot: PrivateDovecot, mail_user: str, tmp_path: Path) -> Iterator[Town]:
    """Priya and Sam are senior officers, by a channel, and Lee is an officer."""
    settings = {"staff": {"leads": ["#complaints-lead"], "senior": ["#complaints-lead"]}}
    built = Town(dovecot, mail_user, tmp_path, settings=settings)
    workspace = built.sandbox.workspace
    workspace.leave("complaints-lead", workspace.person("lee").id)
    yield built
    built.close()


@pytest.fixture
def card(town: Town) -> Message:
    """A complaint that Priya answered at Level One."""
    town.run()
    town.write()
    found = town.wait_card(CHANNEL)
    town.wait_thread(found, "The acknowledgement left")
    answer(town, "priya", town.wait_card(CHANNEL), "not_upheld")
    return town.wait_card(CHANNEL, "Answered")


def answer(town: Town, user: str, card: Message, outcome: str) -> str:
    """Answer from the card; what the preview says."""
    town.press(user, card, "respond")
    town.wait_view(user, "Answer")
    town.sandbox.fill_and_submit(user, {"outcome": outcome, "text": "We have looked into it."})
    preview = town.wait_view(user, "preview")
    town.sandbox.fill_and_submit(user, {})
    town.settle()
    return json.dumps(preview.blocks, ensure_ascii=False)


def drawn(town: Town) -> Message:
    town.settle()
    return town.wait_card(CHANNEL)


def errors(town: Town, user: str) -> dict[str, str]:
    view = town.sandbox.open_view(user)
    assert view is not None
    return dict(view.errors)


def today(town: Town) -> date:
    return town.clock.now().astimezone(town.file.council.zone).date()


def escalate(town: Town, card: Message, user: str = "lee", **fields: str) -> None:
    town.press(user, card, "escalate")
    town.wait_view(user, "Level Two")
    town.sandbox.fill_and_submit(user, {"reason": "The crew never came."} | fields)


@pytest.fixture
def review(town: Town, card: Message) -> Message:
    """The customer asked for a review, which Lee wrote down."""
    escalate(town, card)
    town.wait_thread(card, "Level Two")
    town.settle()
    return town.wait_card(CHANNEL, "Under review at Level Two, not claimed yet")


def test_a_review_stands_on_no_home_of_who_may_not_claim_it(town: Town, review: Message) -> None:
    assert review.text
    assert REFERENCE in below(look(town, "sam"), "Not claimed yet")
    assert REFERENCE not in below(look(town, "priya"), "Not claimed yet")


def test_from_answered_to_level_two_which_another_senior_officer_claims_and_answers(
    town: Town, review: Message
) -> None:
    line = town.wait_thread(review, "Level Two").text
    assert "lee recorded that the customer asked for a review on" in line
    assert "The crew never came. Answer due *" in line
    assert "A senior officer who was not involved can claim it" in line
    (case,) = town.cases()
    due = town.calendar.add(today(town), 15)
    assert (case.level, case.stage.number, case.stage.respond_by) == (Level.LEVEL_TWO, 2, due)

    town.press("lee", review, "acknowledge")
    town.wait_view("lee", "Acknowledge")
    town.sandbox.fill_and_submit("lee", {})
    town.wait_view("lee", "preview")
    town.sandbox.fill_and_submit("lee", {})
    town.settle()
    plain = town.letterbox.messages[-1].message.get_body(("plain",))
    assert plain is not None
    assert "reviewed at Level Two of our procedure" in " ".join(plain.get_content().split())

    town.press("sam", drawn(town), "claim")
    town.wait_card(CHANNEL, "Under review at Level Two, held by")
    answer(town, "sam", drawn(town), "upheld")
    town.wait_card(CHANNEL, "Answered")
    (case,) = town.cases()
    assert case.is_exhausted
    assert case.stage.outcome is Outcome.UPHELD
    assert "outcome of the review" in town.letterbox.messages[-1].message["Subject"]
    assert "the next step is the Ombudsman" in json.dumps(drawn(town).blocks)


def test_who_answered_is_refused_at_the_click_with_what_they_did_and_when(
    town: Town, review: Message
) -> None:
    town.press("priya", review, "claim")
    said = town.wait_whisper("priya", NOT_YOU).text
    day = f"{today(town):%a} {today(town).day} {today(town):%B %Y}"
    assert said == f"You answered {REFERENCE} at Level One on {day}: {NOT_YOU}."
    for action in ("respond", "extend"):
        town.sandbox.click("priya", review.channel, review.ts, "case_more")
        town.sandbox.click_in_view("priya", f"case_{action}")
        assert NOT_YOU in json.dumps(town.wait_view("priya", "Not done").blocks)
    assert town.cases()[0].holder is None


def test_who_had_the_answers_modal_open_when_the_review_began_is_refused_at_submit(
    town: Town, card: Message
) -> None:
    town.write("Still not. #missed_bin complaint", In_Reply_To=ack_id(town), Message_ID="<2@x>")
    town.wait_thread(card, "open again")
    opened = drawn(town)
    town.press("priya", opened, "respond")
    town.wait_view("priya", "Answer")
    escalate(town, opened)
    town.wait_card(CHANNEL, "Under review at Level Two")
    town.sandbox.fill_and_submit("priya", {"outcome": "upheld", "text": "We looked again."})
    assert NOT_YOU in errors(town, "priya")["text"]
    assert town.events(REFERENCE)[-1] is Event.ESCALATED
    assert town.cases()[0].stage.answer_approved_at is None


def ack_id(town: Town) -> str:
    return str(town.letterbox.messages[0].message["Message-ID"])


def test_only_a_senior_officer_reviews(town: Town, review: Message) -> None:
    town.press("lee", review, "claim")
    assert "Only a senior officer" in town.wait_whisper("lee", "#complaints-lead").text
    town.press("sam", review, "assign")
    town.wait_view("sam", "Assign")
    for whom, says in (("lee", "does not work on such cases"), ("priya", NOT_YOU)):
        town.sandbox.fill_and_submit("sam", {"assign_other": whom})
        assert says in errors(town, "sam")["assign_other"]
    assert town.cases()[0].holder is None


def test_the_reviewer_is_named_at_once_and_one_who_was_involved_is_refused_at_the_field(
    town: Town, card: Message
) -> None:
    person = town.sandbox.workspace.person
    escalate(town, card, reviewer="priya")
    assert errors(town, "lee")["reviewer"].startswith(f"priya answered {REFERENCE} at Level One on")
    town.sandbox.fill_and_submit("lee", {"reviewer": "lee"})
    assert "Only a senior officer" in errors(town, "lee")["reviewer"]
    town.sandbox.fill_and_submit("lee", {"reviewer": "sam"})
    town.wait_card(CHANNEL, "held by")
    assert town.cases()[0].holder == person("sam").id


def test_a_day_before_the_answer_is_refused_and_what_was_written_stays(
    town: Town, card: Message
) -> None:
    yesterday = (today(town) - timedelta(days=1)).isoformat()
    escalate(town, card, asked_on=yesterday)
    assert "nobody can have asked for a review before that" in errors(town, "lee")["asked_on"]
    assert town.cases()[0].level is Level.LEVEL_ONE


def test_mail_that_asks_for_level_two_points_it_out_on_the_card_and_in_the_thread(
    town: Town, card: Message
) -> None:
    town.write(
        "I want a review. #missed_bin complaint !level_two_request",
        Subject="Re: Bins",
        In_Reply_To=ack_id(town),
        Message_ID="<2@x>",
    )
    assert "press *Level Two*" in town.wait_thread(card, "They ask for a review").text
    asked = drawn(town)
    (row,) = [block for block in asked.blocks if block["type"] == "actions"]
    assert row["elements"][0]["action_id"] == "case_escalate"
    assert "The customer asks for Level Two" in json.dumps(asked.blocks)
    escalate(town, asked)
    town.wait_card(CHANNEL, "Under review at Level Two")


def test_an_answered_case_is_opened_again_with_a_reason_and_the_line_says_who(
    town: Town, card: Message
) -> None:
    town.press("sam", card, "reopen")
    town.wait_view("sam", "Open again")
    town.sandbox.fill_and_submit("sam", {"reason": "The crew's log was wrong."})
    line = town.wait_thread(card, "opened the case again")
    assert line.text.startswith("sam opened the case again: The crew's log was wrong; answer due *")
    town.wait_card(CHANNEL, "Open, ")
    (case,) = town.cases()
    assert (case.state, case.level, case.stage.number) == (State.OPEN, Level.LEVEL_ONE, 2)


def test_who_is_no_lead_is_not_offered_the_ombudsmans_register(town: Town, card: Message) -> None:
    town.sandbox.click("lee", card.channel, card.ts, "case_more")
    assert "case_ombudsman" not in json.dumps(town.wait_view("lee", "What to do?").blocks)
    town.sandbox.click("sam", card.channel, card.ts, "case_more")
    assert "case_ombudsman" in json.dumps(town.wait_view("sam", "What to do?").blocks)


def test_a_lead_records_the_referral_and_its_decision(town: Town, card: Message) -> None:
    town.press("sam", card, "ombudsman")
    town.wait_view("sam", "With the Ombudsman")
    town.sandbox.fill_and_submit("sam", {"theirs": "26 001 234", "area": "environmental_services"})
    town.wait_thread(card, "With the Ombudsman since")
    said = json.dumps(drawn(town).blocks)
    assert "With the Ombudsman since" in said
    assert "Environmental Services, their reference 26 001 234" in said
    looked_up = town.sandbox.slash("sam", CHANNEL, "/case", REFERENCE).response
    assert "With the Ombudsman since" in json.dumps(looked_up)

    town.press("sam", drawn(town), "ombudsman")
    view = town.wait_view("sam", "Ombudsman decided")
    assert "26 001 234: open" in json.dumps(view.blocks)
    town.sandbox.click_in_view("sam", "ombudsman_another")
    town.wait_view("sam", "With the Ombudsman")
    town.sandbox.fill_and_submit("sam", {"theirs": "26 001 234", "area": "other"})
    assert "recorded already" in errors(town, "sam")["theirs"]
    town.sandbox.close_view("sam")

    town.press("sam", drawn(town), "ombudsman")
    town.wait_view("sam", "Ombudsman decided")
    town.sandbox.fill_and_submit("sam", {"decision": "upheld"})
    assert "The Ombudsman decided: upheld" in town.wait_thread(card, "Ombudsman decided").text
    with town.store.view() as work:
        (referral,) = work.ombudsman.decided_between(today(town), today(town))
    assert referral.decision is Decision.UPHELD
    assert "The Ombudsman decided: upheld" in json.dumps(drawn(town).blocks)

    town.press("sam", drawn(town), "remedy")
    town.wait_view("sam", "Remedy CC-2026-00001")
    due = town.calendar.add(today(town), 5).isoformat()
    fields = {"remedy": "repair", "what": "A new bin", "owner": "sam", "due": due}
    town.sandbox.fill_and_submit("sam", fields | {"asked_by": str(referral.number)})
    assert "as the Ombudsman asked (26 001 234)" in town.wait_thread(card, "on a remedy").text


def test_an_mps_enquiry_says_its_target_in_words_and_asks_for_no_level(town: Town) -> None:
    town.run()
    town.write("Dear Chief Executive #missed_bin complaint !mp_enquiry")
    channel = "private-chief-executive"
    card = town.wait_card(channel)
    due = town.calendar.add(today(town), 10)
    target = f"*MP enquiry, target:* {due:%a} {due.day} {due:%B %Y} (10 working days left)"
    assert target in json.dumps(card.blocks)
    for user in ("priya",):
        town.sandbox.workspace.join(channel, town.sandbox.workspace.person(user).id)
    town.press("priya", card, "respond")
    town.wait_view("priya", "Answer")
    town.sandbox.fill_and_submit("priya", {"text": "Dear Member"})
    town.wait_view("priya", "preview")
    town.sandbox.fill_and_submit("priya", {})
    town.sandbox.wait_for(lambda _: town.cases()[0].state is State.ANSWERED, SECONDS)
    assert town.cases()[0].level is None
