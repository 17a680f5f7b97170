"""Whether the service has had a chance to put it right, the whole way (requirement 12)."""

from datetime import timedelta

import pytest

from bot.sandbox import Message
from models.case import State
from tests.journeys.town import Town

pytestmark = pytest.mark.needs_dovecot

BIN = "It was not emptied. #missed_bin enquiry"
TIP = "A mattress lies in Mill Lane. #fly_tip enquiry"

FORTNIGHT = timedelta(days=14)


def shown(card: Message) -> str:
    return str([block for block in card.blocks if block["type"] == "context"])


def test_a_bin_missed_again_after_a_fortnight_goes_to_a_person_with_the_first_report_in_view(
    town: Town,
) -> None:
    town.run()
    town.write(BIN, FORTNIGHT)
    first = town.wait_card("waste-recycling")
    reference = town.cases()[0].reference
    town.write("Not emptied. #missed_bin enquiry", Message_ID="<2@x>", Subject="My bin")
    card = town.wait_card("complaints-triage", "failed again?")
    link = f"/archives/{first.channel}/p{first.ts.replace('.', '')}|{reference}>"
    said = str(card.blocks)
    assert said.index("*Reported before:*") < said.index("*State:*")
    assert said.index("*State:*") < said.index("*Earlier on this matter:*")
    assert said.count(link) == 2
    assert "open (same sender)" in said
    assert link in town.wait_thread(card, "*Reported before* on <").text
    town.wait_thread(first, "*Reported again*")
    (second,) = [case for case in town.cases() if case.reference != reference]
    assert second.state is State.TRIAGE
    town.wait_thread(card, "The acknowledgement left")
    town.settle()

    town.press("priya", card, "change")
    town.wait_view("priya", "Change")
    town.sandbox.fill_and_submit("priya", {"level": "level_one"})
    decided = town.wait_card("waste-recycling", f"{second.reference}: complaint")
    assert "failed again?" not in str(decided.blocks)
    assert link in shown(decided)


def test_a_neighbours_report_of_the_same_fly_tip_shows_the_first_and_both_are_told(
    town: Town,
) -> None:
    town.run()
    town.write(TIP)
    first = town.wait_card("streets-open-spaces")
    reference = town.cases()[0].reference
    town.write(
        "Rubbish on mill ln, by the bend! #fly_tip enquiry",
        Message_ID="<2@x>",
        From="Al Stone <al@x.example>",
    )
    told = town.wait_thread(first, "There is another report of this place")
    (second,) = [case for case in town.cases() if case.reference != reference]
    assert second.reference in told.text
    card = town.wait_card("streets-open-spaces", second.reference)
    assert f"|{reference}> of" in shown(card)
    assert "a street of the same name" in shown(card)
    assert second.state is State.OPEN


def test_a_private_safeguarding_case_is_not_hinted_at_in_an_open_channel(town: Town) -> None:
    town.run()
    town.write("A child lives in it, 12 Mill Lane. #fly_tip enquiry !safeguarding", FORTNIGHT)
    private = town.wait_card("private-safeguarding")
    reference = town.cases()[0].reference
    town.write("Rubbish lies there, 12 Mill Lane. #fly_tip complaint", Message_ID="<2@x>")
    card = town.wait_card("streets-open-spaces")
    town.wait_thread(card, "wrote:")
    town.settle()
    thread = town.sandbox.replies(card.channel, card.ts)
    assert reference not in str([(m.text, m.blocks) for m in (card, *thread)])
    assert "No earlier contact found" in shown(card)
    assert [m.text for m in town.sandbox.messages("complaints-triage")] == []
    town.wait_thread(private, "The same person wrote again on this topic")


def test_case_in_slack_names_earlier_contact_too(town: Town) -> None:
    town.run()
    town.write(BIN, FORTNIGHT)
    town.wait_card("waste-recycling")
    reference = town.cases()[0].reference
    town.write("Not emptied. #missed_bin enquiry", Message_ID="<2@x>", Subject="My bin")
    town.wait_card("complaints-triage", "failed again?")
    (second,) = [case for case in town.cases() if case.reference != reference]
    delivery = town.sandbox.slash("priya", "complaints-lead", "/case", second.reference)
    assert f"{reference} of" in str(delivery.response)
