"""That every part of the benchmarks runs and gives figures; what figures is no test's business."""

from dataclasses import replace

import pytest

from benchmarks import classify, clicks, intake, memory, tick
from benchmarks.figures import QUICK, Row, percentile_95
from benchmarks.messages import messages, write_messages
from classifier.labelled import DEFAULT_MODEL
from handlers.mail.parse import MailReader, ReadingRules
from models.message import Origin, RawMessage
from tests.support.council import utc

NOW = utc(2026, 3, 2)


@pytest.fixture
def fitted() -> None:
    """The parts that load the model; `make test` fits it before."""
    if not DEFAULT_MODEL.is_file():
        pytest.skip("no fitted model: make train")


def values(rows: list[Row]) -> list[float]:
    return [row.value for row in rows if row.value is not None]


def test_the_messages_are_different_readable_and_the_same_every_time():
    made = list(messages(200))
    assert made == list(messages(200))
    read = MailReader(ReadingRules(own_addresses=(), own_domain="westmere.example"))
    seen = [read(RawMessage(content, Origin("files", "x"), NOW)) for content in made]
    assert len({message.text for message in seen}) == len({m.message_id for m in seen}) == 200
    assert all(m.text.strip() and m.sender.address and not m.defects for m in seen)
    assert 40 < sum(b"multipart/alternative" in content for content in made) < 90


def test_messages_are_written_in_the_order_of_their_names(tmp_path):
    write_messages(tmp_path / "mail", 3)
    files = sorted((tmp_path / "mail").iterdir())
    assert [file.read_bytes() for file in files] == list(messages(3))


def test_the_95th_percentile_is_one_that_was_measured():
    assert percentile_95([float(n) for n in range(100, 0, -1)]) == 95.0
    assert percentile_95([2.0]) == 2.0


def test_a_tick_among_few_and_among_many(tmp_path):
    rows = tick.measure(tmp_path, replace(QUICK, few_cases=25, many_cases=50))
    assert len(values(rows)) == 2
    assert rows[1].ratio
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("fitted")
def test_one_message_a_batch_loading_and_storing():
    rows = classify.measure(replace(QUICK, singles=3, batch=10))
    assert [row.unit for row in rows] == ["ms", "messages/s", "s", "MB"]
    assert len(values(rows)) == 4


@pytest.mark.usefixtures("fitted")
def test_the_intake_makes_a_case_of_every_message(tmp_path):
    write_messages(tmp_path / "mail", 5)
    done = intake.take_in(tmp_path / "mail", tmp_path / "carebot.db")
    assert done["cases"] == 5
    assert done["in the outbox"] == 15
    assert done["seconds"]


@pytest.mark.usefixtures("fitted")
def test_memory_before_and_after(tmp_path):
    assert all(memory.grow(tmp_path / "carebot.db", 5))


@pytest.mark.usefixtures("fitted")
def test_officers_press_at_the_same_moment_over_both_transports(tmp_path):
    rows = clicks.measure(tmp_path, 2)
    assert len(values(rows)) == 2 * len(clicks.PRESSES)
    assert all("0 over Slack's three" in row.note for row in rows)
