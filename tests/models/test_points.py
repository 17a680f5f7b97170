"""The checklist of an answer: what is suggested, what is written, what is ticked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import Refused
from models.points import LONGEST, MOST, Point, open_points, suggested, ticked, written

KEPT = (Point("When is it emptied?", is_answered=True), Point("Who pays?"))


def texts(points: tuple[Point, ...]) -> list[str]:
    return [point.text for point in points]


@pytest.mark.parametrize(
    "text",
    [
        "Hello\n\n1. When is it emptied?\n2. The crew was\nrude to me.\n\nYours, Jo",
        "Hello\n- When is it emptied?\n- The crew was rude to me.\n\nYours, Jo",
        "Hello\n\n• When is it emptied?\n• The crew was rude to me.",
        "(a) When is it emptied?\n(b) The crew was\r\n rude to me.",
    ],
)
def test_the_items_of_a_list_are_suggested_whole(text: str) -> None:
    assert suggested([text]) == ("When is it emptied?", "The crew was rude to me.")


def test_sentences_with_a_question_mark_are_suggested() -> None:
    text = "It was missed. When do you come, and\nwho told the crew? I am cross! Is that right?"
    assert suggested([text]) == ("When do you come, and who told the crew?", "Is that right?")


def test_a_forms_label_is_no_question() -> None:
    assert suggested(["Do you want a reply?: yes\nWhy?: 5\n\nAnything else?"]) == (
        "Anything else?",
    )


def test_what_was_asked_twice_is_suggested_once_and_ten_at_most() -> None:
    asked = "\n\n".join(f"Question {n}?" for n in range(30))
    assert suggested(["Why?", "Why?"]) == ("Why?",)
    assert len(suggested([asked])) == MOST


@given(st.lists(st.text(max_size=600), max_size=4))
def test_whatever_was_written_the_suggestions_can_be_kept_as_they_are(words: list[str]) -> None:
    found = suggested(words)
    assert all(0 < len(point) <= LONGEST for point in found)
    assert len(found) <= MOST
    kept = written("\n".join(found), (), ())
    assert len(kept) <= len(found)


def test_a_point_is_a_line_and_the_same_one_counts_once() -> None:
    assert texts(written(" When? \n\nWho  pays?\nWhen?\n", (), ())) == ["When?", "Who pays?"]


def test_a_tick_follows_its_line_when_others_come_and_go() -> None:
    after = written("Why?\nWhen is it emptied?", KEPT, [0])
    assert after == (Point("Why?"), Point("When is it emptied?", is_answered=True))


def test_a_tick_stays_where_its_line_was_put_into_other_words() -> None:
    after = written("When is it emptied next?\nWho pays?", KEPT, [0])
    assert after[0] == Point("When is it emptied next?", is_answered=True)


def test_lines_that_changed_places_take_their_own_ticks_with_them() -> None:
    after = written("Who pays?\nWhen is it emptied?", KEPT, [0])
    assert after == (Point("Who pays?"), Point("When is it emptied?", is_answered=True))


def test_too_many_points_and_one_that_is_too_long_are_refused_with_a_sentence() -> None:
    with pytest.raises(Refused, match="11 points"):
        written("\n".join(f"{n}?" for n in range(11)), (), ())
    with pytest.raises(Refused, match="141 characters"):
        written("x" * 141, (), ())


def test_those_that_are_not_ticked_are_open() -> None:
    assert texts(open_points(ticked(KEPT, [1]))) == ["When is it emptied?"]
