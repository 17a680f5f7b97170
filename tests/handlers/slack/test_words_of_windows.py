"""What windows, their fields and their buttons are called."""

from dataclasses import replace

import pytest

from handlers.joining import Because, Likely
from handlers.slack import (
    assign_modal,
    join_modals,
    letter_modals,
    level_modals,
    menu,
    modals,
    points_modal,
)
from handlers.slack.api import Person
from models.allowed import allowed_actions
from models.case import Action
from tests.handlers.slack.test_rendering import COUNCIL, STATES, TODAY, view_problems
from tests.handlers.slack.test_responding import preview

CASE, ANOTHERS = STATES["new"], STATES["another body's"]


def test_in_the_menu_only_the_case_can_be_closed() -> None:
    view = menu.modal(STATES["held"], allowed_actions(STATES["held"]))
    assert view["close"]["text"] == "Back"


def test_the_menu_of_a_private_case_says_so_in_its_head() -> None:
    for private in (True, False):
        head = menu.modal(CASE, (), private=private)["blocks"][0]["text"]["text"]
        assert ("Private" in head) is private


def test_who_confirms_in_the_menu_reads_what() -> None:
    (row,) = [block for block in menu.rows(CASE, (Action.CONFIRM,)) if "accessory" in block]
    assert row["text"]["text"] == "It is right: complaint, and who answers it."
    assert row["accessory"]["text"]["text"] == "Confirm"


@pytest.mark.parametrize(("case", "word"), [(CASE, "Answer"), (ANOTHERS, "Signpost")])
def test_the_window_of_a_letter_is_named_as_its_preview(case, word: str) -> None:
    view = letter_modals.respond(case, "Dear Jo", "")
    assert view["title"]["text"] == f"{word} {case.reference}"
    assert ("Your answer" in str(view)) is (word == "Answer")


def test_a_preview_names_the_button_that_goes_back() -> None:
    view = preview()
    assert f"{view['close']['text']} goes back to change it." in str(view)


def test_one_open_point_is_one() -> None:
    assert "Send although this point is open" in str(points_modal.although_open(["a"]))
    assert "Send although these points are open" in str(points_modal.although_open(["a", "b"]))


def test_the_window_of_a_review_says_of_which_case() -> None:
    view = level_modals.escalating(CASE, None, TODAY)
    assert view["title"]["text"] == f"Level Two {CASE.reference}"
    assert view_problems(view) == []


def asked(view: dict[str, object]) -> dict[str, tuple[str, bool]]:
    """Label and whether it may stay empty, of each field by name."""
    inputs = [block for block in view["blocks"] if block["type"] == "input"]
    return {b["block_id"]: (b["label"]["text"], b["optional"]) for b in inputs}


def test_the_only_field_for_another_case_or_person_has_to_be_filled_in() -> None:
    assert asked(join_modals.merge(CASE, []))["typed"] == (
        "The case that goes on: its reference",
        False,
    )
    fields = asked(assign_modal.modal(CASE, "U1", [], []))
    assert list(fields.values()) == [("Who looks after it from now on", False)]


def test_where_either_of_two_is_needed_the_labels_say_so() -> None:
    likely = [Likely(ANOTHERS, Because.PLACE)]
    fields = asked(join_modals.merge(CASE, likely))
    assert fields["picked"] == ("The case that goes on: here or below", True)
    assert fields["typed"] == ("Or its reference: one of the two is needed", True)
    fields = asked(
        assign_modal.modal(CASE, "U1", [Person("U1", "Sam", False, False, False, False)], [])
    )
    assert "one of the two is needed" in list(fields.values())[-1][0]
    fields = asked(modals.change(CASE, COUNCIL))
    assert "needed if" in fields["service"][0]
    assert "needed if" in fields["authority"][0]


def test_the_postal_address_is_needed_where_there_is_no_other() -> None:
    nowhere = replace(CASE, customer=replace(CASE.customer, address=None))
    assert asked(letter_modals.respond(CASE, "Dear Jo", ""))["postal"][1]
    assert not asked(letter_modals.respond(nowhere, "Dear Jo", ""))["postal"][1]
