"""Reminders and morning lists, from the running bot and from `carebot tick` alike."""

import json
from datetime import datetime, timedelta

import pytest

from models.outbox import Kind
from tests.journeys.town import SECONDS, Town

pytestmark = pytest.mark.needs_dovecot


def thread_texts(town: Town, channel: str) -> list[str]:
    (card,) = town.cards(channel)
    return [m.text for m in town.sandbox.replies(card.channel, card.ts)]


def due_at_nine(town: Town, days_before: int) -> datetime:
    """Nine in the morning, so many working days before the answer of the only case is due."""
    (case,) = town.cases()
    due = case.stage.respond_by
    assert due is not None
    day = due
    calendar = town.calendar
    while calendar.count(day, due) < days_before or not calendar.is_working_day(day):
        day -= timedelta(days=1)
    return datetime(day.year, day.month, day.day, 9, 1)


def test_the_holder_is_reminded_in_the_thread_and_the_overdue_list_comes_every_morning(
    town: Town,
) -> None:
    town.run()
    town.write()
    card = town.wait_card("waste-recycling")
    town.press("priya", card, "claim")
    town.wait_card("waste-recycling", "held by")
    priya = town.sandbox.workspace.person("priya").id

    town.move_to(due_at_nine(town, 2))
    (reminder,) = [t for t in thread_texts(town, "waste-recycling") if "is due on" in t]
    assert reminder.startswith(f"<@{priya}>")
    assert "2 working days left" in reminder

    morning = due_at_nine(town, 0)
    for n in (1, 2):
        day = town.calendar.next_working_day(morning.date())
        morning = datetime.combine(day, morning.time())
        town.move_to(morning)
        assert len(town.cards("waste-recycling", "1 overdue")) == n
    assert "overdue" in town.cards("complaints-lead", "Every service")[-1].text


def test_nothing_is_listed_where_there_is_nothing(town: Town) -> None:
    town.run()
    town.write()
    town.wait_card("waste-recycling")
    town.move_to(due_at_nine(town, 1))
    assert town.sandbox.messages("housing") == []
    assert len(town.cards("waste-recycling", "This channel")) == 1


def test_after_a_stop_of_three_weeks_nothing_is_lost_and_nothing_comes_in_a_flood(
    town: Town,
) -> None:
    town.run()
    town.write()
    town.wait_card("waste-recycling")
    town.settle()
    town.move_to(due_at_nine(town, 0) + timedelta(days=21))
    assert [t for t in thread_texts(town, "waste-recycling") if "is due on" in t] == []
    assert len(town.cards("waste-recycling", "1 overdue")) == 1
    assert len(town.cards("complaints-lead", "1 overdue")) == 1


def test_what_slack_did_not_take_in_the_morning_is_not_posted_at_night(town: Town) -> None:
    town.run()
    town.write()
    town.wait_card("waste-recycling")
    morning = due_at_nine(town, 1)
    town.settle()
    town.sandbox.faults.fail("chat.postMessage", status=503, times=1_000)
    town.clock.move_to(morning.replace(tzinfo=town.file.council.zone))
    town.bot.tick_now()
    town.sandbox.wait_for(
        lambda s: sum(c.error is not None for c in s.calls if c.method == "chat.postMessage"),
        SECONDS,
    )
    # An attempt of the morning may still be under way: it must fail before Slack is well again.
    town.move_to(morning.replace(hour=22))
    town.sandbox.faults.clear()
    town.move_to(morning.replace(hour=22, minute=30))
    assert town.cards("waste-recycling", "This channel") == []
    next_day = due_at_nine(town, 0)
    town.move_to(next_day)
    (reminder,) = [t for t in thread_texts(town, "waste-recycling") if "is due on" in t]
    assert "due today" in reminder


def test_a_tick_from_the_command_line_says_each_thing_once(town: Town) -> None:
    bot = town.run()
    town.write()
    town.wait_card("waste-recycling")
    town.settle()
    at = due_at_nine(town, 1).isoformat()
    bot.stop()
    first = json.loads(town.call("tick", "--now", at, "--json"))
    assert first["waiting"] == 0
    again = json.loads(town.call("tick", "--now", at, "--json"))
    assert (again["queued"], again["ended"]) == (0, {})
    reminders = [t for t in thread_texts(town, "waste-recycling") if "is due on" in t]
    assert len(reminders) == 1
    assert "1 working day left" in reminders[0]
    with town.store.view() as work:
        assert work.outbox.sent_by_kind()[Kind.REMINDER] == 1
