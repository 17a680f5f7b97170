"""What a screen reader reads of a message is its top-level text: it says what the blocks show."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.limits import block_problems
from handlers.slack import (
    before,
    digest,
    lists,
    mentions,
    note_lines,
    note_list,
    praise_post,
    stats,
    threads,
    wording,
)
from handlers.slack.aloud import aloud, chunks, size, together
from handlers.slack.lists import Asked, Page, Row
from models.allowed import allowed_actions
from models.deadlines import DeadlineKind
from models.history import Entry, Event
from models.ledger import Arrival
from models.message import Attachment
from models.notes import Note, Version
from models.people import staff
from models.praise import Praise
from models.standing import Standing
from models.store_port import DueCase, StoredMessage
from tests.support.cases import message, opened
from tests.support.council import example_council, utc

COUNCIL = example_council()
NOW = utc(2026, 11, 27)
TODAY = date(2026, 11, 27)
CASE = opened(COUNCIL, NOW, "CC-2026-00042").case
STORY = "The bin stands there & nobody comes.\nSince <Monday>."
NOTE = Note(CASE.reference, "U2", staff("U1"), NOW, (Version("Jo rang & wept.", NOW),), number=1)
CHANGED = 4_000
"""Bytes of a text that Slack takes in chat.update."""

anything = st.text(st.characters(codec="utf-8"), max_size=400) | st.sampled_from(
    ["&" * 9_000, "<" * 9_000, "ب" * 9_000, "🙂" * 9_000, "x" * 9_000]
)


def test_a_customers_words_are_in_the_text_with_what_came_attached() -> None:
    files = (Attachment("bin.jpg", "image/jpeg", 2_000, "ff"),)
    stored = StoredMessage(1, message(STORY, NOW, attachments=files), Arrival.CASE, CASE.prediction)
    (saying,) = threads.words(stored)
    assert wording.escape(STORY) in saying.text
    assert "bin.jpg" in saying.text
    assert "Words that spoke for it" in saying.text


@given(anything, anything)
def test_every_post_of_a_message_can_be_read_aloud_whole(text: str, name: str) -> None:
    files = tuple(Attachment(name, "image/jpeg", 10, "ff") for _ in range(3))
    stored = StoredMessage(1, message(text, NOW, attachments=files), Arrival.CASE, CASE.prediction)
    posts = [*threads.words(stored)]
    if threads.is_long(stored):
        posts += threads.rest(stored)
    heard = "".join(post.text.replace("…and went on:\n", "") for post in posts)
    for post in posts:
        assert size(post.text) <= CHANGED
        assert block_problems(list(post.blocks), 50) == []
        for block in post.blocks:
            if block["type"] == "rich_text":
                quoted = block["elements"][0]["elements"][0]["text"]  # type: ignore[index]
                assert wording.escape(quoted) in heard


@given(st.lists(anything, max_size=5))
def test_whatever_is_read_aloud_can_be_changed_later_and_ends_in_no_half_entity(
    lines: list[str],
) -> None:
    said = aloud(*map(wording.escape, lines))
    assert size(said) <= CHANGED
    whole = "\n".join(filter(None, map(wording.escape, lines)))
    assert said == whole or whole.startswith(said[:-1])
    ends = said.removesuffix("…").rsplit("&", 1)
    assert len(ends) == 1 or ends[1].startswith(("amp;", "lt;", "gt;"))


@given(anything)
def test_parts_are_the_whole_and_each_fits_aloud_and_in_a_block(text: str) -> None:
    parts = chunks(text)
    assert "".join(parts) == text
    assert all(size(wording.escape(part)) < CHANGED - 500 and len(part) <= 3_000 for part in parts)


def test_the_words_of_a_compliment_are_in_the_text_of_its_post() -> None:
    praise = Praise(formal=False, staff=("Dave",), passed_on_at=NOW)
    said = praise_post.post(CASE, praise, STORY, COUNCIL).text
    assert said.startswith(
        "A compliment for Dave, Waste and recycling (Direct Services) (CC-2026-00042):\n"
    )
    assert said.endswith(wording.escape(STORY))


def test_the_menu_of_a_mention_names_what_can_be_chosen() -> None:
    actions = allowed_actions(CASE)
    said = mentions.whispered(CASE, actions).text
    for action in actions:
        assert wording.action(CASE, action) in said


def test_notes_are_in_the_text_of_their_list_of_their_line_and_of_what_happened_before() -> None:
    words = wording.escape(NOTE.text)
    line = note_lines.written("Priya added a note", NOTE)
    assert words in line.text
    listed = note_list.saying(CASE.reference, [NOTE], COUNCIL, lambda _: "Priya")
    assert words in listed.text
    entry = Entry(CASE.reference, 1, Event.CLAIMED, NOW, staff("U1"))
    (told,) = before.sayings([entry], [NOTE], COUNCIL, lambda _: "Priya")
    assert words in told.text
    assert "Priya claimed the case" in told.text


def test_the_words_found_are_in_the_text_of_a_search() -> None:
    page = Page("Found", 1, [Row(CASE, "open", "the bin & the gate")])
    said = lists.drawn(page, Asked("search", "bin"), COUNCIL, lambda _: True)
    assert "the bin &amp; the gate" in said.text
    hidden = lists.drawn(page, Asked("search", "bin"), COUNCIL, lambda _: False)
    assert "the gate" not in hidden.text


def test_each_case_is_in_the_text_of_the_morning_list() -> None:
    due = [DueCase(CASE, DeadlineKind.RESPOND, TODAY)]
    listed = digest.morning_list(due, [], COUNCIL, TODAY, None)
    assert listed is not None
    assert "CC-2026-00042* “Bins”" in listed.text
    many = digest.morning_list(due * 200, [], COUNCIL, TODAY, None)
    assert many is not None
    assert size(many.text) <= CHANGED
    assert many.text.endswith("…")


@given(st.lists(anything.map(lambda text: text[:600] or "x"), max_size=30))
def test_lines_together_are_all_of_them(lines: list[str]) -> None:
    assert "\n".join(together(lines)) == "\n".join(lines)


def test_the_figures_of_a_council_with_sixty_services_are_what_slack_takes() -> None:
    lines = list(
        stats._now([Standing(f"a_long_service_{n}", 3, 2, 1, 0) for n in range(60)], COUNCIL)
    )
    saying = stats._saying(lines)
    assert len(saying.text) > 3_000
    assert block_problems(list(saying.blocks), 50) == []
    assert "a_long_service_59: 3 open" in saying.text
    assert "a_long_service_59: 3 open" in str(saying.blocks)
