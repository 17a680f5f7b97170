"""What somebody filled in is not lost when the case moves on, and what a press asked for is answered."""

import json

import pytest

from bot.sandbox import Message, View
from models.case import State
from models.history import Event
from models.prediction import Flag
from tests.journeys.town import SECONDS, Town

pytestmark = pytest.mark.needs_dovecot

REFERENCE = "CC-2026-00001"
CHANNEL = "waste-recycling"
ANSWER = {"text": "Dear Jo\n\nWe come tomorrow.", "text_2": "And on Friday.", "outcome": "resolved"}


@pytest.fixture
def card(town: Town) -> Message:
    town.run()
    town.write()
    found = town.wait_card(CHANNEL)
    town.wait_thread(found, "The acknowledgement left")
    town.settle()
    return town.wait_card(CHANNEL)


def top(town: Town, user: str = "priya") -> View:
    view = town.sandbox.open_view(user)
    assert view is not None
    return view


def wait_top(town: Town, containing: str, user: str = "priya") -> View:
    """The person's view, once it shows that."""

    def found(_: object) -> View | None:
        view = town.sandbox.open_view(user)
        return view if view is not None and containing in shown(view) else None

    return town.sandbox.wait_for(found, SECONDS)


def shown(view: View) -> str:
    return json.dumps(view.blocks, ensure_ascii=False)


def element(view: View, name: str) -> dict[str, object]:
    (found,) = [b["element"] for b in view.blocks if b.get("element", {}).get("action_id") == name]
    return found


def claimed_by_sam(town: Town, card: Message) -> None:
    town.press("sam", card, "claim")
    town.wait_card(CHANNEL, "held by")


def closed_by_sam(town: Town, card: Message) -> None:
    town.press("sam", card, "close")
    town.wait_view("sam", "Close")
    town.sandbox.fill_and_submit("sam", {"close_outcome": "not_upheld", "reason": "We rang."})
    town.settle()
    assert town.cases()[0].state is State.CLOSED


def decided(town: Town, card: Message) -> Message:
    """The card of the case at Level One, so that it can be closed without an answer."""
    town.press("sam", card, "change")
    town.wait_view("sam", "Change")
    town.sandbox.fill_and_submit("sam", {"level": "level_one"})
    town.wait_thread(card, "decided")
    town.settle()
    return town.wait_card(CHANNEL)


def write_answer(town: Town, card: Message) -> View:
    """Priya writes while Sam claims the case; then she presses Preview."""
    town.press("priya", card, "respond")
    town.wait_view("priya", "Answer")
    claimed_by_sam(town, card)
    town.sandbox.fill_and_submit("priya", ANSWER)
    return top(town)


def test_an_answer_on_a_case_that_moved_on_stays_says_who_was_first_and_goes_at_the_next_press(
    town: Town, card: Message
) -> None:
    view = write_answer(town, card)
    first = view.blocks[0]["text"]["text"]
    assert f"{REFERENCE} has changed since you opened it" in first
    assert "sam claimed the case" in first
    assert "Look, then press *Preview* again" in first
    assert view.blocks[1]["block_id"] == "asked_words"
    assert element(view, "text")["initial_value"] == ANSWER["text"]
    assert element(view, "text_2")["initial_value"] == ANSWER["text_2"]
    assert element(view, "outcome")["initial_option"]["value"] == "resolved"
    assert not view.errors
    town.sandbox.fill_and_submit("priya", {})
    said = shown(town.wait_view("priya", "preview"))
    assert "We come tomorrow." in said
    assert "And on Friday." in said
    assert len(town.letterbox.messages) == 1
    town.sandbox.fill_and_submit("priya", {})
    town.letterbox.wait_for(2, SECONDS)


def test_what_is_said_on_top_is_said_once_however_often_the_case_moves_on(
    town: Town, card: Message
) -> None:
    write_answer(town, card)
    town.press("sam", town.wait_card(CHANNEL, "held by"), "points")
    town.wait_view("sam", "Points")
    town.sandbox.fill_and_submit("sam", {"points": "When do you come?"})
    town.wait_thread(card, "1 of them open")
    town.sandbox.fill_and_submit("priya", {})
    view = top(town)
    assert shown(view).count("has changed since you opened it") == 1
    assert "When do you come?" in shown(view)
    town.sandbox.fill_and_submit("priya", {"covered": ["0"]})
    assert "open:" not in shown(town.wait_view("priya", "preview"))


def test_ticks_of_points_that_somebody_wrote_anew_count_for_none_of_the_new_ones(
    town: Town, card: Message
) -> None:
    town.press("sam", card, "points")
    town.wait_view("sam", "Points")
    town.sandbox.fill_and_submit("sam", {"points": "When do you come?"})
    town.wait_thread(card, "1 of them open")
    town.press("priya", card, "respond")
    town.wait_view("priya", "Answer")
    town.press("sam", card, "points")
    town.wait_view("sam", "Points")
    town.sandbox.fill_and_submit("sam", {"points": "Who pays for the bin?"})
    town.settle()
    town.sandbox.fill_and_submit("priya", {**ANSWER, "covered": ["0"]})
    assert "Who pays for the bin?" in shown(top(town))
    town.sandbox.fill_and_submit("priya", {})
    assert "One point is open:\n• Who pays" in shown(town.wait_view("priya", "preview")).replace(
        "\\n", "\n"
    )


def test_an_answer_to_a_case_that_is_closed_by_now_can_be_copied_and_is_not_sent(
    town: Town, card: Message
) -> None:
    card = decided(town, card)
    town.press("priya", card, "respond")
    town.wait_view("priya", "Answer")
    closed_by_sam(town, card)
    town.sandbox.fill_and_submit("priya", ANSWER)
    view = top(town)
    assert "sam closed the case" in shown(view)
    assert f"“Respond” is not possible now: {REFERENCE} is closed." in shown(view)
    assert element(view, "text")["initial_value"] == ANSWER["text"]
    town.sandbox.fill_and_submit("priya", {})
    assert "is closed" in " ".join(top(town).errors.values())
    assert len(town.letterbox.messages) == 1


def test_a_file_that_was_put_in_goes_with_the_answer_at_the_next_press(
    town: Town, card: Message
) -> None:
    town.press("priya", card, "respond")
    town.wait_view("priya", "Answer")
    claimed_by_sam(town, card)
    town.sandbox.fill_and_submit("priya", {**ANSWER, "files": {"days.txt": b"Mondays."}})
    assert "sam claimed the case" in shown(top(town))
    town.sandbox.fill_and_submit("priya", {})
    assert "days.txt" in shown(town.wait_view("priya", "preview"))


def test_a_preview_of_a_case_that_moved_on_leads_back_to_what_was_written(
    town: Town, card: Message
) -> None:
    town.press("priya", card, "respond")
    town.wait_view("priya", "Answer")
    town.sandbox.fill_and_submit("priya", ANSWER)
    town.wait_view("priya", "preview")
    claimed_by_sam(town, card)
    town.sandbox.fill_and_submit("priya", {})
    assert "sam claimed the case" in shown(top(town))
    assert "Nothing was sent" in shown(top(town))
    town.sandbox.close_view("priya")
    assert "Answer" in top(town).title
    town.sandbox.fill_and_submit("priya", {})
    town.sandbox.fill_and_submit("priya", {})
    town.wait_view("priya", "preview")
    town.sandbox.fill_and_submit("priya", {})
    town.letterbox.wait_for(2, SECONDS)


def test_dates_people_and_choices_that_were_filled_in_stay_too(town: Town, card: Message) -> None:
    sam = town.sandbox.workspace.person("sam").id
    town.press("priya", card, "remedy")
    town.wait_view("priya", "Remedy")
    claimed_by_sam(town, card)
    due = town.calendar.add(town.clock.now().date(), 5).isoformat()
    filled = {"remedy": "payment", "amount": "20", "what": "For the bins", "owner": "sam"}
    town.sandbox.fill_and_submit("priya", filled | {"due": due})
    view = top(town)
    assert element(view, "remedy")["initial_option"]["value"] == "payment"
    assert element(view, "amount")["initial_value"] == "20"
    assert element(view, "owner")["initial_user"] == sam
    assert element(view, "due")["initial_date"] == due
    town.sandbox.fill_and_submit("priya", {})
    town.wait_thread(card, "For the bins")


def test_flags_that_were_ticked_stay_ticked(town: Town, card: Message) -> None:
    town.press("priya", card, "change")
    town.wait_view("priya", "Change")
    claimed_by_sam(town, card)
    town.sandbox.fill_and_submit("priya", {"flags": ["hazard"], "level": "level_one"})
    options = element(top(town), "flags")["initial_options"]
    assert [option["value"] for option in options] == ["hazard"]
    town.sandbox.fill_and_submit("priya", {})
    town.settle()
    assert town.cases()[0].flags == (Flag.HAZARD,)


def test_who_claims_and_presses_on_at_once_is_not_refused_for_their_own_press(
    town: Town, card: Message
) -> None:
    town.press("priya", card, "claim")
    town.sandbox.click("priya", card.channel, card.ts, "case_respond", seen=card)
    town.wait_view("priya", "Answer")
    town.sandbox.fill_and_submit("priya", ANSWER)
    town.wait_view("priya", "preview")


def test_what_is_written_in_a_close_stays_when_an_outcome_is_chosen_in_a_bad_moment(
    town: Town, card: Message
) -> None:
    card = decided(town, card)
    town.press("priya", card, "close")
    town.wait_view("priya", "Close")
    closed_by_sam(town, card)
    town.sandbox.click_in_view("priya", "close_outcome", "upheld", filled={"reason": "My words."})
    view = wait_top(town, "is not possible now")
    assert "sam closed the case" in shown(view)
    assert element(view, "reason")["initial_value"] == "My words."
    assert element(view, "close_outcome")["initial_option"]["value"] == "upheld"


def test_a_refusal_is_heard_where_carebot_is_not_in_the_channel(town: Town, card: Message) -> None:
    workspace = town.sandbox.workspace
    workspace.leave("complaints-lead", town.sandbox.bot_user)
    town.sandbox.slash("priya", "complaints-lead", "/case", "due 60")
    listed = town.wait_whisper("priya", REFERENCE)
    assert listed.channel != card.channel
    town.sandbox.faults.error("views.open", "expired_trigger_id")
    town.sandbox.click("priya", listed.channel, listed.ts, "list_open")
    town.wait_whisper("priya", "Please press again")
    assert REFERENCE in town.wait_whisper("priya", REFERENCE).text


def test_the_words_are_read_over_the_menu_and_closing_them_leads_back(
    town: Town, card: Message
) -> None:
    town.sandbox.slash("priya", "complaints-lead", "/case", "due 60")
    listed = town.wait_whisper("priya", REFERENCE)
    town.sandbox.click("priya", listed.channel, listed.ts, "list_open")
    town.wait_view("priya", "What to do?")
    town.sandbox.click_in_view("priya", "case_words")
    assert "Not emptied" in shown(town.wait_view("priya", "What they wrote"))
    town.sandbox.close_view("priya")
    assert top(town).title == "What to do?"
    town.sandbox.click_in_view("priya", "case_respond")
    town.wait_view("priya", "Answer")
    assert card.channel


def test_a_window_that_slack_does_not_change_at_once_is_changed_at_the_second_try(
    town: Town, card: Message
) -> None:
    town.sandbox.click("priya", card.channel, card.ts, "case_more")
    town.wait_view("priya", "What to do?")
    town.sandbox.faults.fail("views.update")
    assert town.sandbox.click_in_view("priya", "case_change").acked
    town.wait_view("priya", "Change")


def test_a_press_in_a_window_is_heard_in_time_however_long_slack_takes_to_change_it(
    town: Town, card: Message
) -> None:
    town.sandbox.click("priya", card.channel, card.ts, "case_more")
    town.wait_view("priya", "What to do?")
    town.sandbox.faults.delay("views.update", 3.5)
    pressed = town.sandbox.click_in_view("priya", "case_claim")
    assert pressed.acked
    assert not pressed.timed_out
    town.wait_view("priya", "Done")


def test_what_a_mention_asks_for_is_done_before_slack_is_told_that_it_was_heard(
    town: Town, card: Message
) -> None:
    town.sandbox.faults.delay("users.info", 1)
    said = town.sandbox.say("priya", card.channel, "@carebot claim", thread_ts=card.ts)
    assert said is not None
    assert said.wait_ack()
    assert town.events(REFERENCE).count(Event.CLAIMED) == 1


def test_after_an_absence_is_recorded_there_is_nothing_to_press_by_mistake(
    town: Town, card: Message
) -> None:
    town.sandbox.slash("priya", card.channel, "/case", "away")
    town.wait_view("priya", "Away")
    day = town.clock.now().date().isoformat()
    town.sandbox.fill_and_submit("priya", {"away_first": day, "away_last": day})
    view = top(town)
    assert "Recorded" in shown(view)
    assert "You are away from" in shown(view)
    assert not [block for block in view.blocks if block["type"] == "input"]
    assert not view.definition["submit"]
    assert view.definition["close"]["text"] == "Close"
    town.sandbox.click_in_view("priya", "away_end")
    wait_top(town, "*Ended*")
