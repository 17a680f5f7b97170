"""What intake and the gate ask of a large store is found by an index, never by reading a table."""

import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from models.actions import reclassify
from models.case import Classification, Level, State
from models.ledger import Arrival
from models.letter import Letter, LetterKind
from models.locations import Location, PlaceKind
from models.message import Message, Origin
from models.outbox import Lane
from models.people import staff
from models.prediction import Category
from models.store import open_store
from models.store_port import Query, Store, Work
from tests.support.cases import message, opened
from tests.support.council import example_council, utc

NOW = utc(2026, 11, 27)
HOUR = timedelta(hours=1)
LETTER = Letter(
    LetterKind.ACKNOWLEDGEMENT,
    "CC-2026-00001",
    "jo@post.example",
    "s",
    "t",
    "h",
    "<l@x>",
    None,
    (),
    True,
)
LEVEL_ONE = Classification(Category.COMPLAINT, "waste_recycling", None, Level.LEVEL_ONE)
MILL_LANE = Location(PlaceKind.STREET, "mill lane")
POSTCODE = Location(PlaceKind.POSTCODE, "wm11aa")
WITH_ID = message("Bins", NOW, message_id="<m@x>")
WITHOUT_ID = message("Bins", NOW)


def ask(work: Work, read: Message) -> None:
    """Every question that is asked on a message's way, and at the gate."""
    work.messages.same_as(read)
    work.messages.same_words(read, NOW)
    work.messages.case_answered_by(["<m@x>"])
    work.messages.participants("CC-2026-00001")
    work.messages.of_case("CC-2026-00001")
    work.cases.get("CC-2026-00001")
    work.cases.of_customer("jo@post.example", ["missed_bin", "garden_bulky"], NOW, 20)
    work.locations.at([MILL_LANE, POSTCODE], ["fly_tip", "litter_cleansing"], NOW, 20)
    work.locations.of_case("CC-2026-00001")
    work.cases.history("CC-2026-00001")
    work.letters.first_of(["<l@x>"])
    work.letters.count_to("jo@post.example", NOW)
    work.departures.count_to("jo@post.example", NOW)
    work.departures.many_since(NOW, 5, automatic=True)
    work.departures.many_since(NOW, 5, automatic=False)
    work.departures.acknowledged("CC-2026-00001", "<l@x>")
    work.departures.passed("<l@x>")
    work.outbox.letters_of("CC-2026-00001")
    work.ledger.places_of("ff", "ee")
    work.ledger.booked_as(Origin("a", "INBOX", 1, 1))


def ask_for_health(work: Work) -> None:
    """What a page of health and the clock ask, and what is asked of attachments and of quarantine."""
    work.vitals.letters()
    work.vitals.unsettled_letters()
    work.vitals.withheld(NOW)
    for lane in Lane:
        work.vitals.backlog(lane)
        work.outbox.next_at(lane)
    work.quarantine.unsettled()
    work.quarantine.of_case("CC-2026-00001")
    work.ledger.unaccounted(NOW - HOUR, NOW)
    work.cases.due(NOW.date())
    work.agreed.due(NOW.date())
    work.agreed.to_remind(NOW.date(), NOW.date(), 2)
    work.contents._execute("SELECT sha256 FROM attached WHERE message=1")


def ask_for_learning(work: Work) -> None:
    """What is asked of decided cases."""
    work.decisions.decided(NOW)
    work.decisions.decided()
    work.decisions.opened(NOW)


def ask_for_a_home(work: Work) -> None:
    """What a home tab asks, and what is asked of who is away."""
    work.homes.unclaimed(["waste_recycling"], 20)
    work.homes.unclaimed(["waste_recycling"], 20, others=True)
    work.cases.find(Query(states=frozenset({State.TRIAGE, State.OPEN}), holder="U1"))
    work.agreed.due(NOW.date())
    work.absences.on(NOW.date())
    work.absences.of("U1", NOW.date())
    work.homes.get("U1")


@pytest.fixture
def filled(tmp_path: Path) -> Store:
    store = open_store(f"sqlite:///{tmp_path / 'carebot.db'}")
    council = example_council()
    with store.work() as work:
        work.cases.add(opened(council, NOW, "CC-2026-00001"))
        work.messages.add(WITH_ID, Arrival.CASE, "CC-2026-00001", None, NOW)
        work.letters.add(LETTER, NOW)
        work.departures.add(LETTER, NOW)
    return store


@pytest.mark.parametrize("read", [WITH_ID, WITHOUT_ID])
def test_each_question_on_a_messages_way_uses_an_index(
    filled: Store, tmp_path: Path, read: Message
) -> None:
    plans = plans_of(filled, tmp_path, lambda work: ask(work, read))
    assert len(plans) >= 15
    tables = (
        "messages", "letters", "departures", "cases", "history", "outbox", "ledger", "locations",
    )  # fmt: skip
    for statement, plan in plans.items():
        assert not any(f"SCAN {table}" in plan for table in tables), (statement, plan)


def test_f36_what_a_page_of_health_asks_uses_an_index(filled: Store, tmp_path: Path) -> None:
    plans = plans_of(filled, tmp_path, ask_for_health)
    assert len(plans) >= 12
    for statement, plan in plans.items():
        # The index of what is open in quarantine alone may be read from end to end.
        read_whole = [step for step in plan.split(" / ") if step.startswith("SCAN")]
        assert all("quarantine_open" in step for step in read_whole), (statement, plan)


def test_what_learning_asks_uses_an_index(filled: Store, tmp_path: Path) -> None:
    with filled.work() as work:
        case = work.cases.get("CC-2026-00001")
        assert case is not None
        work.cases.save(reclassify(case, LEVEL_ONE, example_council(), staff("U1"), NOW))
    plans = plans_of(filled, tmp_path, ask_for_learning)
    assert len(plans) >= 5
    for statement, plan in plans.items():
        assert "SCAN" not in plan, (statement, plan)


def test_what_a_home_asks_uses_an_index(filled: Store, tmp_path: Path) -> None:
    plans = plans_of(filled, tmp_path, ask_for_a_home)
    assert len(plans) >= 6
    for statement, plan in plans.items():
        assert "SCAN" not in plan, (statement, plan)


def plans_of(filled: Store, tmp_path: Path, questions: Callable[[Work], None]) -> dict[str, str]:
    """How the store goes about each question."""
    asked: list[str] = []
    with filled.view() as work:
        connection: sqlite3.Connection = work.messages._execute.__self__
        connection.set_trace_callback(asked.append)
        questions(work)
        connection.set_trace_callback(None)
    filled.close()
    reading = sqlite3.connect(tmp_path / "carebot.db")
    plans = {
        statement: " / ".join(row[3] for row in reading.execute(f"EXPLAIN QUERY PLAN {statement}"))
        for statement in asked
        if statement.lstrip().upper().startswith("SELECT")
    }
    reading.close()
    return plans
