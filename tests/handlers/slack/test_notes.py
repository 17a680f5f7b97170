"""What Slack tells of changed messages, and what staff wrote as it is shown: whole, notifying nobody."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.limits import block_problems, view_problems
from bot.sandbox.mentions import notified
from handlers.slack import before, note_lines, note_list, notes, redacting
from handlers.slack.api import Place, Said, Saying
from handlers.slack.told import Deleted, Edited, change_of
from models.errors import Refused
from models.history import Entry, Event
from models.notes import Note, Spoken, Version
from models.people import staff
from tests.support.cases import opened
from tests.support.council import example_council, utc

COUNCIL = example_council()
NOW = utc(2026, 11, 27)
CASE = opened(COUNCIL, NOW, "CC-2026-00042").case
NOTE = Note(CASE.reference, "U2", staff("U1"), NOW, (Version("Jo rang.", NOW),), number=1)

anything = st.text(st.characters(codec="utf-8"), max_size=300) | st.sampled_from(
    ["<!channel>", "<@U1>", "<https://x|y>", "x" * 9_000, "\n" * 300]
)


def event(**fields: object) -> dict[str, object]:
    return {"event": {"type": "message", "channel": "C1", "event_ts": "9.0", **fields}}


def changed(**message: object) -> dict[str, object]:
    return event(subtype="message_changed", message={"ts": "1.0", "text": "Now.", **message})


@pytest.mark.parametrize(
    ("body", "meant"),
    [
        (changed(edited={"user": "U2", "ts": "5.0"}), Edited("C1", "1.0", "Now.", "5.0")),
        (changed(subtype="tombstone"), Deleted("C1", "1.0", "9.0")),
        (event(subtype="message_deleted", deleted_ts="1.0"), Deleted("C1", "1.0", "9.0")),
        (changed(), None),  # a preview of a link
        (event(text="New."), None),
        ({"event": {"type": "app_mention", "text": "x"}}, None),
        ({"type": "block_actions"}, None),
        ({"event": "x"}, None),
    ],
)
def test_edits_and_deletions_are_told_from_all_else(
    body: dict[str, object], meant: Edited | Deleted | None
) -> None:
    assert change_of(body) == meant


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("<@U0BOT> note Jo rang.", "Jo rang."),
        ("<@U0BOT|carebot> Note: Jo rang.\nTwice.", "Jo rang.\nTwice."),
        ("<@U0BOT> notebook", "<@U0BOT> notebook"),
        ("I note that <@U0BOT> note is a word", "I note that <@U0BOT> note is a word"),
        ("<@U0BOT> note", ""),
    ],
)
def test_of_a_mention_that_asks_for_a_note_the_note_is_kept(text: str, kept: str) -> None:
    assert notes.own_words(text) == kept


def test_a_messages_mrkdwn_is_read_as_plain_text() -> None:
    said = "<@U1|priya> &amp; <!channel>: see <https://x.example/a?b|the form> &lt;now&gt;"
    assert note_lines.readable(said) == "priya & channel: see the form <now>"


@given(anything)
def test_a_written_note_stands_in_the_thread_whole_and_notifies_nobody(text: str) -> None:
    saying = note_lines.written("Priya added a note", replace(NOTE, versions=(Version(text, NOW),)))
    assert block_problems(list(saying.blocks), 50) == []
    assert notified(saying.text, list(saying.blocks)) == ()
    shown = "".join(
        block["elements"][0]["elements"][0]["text"]  # type: ignore[index]
        for block in saying.blocks
        if block["type"] == "rich_text"
    )
    assert shown == text


def test_slack_takes_the_modal_of_a_note() -> None:
    assert view_problems(notes.modal(CASE)) == []


@given(st.lists(anything, max_size=5), st.integers(1, 400))
def test_whatever_happened_before_is_said_in_what_slack_takes(texts: list[str], times: int) -> None:
    spoken = Spoken("C1", "1.0", "0.9")
    written = [replace(NOTE, versions=(Version(text, NOW),), spoken=spoken) for text in texts]
    entry = Entry(CASE.reference, 1, Event.CLAIMED, NOW, staff("U1"))
    said = list(before.sayings([entry] * times, written, COUNCIL, lambda _: "Priya <!here>"))
    for saying in said:
        assert block_problems(list(saying.blocks), 50) == []
        assert len(str(saying.blocks)) < 13_000
        assert notified(saying.text, list(saying.blocks)) == ()
    assert str([saying.blocks for saying in said]).count("claimed the case") == times


@given(st.lists(anything, max_size=30))
def test_notes_with_their_versions_are_listed_in_what_slack_takes(texts: list[str]) -> None:
    versions = [Version(text, NOW, str(n or "")) for n, text in enumerate(texts)]
    several = [replace(NOTE, versions=(version,)) for version in versions]
    one = [replace(NOTE, versions=tuple(versions), deleted_at=NOW)] if versions else []
    for listed in (several, one):
        said = note_list.saying(CASE.reference, listed, COUNCIL, lambda _: "Priya <!here>")
        assert block_problems(list(said.blocks), 50) == []
        assert len(str(said.blocks)) < 13_000
        assert notified(said.text, list(said.blocks)) == ()


def test_only_lines_that_name_the_case_are_taken_out() -> None:
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "The list"}},
        {"type": "section", "text": {"type": "mrkdwn", "text": "• *CC-1* “Bins”\n• *CC-2* “Tip”"}},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "see CC-1"}]},
    ]
    saying = redacting.without(Saying("1 overdue: CC-1\nall else", blocks), "CC-1")
    assert saying.text == "• (no longer shown here)\nall else"
    assert "CC-1" not in str(saying.blocks)
    assert "• (no longer shown here)\\n• *CC-2* “Tip”" in str(saying.blocks)
    assert "The list" in str(saying.blocks)


def test_a_message_names_a_case_in_its_text_or_anywhere_in_its_blocks() -> None:
    def said(text: str, *blocks: dict[str, object]) -> Said:
        return Said(Place("C1", "1.0"), "U0", True, text, blocks=blocks)

    deep = {"type": "context", "elements": [{"type": "mrkdwn", "text": "see CC-1"}]}
    assert redacting.names(said("CC-1"), "CC-1")
    assert redacting.names(said("x", deep), "CC-1")
    assert not redacting.names(said("CC-2", deep), "CC-3")


def test_long_notes_are_listed_whole_on_as_many_pages_as_they_take() -> None:
    texts = [f"{n} " + "x" * 2_990 + " end" for n in range(6)]
    several = [replace(NOTE, versions=(Version(text, NOW),)) for text in texts]
    pages, page = [], 1
    while True:
        said = note_list.saying(CASE.reference, several, COUNCIL, lambda _: "Priya", page)
        assert block_problems(list(said.blocks), 50) == []
        assert len(str(said.blocks)) < 13_000
        pages.append(str(said.blocks) + said.text)
        page += 1
        if f"`@carebot notes {page}` shows what follows." not in said.text:
            break
    assert len(pages) > 1
    assert "".join(pages).count(" end") == 2 * len(texts)
    assert "page 1 of" in pages[0]
    assert "…" not in "".join(pages)


@pytest.mark.parametrize(("asked", "page"), [("notes", 1), ("notes 2", 2), ("notes  03", 3)])
def test_a_page_of_the_notes_is_asked_for_by_its_number(asked: str, page: int) -> None:
    assert note_list._page(asked) == page


@pytest.mark.parametrize("asked", ["notes 0", "notes x", "notes -1", "notes 99999"])
def test_what_is_no_page_of_the_notes_is_said(asked: str) -> None:
    with pytest.raises(Refused, match="which page of the notes"):
        note_list._page(asked)
