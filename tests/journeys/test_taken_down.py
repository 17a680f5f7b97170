"""What staff take down with /case log becomes a case like any other (requirements 1 and 2)."""

from datetime import timedelta

import pytest

from bot.sandbox.records import View, slack_id
from models.history import Event
from models.message import Source
from tests.journeys.town import SECONDS, Town

pytestmark = pytest.mark.needs_dovecot
SAID = "Rang about the bin, third time. #missed_bin complaint"


def taken_down(town: Town, **fields: str) -> None:
    delivery = town.sandbox.slash("priya", "complaints-lead", "/case", "log")
    assert delivery.acked
    town.wait_view("priya", "Log a contact")
    today = town.clock.now().astimezone(town.file.council.zone).date().isoformat()
    town.sandbox.fill_and_submit(
        "priya", {"said": SAID, "source": "phone", "received": today} | fields
    )


def notice(town: Town, containing: str) -> View:
    def found(sandbox):
        view = sandbox.open_view("priya")
        return view if view is not None and containing in str(view.blocks) else None

    return town.sandbox.wait_for(found, SECONDS)


def test_a_phone_call_is_a_case_with_a_card_and_an_acknowledgement(town: Town) -> None:
    town.run()
    town.settle()
    taken_down(town, name="Jo Pike", email="jo@post.example")
    notice(town, "*CC-2026-00001* is open, for Waste and recycling")
    card = town.wait_card("waste-recycling")
    town.wait_thread(card, "Jo Pike said on the phone, as it was taken down:")
    town.wait_thread(card, "took this down: phone")
    town.wait_thread(card, "The acknowledgement left")
    (letter,) = town.letterbox.wait_for(1, SECONDS)
    assert letter.recipients == ("jo@post.example",)
    (case,) = town.cases()
    assert case.source is Source.PHONE
    with town.store.view() as work:
        opened = work.cases.history(case.reference)[0]
    assert opened.event is Event.OPENED
    assert opened.actor.id == slack_id("U", "priya")


def test_the_clock_runs_from_the_day_on_which_it_truly_came(town: Town) -> None:
    town.run()
    town.settle()
    came = town.clock.now().astimezone(town.file.council.zone).date() - timedelta(days=9)
    taken_down(town, source="letter", received=came.isoformat())
    town.wait_card("waste-recycling")
    (case,) = town.cases()
    assert case.stage.started_on == came
    assert case.source is Source.LETTER


def test_who_gives_neither_name_nor_address_has_a_case_all_the_same(town: Town) -> None:
    town.run()
    town.settle()
    taken_down(town, source="face_to_face")
    card = town.wait_card("waste-recycling")
    town.wait_thread(card, "there is no address to answer to")
    (case,) = town.cases()
    assert (case.customer.name, case.customer.address) == ("", None)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"received": "2090-01-01"}, "That day is still to come"),
        ({"email": "jo at post"}, "not one email address"),
        ({"email": "a@post.example, b@post.example"}, "not one email address"),
        ({"said": "  "}, "Write down what was said"),
    ],
)
def test_what_cannot_be_right_is_said_at_its_field_and_opens_nothing(
    town: Town, wrong: dict[str, str], said: str
) -> None:
    town.run()
    town.settle()
    town.sandbox.slash("priya", "complaints-lead", "/case", "log")
    town.wait_view("priya", "Log a contact")
    today = town.clock.now().date().isoformat()
    delivery = town.sandbox.fill_and_submit(
        "priya", {"said": SAID, "source": "phone", "received": today} | wrong
    )
    assert said in str(delivery.response)
    assert town.cases() == ()


def test_a_long_contact_has_a_short_subject_and_its_whole_text_in_the_thread(town: Town) -> None:
    town.run()
    town.settle()
    long = (
        "The bin men left the gate open again and the dog ran into the road and " + "so on " * 300
    )
    taken_down(town, said=f"{long} #missed_bin complaint")
    card = town.wait_card("waste-recycling")
    words = town.wait_thread(card, "taken down:")
    assert str(words.blocks).count("so on") == 300
    (case,) = town.cases()
    assert len(case.subject) <= 81
