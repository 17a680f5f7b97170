"""A step that shows some of a case's words is noted as a look, where it opens outside its channel."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from bot.sandbox import Person, Sandbox
from bot.slack_api import WebSlack
from handlers.slack import letters, looking, menu, points_modal, praise_modal, split_modal
from handlers.slack.cards import button_value
from handlers.slack.desk import Desk
from handlers.slack.requests import OpenModal, Reply, Request, Where
from handlers.slack.who import Staff
from models.case import Case
from models.looks import How
from tests.support.council import example_council, utc
from tests.support.office import TestOffice, email
from tests.support.workspace import workspace

NOW = utc(2026, 11, 27, 10)
COUNCIL = example_council()
COMPLAINT = "Where is my bin? It was not emptied. #missed_bin complaint"
THANKS = "Please thank Dave, he found my ring. #missed_bin compliment"
STEPS = [
    (split_modal.open_split, COMPLAINT),
    (points_modal.open_points, COMPLAINT),
    (letters.open_respond, COMPLAINT),
    (letters.open_holding_reply, COMPLAINT),
    (praise_modal.open_pass_on, THANKS),
]
Opening = Callable[[Desk, Request], Reply]


@pytest.fixture(scope="module")
def town() -> Iterator[tuple[Sandbox, WebSlack]]:
    with workspace([Person("priya", "Priya Shah")]) as found:
        yield found


@dataclass
class Place:
    desk: Desk
    office: TestOffice
    priya: str
    own: str
    elsewhere: str

    def received(self, text: str) -> Case:
        return self.office.case(self.office.receive(email(text), NOW).reference)

    def pressed(self, case: Case, channel: str | None, **more: object) -> Request:
        value = button_value(case)
        return Request(self.priya, channel=channel, trigger="t", value=value, **more)

    def looks(self, case: Case) -> list[tuple[str, How]]:
        found, _ = self.desk.looking.looks(case.reference, 10)
        return [(look.by.id, look.how) for look in found]


@pytest.fixture
def place(town: tuple[Sandbox, WebSlack], office: TestOffice) -> Place:
    sandbox, slack = town
    who = Staff(slack, COUNCIL, lambda: NOW)
    desk = Desk(
        office.casework, office.intake, office.store, COUNCIL, who, lambda: NOW, slack.download
    )
    priya = sandbox.workspace.person("priya").id
    own, elsewhere = slack.channel_id("waste-recycling"), slack.channel_id("parking")
    return Place(desk, office, priya, own, elsewhere)


@pytest.mark.parametrize(("step", "text"), STEPS)
def test_from_outside_it_is_noted_once_and_from_the_cases_channel_not(
    place: Place, step: Opening, text: str
) -> None:
    case = place.received(text)
    assert isinstance(step(place.desk, place.pressed(case, place.own)), OpenModal)
    assert place.looks(case) == []
    assert isinstance(step(place.desk, place.pressed(case, place.elsewhere)), OpenModal)
    assert place.looks(case) == [(place.priya, How.STEP)]


def test_the_window_of_the_answer_begins_with_what_it_answers(place: Place) -> None:
    case = place.received(
        "Where is my bin?\n\n*It* was not\nemptied. #missed_bin complaint" + " x" * 300
    )
    opened = letters.open_respond(place.desk, place.pressed(case, place.own))
    assert isinstance(opened, OpenModal)
    first = opened.view["blocks"][0]["text"]  # type: ignore[index]
    subject, who, words = first["text"].split("\n")
    assert first["type"] == "plain_text"
    assert subject == case.subject
    assert "wrote" in who
    assert words.startswith("Where is my bin? *It* was not emptied.")
    assert len(words) <= 300


def test_on_the_home_tab_everybody_is_outside(place: Place) -> None:
    case = place.received(COMPLAINT)
    split_modal.open_split(place.desk, place.pressed(case, None, where=Where.HOME))
    assert place.looks(case) == [(place.priya, How.STEP)]


@pytest.mark.parametrize("opening", [menu.open_menu, looking.open_case])
def test_a_menu_is_where_it_was_opened(place: Place, opening: Opening) -> None:
    case = place.received(COMPLAINT)

    def split_from_a_menu_in(channel: str) -> None:
        opened = opening(place.desk, place.pressed(case, channel))
        assert isinstance(opened, OpenModal)
        in_menu = place.pressed(
            case, None, where=Where.MODAL, metadata=str(opened.view["private_metadata"])
        )
        split_modal.open_split(place.desk, in_menu)

    split_from_a_menu_in(place.own)
    assert place.looks(case) == []
    split_from_a_menu_in(place.elsewhere)
    assert place.looks(case) == [(place.priya, How.STEP)]


def test_the_log_says_what_kind_of_look_it_was(place: Place) -> None:
    case = place.received(COMPLAINT)
    split_modal.open_split(place.desk, place.pressed(case, place.elsewhere))
    asked = Request(place.priya, channel=place.own, text=case.reference)
    said = json.dumps(looking.looked(place.desk, asked).saying.text)
    assert "opened a step that shows some of its words" in said
