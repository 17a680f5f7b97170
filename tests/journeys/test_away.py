"""Who is away, who covers, and who gets a case: in Slack, from click to reminder."""

import json
from datetime import date, datetime, time, timedelta

import pytest

from bot.sandbox import Message
from models.absence import Absence
from models.history import Event
from tests.journeys.test_the_clock import due_at_nine, thread_texts
from tests.journeys.town import SECONDS, Town

pytestmark = pytest.mark.needs_dovecot


@pytest.fixture
def card(town: Town) -> Message:
    town.run()
    town.write()
    found = town.wait_card("waste-recycling")
    town.wait_thread(found, "The acknowledgement left")
    town.settle()
    return town.wait_card("waste-recycling")


def ids(town: Town, *names: str) -> list[str]:
    return [town.sandbox.workspace.person(name).id for name in names]


def go_away(town: Town, user: str, cover: str | None, days: int = 60) -> None:
    """Somebody says that they are away from today on."""
    town.sandbox.slash(user, "waste-recycling", "/case", "away")
    town.wait_view(user, "Away")
    today = town.clock.now().date()
    filled = {
        "away_first": today.isoformat(),
        "away_last": (today + timedelta(days=days)).isoformat(),
    }
    town.sandbox.fill_and_submit(user, filled | ({"away_cover": cover} if cover else {}))
    assert "Recorded" in json.dumps(town.wait_view(user, "Away").blocks)


def offered(town: Town, user: str) -> dict[str, str]:
    """Who may be chosen in the open modal, by name."""
    view = town.wait_view(user, "Assign")
    for block in view.blocks:
        if block.get("block_id") == "assign_who":
            options = block["element"]["options"]
            return {one["text"]["text"]: one["value"] for one in options}
    return {}


def test_a_case_is_given_to_a_colleague_who_is_in_and_only_they_are_told(
    town: Town, card: Message
) -> None:
    priya, sam = ids(town, "priya", "sam")
    go_away(town, "lee", "sam")
    town.press("priya", card, "assign")
    names = offered(town, "priya")
    assert list(names) == ["You (priya)", "sam"]
    assert "lee: away until" in json.dumps(town.wait_view("priya", "Assign").blocks)
    town.sandbox.fill_and_submit("priya", {"assign_who": sam})
    line = town.wait_thread(card, "gave the case to")
    assert line.text.startswith("priya gave the case to <@")
    assert line.notifies == (sam,)
    assert town.cases()[0].holder == sam
    assert f"held by <@{sam}>" in town.wait_card("waste-recycling", "held by").text
    assert town.events("CC-2026-00001")[-1] is Event.ASSIGNED
    with town.store.view() as work:
        assert work.cases.history("CC-2026-00001")[-1].details == {"from": None, "to": sam}
    assert priya != sam


def test_a_case_is_given_back_to_the_service_and_can_be_claimed_again(
    town: Town, card: Message
) -> None:
    town.press("priya", card, "claim")
    town.wait_card("waste-recycling", "held by")
    town.press("sam", town.wait_card("waste-recycling"), "assign")
    assert "Nobody: give it back to the service" in offered(town, "sam")
    town.sandbox.fill_and_submit("sam", {"assign_who": "nobody"})
    town.wait_thread(card, "sam gave the case back")
    town.wait_card("waste-recycling", "not claimed yet")
    assert town.cases()[0].holder is None


@pytest.mark.parametrize(
    ("whom", "said"),
    [("robin", "own staff"), ("alex", "own staff"), ("lee", "lee is away until")],
)
def test_a_case_is_given_to_nobody_who_cannot_look_after_it(
    town: Town, card: Message, whom: str, said: str
) -> None:
    go_away(town, "lee", None)
    town.press("priya", card, "assign")
    town.wait_view("priya", "Assign")
    town.sandbox.fill_and_submit("priya", {"assign_other": whom})
    errors = town.wait_view("priya", "Assign").errors
    assert said in errors["assign_other"]
    assert town.cases()[0].holder is None


def test_a_reminder_goes_to_the_covers_cover_and_says_for_whom(town: Town, card: Message) -> None:
    lee = ids(town, "lee")[0]
    town.press("priya", card, "claim")
    town.wait_card("waste-recycling", "held by")
    go_away(town, "sam", "lee")
    go_away(town, "priya", "sam")
    held = town.wait_card("waste-recycling", "away until")
    assert f"<@{lee}> covers" in json.dumps(held.blocks)
    town.move_to(due_at_nine(town, 2))
    (reminder,) = [t for t in thread_texts(town, "waste-recycling") if "is due on" in t]
    assert reminder.startswith(f"<@{lee}> (for priya, away until ")
    (found,) = [m for m in town.sandbox.replies(card.channel, card.ts) if m.text == reminder]
    assert found.notifies == (lee,)


def test_without_a_cover_the_service_and_once_a_day_the_lead_are_told_in_words(
    town: Town, card: Message
) -> None:
    town.press("priya", card, "claim")
    town.wait_card("waste-recycling", "held by")
    go_away(town, "priya", None)
    morning = due_at_nine(town, 2)
    town.move_to(morning)
    (reminder,) = [t for t in thread_texts(town, "waste-recycling") if "is due on" in t]
    assert reminder.startswith("Nobody covers for priya, who is away until ")
    town.move_to(morning + timedelta(hours=3))
    (told,) = town.cards("complaints-lead", "Nobody covers for priya")
    assert "CC-2026-00001" in told.text
    assert told.notifies == ()
    next_day = town.calendar.next_working_day(morning.date())
    town.move_to(datetime.combine(next_day, time(9, 1)))
    assert len(town.cards("complaints-lead", "Nobody covers for priya")) == 2


def test_a_circle_is_refused_where_it_would_be_closed(town: Town, card: Message) -> None:
    assert card.text
    go_away(town, "sam", "priya")
    town.sandbox.slash("priya", "waste-recycling", "/case", "away")
    town.wait_view("priya", "Away")
    town.sandbox.fill_and_submit("priya", {"away_cover": "sam"})
    assert "cover for each other" in town.wait_view("priya", "Away").errors["away_cover"]


def test_who_is_back_early_says_so_and_gets_their_reminders_again(
    town: Town, card: Message
) -> None:
    priya, sam = ids(town, "priya", "sam")
    town.press("priya", card, "claim")
    town.wait_card("waste-recycling", "held by")
    go_away(town, "priya", "sam")
    town.wait_card("waste-recycling", "away until")
    town.sandbox.click_in_view("priya", "away_end")
    town.sandbox.wait_for(
        lambda _: "*Ended*" in json.dumps(town.wait_view("priya", "Away").blocks), SECONDS
    )
    town.settle()
    assert "away" not in town.wait_card("waste-recycling", "held by").text
    town.move_to(due_at_nine(town, 2))
    (reminder,) = [t for t in thread_texts(town, "waste-recycling") if "is due on" in t]
    assert reminder.startswith(f"<@{priya}>:")
    assert sam not in reminder


def test_a_card_says_that_its_holder_is_away_from_the_first_day_on(
    town: Town, card: Message
) -> None:
    (priya,) = ids(town, "priya")
    town.press("priya", card, "claim")
    town.wait_card("waste-recycling", "held by")
    first = town.calendar.next_working_day(town.clock.now().date())
    with town.store.work() as work:
        work.absences.put(Absence(priya, first, first, None), priya, town.clock.now())
    town.settle()
    assert "away" not in town.wait_card("waste-recycling", "held by").text
    town.move_to(datetime.combine(first, time(9, 1)))
    assert "nobody covers" in town.wait_card("waste-recycling", "held by").text
    after: date = town.calendar.next_working_day(first)
    town.move_to(datetime.combine(after, time(9, 1)))
    assert "away" not in town.wait_card("waste-recycling", "held by").text
