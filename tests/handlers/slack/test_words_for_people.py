"""An untrained officer knows what a button does and what a field is for; nothing they chose is dropped."""

from dataclasses import replace

import pytest

from handlers.slack import letter_modals, modals, wording
from handlers.slack.cards import button
from handlers.slack.requests import FieldErrors, Request
from models.case import Action, Case, Classification, State
from models.praise import Praise
from models.prediction import Category
from tests.handlers.slack.test_rendering import STATES
from tests.support.cases import opened
from tests.support.council import example_council, utc

COUNCIL = example_council()
CASE = opened(COUNCIL, utc(2026, 11, 27), "CC-2026-00042").case
BODY = next(iter(COUNCIL.catalogue.authorities))


def fits_on_a_button(case: Case, action: Action) -> bool:
    drawn = button(case, action)
    return len(drawn["text"]["text"]) <= 75 and len(str(drawn["accessibility_label"])) <= 75


@pytest.mark.parametrize("category", Category)
def test_confirm_says_what_it_confirms(category: Category) -> None:
    case = replace(CASE, category=category)
    assert wording.action(case, Action.CONFIRM) == f"Confirm: {wording.CATEGORIES[category]}"


@pytest.mark.parametrize("case", STATES.values(), ids=STATES)
def test_every_name_fits_on_its_button(case: Case) -> None:
    assert all(fits_on_a_button(case, action) for action in Action)


def test_names_and_sentences_are_each_used_once() -> None:
    assert len(set(wording.ACTIONS.values())) == len(Action)
    assert len(set(wording.EXPLAINED.values())) == len(Action)


def test_a_compliment_that_was_passed_on_waits_for_its_close_and_not_for_a_claim() -> None:
    thanked = replace(
        STATES["praise"],
        praise=Praise(formal=True, staff=("Dave",), passed_on_at=utc(2026, 11, 27)),
    )
    assert wording.state(thanked) == "Passed on, to be closed"
    assert wording.state(replace(thanked, holder="U1")) == "Passed on, to be closed, held by <@U1>"
    assert wording.state(replace(thanked, category=Category.COMPLAINT)) == "Open, not claimed yet"
    closed = replace(thanked, state=State.CLOSED)
    assert "to be closed" not in wording.state(closed)


def test_the_field_that_is_empty_says_that_it_may_stay_so() -> None:
    for template in ("Dear Jo", "Dear Jo. " * 500):
        view = letter_modals.respond(CASE, template, "")
        texts = [b for b in view["blocks"] if str(b.get("block_id")).startswith("text")]
        assert texts[-1]["optional"]
        assert "Leave it empty unless the text above is full" in texts[-1]["hint"]["text"]
        assert texts[-1]["label"]["text"] == f"Your answer, part {len(texts)}"
        assert all("Leave it empty" not in str(b) for b in texts[:-1])


def choose(category: Category, service: str, authority: str) -> Classification | FieldErrors:
    fields = {"category": category.value, "service": service, "authority": authority}
    return modals.classified(Request("U1", fields=fields), "waste_recycling", None)


def test_another_body_with_a_category_of_the_councils_is_said_at_its_field() -> None:
    wrong = choose(Category.COMPLAINT, "waste_recycling", BODY)
    assert isinstance(wrong, FieldErrors)
    assert "“Complaint” is for the council" in wrong.errors["authority"]


def test_a_service_that_was_chosen_for_another_bodys_matter_is_said_at_its_field() -> None:
    other = next(one for one in COUNCIL.catalogue.services if one != "waste_recycling")
    wrong = choose(Category.NON_COUNCIL, other, BODY)
    assert isinstance(wrong, FieldErrors)
    assert "has no service" in wrong.errors["service"]


def test_what_stood_there_and_nobody_chose_does_not_stand_in_the_way() -> None:
    to = choose(Category.NON_COUNCIL, "waste_recycling", BODY)
    assert isinstance(to, Classification)
    assert (to.service, to.authority) == (None, BODY)
