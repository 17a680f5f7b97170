"""Full text of cases: kept with what it is made of, and any search gives a result or a sentence."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain, combinations, permutations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from models.actions import reclassify
from models.case import Case, Change, Classification
from models.channels import private_channel
from models.errors import Refused
from models.ledger import Arrival
from models.looks import How, Look
from models.message import Sender, Source
from models.notes import Note, Spoken, Version
from models.people import staff
from models.prediction import Category, Flag
from models.searching import Hits, Sight, wanted
from models.store import open_store
from models.store.sqlite.schema import MIGRATIONS
from models.store_port import Store
from tests.support.cases import message, opened
from tests.support.council import example_council, utc

COUNCIL = example_council()
NOW = utc(2026, 11, 27)
EVERYTHING = Sight()


def keep(
    store: Store,
    number: int,
    text: str = "The bin was not emptied.",
    at: datetime = NOW,
    flags: tuple[Flag, ...] = (),
    **case: object,
) -> str:
    reference = f"CC-2026-{number:05d}"
    change = opened(COUNCIL, at, reference)
    changed = replace(change.case, flags=flags, **case)
    with store.work() as work:
        work.cases.add(replace(change, case=changed))
        work.messages.add(message(text, at), Arrival.CASE, reference, None, at)
    return reference


def find(
    store: Store, words: str, sight: Sight = EVERYTHING, limit: int = 10, after: int = 0
) -> Hits:
    with store.view() as work:
        return work.search.find(wanted(words), sight, limit, after)


def found(store: Store, words: str, sight: Sight = EVERYTHING) -> list[str]:
    return [hit.case.reference for hit in find(store, words, sight).page]


def test_a_case_is_found_by_its_words_subject_customer_and_reference(store: Store) -> None:
    reference = keep(
        store,
        42,
        "The café bins in Mill Lane overflow.",
        subject="Missed collection",
        customer=Sender("Zoë Quill", "zq@post.example"),
    )
    keep(store, 43, "Something else altogether.")
    for words in (
        "cafe", "CAFÉ", "overflow", "overf", "collection", "zoe quill", "zq@post.example", reference,
        "quill overflow missed", '"mill lane overflow"', "“Mill Lane”", "mill-lane",
    ):  # fmt: skip
        assert found(store, words) == [reference], words


def test_all_words_must_occur_and_a_phrase_as_it_stands(store: Store) -> None:
    keep(store, 1, "The bin in the lane was missed.")
    assert found(store, "bin pothole") == []
    assert found(store, '"lane bin"') == []
    assert found(store, '"the bi"') == []
    assert found(store, "the bi") == ["CC-2026-00001"]


def test_words_of_several_messages_are_found_together_and_a_reply_without_its_quotes(
    store: Store,
) -> None:
    reference = keep(store, 1, "The bin was missed.")
    reply = replace(message("Any news? > we apologise", NOW), new_text="Any news?", sha256="r")
    with store.work() as work:
        work.messages.add(reply, Arrival.REPLY, reference, None, NOW)
    assert found(store, "bin news") == [reference]
    assert found(store, "apologise") == []


def test_a_machines_words_are_not_searched(store: Store) -> None:
    reference = keep(store, 1)
    with store.work() as work:
        bounce = message("mailbox unavailable", NOW)
        work.messages.add(bounce, Arrival.BOUNCE, reference, None, NOW)
    assert found(store, "unavailable") == []


def test_who_is_named_as_the_customer_later_is_found_and_whoever_was_still_is_by_what_they_wrote(
    store: Store,
) -> None:
    reference = keep(store, 1, customer=Sender("Officer Reed", "reed@westmere.example"))
    with store.work() as work:
        case = work.cases.get(reference)
        assert case is not None
        named = replace(case, version=2, customer=Sender("Ada Hill", "ada@post.example"))
        work.cases.save(Change(named, ()))
    assert found(store, "ada") == [reference]
    assert found(store, "reed") == []


def test_what_is_rolled_back_or_taken_out_is_found_no_more(store: Store, tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), store.work() as work:
        change = opened(COUNCIL, NOW, "CC-2026-00001")
        work.cases.add(change)
        work.messages.add(message("vanished", NOW), Arrival.CASE, "CC-2026-00001", None, NOW)
        raise ZeroDivisionError
    assert found(store, "vanished") == []
    keep(store, 2, "erased words")
    with sqlite3.connect(tmp_path / "carebot.db") as database:
        database.execute("DELETE FROM messages WHERE reference='CC-2026-00002'")
    database.close()
    assert found(store, "erased") == []
    assert found(store, "CC-2026-00002") == ["CC-2026-00002"]


def test_the_best_comes_first_and_of_equals_the_newest(store: Store) -> None:
    old = keep(store, 1, "heron", NOW)
    new = keep(store, 2, "heron", NOW + timedelta(days=1))
    best = keep(store, 3, "Nothing of it here.", NOW, subject="heron")
    for number in range(4, 30):
        keep(store, number, "Something else.", NOW)
    assert found(store, "heron") == [best, new, old]


def test_pages_follow_each_other_and_the_total_is_of_all(store: Store) -> None:
    for number in range(1, 24):
        keep(store, number, "bin", NOW + timedelta(minutes=number))
    pages = [find(store, "bin", after=after) for after in (0, 10, 20)]
    assert [page.total for page in pages] == [23, 23, 23]
    references = [hit.case.reference for page in pages for hit in page.page]
    assert references == [f"CC-2026-{number:05d}" for number in range(23, 0, -1)]


def test_a_hit_comes_with_the_words_around_it(store: Store) -> None:
    keep(store, 1, "one two three four five " * 20 + "the rare heron " + "six seven eight " * 20)
    (hit,) = find(store, "heron").page
    assert "the rare heron" in hit.words
    assert len(hit.words.split()) <= 16


@pytest.mark.parametrize("flags", [(Flag.MP_ENQUIRY,), (Flag.LEGAL_ACTION, Flag.SAFEGUARDING)])
def test_a_private_case_is_neither_found_nor_counted_by_who_is_not_in_its_channel(
    store: Store, flags: tuple[Flag, ...]
) -> None:
    keep(store, 1, "bin")
    keep(store, 2, "bin", flags=flags)
    keep(store, 3, "bin", flags=(Flag.HAZARD,))
    mine = Sight(((Flag.SAFEGUARDING, True), (Flag.MP_ENQUIRY, True), (Flag.LEGAL_ACTION, False)))
    not_mine = Sight(
        ((Flag.SAFEGUARDING, False), (Flag.MP_ENQUIRY, False), (Flag.LEGAL_ACTION, True))
    )
    assert find(store, "bin", mine).total == 3
    assert find(store, "bin", not_mine).total == 2
    assert "CC-2026-00002" not in found(store, "bin", not_mine)


def test_who_finds_what_is_as_the_channels_of_cases_say(store: Store) -> None:
    flags = [(), *combinations(Flag, 1), *permutations(Flag, 2)]
    cases = {keep(store, n, "heron", flags=one): one for n, one in enumerate(flags, start=1)}
    private = COUNCIL.channels.private
    channels = sorted(set(private.values()))
    for theirs in chain.from_iterable(combinations(channels, n) for n in range(len(channels) + 1)):
        sight = Sight(tuple((flag, channel in theirs) for flag, channel in private.items()))
        expected = {
            reference
            for reference, one in cases.items()
            if private_channel(one, COUNCIL) in {None, *theirs}
        }
        hits = find(store, "heron", sight, limit=100)
        assert {hit.case.reference for hit in hits.page} == expected
        assert hits.total == len(expected)


def test_a_case_that_becomes_private_later_is_found_by_its_channel_only_from_then_on(
    store: Store,
) -> None:
    reference = keep(store, 1, "bin")
    not_mine = Sight(((Flag.SAFEGUARDING, False),))
    assert found(store, "bin", not_mine) == [reference]
    with store.work() as work:
        case = work.cases.get(reference)
        assert case is not None
        work.cases.save(Change(replace(case, version=2, flags=(Flag.SAFEGUARDING,)), ()))
    assert found(store, "bin", not_mine) == []


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('few') / 'carebot.db'}")
    keep(store, 1, "The bin near the café was not emptied NOT AND OR NEAR.")
    yield store
    store.close()


SIGNS = st.sampled_from(
    ['"', "*", "NEAR(", ")", "AND", "OR", "NOT", "^", "col:", "-", "+", "{", "}", "'", "\\", "“", " ",
     "bin", "\x00", "\ud800", "🗑️", "é", "\u0301", "\u0345", "ⅷ", "x" * 199, "&quot;", "%", ";"]
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.lists(SIGNS, max_size=12).map("".join) | st.text(max_size=250))
def test_any_search_gives_a_result_or_a_sentence_and_never_an_error(few: Store, text: str) -> None:
    said, total = "", 0
    try:
        total = find(few, text).total
    except Refused as refused:
        said = str(refused)
    assert total in {0, 1}
    assert said == "" or said.endswith(".")


@pytest.mark.parametrize("text", ["", " ", "***", '"', "🗑️", "NEAR(", "\x00"])
def test_a_search_for_nothing_is_a_sentence_and_signs_are_none_of_fts5s(
    few: Store, text: str
) -> None:
    if text == "NEAR(":
        assert find(few, text).total == 1
        return
    with pytest.raises(Refused, match="which words"):
        find(few, text)


def test_what_was_there_before_is_filled_in(tmp_path: Path) -> None:
    path = tmp_path / "carebot.db"
    store = open_store(f"sqlite:///{path}")
    for number in range(1, 4):
        keep(store, number, f"word{number} bin")
    store.close()
    with closing(sqlite3.connect(path)) as database:
        applied = [row[0] for row in database.execute("SELECT name FROM _sqlite_migrations")]
    looking = next(name for name in applied if name.endswith("_looking"))
    again = open_store(f"sqlite:///{older(path, looking)}")
    assert found(again, "word2") == ["CC-2026-00002"]
    assert find(again, "bin").total == 3
    again.close()


def test_notes_are_found_as_they_are_now_and_deleted_ones_no_more(store: Store) -> None:
    reference = keep(store, 1, "The bin was missed.")
    first = Version("The foreman says tomorrow", NOW, "1")
    place = Spoken("C1", "1", "0")
    with store.work() as work:
        number = work.notes.add(Note(reference, "U1", staff("U1"), NOW, (first,), place))
        assert number is not None
    assert found(store, "bin foreman") == [reference]
    with store.work() as work:
        work.notes.add_version(number, Version("The driver says today", NOW, "2"))
    assert found(store, "foreman") == []
    assert found(store, "driver") == [reference]
    assert "driver" not in find(store, "driver").page[0].words
    with store.work() as work:
        work.notes.deleted(number, NOW)
    assert found(store, "driver") == []
    assert found(store, "bin") == [reference]


def noted(store: Store, reference: str, text: str, at: datetime = NOW) -> int:
    with store.work() as work:
        note = Note(reference, "U1", staff("U1"), at, (Version(text, at),), once=text)
        number = work.notes.add(note)
    assert number is not None
    return number


def flagged(store: Store, reference: str, *flags: Flag, at: datetime = NOW) -> None:
    with store.work() as work:
        case = work.cases.get(reference)
        assert case is not None
        to = Classification(case.category, case.service, None, case.level, flags)
        work.cases.save(reclassify(case, to, COUNCIL, staff("U1"), at))


def test_what_was_noted_while_a_case_was_private_is_found_only_while_it_is(store: Store) -> None:
    reference = keep(store, 1, "The bin was missed.", category=Category.COMPLAINT)
    noted(store, reference, "The foreman says tomorrow")
    flagged(store, reference, Flag.SAFEGUARDING)
    noted(store, reference, "The police have an allegation")
    assert found(store, "allegation") == [reference]
    flagged(store, reference)
    assert found(store, "allegation") == []
    assert found(store, "foreman") == [reference]
    flagged(store, reference, Flag.SAFEGUARDING, Flag.HAZARD)
    assert found(store, "allegation") == [reference]


def test_a_note_that_was_changed_while_a_case_was_private_is_found_only_while_it_is(
    store: Store,
) -> None:
    reference = keep(store, 1, "The bin was missed.", category=Category.COMPLAINT)
    number = noted(store, reference, "The foreman says tomorrow")
    flagged(store, reference, Flag.SAFEGUARDING)
    with store.work() as work:
        work.notes.add_version(number, Version("An allegation was made", NOW, "2"))
    flagged(store, reference)
    assert found(store, "allegation") == []
    assert found(store, "foreman") == []


def test_notes_from_before_are_found_by_the_flags_that_the_case_may_have_had_then(
    tmp_path: Path,
) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'carebot.db'}")
    reference = keep(store, 1, "The bin was missed.", category=Category.COMPLAINT)
    flagged(store, reference, Flag.SAFEGUARDING)
    noted(store, reference, "The police have an allegation", NOW + timedelta(hours=1))
    flagged(store, reference, at=NOW + timedelta(hours=2))
    noted(store, reference, "The foreman says tomorrow", NOW + timedelta(hours=3))
    store.close()
    again = open_store(f"sqlite:///{older(tmp_path / 'carebot.db', '0026_notes_kept_private')}")
    assert found(again, "foreman") == [reference]
    assert found(again, "allegation") == []
    flagged(again, reference, Flag.SAFEGUARDING)
    assert found(again, "allegation") == [reference]
    again.close()


def older(path: Path, migration: str) -> Path:
    """The same cases and notes in a store from before a migration."""
    made = path.with_name("older.db")
    database = Database(sqlite3.connect(made))
    MIGRATIONS.apply(database, stop_before=migration)
    database.conn.execute(f"ATTACH '{path}' AS newer")
    kept = {"cases", "messages", "stages", "history", "notes", "note_versions"}
    for table in sorted(kept & set(database.table_names())):
        columns = ", ".join(column.name for column in database[table].columns)
        database.conn.execute(
            f"INSERT INTO {table} ({columns}) SELECT {columns} FROM newer.{table}"
        )
    database.conn.commit()
    database.conn.execute("DETACH newer")
    database.conn.close()
    return made


def test_looks_come_back_the_latest_first(store: Store) -> None:
    looks = [
        Look("CC-2026-00001", staff(f"U{n}"), NOW + timedelta(minutes=n), how)
        for n, how in enumerate(How)
    ]
    with store.work() as work:
        work.looks.add([*looks, Look("CC-2026-00002", staff("U9"), NOW, How.CARD)])
    with store.view() as work:
        assert work.looks.of_case("CC-2026-00001", 10) == tuple(reversed(looks))
        assert work.looks.of_case("CC-2026-00001", 1) == (looks[-1],)
        assert work.looks.count("CC-2026-00001") == len(looks)


def test_a_letters_text_is_searched_whole(store: Store) -> None:
    reference = keep(store, 1)
    letter = replace(message("Dear all. Yours, A Heron", NOW), source=Source.LETTER, sha256="l")
    with store.work() as work:
        work.messages.add(letter, Arrival.REPLY, reference, None, NOW)
    assert found(store, "heron") == [reference]


def test_a_case_without_words_is_found_by_its_reference(store: Store) -> None:
    case: Case = opened(COUNCIL, NOW, "CC-2026-00001").case
    with store.work() as work:
        work.cases.add(Change(case, ()))
    assert found(store, "cc-2026-00001") == ["CC-2026-00001"]
