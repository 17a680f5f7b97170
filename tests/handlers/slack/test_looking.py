"""The words of a case in a modal: all that Slack takes of any text, the rest counted."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.limits import block_problems, view_problems
from handlers.slack import letter_words, looking
from handlers.slack.aloud import size
from handlers.slack.api import Block
from handlers.slack.references import reference_in
from models.ledger import Arrival
from models.letter import Departed, Letter, LetterKind
from models.looks import How, Look
from models.message import Attachment, Sender
from models.people import staff
from models.store_port import StoredMessage
from tests.handlers.slack.test_rendering import anything
from tests.support.cases import message, opened
from tests.support.council import example_council, utc

COUNCIL = example_council()
NOW = utc(2026, 11, 27)
CASE = opened(COUNCIL, NOW, "CC-2026-00042").case


def stored(text: str, **changes: object) -> StoredMessage:
    return StoredMessage(1, message(text, NOW, **changes), Arrival.CASE, None)


def shown(view: Block) -> str:
    return "".join(b["text"]["text"] for b in view["blocks"][1:] if b["type"] == "section")


def said(view: Block) -> str:
    return str([b for b in view["blocks"] if b["type"] == "context"])


@given(st.lists(anything, max_size=3), anything)
def test_any_words_are_taken_by_slack_in_plain_text(texts: list[str], name: str) -> None:
    attached = (Attachment(name, "text/plain", 1, "0"),)
    messages = tuple(stored(t, sender=Sender(name, None), attachments=attached) for t in texts)
    view = looking.words_modal(CASE, messages, COUNCIL)
    assert view_problems(view) == []
    assert "mrkdwn" not in str([b["type"] for b in view["blocks"]])
    kinds = {b["text"]["type"] for b in view["blocks"] if b["type"] == "section"}
    assert kinds == {"plain_text"}


def test_a_long_letter_stands_in_several_sections_without_a_character_lost() -> None:
    text = "".join(f"line {n}\n" for n in range(3_000)).strip()
    view = looking.words_modal(CASE, (stored(text),), COUNCIL)
    assert shown(view) == text
    assert "more characters" not in said(view)


def test_what_is_beyond_a_view_is_counted_and_where_it_is_is_said() -> None:
    text = "word " * 20_000
    view = looking.words_modal(CASE, (stored(text), stored("and more")), COUNCIL)
    assert view_problems(view) == []
    left_out = len(text.strip()) + len("and more") - len(shown(view))
    assert f"{left_out:,} more characters are in the case" in said(view)


def test_a_case_without_words_says_so() -> None:
    assert "There are no words" in shown(looking.words_modal(CASE, (), COUNCIL))


def test_many_messages_stay_within_a_view() -> None:
    view = looking.words_modal(CASE, tuple(stored("word") for _ in range(200)), COUNCIL)
    assert view_problems(view) == []
    assert "more characters" in said(view)


def letter(text: str, at: datetime = NOW, kind: LetterKind = LetterKind.RESPONSE) -> Departed:
    return Departed(
        Letter(kind, CASE.reference, "jo@post.example", "Re", text, "", "<1@x>", None, (), False),
        at,
    )


def test_the_letters_that_left_stand_between_the_customers_words_in_their_order() -> None:
    again = replace(stored("And again"), message=message("And again", NOW + timedelta(days=2)))
    sent = letter("Dear Jo, we are sorry.", NOW + timedelta(days=1))
    view = looking.words_modal(CASE, (stored("Bins"), again), COUNCIL, (sent,))
    assert shown(view) == "BinsDear Jo, we are sorry.And again"
    assert "Our answer, left 28 Nov, 12:00:" in said(view)


def test_a_letter_has_its_place_whatever_the_customer_wrote() -> None:
    many = tuple(stored("word " * 5_000) for _ in range(200))
    letters = tuple(letter(f"Answer {n}") for n in range(3))
    view = looking.words_modal(CASE, many, COUNCIL, letters)
    assert view_problems(view) == []
    assert all(f"Answer {n}" in shown(view) for n in range(3))


@given(st.lists(anything, max_size=3), st.integers(0, 60))
def test_any_letters_are_taken_by_slack_in_the_words_and_below_their_line(
    texts: list[str], times: int
) -> None:
    letters = tuple(map(letter, texts * times))
    view = looking.words_modal(CASE, tuple(map(stored, texts)), COUNCIL, letters)
    assert view_problems(view) == []
    for text in texts:
        saying = letter_words.below("The answer left (Fri 27 November)", letter(text))
        assert block_problems(list(saying.blocks), 50) == []
        assert size(saying.text) <= 4_000
        assert saying.text.startswith("The answer left")


def test_of_a_long_letter_the_thread_has_the_beginning_and_says_where_the_rest_is() -> None:
    text = "".join(f"line {n}\n" for n in range(3_000))
    saying = letter_words.below("The answer left", letter(text))
    quotes = [b for b in saying.blocks if b["type"] == "rich_text"]
    quoted = "".join(b["elements"][0]["elements"][0]["text"] for b in quotes)  # type: ignore[index]
    assert quoted == text[:8_000]
    assert "the rest is under *Show the words*" in str(saying.blocks[-1])
    assert "the rest is under *Show the words*" in saying.text


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("CC-2026-00042", "CC-2026-00042"),
        ("cc-2026-42", "CC-2026-00042"),
        (" 2026-1 ", "CC-2026-00001"),
        ("2026", None),
        ("CC-2026-00042 please", None),
        ("２０２６-1", None),
        ("", None),
    ],
)
def test_a_reference_is_known_however_short(text: str, reference: str | None) -> None:
    assert reference_in(text) == reference


def test_looks_are_listed_with_who_when_in_local_time_and_how_and_earlier_ones_are_counted() -> (
    None
):
    july = utc(2026, 7, 1, 11, 5)
    looks = tuple(Look(CASE.reference, staff("U1"), july, how) for how in How)
    said = looking._log(CASE, looks, 40, COUNCIL).text.split("\n")
    assert said[0] == "*CC-2026-00042*: looks from outside its channel: 40."
    assert said[2] == "• Wed 1 July 2026, 12:05: <@U1> read what the customer wrote"
    assert said[-1] == f"…and {40 - len(How)} earlier ones."
