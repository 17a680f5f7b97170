"""A complaint ends with what is learned from it, and what was agreed is chased until it is done."""

import json
from datetime import date, datetime, time, timedelta

import pytest

from bot.sandbox import Message
from models.case import State
from models.history import Event
from tests.journeys.town import SECONDS, Town

pytestmark = pytest.mark.needs_dovecot

CHANNEL = "waste-recycling"
LESSON = {
    "cause": "information",
    "lesson": "The crew had the wrong list.",
    "what": "Check the lists every Monday",
}


@pytest.fixture
def card(town: Town) -> Message:
    town.run()
    town.write()
    found = town.wait_card(CHANNEL)
    town.wait_thread(found, "The acknowledgement left")
    return found


def today(town: Town) -> date:
    return town.clock.now().astimezone(town.file.council.zone).date()


def in_days(town: Town, working_days: int) -> date:
    return town.calendar.add(today(town), working_days)


def answer(town: Town, card: Message, outcome: str = "upheld") -> None:
    town.press("priya", card, "respond")
    town.wait_view("priya", "Answer")
    fields = {"outcome": outcome, "level": "level_one", "text": "We are sorry."}
    town.sandbox.fill_and_submit("priya", fields)
    town.wait_view("priya", "preview")
    town.sandbox.fill_and_submit("priya", {})
    town.wait_thread(card, "The answer left")
    town.wait_card(CHANNEL, "Answered")


def open_close(town: Town, card: Message) -> list[str]:
    town.press("priya", card, "close")
    return fields_shown(town, "Close")


def fields_shown(town: Town, title: str = "Close") -> list[str]:
    view = town.wait_view("priya", title)
    return [block["block_id"] for block in view.blocks if block["type"] == "input"]


def wait_fields(town: Town, expected: list[str]) -> None:
    """A press in a modal is heard before what it changes is there."""
    town.sandbox.wait_for(lambda _: fields_shown(town) == expected, SECONDS)


def errors(town: Town) -> dict[str, str]:
    view = town.sandbox.open_view("priya")
    assert view is not None
    return dict(view.errors)


def thread(town: Town, card: Message, containing: str) -> list[Message]:
    replies = town.sandbox.replies(card.channel, card.ts)
    return [m for m in replies if containing in m.text]


def close_with_lesson(town: Town, card: Message, owner: str, due: date) -> None:
    answer(town, card)
    open_close(town, card)
    lesson = LESSON | {"owner": owner, "due": due.isoformat()}
    town.sandbox.fill_and_submit("priya", lesson)
    town.wait_card(CHANNEL, "Closed, upheld")
    town.settle()


def test_an_upheld_complaint_is_closed_only_with_its_lesson_and_each_missing_field_is_named(
    town: Town, card: Message
) -> None:
    answer(town, card)
    assert open_close(town, card) == ["cause", "lesson", "what", "owner", "due", "reason"]
    with pytest.raises(Exception, match="required"):
        town.sandbox.fill_and_submit("priya", {})
    assert set(errors(town)) == {"cause", "lesson", "what", "due", "owner"}
    blank = {"cause": "delay", "lesson": " ", "what": " ", "owner": "robin", "due": "2020-06-01"}
    town.sandbox.fill_and_submit("priya", blank)
    said = errors(town)
    assert "what is learned" in said["lesson"]
    assert "what is to be done" in said["what"]
    assert "robin is not one of the council's own staff" in said["owner"]
    assert "has passed" in said["due"]
    assert town.cases()[0].state is State.ANSWERED

    due = in_days(town, 10)
    town.sandbox.fill_and_submit("priya", LESSON | {"owner": "sam", "due": due.isoformat()})
    closed = town.wait_card(CHANNEL, "Closed, upheld")
    assert "Agreed and still to be done: by" in closed.text
    sam = town.sandbox.workspace.person("sam").id
    assert f"Check the lists every Monday, by {due:%a} {due.day}" in json.dumps(closed.blocks)
    assert f"<@{sam}>" in json.dumps(closed.blocks)
    line = town.wait_thread(card, "recorded the lesson")
    assert "Cause: *wrong or missing information*. The crew had the wrong list." in line.text
    assert town.events("CC-2026-00001")[-2:] == [Event.CLOSED, Event.LESSON_RECORDED]


def test_the_owner_is_told_and_reminded_although_the_case_is_closed_and_done_ends_it(
    town: Town, card: Message
) -> None:
    town.move_to(datetime.combine(in_days(town, 1), time(10)))
    due = in_days(town, 10)
    close_with_lesson(town, card, "sam", due)
    sam = town.sandbox.workspace.person("sam").id
    told = town.wait_thread(card, "agreed on CC-2026-00001")
    assert told.text.startswith(f"<@{sam}>: agreed on")

    soon = due - timedelta(days=1)
    while town.calendar.count(soon, due) < 2 or not town.calendar.is_working_day(soon):
        soon -= timedelta(days=1)
    town.move_to(datetime.combine(soon, time(9, 30)))
    reminder = town.wait_thread(card, "what was agreed on")
    assert reminder.text.startswith(f"<@{sam}>: what was agreed on CC-2026-00001, due on")
    assert "2 working days left" in reminder.text
    assert "Check the lists every Monday" in reminder.text
    town.move_to(datetime.combine(soon, time(11)))
    assert len(thread(town, card, "what was agreed on")) == 1

    town.sandbox.click("sam", reminder.channel, reminder.ts, "case_done")
    town.wait_view("sam", "Done CC-2026-00001")
    town.sandbox.fill_and_submit("sam", {"note": "Every crew has its list."})
    town.wait_thread(card, "sam said that it is done")
    town.settle()
    (closed,) = town.cards(CHANNEL)
    assert "Agreed and still" not in closed.text
    assert town.cases()[0].state is State.CLOSED

    town.sandbox.click("priya", reminder.channel, reminder.ts, "case_done")
    town.wait_whisper("priya", f"<@{sam}> said already that it was done")
    town.move_to(datetime.combine(town.calendar.add(due, 1), time(9, 30)))
    assert len(thread(town, card, "what was agreed on")) == 1
    assert town.cards(CHANNEL, "agreed and overdue") == []


def test_what_is_agreed_and_overdue_stands_in_the_morning_list_until_it_is_done(
    town: Town, card: Message
) -> None:
    due = in_days(town, 10)
    close_with_lesson(town, card, "priya", due)
    morning = due
    for _ in range(2):
        morning = town.calendar.next_working_day(morning)
        town.move_to(datetime.combine(morning, time(9, 30)))
        assert "1 agreed and overdue" in town.cards(CHANNEL, "This channel")[-1].text
    (lead,) = {m.text for m in town.cards("complaints-lead", "Every service")[-1:]}
    assert "1 agreed and overdue" in lead
    assert thread(town, card, "what was agreed on") == []
    morning = due + timedelta(days=7)
    if not town.calendar.is_working_day(morning):
        morning = town.calendar.next_working_day(morning)
    town.move_to(datetime.combine(morning, time(9, 30)))
    chased = town.wait_thread(card, "what was agreed on CC-2026-00001, due on")
    assert "overdue" in chased.text
    assert chased.text.startswith(f"<@{town.sandbox.workspace.person('priya').id}>")

    (closed,) = town.cards(CHANNEL, "CC-2026-00001: ")
    town.press("priya", closed, "done")
    town.wait_view("priya", "Done CC-2026-00001")
    done_on = town.calendar.next_working_day(due).isoformat()
    town.sandbox.fill_and_submit("priya", {"note": "Checked.", "done_on": done_on})
    line = town.wait_thread(card, "said that it is done")
    assert "1 working day late" in line.text
    town.move_to(datetime.combine(town.calendar.next_working_day(morning), time(9, 30)))
    assert len(town.cards(CHANNEL, "agreed and overdue")) == 3


def test_the_outcome_chosen_in_the_modal_makes_the_fields_of_the_lesson_appear_and_go(
    town: Town, card: Message
) -> None:
    town.press("priya", card, "change")
    town.wait_view("priya", "Change")
    town.sandbox.fill_and_submit("priya", {"level": "level_one"})
    decided = town.wait_thread(card, "decided")
    assert decided
    town.settle()
    (drawn,) = town.cards(CHANNEL)
    assert open_close(town, drawn) == ["close_outcome", "reason"]
    lesson = ["cause", "lesson", "what", "owner", "due"]
    for outcome, appear in (("partly_upheld", lesson), ("resolved", []), ("upheld", lesson)):
        town.sandbox.click_in_view("priya", "close_outcome", outcome)
        wait_fields(town, ["close_outcome", *appear, "reason"])
    filled = LESSON | {"owner": "priya", "due": in_days(town, 5).isoformat()}
    town.sandbox.fill_and_submit("priya", filled | {"reason": "We rang, and it was emptied."})
    town.wait_card(CHANNEL, "Closed, upheld")
    assert town.cases()[0].agreed[0].task.what == "Check the lists every Monday"


def test_an_outcome_that_the_modal_did_not_hear_of_in_time_is_asked_about_at_submit(
    town: Town, card: Message
) -> None:
    town.press("priya", card, "change")
    town.wait_view("priya", "Change")
    town.sandbox.fill_and_submit("priya", {"level": "level_one"})
    town.wait_thread(card, "decided")
    town.settle()
    (drawn,) = town.cards(CHANNEL)
    open_close(town, drawn)
    town.sandbox.fill_and_submit("priya", {"close_outcome": "upheld", "reason": "We rang."})
    assert "lesson" in fields_shown(town)
    view = town.sandbox.open_view("priya")
    assert view is not None
    assert "We rang." in json.dumps(view.blocks)
    assert town.cases()[0].state is State.OPEN


def test_what_others_did_meanwhile_takes_nothing_that_is_written_and_is_told_at_submit(
    town: Town, card: Message
) -> None:
    town.press("priya", card, "change")
    town.wait_view("priya", "Change")
    town.sandbox.fill_and_submit("priya", {"level": "level_one"})
    town.wait_thread(card, "decided")
    town.settle()
    (drawn,) = town.cards(CHANNEL)
    open_close(town, drawn)
    town.press("sam", drawn, "claim")
    town.wait_card(CHANNEL, "held by")
    town.sandbox.click_in_view("priya", "close_outcome", "upheld")
    lesson = ["cause", "lesson", "what", "owner", "due"]
    wait_fields(town, ["close_outcome", *lesson, "reason"])
    filled = LESSON | {"owner": "priya", "due": in_days(town, 5).isoformat(), "reason": "We rang."}
    town.sandbox.fill_and_submit("priya", filled)
    view = town.sandbox.open_view("priya")
    assert view is not None
    assert "has changed since you opened it" in json.dumps(view.blocks)
    assert "claimed the case" in json.dumps(view.blocks)
    assert town.cases()[0].state is State.OPEN
    town.sandbox.fill_and_submit("priya", {})
    town.wait_card(CHANNEL, "Closed, upheld")
    assert town.cases()[0].agreed[0].task.what == LESSON["what"]


def test_thanks_after_an_upheld_answer_do_not_end_its_lesson(town: Town, card: Message) -> None:
    answer(town, card)
    town.write("Thank you!", In_Reply_To="<first@post.example>", Message_ID="<2@post.example>")
    town.wait_thread(card, "is open again")
    town.settle()
    (drawn,) = town.cards(CHANNEL)
    assert "*Lesson to be recorded:* Level One" in json.dumps(drawn.blocks)
    assert "lesson" in open_close(town, drawn)
    with pytest.raises(Exception, match="required"):
        town.sandbox.fill_and_submit(
            "priya", {"close_outcome": "resolved", "reason": "Only thanks."}
        )
    filled = LESSON | {"owner": "priya", "due": in_days(town, 5).isoformat()}
    town.sandbox.fill_and_submit("priya", filled)
    town.wait_card(CHANNEL, "Closed")
    (case,) = town.cases()
    assert [one.level for one in case.agreed] == ["level_one"]


def test_a_complaint_that_is_not_upheld_is_closed_as_before(town: Town, card: Message) -> None:
    answer(town, card, "not_upheld")
    assert open_close(town, card) == ["reason"]
    town.sandbox.fill_and_submit("priya", {})
    town.wait_card(CHANNEL, "Closed, not upheld")


def test_a_remedy_is_agreed_with_its_amount_and_a_wrong_one_is_said_at_the_field(
    town: Town, card: Message
) -> None:
    answer(town, card)
    town.press("priya", card, "remedy")
    town.wait_view("priya", "Remedy CC-2026-00001")
    due = in_days(town, 5).isoformat()
    fields = {"remedy": "payment", "what": "For the missed bins", "owner": "priya", "due": due}
    for amount, said in (("ten", "in pounds, such as"), ("", "how much")):
        town.sandbox.fill_and_submit("priya", fields | {"amount": amount})
        assert said in errors(town)["amount"]
    town.sandbox.fill_and_submit("priya", fields | {"amount": "£49.50"})
    line = town.wait_thread(card, "agreed on a remedy")
    assert "payment of £49.50" in line.text
    shown = town.wait_card(CHANNEL, "Agreed and still to be done")
    assert "Payment of £49.50: For the missed bins" in json.dumps(shown.blocks, ensure_ascii=False)


def test_a_lesson_is_corrected_later(town: Town, card: Message) -> None:
    due = in_days(town, 10)
    close_with_lesson(town, card, "priya", due)
    (closed,) = town.cards(CHANNEL)
    town.press("priya", closed, "lesson")
    town.wait_view("priya", "Lesson CC-2026-00001")
    town.sandbox.fill_and_submit("priya", {"cause": "contractor"})
    line = town.wait_thread(card, "corrected the lesson")
    assert "Cause: *fault of a contractor*. The crew had the wrong list." in line.text


def test_no_open_channel_learns_what_was_agreed_on_a_private_case(town: Town) -> None:
    town.run()
    town.write("Dear Chief #missed_bin complaint !discrimination", Subject="Mrs Crane's shower")
    channel = town.file.slack.private["discrimination"]
    card = town.wait_card(channel)
    town.wait_thread(card, "The acknowledgement left")
    town.sandbox.workspace.leave(channel, town.sandbox.workspace.person("sam").id)
    town.press("priya", card, "respond")
    town.wait_view("priya", "Answer")
    fields = {"outcome": "upheld", "level": "level_one", "text": "We are sorry."}
    town.sandbox.fill_and_submit("priya", fields)
    town.wait_view("priya", "preview")
    town.sandbox.fill_and_submit("priya", {})
    town.wait_card(channel, "Answered")
    town.press("priya", card, "close")
    town.wait_view("priya", "Close")
    due = in_days(town, 6)
    lesson = LESSON | {"what": "Write to Mrs Crane", "due": due.isoformat()}
    town.sandbox.fill_and_submit("priya", lesson | {"owner": "sam"})
    assert "sam is not in the private channel" in errors(town)["owner"]
    town.sandbox.fill_and_submit("priya", lesson | {"owner": "priya"})
    town.wait_card(channel, "Closed, upheld")
    town.settle()
    town.move_to(datetime.combine(due, time(9, 30)))
    assert "Write to Mrs Crane" in town.wait_thread(card, "what was agreed on").text
    town.move_to(datetime.combine(town.calendar.next_working_day(due), time(9, 30)))
    assert "1 agreed and overdue" in town.cards(channel, "This channel")[-1].text
    (lead,) = town.cards("complaints-lead", "agreed and overdue")
    assert "(private)" in json.dumps(lead.blocks)
    assert "Crane" not in json.dumps(lead.blocks)
    public = [c for c in town.sandbox.workspace.channels.values() if not c.is_private]
    said = [m for c in public for m in town.sandbox.messages(c.name)]
    assert not [m for m in said if "Crane" in m.text + json.dumps(m.blocks)]
