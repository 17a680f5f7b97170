"""The thread of a case: words whole, notes with their edits, private at once, and what a mention does."""

import json
from collections.abc import Callable

import pytest

from bot.sandbox import Message
from handlers.notes import Notes
from models.history import Event
from models.notes import Note
from models.people import staff
from tests.journeys.test_the_clock import due_at_nine
from tests.journeys.town import SECONDS, Town

pytestmark = pytest.mark.needs_dovecot

REFERENCE = "CC-2026-00001"


@pytest.fixture
def card(town: Town) -> Message:
    town.run()
    town.write()
    found = town.wait_card("waste-recycling")
    town.wait_thread(found, "The acknowledgement left")
    town.settle()
    return town.wait_card("waste-recycling")


def talk(town: Town, card: Message, text: str, user: str = "sam") -> Message:
    town.sandbox.say(user, card.channel, text, thread_ts=card.ts)
    return town.sandbox.replies(card.channel, card.ts)[-1]


def add(town: Town, message: Message, user: str = "priya") -> None:
    town.sandbox.use_shortcut(user, message.channel, message.ts, "note_add")


def notes(town: Town) -> tuple[Note, ...]:
    with town.store.view() as work:
        return work.notes.of_case(REFERENCE)


def texts(note: Note) -> list[str]:
    return [version.text for version in note.versions]


def test_talk_that_nobody_files_is_not_kept_and_what_is_filed_is_a_note_with_its_author(
    town: Town, card: Message
) -> None:
    talk(town, card, "The crew says the lane was blocked.")
    said = talk(town, card, "I rang Jo: she wants a call before ten.")
    add(town, said)
    town.wait_whisper("priya", f"Filed to {REFERENCE}")
    (note,) = notes(town)
    assert (note.text, note.author) == (said.text, said.user)
    town.wait_thread(card, "priya filed a message of this thread as a note")
    replies = town.sandbox.replies(card.channel, card.ts)
    assert [m.ts for m in replies if ("memo", town.sandbox.bot_user) in m.reactions] == [said.ts]
    assert len(town.letterbox.messages) == 1


def test_a_message_is_filed_once_and_the_second_use_says_who_was_first(
    town: Town, card: Message
) -> None:
    said = talk(town, card, "I rang Jo.")
    add(town, said)
    town.wait_whisper("priya", "Filed to")
    add(town, said, "sam")
    town.wait_whisper("sam", "filed to CC-2026-00001 already. priya filed it")
    assert len(notes(town)) == 1


def test_only_what_colleagues_wrote_in_a_cases_thread_is_filed(town: Town, card: Message) -> None:
    add(town, card)
    town.wait_whisper("priya", "Only what a colleague wrote")
    town.sandbox.say("sam", card.channel, "Who has the van?")
    (elsewhere,) = [m for m in town.sandbox.messages(card.channel) if m.user]
    add(town, elsewhere)
    town.wait_whisper("priya", "This thread belongs to no case")
    add(town, talk(town, card, "I rang Jo."), "robin")
    town.wait_whisper("robin", "own staff")
    assert notes(town) == ()


def test_edits_and_the_deletion_of_a_filed_message_are_kept_with_their_times_and_said(
    town: Town, card: Message
) -> None:
    other = talk(town, card, "Nobody files this.")
    said = talk(town, card, "Ring Jo at ten.")
    add(town, said)
    town.wait_whisper("priya", "Filed to")
    town.sandbox.edit_message("sam", card.channel, said.ts, "Ring Jo at eleven.")
    assert texts(notes(town)[0])[-1] == "Ring Jo at eleven."  # kept before it was acknowledged
    town.sandbox.edit_message("sam", card.channel, other.ts, "Nobody files that.")
    town.sandbox.delete_message("sam", card.channel, said.ts)
    (note,) = notes(town)
    assert texts(note) == ["Ring Jo at ten.", "Ring Jo at eleven."]
    town.sandbox.say("priya", card.channel, "@carebot notes", thread_ts=card.ts)
    told = json.dumps(town.wait_whisper("priya", "1 note on").blocks)
    assert "Ring Jo at eleven." in told
    assert "it said:" in told
    assert "Ring Jo at ten." in told
    assert "*Deleted from the thread*" in told
    first, second = note.versions
    assert note.deleted_at is not None
    assert first.at < second.at < note.deleted_at
    town.wait_thread(card, "sam *edited a message that is filed as a note*")
    town.wait_thread(card, "was deleted* from the thread: the note is kept")


def test_an_edit_that_is_told_again_or_late_changes_nothing(town: Town, card: Message) -> None:
    said = talk(town, card, "Ring Jo at ten.")
    add(town, said)
    town.wait_whisper("priya", "Filed to")
    for hour in ("eleven", "noon"):
        town.sandbox.edit_message("sam", card.channel, said.ts, f"Ring Jo at {hour}.")
    town.sandbox.wait_for(lambda _: town.events(REFERENCE).count(Event.NOTE_EDITED) == 2, SECONDS)
    edits = [d for d in town.sandbox.deliveries() if "eleven" in json.dumps(d.payload)]
    before = notes(town)
    for edit in [edits[0], edits[-1], edits[0]]:
        again = town.sandbox.deliver_again(edit)
        assert again.acked
    assert notes(town) == before
    assert town.events(REFERENCE).count(Event.NOTE_EDITED) == 2


def test_what_was_edited_or_deleted_while_nobody_listened_is_found_at_the_next_start(
    town: Town, card: Message
) -> None:
    first, second = talk(town, card, "Ring Jo at ten."), talk(town, card, "The lane is blocked.")
    for said in (first, second):
        add(town, said)
        town.wait_whisper("priya", "Filed to")
    town.sandbox.wait_for(lambda _: len(notes(town)) == 2, SECONDS)
    assert town.bot is not None
    town.bot.stop()
    town.sandbox.edit_message("sam", card.channel, first.ts, "Ring Jo at noon.")
    town.sandbox.delete_message("sam", card.channel, second.ts)
    town.run()
    town.wait_thread(card, "was deleted* from the thread")
    town.settle()
    assert [texts(note) for note in notes(town)] == [
        ["Ring Jo at ten.", "Ring Jo at noon."],
        ["The lane is blocked."],
    ]
    assert [bool(note.deleted_at) for note in notes(town)] == [False, True]
    assert town.events(REFERENCE).count(Event.NOTE_EDITED) == 1


def test_a_note_is_written_from_the_menu_and_stands_in_the_thread_without_notifying(
    town: Town, card: Message
) -> None:
    town.press("priya", card, "note")
    town.wait_view("priya", "Add a note")
    town.sandbox.fill_and_submit("priya", {"text": "Call <!channel> & @here first."})
    line = town.wait_thread(card, "priya added a note")
    assert "Call <!channel> & @here first." in json.dumps(line.blocks, ensure_ascii=False)
    assert line.notifies == ()
    assert [note.text for note in notes(town)] == ["Call <!channel> & @here first."]


def test_a_colleagues_note_does_not_disturb_whoever_is_writing_the_answer(
    town: Town, card: Message
) -> None:
    town.press("priya", card, "respond")
    town.wait_view("priya", "Answer")
    add(town, talk(town, card, "I rang Jo."), "sam")
    town.wait_whisper("sam", "Filed to")
    town.sandbox.fill_and_submit(
        "priya", {"text": "Dear Jo\n\nDone.", "outcome": "upheld", "level": "level_one"}
    )
    view = town.sandbox.open_view("priya")
    assert view is not None
    assert "Dear Jo" in json.dumps(view.blocks)
    assert not view.errors


def test_a_mention_gives_the_menu_to_whoever_asks_and_its_buttons_work(
    town: Town, card: Message
) -> None:
    town.sandbox.say("sam", card.channel, "@carebot", thread_ts=card.ts)
    menu = town.wait_whisper("sam", "What to do with CC-2026-00001?")
    assert menu.thread_ts == card.ts
    assert not town.sandbox.ephemerals("priya")
    town.sandbox.click("sam", menu.channel, menu.ts, "case_claim")
    town.sandbox.wait_for(lambda _: town.cases()[0].holder, SECONDS)


def test_a_mention_claims_files_a_note_and_answers_what_it_does_not_know_with_help(
    town: Town, card: Message
) -> None:
    def ask(words: str, answer: str) -> None:
        town.sandbox.say("sam", card.channel, f"@carebot {words}", thread_ts=card.ts)
        town.wait_whisper("sam", answer)

    ask("claim", "You hold CC-2026-00001 now")
    assert town.cases()[0].holder == town.sandbox.workspace.person("sam").id
    ask("claim", "already hold")
    ask("note Jo rang:\nshe is <content>.", "Filed to CC-2026-00001")
    assert [note.text for note in notes(town)] == ["Jo rang:\nshe is &lt;content&gt;."]
    ask("status", "not claimed" if town.cases()[0].holder is None else "held by")
    ask("overdue", "Overdue")
    ask("frobnicate", "/case help")
    ask("log", "cannot open a window")
    ask("why", "working day")
    ask("close", "What to do with")
    said = town.sandbox.replies(card.channel, card.ts)
    assert not [m for m in said if m.bot_id and "frobnicate" in m.text]


def everything_in(town: Town, channel: str) -> list[Message]:
    """Every message of the channel and of its threads."""
    found = town.sandbox.messages(channel)
    return [m for top in found for m in (top, *town.sandbox.replies(channel, top.ts))]


def said_in(town: Town, channel: str) -> str:
    """All that anybody can read there: texts, blocks and files."""
    return json.dumps(
        [
            (
                m.text,
                m.blocks,
                [(f.name, f.title, f.content.decode()) for f in m.files if not f.deleted],
            )
            for m in everything_in(town, channel)
        ],
        ensure_ascii=False,
    )


def quoted(message: Message) -> str:
    return "".join(
        run["text"]
        for block in message.blocks
        if block["type"] == "rich_text"
        for quote in block["elements"]
        for run in quote["elements"]
    )


LONG = "#missed_bin complaint\n" + "".join(f"Line {n} of a long story. " for n in range(2_500))


def wait_file(town: Town, card: Message) -> Message:
    return town.sandbox.wait_for(
        lambda s: next((m for m in s.replies(card.channel, card.ts) if m.files), None), SECONDS
    )


def written_long(town: Town) -> Message:
    town.run()
    town.write(LONG)
    card = town.wait_card("waste-recycling")
    town.settle()
    return card


def assert_whole(town: Town, card: Message) -> None:
    """The thread has the beginning, once, and one file has every character."""
    replies = town.sandbox.replies(card.channel, card.ts)
    (words,) = [m for m in replies if "It goes on below" in json.dumps(m.blocks)]
    (shared,) = [m for m in replies if m.files]
    (file,) = shared.files
    with town.store.view() as work:
        text = work.messages.of_case(REFERENCE)[0].message.text
    assert len(text) > 60_000
    assert file.content.decode() == text
    assert text.startswith(quoted(words))
    assert file.name == f"{REFERENCE}-message-1.txt"
    assert file.alt_txt.startswith("The whole text of message 1")


def test_a_letter_of_sixty_thousand_characters_is_whole_in_thread_and_file(town: Town) -> None:
    assert_whole(town, written_long(town))


@pytest.mark.parametrize(
    ("fault", "method"),
    [
        ("lose_answer", "files.completeUploadExternal"),
        ("fail", "files.upload"),
        ("rate_limit", "files.getUploadURLExternal"),
    ],
)
def test_a_file_is_there_once_whatever_slack_answers(town: Town, method: str, fault: str) -> None:
    order_fault = getattr(town.sandbox.faults, fault)
    order_fault(method, **({"retry_after": 1} if fault == "rate_limit" else {}), times=1)
    town.run()
    town.write(LONG)
    card = town.wait_card("waste-recycling")
    wait_file(town, card)
    town.wait_thread(card, "The acknowledgement left")
    town.settle()
    assert_whole(town, card)


def test_where_slack_takes_no_file_every_character_stands_in_the_thread(town: Town) -> None:
    town.sandbox.faults.error("files.getUploadURLExternal", "missing_scope", times=100)
    card = written_long(town)
    replies = town.sandbox.replies(card.channel, card.ts)
    with town.store.view() as work:
        text = work.messages.of_case(REFERENCE)[0].message.text
    assert "".join(map(quoted, replies)) == text.strip()


def flag(
    town: Town, text: str = "He hits the child next door. #missed_bin complaint !safeguarding"
) -> Message:
    """A reply of the customer's raises the flag."""
    town.write(text, Message_ID="<2@x>", In_Reply_To="<first@post.example>")
    card = town.wait_card("private-safeguarding")
    town.settle()
    return card


PRIVATE = ("Jo Pike", "Bins", "bin", "story", "safeguarding", "jo@post.example", "priya", "child")


def by_change(town: Town, card: Message) -> Message:
    """An officer ticks the flag in Change."""
    town.press("priya", card, "change")
    town.wait_view("priya", "Change")
    town.sandbox.fill_and_submit("priya", {"flags": ["safeguarding"], "level": "level_one"})
    new = town.wait_card("private-safeguarding")
    town.settle()
    return new


def by_reply(town: Town, _card: Message) -> Message:
    return flag(town)


@pytest.mark.parametrize("becomes_private", [by_change, by_reply])
def test_a_case_that_becomes_private_leaves_no_word_in_the_open_channel(
    town: Town, becomes_private: Callable[[Town, Message], Message]
) -> None:
    card = written_long(town)
    town.press("priya", card, "claim")
    town.wait_thread(card, "claimed the case")
    town.settle()
    new = becomes_private(town, town.wait_card("waste-recycling"))
    (stub,) = everything_in(town, "waste-recycling")
    assert stub.ts == card.ts
    assert stub.text == f"{REFERENCE} is handled elsewhere."
    said = said_in(town, "waste-recycling")
    assert [word for word in PRIVATE if word in said] == []
    assert not [f for f in town.sandbox.workspace.files._whole.values() if f.content][1:]
    town.wait_thread(new, "What happened before")
    assert "claimed the case" in said_in(town, "private-safeguarding")
    wait_file(town, new)
    assert_whole(town, new)


def test_what_was_done_while_a_case_was_private_is_not_said_where_it_stands_later(
    town: Town, card: Message
) -> None:
    private = by_change(town, card)
    add(town, talk(town, private, "The school knows."))
    town.wait_whisper("priya", "Filed to")
    town.settle()
    town.press("priya", town.wait_card("private-safeguarding"), "change")
    town.wait_view("priya", "Change")
    town.sandbox.fill_and_submit("priya", {"flags": []})
    back = town.wait_card("waste-recycling", f"{REFERENCE}: complaint")
    town.wait_thread(back, "Jo Pike wrote:")
    town.settle()
    said = said_in(town, "waste-recycling")
    assert "What happened before" not in said
    assert "The school knows." not in said


@pytest.mark.parametrize("method", ["chat.delete", "files.delete"])
def test_clearing_goes_on_where_slack_asks_to_wait_or_loses_an_answer(
    town: Town, method: str
) -> None:
    card = written_long(town)
    town.sandbox.faults.rate_limit(method, retry_after=1, times=1)
    town.sandbox.faults.lose_answer(method, times=1)
    new = flag(town)
    town.sandbox.wait_for(lambda _: len(everything_in(town, "waste-recycling")) == 1, SECONDS)
    town.wait_thread(new, "Jo Pike wrote:")
    assert card.ts == everything_in(town, "waste-recycling")[0].ts


@pytest.mark.usefixtures("card")
def test_what_cannot_be_cleared_now_holds_up_nothing_and_is_tried_again(town: Town) -> None:
    town.sandbox.faults.error("conversations.replies", "not_in_channel", times=2)
    town.write(
        "#missed_bin complaint !safeguarding",
        Message_ID="<2@x>",
        In_Reply_To="<first@post.example>",
    )
    new = town.wait_card("private-safeguarding")
    town.wait_thread(new, "Jo Pike wrote:")
    town.sandbox.wait_for(lambda _: len(everything_in(town, "waste-recycling")) == 1, SECONDS)


@pytest.mark.usefixtures("card")
def test_a_long_thread_is_cleared_in_several_attempts(town: Town) -> None:
    nobody_any_more = staff("U1")
    for n in range(30):
        written, now = Notes(town.store), town.clock.now()
        written.write(town.cases()[0], f"Note {n}.", nobody_any_more, now, once=f"{n}")
    town.settle()
    assert len(everything_in(town, "waste-recycling")) > 30
    flag(town)
    assert len(everything_in(town, "waste-recycling")) == 1


@pytest.mark.usefixtures("card")
def test_what_slack_will_not_delete_is_blanked(town: Town) -> None:
    town.sandbox.faults.error("chat.delete", "cant_delete_message", times=100)
    flag(town)
    said = said_in(town, "waste-recycling")
    assert [word for word in PRIVATE if word in said] == []
    assert len(everything_in(town, "waste-recycling")) > 1


def test_a_case_that_moved_before_is_cleared_wherever_it_stood(town: Town, card: Message) -> None:
    town.press("priya", card, "change")
    town.wait_view("priya", "Change")
    town.sandbox.fill_and_submit(
        "priya", {"category": "complaint", "service": "housing", "level": "level_one"}
    )
    town.wait_thread(town.wait_card("housing", f"{REFERENCE}:"), "Jo Pike wrote:")
    town.settle()
    flag(town)
    for channel in ("waste-recycling", "housing"):
        said = said_in(town, channel)
        assert [word for word in PRIVATE if word in said] == [], channel


def test_what_colleagues_wrote_stays_and_is_pointed_out_where_the_case_is_now(
    town: Town, card: Message
) -> None:
    add(town, talk(town, card, "I rang Jo."))
    town.wait_whisper("priya", "Filed to")
    town.settle()
    new = flag(town)
    town.wait_thread(new, "1 message of colleagues still stand")
    left = [m for m in everything_in(town, "waste-recycling") if m.ts != card.ts]
    assert [m.text for m in left] == ["I rang Jo."]
    assert "I rang Jo." in said_in(town, "private-safeguarding")


def test_other_cards_and_threads_do_not_name_a_case_that_became_private(
    town: Town, card: Message
) -> None:
    town.write("Missed again. #missed_bin complaint", Message_ID="<3@x>")
    other = town.wait_card("waste-recycling", "CC-2026-00002:")
    town.wait_thread(other, REFERENCE)
    town.settle()
    assert REFERENCE in json.dumps(town.wait_card("waste-recycling", "CC-2026-00002:").blocks)
    flag(town)
    left = [m for m in everything_in(town, "waste-recycling") if m.ts != card.ts]
    said = json.dumps([(m.text, m.blocks) for m in left])
    assert "CC-2026-00002" in said
    assert REFERENCE not in said

    town.press("priya", town.wait_card("waste-recycling", "CC-2026-00002:"), "change")
    town.wait_view("priya", "Change")
    town.sandbox.fill_and_submit("priya", {"service": "housing", "level": "level_one"})
    moved = town.wait_card("housing", "CC-2026-00002:")
    town.wait_thread(moved, "What happened before")
    town.settle()
    assert REFERENCE not in said_in(town, "housing")


@pytest.mark.usefixtures("card")
def test_the_morning_list_of_before_does_not_name_a_case_that_became_private(town: Town) -> None:
    town.move_to(due_at_nine(town, 1))
    town.sandbox.wait_for(lambda _: "The list of" in said_in(town, "waste-recycling"), SECONDS)
    assert "Bins" in said_in(town, "complaints-lead")
    flag(town)
    for channel in ("waste-recycling", "complaints-lead"):
        said = json.dumps([(m.text, m.blocks) for m in everything_in(town, channel)])
        assert "Bins" not in said, channel
        assert "no longer shown here" in said, channel
