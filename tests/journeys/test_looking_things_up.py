"""What staff look up with /case: over the real bot, and only what they may see."""

import json
import re
import sqlite3
from datetime import datetime, time, timedelta

import pytest

from bot.sandbox import Message
from bot.sandbox.records import slack_id
from models.looks import How, Look
from tests.journeys.town import SECONDS, Town

pytestmark = pytest.mark.needs_dovecot
FIRST = "CC-2026-00001"


@pytest.fixture
def card(town: Town) -> Message:
    town.run()
    town.write("The heron café bin was not emptied. #missed_bin complaint")
    found = town.wait_card("waste-recycling")
    town.wait_thread(found, "The acknowledgement left")
    town.settle()
    return town.wait_card("waste-recycling")


def ask(town: Town, words: str, user: str = "priya", channel: str = "complaints-lead") -> str:
    delivery = town.sandbox.slash(user, channel, "/case", words)
    assert delivery.acked
    assert not delivery.timed_out
    return json.dumps(delivery.response, ensure_ascii=False)


def whisper(town: Town, user: str, containing: str) -> Message:
    """What only this person sees now."""
    return town.wait_whisper(user, containing)


def looks(town: Town, reference: str = FIRST) -> list[Look]:
    with town.store.view() as work:
        return list(reversed(work.looks.of_case(reference, 100)))


def hows(town: Town) -> list[tuple[str, How]]:
    return [(look.by.id, look.how) for look in looks(town)]


PRIYA, SAM = slack_id("U", "priya"), slack_id("U", "sam")


@pytest.mark.usefixtures("card")
def test_words_are_found_whatever_their_accents_with_a_snippet_and_the_look_is_noted(
    town: Town,
) -> None:
    said = ask(town, "search HERON cafe")
    assert FIRST in said
    assert "The heron café bin was not emptied" in said
    assert hows(town) == [(PRIYA, How.SEARCH)]
    assert "nothing" in ask(town, "search heron pothole")
    assert len(looks(town)) == 1


@pytest.mark.usefixtures("card")
@pytest.mark.parametrize("words", ["search", 'search "', "search ***", "search NEAR(", "search 🗑️"])
def test_any_search_is_answered_with_a_sentence(town: Town, words: str) -> None:
    said = ask(town, words)
    assert "Something went wrong" not in said
    assert ("nothing" in said) or ("which words" in said)


def test_a_private_case_is_found_by_members_of_its_channel_only(town: Town) -> None:
    town.run()
    town.write("About the heron. #missed_bin complaint !mp_enquiry", Subject="Mrs Crane's shower")
    town.wait_card("private-chief-executive")
    town.settle()
    town.sandbox.workspace.leave("private-chief-executive", SAM)
    assert "Crane" in ask(town, "search heron")
    assert "nothing" in ask(town, "search heron", "sam")
    assert hows(town) == [(PRIYA, How.SEARCH)]
    said = ask(town, "triage", "sam") + ask(town, "due 60", "sam")
    assert "(private)" in said
    assert "Crane" not in said
    assert "Crane" in ask(town, "due 60")


def test_a_look_from_the_cases_own_channel_is_not_one_from_outside(
    town: Town, card: Message
) -> None:
    ask(town, FIRST, channel="waste-recycling")
    ask(town, "search heron", channel="waste-recycling")
    town.sandbox.say("sam", card.channel, "@carebot status", thread_ts=card.ts)
    whisper(town, "sam", FIRST)
    town.sandbox.say("sam", card.channel, "@carebot search heron", thread_ts=card.ts)
    assert FIRST in whisper(town, "sam", "Found for “heron”: 1").text
    assert hows(town) == []
    ask(town, FIRST)
    assert hows(town) == [(PRIYA, How.CARD)]


@pytest.mark.usefixtures("card")
def test_a_case_looked_up_shows_its_words_and_what_can_be_done(town: Town) -> None:
    said = ask(town, FIRST)
    assert "Show the words" in said
    assert "What can be done" in said
    shown = whisper(town, "priya", FIRST)
    town.sandbox.click("priya", shown.channel, shown.ts, "case_words")
    view = town.wait_view("priya", "What they wrote")
    assert "The heron café bin was not emptied." in json.dumps(view.blocks, ensure_ascii=False)
    assert hows(town) == [(PRIYA, How.CARD), (PRIYA, How.WORDS)]
    town.sandbox.close_view("priya")
    town.sandbox.click("priya", shown.channel, shown.ts, "case_more")
    assert "case_claim" in json.dumps(town.wait_view("priya", "What to do?").blocks)


@pytest.mark.usefixtures("card")
def test_a_team_leader_asks_who_looked(town: Town) -> None:
    assert "none" in ask(town, f"looked {FIRST}")
    ask(town, "search heron", "sam")
    ask(town, FIRST, "sam")
    said = ask(town, f"looked {FIRST}")
    assert ": 2." in said
    assert f"<@{SAM}> looked the case up" in said
    assert f"<@{SAM}> saw some of its words in a search" in said
    assert "heron" not in said


@pytest.mark.usefixtures("card")
def test_where_a_look_cannot_be_noted_nothing_is_shown(town: Town) -> None:
    with sqlite3.connect(town.folder / "carebot.db") as broken:
        broken.execute("ALTER TABLE looks RENAME TO gone")
    broken.close()
    for said in (ask(town, FIRST), ask(town, "search heron")):
        assert "Something went wrong" in said
        assert "Jo Pike" not in said
        assert "not emptied" not in said


def many(town: Town, count: int) -> None:
    for number in range(count):
        name = f"<many{number}@post.example>"
        town.write("Heron. #missed_bin complaint", Message_ID=name, Subject=f"Bin {number:02d}")
    town.sandbox.wait_for(lambda _: len(town.cases()) == count, SECONDS * 3)
    town.settle()


def test_a_long_list_is_turned_page_by_page_in_its_place(town: Town) -> None:
    town.run()
    many(town, 23)
    said = ask(town, "due 60")
    pages = -(-int(re.search(r"working days\* \((\d+)\)", said)[1]) // 10)
    assert f"Page 1 of {pages}" in said
    first = whisper(town, "priya", f"page 1 of {pages}")
    town.sandbox.click("priya", first.channel, first.ts, "list_next")
    second = whisper(town, "priya", f"page 2 of {pages}")
    assert second.ts == first.ts
    assert set(references(first)).isdisjoint(references(second))
    town.sandbox.click("priya", second.channel, second.ts, "list_earlier")
    assert references(whisper(town, "priya", f"page 1 of {pages}")) == references(first)


def references(message: Message) -> list[str]:
    """By row, with what is due."""
    return re.findall(r"\*(CC-[\d-]+\*.*? due)", message.text)


def test_an_officer_acts_from_a_list(town: Town, card: Message) -> None:
    ask(town, "due 60")
    listed = whisper(town, "priya", "Due within 60 working days")
    town.sandbox.click("priya", listed.channel, listed.ts, "list_open")
    view = town.wait_view("priya", "What to do?")
    assert "case_claim" in json.dumps(view.blocks)
    town.sandbox.click_in_view("priya", "case_words")
    view = town.wait_view("priya", "What they wrote")
    assert "heron" in json.dumps(view.blocks)
    assert hows(town) == [(PRIYA, How.WORDS)]
    town.sandbox.close_view("priya")
    town.sandbox.click("priya", listed.channel, listed.ts, "list_open")
    town.wait_view("priya", "What to do?")
    town.sandbox.click_in_view("priya", "case_claim")
    town.wait_card("waste-recycling", "held by")
    assert FIRST in ask(town, "mine")
    assert town.cases()[0].holder == PRIYA
    assert card.ts == town.wait_card("waste-recycling").ts


@pytest.mark.usefixtures("card")
@pytest.mark.parametrize("words", ["due ten", "due 0", "due 61", "due -1", "due 5 6"])
def test_a_number_of_days_that_is_none_is_refused_with_a_sentence(town: Town, words: str) -> None:
    assert "from 1 to 60" in ask(town, words)


@pytest.mark.usefixtures("card")
def test_a_word_misspelt_gets_the_nearest_and_one_that_stands_alone_says_so(town: Town) -> None:
    assert "Did you mean `/case overdue`?" in ask(town, "overdu")
    assert "Did you mean `/case search`?" in ask(town, "serach missed bin")
    assert "stands alone" in ask(town, "mine please")
    assert "Say which case" in ask(town, "why not")


@pytest.mark.usefixtures("card")
def test_why_tells_the_day_received_the_rule_and_the_last_day(town: Town) -> None:
    stage = town.cases()[0].stage
    said = ask(town, f"why {FIRST}")
    assert "received: day 0." in said
    assert "within 15 working days from the day of receipt" in said
    assert "day 15" in said or "to 15" in said
    assert f"{stage.answer_by:%a} {stage.answer_by.day} {stage.answer_by:%B %Y}" in said


@pytest.mark.usefixtures("card")
def test_stats_count_this_month_and_how_the_work_stands(town: Town) -> None:
    zone = town.file.council.zone
    month = f"{town.clock.now().astimezone(zone):%B %Y}"
    said = ask(town, "stats")
    assert f"*{month} so far, not complete*" in said
    assert "Received 1: 1 complaint." in said
    assert "No complaint was answered." in said
    assert "1 open, 0 overdue, 1 not claimed, 0 waiting for a decision." in said
    assert "Waste and recycling (Direct Services): 1 open, 1 not claimed." in said
    due = town.cases()[0].stage.answer_by
    assert due is not None
    town.move_to(datetime.combine(town.calendar.next_working_day(due), time(9, 30)))
    assert "1 open, 1 overdue" in ask(town, "stats")


def test_words_behind_log_are_put_into_the_text_and_what_comes_next_is_said(town: Town) -> None:
    town.run()
    town.settle()
    said = "Mrs Jones rang about her bin #missed_bin complaint"
    town.sandbox.slash("priya", "complaints-lead", "/case", f"log {said}")
    view = town.wait_view("priya", "Log a contact")
    assert said in json.dumps(view.blocks)
    came = town.clock.now().astimezone(town.file.council.zone).date() - timedelta(days=1)
    town.sandbox.fill_and_submit(
        "priya",
        {
            "source": "letter",
            "received": came.isoformat(),
            "name": "Ada Jones",
            "postal": "12 Mill Lane\nWestmere,\nWM1 1AA",
        },
    )
    notice = json.dumps(town.wait_view("priya", "Case opened").blocks)
    assert f"*{FIRST}* is open, for Waste and recycling" in notice
    assert "Its card comes into <#" in notice
    assert "press Acknowledge on the card" in notice
    assert "The answer is due" in notice
    card = town.wait_card("waste-recycling")
    town.settle()
    town.press("priya", card, "acknowledge")
    letter = json.dumps(town.wait_view("priya", "Acknowledge").blocks)
    assert "Ada Jones\\n12 Mill Lane\\nWestmere\\nWM1 1AA" in letter


def test_a_caller_without_an_email_address_is_to_be_told_the_reference(town: Town) -> None:
    town.run()
    town.settle()
    town.sandbox.slash("priya", "complaints-lead", "/case", "log")
    town.wait_view("priya", "Log a contact")
    town.sandbox.fill_and_submit("priya", {"said": "Bin. #missed_bin complaint"})
    notice = json.dumps(town.wait_view("priya", "Case opened").blocks)
    assert "tell them the reference" in notice
    assert town.cases()[0].source.value == "phone"


@pytest.mark.usefixtures("card")
def test_guests_find_nothing_out(town: Town) -> None:
    for words in ("search heron", f"why {FIRST}", "stats", f"looked {FIRST}", "due 10"):
        assert "own staff" in ask(town, words, "robin")
    assert hows(town) == []


@pytest.mark.usefixtures("card")
def test_every_answer_is_acknowledged_within_a_second(town: Town) -> None:
    for words in ("search heron", f"why {FIRST}", "stats", f"looked {FIRST}", "due 60", FIRST):
        ask(town, words)
    slow = [d for d in town.sandbox.deliveries() if d.ms is None or d.ms >= 1_000]
    assert slow == []
