"""Absence, assigning and the home tab where the settings name who is an officer and who a lead."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.dovecot import PrivateDovecot
from bot.sandbox import Message
from tests.journeys.test_away import go_away, ids, offered
from tests.journeys.test_home import headings, look
from tests.journeys.town import SECONDS, Town

pytestmark = pytest.mark.needs_dovecot


@pytest.fixture
def town(dovecot: PrivateDovecot, mail_user: str, tmp_path: Path) -> Iterator[Town]:
    """Priya is a team leader, Sam an officer, and Lee only reads along in the channels."""
    settings = {"staff": {"officers": ["#complaints-triage"], "leads": ["#complaints-lead"]}}
    built = Town(dovecot, mail_user, tmp_path, settings=settings)
    (lee, sam) = ids(built, "lee", "sam")
    for channel, user in (
        ("complaints-triage", lee),
        ("complaints-lead", lee),
        ("complaints-lead", sam),
    ):
        built.sandbox.workspace.leave(channel, user)
    yield built
    built.close()


@pytest.fixture
def card(town: Town) -> Message:
    town.run()
    town.write()
    town.wait_thread(town.wait_card("waste-recycling"), "The acknowledgement left")
    town.settle()
    return town.wait_card("waste-recycling")


def test_only_those_who_work_on_the_case_are_offered_and_taken(town: Town, card: Message) -> None:
    town.press("priya", card, "assign")
    assert list(offered(town, "priya")) == ["You (priya)", "sam"]
    town.sandbox.fill_and_submit("priya", {"assign_other": "lee"})
    errors = town.wait_view("priya", "Assign").errors
    assert "lee does not work on such cases" in errors["assign_other"]
    assert town.cases()[0].holder is None


def test_who_may_not_assign_is_refused_with_who_may(town: Town, card: Message) -> None:
    town.sandbox.click("lee", card.channel, card.ts, "case_more")
    assert "case_assign" not in json.dumps(town.wait_view("lee", "What to do?").blocks)


def test_a_lead_says_for_somebody_else_that_they_are_away_and_nobody_else_can(
    town: Town, card: Message
) -> None:
    (sam,) = ids(town, "sam")
    town.press("sam", card, "claim")
    town.wait_card("waste-recycling", "held by")
    town.sandbox.slash("sam", "waste-recycling", "/case", "away")
    assert "away_whom" not in json.dumps(town.wait_view("sam", "Away").blocks)
    town.sandbox.close_view("sam")
    town.sandbox.slash("priya", "waste-recycling", "/case", "away")
    town.wait_view("priya", "Away")
    town.sandbox.fill_and_submit("priya", {"away_whom": "sam", "away_cover": "priya"})
    assert f"*Recorded* for <@{sam}>" in json.dumps(town.wait_view("priya", "Away").blocks)
    town.wait_card("waste-recycling", "away until")
    assert "I am back" in json.dumps(look_at_away(town, "sam"))


def test_a_lead_ends_an_absence_that_they_recorded_for_the_wrong_person(
    town: Town, card: Message
) -> None:
    priya, sam = ids(town, "priya", "sam")
    town.press("sam", card, "claim")
    town.wait_card("waste-recycling", "held by")
    town.sandbox.slash("priya", "waste-recycling", "/case", "away")
    town.wait_view("priya", "Away")
    town.sandbox.fill_and_submit("priya", {"away_whom": "sam", "away_cover": "priya"})
    assert f"<@{sam}> is away from" in json.dumps(town.wait_view("priya", "Away").blocks)
    town.wait_card("waste-recycling", "away until")
    town.sandbox.click_in_view("priya", "away_end")
    town.sandbox.wait_for(
        lambda _: f"to <@{sam}> again" in json.dumps(town.wait_view("priya", "Away").blocks),
        SECONDS,
    )
    town.settle()
    assert "away until" not in town.wait_card("waste-recycling").text
    go_away(town, "priya", None)
    assert priya not in json.dumps(look_at_away(town, "sam"))


def look_at_away(town: Town, user: str) -> list[object]:
    town.sandbox.slash(user, "waste-recycling", "/case", "away")
    return list(town.wait_view(user, "Away").blocks)


def test_a_cover_who_may_not_work_on_the_case_gets_no_reminder_but_the_service_is_asked(
    town: Town, card: Message
) -> None:
    from tests.journeys.test_the_clock import due_at_nine, thread_texts

    town.press("sam", card, "claim")
    town.wait_card("waste-recycling", "held by")
    go_away(town, "sam", "lee")
    warned = json.dumps(town.wait_view("sam", "Away").blocks)
    assert "lee may not work on CC-2026-00001" in warned
    town.move_to(due_at_nine(town, 2))
    (reminder,) = [t for t in thread_texts(town, "waste-recycling") if "is due on" in t]
    assert reminder.startswith("Nobody covers for sam")
    assert len(town.cards("complaints-lead", "lee covers for sam")) == 1


def test_leads_and_members_of_the_triage_channel_have_parts_of_their_own(
    town: Town, card: Message
) -> None:
    assert card.text
    parts = {user: headings(look(town, user)) for user in ("priya", "sam", "lee")}
    assert {"To decide", "Every service", "Overdue"} <= set(parts["priya"])
    assert "To decide" in parts["sam"]
    assert not {"Every service", "Overdue"} & set(parts["sam"])
    assert not {"To decide", "Every service", "Overdue"} & set(parts["lee"])
