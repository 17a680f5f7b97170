"""Undo and the points on the card, in the modals and in the thread: whatever was written, Slack takes it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.limits import view_problems
from bot.sandbox.mentions import notified
from handlers.slack import cards, leaving_lines, letter_modals, points_modal
from models.actions import approve_answer
from models.case import Action, Case, Level, Outcome
from models.letter import Letter, LetterKind, Way
from models.people import staff
from models.points import LONGEST, MOST, Point, suggested, written
from models.store_port import Draft
from models.taking_back import leaves_later
from tests.support.cases import opened
from tests.support.council import example_council, utc

COUNCIL = example_council(undo_seconds=60)
NOW, TODAY = utc(2026, 11, 27, 10, 41), date(2026, 11, 27)
CASE = opened(COUNCIL, NOW, "CC-2026-00042").case
MINUTE = timedelta(minutes=1)

a_point = st.text(min_size=1, max_size=LONGEST).map(lambda text: " ".join(text.split()))
points = st.lists(
    st.builds(Point, a_point.filter(bool), st.booleans()), max_size=MOST, unique_by=lambda p: p.text
).map(tuple)


def leaving() -> Case:
    approved = approve_answer(CASE, Outcome.RESOLVED, Level.LEVEL_ONE, staff("U1"), NOW)
    return leaves_later(approved, LetterKind.RESPONSE, NOW + MINUTE, 1).case


def preview(open_points: tuple[str, ...] = (), way: Way = Way.EMAIL) -> dict[str, object]:
    letter = Letter(
        LetterKind.RESPONSE, CASE.reference, "jo@post.example", "x", "Dear Jo\n", "", "<a@b>", None,
        (), automatic=False, way=way,
    )  # fmt: skip
    draft = Draft("d", CASE.reference, 1, "U1", letter, {}, (), open_points)
    return letter_modals.preview(draft, MINUTE)


def field(view: dict[str, object], name: str) -> dict[str, object]:
    (block,) = [b for b in view["blocks"] if b.get("element", {}).get("action_id") == name]
    return block


def ticked(view: dict[str, object], name: str) -> list[str]:
    block = field(view, name)
    return [option["value"] for option in block["element"].get("initial_options", [])]


def shown(view: dict[str, object], name: str) -> list[str]:
    block = field(view, name)
    options = block["element"]["options"]
    return [o["text"]["text"] + o.get("description", {"text": ""})["text"] for o in options]


def test_while_it_can_be_taken_back_the_card_says_when_it_leaves_and_undo_is_first() -> None:
    card = cards.card(leaving(), COUNCIL, TODAY)
    assert "The answer leaves at 10:42:00." in card.text
    (actions,) = [b for b in card.blocks if b["type"] == "actions"]
    first = actions["elements"][0]
    assert (first["action_id"], first["style"]) == ("case_undo", "danger")
    assert "Undo" in first["accessibility_label"]
    assert "*The answer leaves at 10:42:00*" in str(card.blocks)


def test_a_card_of_a_case_from_which_nothing_leaves_has_no_undo() -> None:
    card = cards.card(CASE, COUNCIL, TODAY)
    assert "case_undo" not in str(card.blocks)
    assert "leaves at" not in card.text


def test_a_preview_says_how_long_an_email_can_be_taken_back_and_nothing_of_it_for_paper() -> None:
    said = "leave in one minute; until then Undo on the card takes it back"
    assert said in str(preview())
    assert "Undo" not in str(preview(way=Way.LETTER))


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(60, "one minute"), (30, "30 seconds"), (90, "90 seconds"), (600, "10 minutes")],
)
def test_the_time_to_undo_is_said_in_words(seconds: int, said: str) -> None:
    assert leaving_lines.how_long(timedelta(seconds=seconds)) == said


@given(points)
def test_any_points_can_be_written_and_ticked_within_what_slack_takes(
    kept: tuple[Point, ...],
) -> None:
    case = replace(CASE, points=kept)
    modal = points_modal.modal(case, tuple(point.text for point in kept))
    view = {**modal, "blocks": [*modal["blocks"], *points_modal.covered(case)]}
    assert view_problems(view) == []
    if kept:
        done = [str(n) for n, point in enumerate(kept) if point.is_answered]
        assert ticked(view, "answered") == ticked(view, "covered") == done
        for point, text in zip(kept, shown(view, "covered"), strict=True):
            assert text.replace(" ", "") == point.text.replace(" ", "")


@given(points)
def test_a_preview_lists_every_open_point_within_what_slack_takes(kept: tuple[Point, ...]) -> None:
    texts = tuple(point.text for point in kept)
    view = preview(texts)
    assert view_problems(view) == []
    assert notified("", view["blocks"]) == ()
    listed = "\n".join(b["text"]["text"] for b in view["blocks"] if b["type"] == "section")
    assert all(f"• {text}" in listed for text in texts)
    asks = [b for b in view["blocks"] if b.get("block_id") == "although_open"]
    assert len(asks) == bool(texts)


@given(st.text(max_size=2_000))
def test_whatever_a_customer_wrote_its_suggested_points_fit_the_modal(text: str) -> None:
    found = suggested([text])
    assert view_problems(points_modal.modal(CASE, found)) == []
    kept = written("\n".join(found), (), ())
    assert view_problems(points_modal.modal(replace(CASE, points=kept), found)) == []


def test_undo_carries_the_letter_that_its_card_shows() -> None:
    button = cards.button(leaving(), Action.UNDO)
    assert button["value"] == '{"case": "CC-2026-00042", "version": 2, "letter": 1}'
