"""Cases are linked, merged and taken apart in Slack; a flag raised by hand moves a case."""

import json

import pytest

from bot.sandbox import Message
from models.case import Case, State
from models.history import Event
from models.prediction import Flag
from tests.journeys.town import SECONDS, Town

pytestmark = pytest.mark.needs_dovecot

BIN = "The bin was missed. #missed_bin complaint"
CHANNEL = "waste-recycling"
FIRST, SECOND = "CC-2026-00001", "CC-2026-00002"


def now(town: Town, reference: str, channel: str = CHANNEL) -> Message:
    """The card of a case once everything has left."""
    town.settle()
    return town.wait_card(channel, f"{reference}:")


def two(town: Town, sender: str = "Jo Pike <jo@post.example>") -> tuple[Message, Message]:
    """Jo wrote; then the sender did, in other words. Both cases are acknowledged."""
    town.run()
    town.write(BIN, Message_ID="<one@post.example>")
    town.wait_thread(town.wait_card(CHANNEL, FIRST), "The acknowledgement left")
    town.write(f"Again. {BIN}", Message_ID="<two@post.example>", From=sender)
    town.wait_thread(town.wait_card(CHANNEL, f"{SECOND}:"), "The acknowledgement left")
    return now(town, FIRST), now(town, SECOND)


def case(town: Town, reference: str) -> Case:
    return next(one for one in town.cases() if one.reference == reference)


def shown(message: Message) -> str:
    return json.dumps(message.blocks, ensure_ascii=False)


def merged(town: Town, first: Message) -> None:
    town.press("priya", first, "merge")
    view = town.wait_view("priya", "Merge")
    assert f"{SECOND} (same customer)" in json.dumps(view.blocks)
    town.sandbox.fill_and_submit("priya", {"picked": SECOND, "why": "Reported twice"})
    assert "goes on for both" in json.dumps(town.wait_view("priya", "Merged").blocks)


def test_a_case_is_merged_into_the_other_and_later_emails_go_there(town: Town) -> None:
    first, second = two(town)
    merged(town, first)
    line = town.wait_thread(second, "into this case: Reported twice")
    assert f"|{FIRST}>" in line.text
    town.wait_thread(first, "which goes on for both")
    closed, goes_on = now(town, FIRST), now(town, SECOND)
    assert (
        f"Closed, merged into another case. Answer: with the case that goes on. It goes on as {SECOND}."
        in closed.text
    )
    assert "*Joined by* <" in shown(goes_on)
    assert len(town.letterbox.messages) == 2
    acknowledged = town.letterbox.messages[0].message["Message-ID"]
    town.write("Any news?", In_Reply_To=acknowledged, Message_ID="<three@post.example>")
    town.sandbox.wait_for(lambda _: Event.MESSAGE_ADDED in town.events(SECOND), SECONDS)
    assert Event.MESSAGE_ADDED not in town.events(FIRST)


def test_what_was_merged_is_taken_apart_again_from_its_card(town: Town) -> None:
    first, _second = two(town)
    merged(town, first)
    town.press("priya", now(town, FIRST), "unmerge")
    town.wait_view("priya", "Undo the merge")
    town.sandbox.fill_and_submit("priya", {})
    town.wait_view("priya", "Taken apart")
    assert "not claimed yet" in now(town, FIRST).text
    assert case(town, FIRST).state is State.OPEN
    assert "Joined by" not in shown(now(town, SECOND))


def test_two_customers_are_asked_about_twice_and_one_click_does_nothing(town: Town) -> None:
    first, _second = two(town, "Al Reed <al@post.example>")
    town.press("priya", first, "merge")
    town.wait_view("priya", "Merge")
    town.sandbox.fill_and_submit("priya", {"typed": "2026-2"})
    asked = json.dumps(town.wait_view("priya", "Two customers").blocks)
    assert "The answer goes only to Al Reed" in asked
    assert case(town, FIRST).state is State.OPEN
    town.sandbox.fill_and_submit("priya", {})
    town.wait_view("priya", "Merged")
    assert case(town, FIRST).merged_into == SECOND


def test_a_modal_over_a_case_that_moved_on_merges_nothing(town: Town) -> None:
    first, _second = two(town)
    town.press("priya", first, "merge")
    town.wait_view("priya", "Merge")
    town.press("sam", first, "claim")
    now(town, FIRST)
    town.sandbox.fill_and_submit("priya", {"picked": SECOND})
    view = town.sandbox.open_view("priya")
    assert view is not None
    assert "has changed" in json.dumps(view.blocks)
    assert case(town, FIRST).state is State.OPEN
    town.sandbox.fill_and_submit("priya", {})
    town.wait_view("priya", "Merged")


def test_linked_cases_have_a_line_with_a_link_to_each_others_card(town: Town) -> None:
    first, second = two(town)
    town.press("priya", first, "link")
    town.wait_view("priya", "Link")
    town.sandbox.fill_and_submit("priya", {"typed": "nothing"})
    view = town.sandbox.open_view("priya")
    assert view is not None
    assert "look like CC-2026-00042" in json.dumps(view.errors)
    town.sandbox.fill_and_submit("priya", {"typed": SECOND, "why": "Same street"})
    town.wait_view("priya", "Linked")
    assert f"|{SECOND}>: Same street" in town.wait_thread(first, "linked this with").text
    assert f"|{FIRST}>: Same street" in town.wait_thread(second, "linked this with").text
    assert f"*Linked with* <" in shown(now(town, FIRST))  # noqa: F541


def test_a_private_case_that_one_may_not_see_is_as_if_it_were_not_there(town: Town) -> None:
    town.run()
    town.write(BIN, Message_ID="<one@post.example>")
    town.wait_card(CHANNEL, FIRST)
    town.write("My carer #adult_social_care complaint !safeguarding", Message_ID="<two@x.example>")
    town.wait_card("private-safeguarding", f"{SECOND}:")
    sam = town.sandbox.workspace.person("sam").id
    town.sandbox.workspace.leave("private-safeguarding", sam)
    first = now(town, FIRST)
    said = {}
    for user, typed in (("sam", SECOND), ("priya", SECOND), ("sam", "CC-2026-00099")):
        town.press(user, first, "link")
        view = town.wait_view(user, "Link")
        assert SECOND not in json.dumps(view.blocks)
        town.sandbox.fill_and_submit(user, {"typed": typed})
        view = town.sandbox.open_view(user)
        assert view is not None
        said[user, typed] = view.errors["typed"].replace(typed, "it")
    assert said["sam", SECOND] == said["sam", "CC-2026-00099"]
    assert "it is private" in said["priya", SECOND]
    assert Event.LINKED not in town.events(FIRST)


def test_a_flag_raised_by_hand_moves_the_case_to_its_private_channel(town: Town) -> None:
    town.run()
    town.write("My carer is late. #missed_bin complaint")
    town.wait_card(CHANNEL, FIRST)
    town.press("priya", now(town, FIRST), "change")
    view = town.wait_view("priya", "Change")
    assert "Private channel while ticked" in json.dumps(view.blocks)
    town.sandbox.fill_and_submit("priya", {"flags": ["safeguarding", "hazard"]})
    private = town.wait_card("private-safeguarding", f"{FIRST}:")
    town.wait_thread(private, "flag raised: *safeguarding, hazard*")
    town.settle()
    assert case(town, FIRST).flags == (Flag.SAFEGUARDING, Flag.HAZARD)
    (left,) = town.cards(CHANNEL, FIRST)
    assert "is handled elsewhere" in left.text
    assert "carer" not in shown(left)
    town.press("priya", now(town, FIRST, "private-safeguarding"), "change")
    town.wait_view("priya", "Change")
    town.sandbox.fill_and_submit("priya", {"flags": ["hazard"]})
    back = town.sandbox.wait_for(
        lambda _: next((m for m in town.cards(CHANNEL, f"{FIRST}:")), None), SECONDS
    )
    town.wait_thread(back, "flag cleared: *safeguarding*")


def test_a_second_matter_in_a_later_email_is_taken_out_of_that_one(town: Town) -> None:
    town.run()
    town.write(BIN, Message_ID="<one@post.example>")
    card = now(town, FIRST)
    town.wait_thread(card, "The acknowledgement left")
    town.write("And the crew was rude.", Subject=f"Re: {FIRST}", Message_ID="<two@post.example>")
    town.wait_thread(card, "And the crew was rude.")
    town.press("priya", now(town, FIRST), "split")
    view = town.wait_view("priya", f"Split {FIRST}")
    which = view.definition["blocks"][0]["element"]
    assert [option["text"]["text"].split(": ")[1] for option in which["options"]] == [
        BIN, "And the crew was rude."
    ]  # fmt: skip
    town.sandbox.fill_and_submit("priya", {"which": which["options"][1]["value"]})
    view = town.wait_view("priya", f"Split {FIRST}")
    assert view.definition["blocks"][0]["element"]["initial_value"] == "And the crew was rude."
    town.sandbox.fill_and_submit(
        "priya",
        {"category": "complaint", "service": "waste_recycling", "level": "undetermined"},
    )
    town.wait_view("priya", "Case split")
    town.wait_thread(town.wait_card(CHANNEL, f"{SECOND}:"), f"took this out of {FIRST}")
    assert len(town.letterbox.messages) == 1
