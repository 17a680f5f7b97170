"""What windows, their fields and their buttons are called."""

import pytest

from handlers.slack import letter_modals, level_modals, menu, points_modal
from models.allowed import allowed_actions
from tests.handlers.slack.test_rendering import STATES, TODAY, view_problems
from tests.handlers.slack.test_responding import preview

CASE, ANOTHERS = STATES["new"], STATES["another body's"]


def test_in_the_menu_only_the_case_can_be_closed() -> None:
    view = menu.modal(STATES["held"], allowed_actions(STATES["held"]))
    assert view["close"]["text"] == "Back"


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
