"""Answering from Slack: what was sent can be undone, what is open asks twice, a lead may overrule."""

import json
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest

from bot.dovecot import PrivateDovecot
from bot.sandbox import Message, NotPossible
from models.case import State
from models.history import Event
from tests.journeys.town import SECONDS, Town

pytestmark = pytest.mark.needs_dovecot

ASKED = (
    "My bin was not emptied. #missed_bin complaint\n\n"
    "1. When do you come?\n2. Who told the crew to leave it?\n"
)
ANSWER = {"text": "Dear Jo\n\nWe come tomorrow.", "outcome": "resolved"}


@pytest.fixture
def town(dovecot: PrivateDovecot, mail_user: str, tmp_path: Path) -> Iterator[Town]:
    """A minute to undo; who is in the lead's channel is a team leader, and Sam is not."""
    settings = {"letters": {"undo_seconds": 60}, "staff": {"leads": ["#complaints-lead"]}}
    built = Town(dovecot, mail_user, tmp_path, settings=settings)
    workspace = built.sandbox.workspace
    workspace.leave("complaints-lead", workspace.person("sam").id)
    yield built
    built.close()


@pytest.fixture
def card(town: Town) -> Message:
    town.run()
    town.write(ASKED)
    found = town.wait_card("waste-recycling")
    town.wait_thread(found, "The acknowledgement left")
    return drawn(town)


def drawn(town: Town) -> Message:
    """The card once nothing is left to do now."""
    town.settle()
    return town.wait_card("waste-recycling")


def buttons(card: Message) -> list[str]:
    """What stands on the card, in order."""
    return [
        element["action_id"]
        for block in card.blocks
        if block["type"] == "actions"
        for element in block["elements"]
    ]


def preview(town: Town, user: str, card: Message, action: str, fields: dict[str, object]) -> str:
    """Write a letter and look at its preview: what that says."""
    town.press(user, card, action)
    town.sandbox.wait_for(lambda s: s.open_view(user), SECONDS)
    town.sandbox.fill_and_submit(user, fields)
    return json.dumps(town.wait_view(user, "preview").blocks, ensure_ascii=False)


def send(town: Town, user: str = "priya", **fields: object) -> None:
    town.sandbox.fill_and_submit(user, fields)


def pass_a_minute(town: Town) -> None:
    town.clock.move_to(town.clock.now() + timedelta(seconds=61))
    town.settle()


def test_what_was_sent_is_undone_within_the_minute_nothing_leaves_and_the_text_is_back(
    town: Town, card: Message
) -> None:
    said = preview(town, "priya", card, "respond", ANSWER)
    assert "leave in one minute; until then Undo on the card takes it back" in said
    send(town)
    assert town.sandbox.open_view("priya") is None
    assert "It leaves at" in town.wait_thread(card, "pressed Send on the answer").text
    leaving = drawn(town)
    assert "The answer leaves at" in leaving.text
    assert buttons(leaving)[0] == "case_undo"

    town.press("sam", leaving, "undo")
    town.wait_thread(card, "sam took the answer back")
    pass_a_minute(town)
    assert len(town.letterbox.messages) == 1
    (case,) = town.cases()
    assert (case.state, case.stage.answer_approved_at) == (State.OPEN, None)

    again = drawn(town)
    assert "case_undo" not in buttons(again)
    town.press("priya", again, "respond")
    view = town.wait_view("priya", "Answer")
    (text,) = [b["element"] for b in view.blocks if b.get("block_id") == "text"]
    assert text["initial_value"] == ANSWER["text"] + "\n"


def test_after_the_minute_it_has_left_undo_is_gone_and_an_old_click_is_told_when(
    town: Town, card: Message
) -> None:
    preview(town, "priya", card, "respond", ANSWER)
    send(town)
    leaving = drawn(town)
    pass_a_minute(town)
    assert town.letterbox.messages[-1].message["Subject"].endswith("[CC-2026-00001]")
    town.wait_thread(card, "The answer left")
    answered = drawn(town)
    assert "case_undo" not in json.dumps(answered.blocks)
    assert "leaves at" not in answered.text
    town.sandbox.click("priya", leaving.channel, leaving.ts, "case_undo", seen=leaving)
    left = town.cases()[0].stage.answered_at
    assert left is not None
    at = f"{left.astimezone(town.file.council.zone):%H:%M}"
    town.wait_whisper("priya", f"the answer of CC-2026-00001 left at {at}")
    assert Event.LETTER_TAKEN_BACK not in town.events("CC-2026-00001")


def test_what_was_answered_stands_below_its_line_and_among_the_words_and_goes_with_a_private_case(
    town: Town, card: Message
) -> None:
    preview(town, "priya", card, "respond", ANSWER)
    send(town)
    pass_a_minute(town)
    told = town.wait_thread(card, "The answer left")
    assert "We come tomorrow." in told.text
    (quote,) = [b for b in told.blocks if b["type"] == "rich_text"]
    assert "We come tomorrow." in json.dumps(quote)
    acknowledged = town.wait_thread(card, "The acknowledgement left")
    assert [b["type"] for b in acknowledged.blocks] == ["section"]

    town.sandbox.slash("sam", "waste-recycling", "/case", "CC-2026-00001")
    shown = town.wait_whisper("sam", "CC-2026-00001")
    town.sandbox.click("sam", shown.channel, shown.ts, "case_words")
    read = json.dumps(town.wait_view("sam", "What was written").blocks)
    places = [read.index(word) for word in ("was not emptied", "Our answer, left", "We come tom")]
    assert places == sorted(places)

    answer = town.letterbox.messages[-1].message["Message-ID"]
    hurt = "He hits the child next door. #missed_bin complaint !safeguarding"
    town.write(hurt, Message_ID="<2@x>", In_Reply_To=answer)
    private = town.wait_card("private-safeguarding")
    town.settle()
    open_channel = town.sandbox.replies(card.channel, card.ts)
    assert "We come tomorrow." not in json.dumps([[m.text, m.blocks] for m in open_channel])
    assert "We come tomorrow." in town.wait_thread(private, "What happened before").text


def test_two_who_press_undo_at_once_take_it_back_once_and_one_is_told_who_was_first(
    town: Town, card: Message
) -> None:
    from tests.journeys.town import in_thread

    preview(town, "priya", card, "respond", ANSWER)
    send(town)
    leaving = drawn(town)
    clicks = [
        in_thread(
            lambda user=user: town.sandbox.click(
                user, leaving.channel, leaving.ts, "case_undo", seen=leaving
            )
        )
        for user in ("priya", "sam")
    ]
    for click in clicks:
        click.join()
    town.sandbox.wait_for(
        lambda s: any(
            "took it back already" in m.text for u in ("priya", "sam") for m in s.ephemerals(u)
        ),
        SECONDS,
    )
    assert town.events("CC-2026-00001").count(Event.LETTER_TAKEN_BACK) == 1


def test_an_answer_with_an_open_point_asks_twice(town: Town, card: Message) -> None:
    town.press("priya", card, "points")
    view = town.wait_view("priya", "Points")
    (written,) = [b["element"] for b in view.blocks if b.get("block_id") == "points"]
    assert written["initial_value"] == "When do you come?\nWho told the crew to leave it?"
    town.sandbox.fill_and_submit("priya", {})
    town.wait_thread(card, "2 points, 2 of them open")

    said = preview(town, "priya", drawn(town), "respond", {**ANSWER, "covered": ["0"]})
    assert "One point is open:\\n• Who told the crew to leave it?" in said
    assert "When do you come?" not in said
    with pytest.raises(NotPossible, match="required field. Is that meant?"):
        send(town)
    assert town.cases()[0].stage.answer_approved_at is None
    send(town, although_open=["sure"])
    town.wait_thread(card, "sent it *although points are open*: 2 points, 1 of them open")
    assert [p.is_answered for p in town.cases()[0].points] == [True, False]
    pass_a_minute(town)
    assert len(town.letterbox.messages) == 2


def test_an_answer_that_covers_every_point_asks_once(town: Town, card: Message) -> None:
    town.press("sam", card, "points")
    town.wait_view("sam", "Points")
    town.sandbox.fill_and_submit("sam", {})
    town.wait_thread(card, "2 points, 2 of them open")
    said = preview(town, "sam", drawn(town), "respond", {**ANSWER, "covered": ["0", "1"]})
    assert "although" not in said
    send(town, "sam")
    town.wait_thread(card, "The answer covers every point")


REASON = "The crew's log is on paper."


def late(town: Town) -> Message:
    """The first working morning after the deadline."""
    due = town.cases()[0].stage.respond_by
    assert due is not None
    town.move_to(datetime.combine(town.calendar.next_working_day(due), time(9, 30)))
    return drawn(town)


@pytest.mark.usefixtures("card")
def test_after_the_deadline_no_holding_reply_is_written_and_the_officer_is_told_why_and_who_can(
    town: Town,
) -> None:
    overdue = late(town)
    town.press("sam", overdue, "extend")
    said = town.wait_whisper("sam", "an extension is only possible before that").text
    assert "A team leader can extend it all the same, with a reason" in said
    assert town.sandbox.open_view("sam") is None


def test_after_the_deadline_a_team_leader_extends_with_a_reason_that_stands_in_the_history(
    town: Town, card: Message
) -> None:
    overdue = late(town)
    fields = {"reason": REASON, "although": "Jo agreed on the phone."}
    town.press("priya", overdue, "extend")
    town.wait_view("priya", "More time")
    with pytest.raises(NotPossible, match="required field. Why it is extended although"):
        town.sandbox.fill_and_submit("priya", {"reason": REASON})
    town.sandbox.close_view("priya")
    said = preview(town, "priya", overdue, "extend", fields)
    assert REASON in said
    assert "Jo agreed" not in said
    send(town)
    line = town.wait_thread(card, "pressed Send on a holding reply").text
    assert "*Against the rule*, as a team leader, because: Jo agreed on the phone." in line
    pass_a_minute(town)
    town.wait_thread(card, "The holding reply left")
    stage = town.cases()[0].stage
    today = town.clock.now().astimezone(town.file.council.zone).date()
    assert stage.answer_by == town.calendar.add(today, 10)
    assert "Jo agreed" not in town.letterbox.messages[-1].message.as_string()


def test_a_second_extension_is_a_team_leaders_too(town: Town, card: Message) -> None:
    preview(town, "sam", card, "extend", {"reason": REASON})
    send(town, "sam")
    pass_a_minute(town)
    first = town.cases()[0].stage.answer_by
    extended = drawn(town)
    assert "case_extend" not in buttons(extended)
    town.press("sam", extended, "extend")
    said = town.wait_view("sam", "Not done")
    assert "A team leader can extend it all the same" in json.dumps(said.blocks)
    town.sandbox.close_view("sam")
    preview(
        town,
        "priya",
        extended,
        "extend",
        {"reason": "The crew is ill.", "although": "They agreed."},
    )
    send(town)
    pass_a_minute(town)
    town.wait_thread(card, "because: The crew is ill.")
    assert first is not None
    assert town.cases()[0].stage.answer_by == town.calendar.add(first, 10)
