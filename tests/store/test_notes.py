"""Notes as the store keeps them, and the cards' former places."""

from datetime import timedelta
from pathlib import Path

from sqlite_utils import Database

from models.notes import Note, Spoken, Version
from models.outbox import Posting, former_key
from models.people import operator, staff
from models.store import open_store
from models.store.sqlite.schema import MIGRATIONS
from models.store_port import Store
from tests.support.cases import opened
from tests.support.council import example_council, utc

COUNCIL = example_council()
NOW = utc(2026, 11, 27)
REFERENCE = "CC-2026-00001"
SPOKEN = Spoken("C1", "2.0", "1.0")
NOTE = Note(REFERENCE, "U2", staff("U1"), NOW, (Version("Jo rang. \ud800", NOW),), SPOKEN)


def test_a_note_comes_back_as_it_was_kept_with_its_versions_by_time(store: Store) -> None:
    later = Version("Jo rang twice.", NOW + timedelta(hours=1), "1795820100.000000")
    last = Version("Jo rang.", NOW + timedelta(hours=2), "1795820200.000000")
    with store.work() as work:
        work.cases.add(opened(COUNCIL, NOW, REFERENCE))
        number = work.notes.add(NOTE)
        assert number is not None
        assert work.notes.add(NOTE) is None
        work.notes.add_version(number, last)
        work.notes.add_version(number, later)
    with store.view() as work:
        kept = work.notes.at("C1", "2.0")
        assert kept is not None
        assert kept == work.notes.get(number)
        assert kept.versions[1:] == (later, last)
        assert kept.text == "Jo rang."
        assert (kept.reference, kept.author, kept.filed_by) == (REFERENCE, "U2", staff("U1"))
        assert kept.spoken == SPOKEN
        assert work.notes.at("C2", "2.0") is None


def test_a_written_note_has_no_place_and_is_told_apart_by_its_modal(store: Store) -> None:
    written = Note(REFERENCE, "jo", operator("jo"), NOW, (Version("x", NOW),), once="view:V1")
    with store.work() as work:
        work.cases.add(opened(COUNCIL, NOW, REFERENCE))
        assert work.notes.add(written) == 1
        assert work.notes.add(written) is None
        (kept,) = work.notes.of_case(REFERENCE)
    assert (kept.spoken, kept.once) == (None, "view:V1")


def test_where_the_card_of_a_case_stood_is_known_and_its_threads_are_the_cases(
    store: Store,
) -> None:
    old = Posting(f"card:{REFERENCE}", REFERENCE, "C1", "1.0")
    other = Posting("card:CC-2026-000011", "CC-2026-000011", "C1", "9.0")
    with store.work() as work:
        for one in (old, other):
            work.places.put(Posting(former_key(one), one.reference, one.channel, one.ts))
        work.places.put(Posting(f"card:{REFERENCE}", REFERENCE, "C2", "2.0"))
    with store.view() as work:
        assert [(one.channel, one.ts) for one in work.places.formers(REFERENCE)] == [("C1", "1.0")]
        assert work.places.case_at("C1", "1.0") == work.places.case_at("C2", "2.0") == REFERENCE


def test_where_cards_stood_before_the_update_is_read_from_what_left(tmp_path: Path) -> None:
    path = tmp_path / "carebot.db"
    older = Database(path)
    MIGRATIONS.apply(older, stop_before="0021_notes")
    older.execute(
        """INSERT INTO outbox (key, kind, lane, reference, payload, state, not_before, added_at)
           VALUES ('moved:CC-2026-00001:C1:1.0', 'moved', 'slack', 'CC-2026-00001',
                   '{"channel":"C1","ts":"1.0"}', 'sent', '2026', '2026')"""
    )
    older.conn.commit()
    older.close()
    store = open_store(f"sqlite:///{path}")
    with store.view() as work:
        assert [(one.channel, one.ts) for one in work.places.formers(REFERENCE)] == [("C1", "1.0")]
    store.close()
