"""`carebot learn` from the outside, where it fits nothing: versions, rollback, agreement, refusals."""

import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from classifier.artefact import read_manifest
from classifier.labelled import DEFAULT_MODEL
from models.actions import close
from models.ledger import Arrival
from models.people import staff
from models.store import open_store
from tests.bot.test_command_line import carebot
from tests.support.cases import message, opened
from tests.support.council import EXAMPLE, example_council, utc

NOW = utc(2026, 10, 5)


@pytest.fixture
def live(tmp_path: Path) -> Path:
    (tmp_path / "model").mkdir()
    for file in (DEFAULT_MODEL, DEFAULT_MODEL.with_suffix(".json")):
        shutil.copy(file, tmp_path / "model" / file.name)
    return tmp_path / "model" / DEFAULT_MODEL.name


def learn(folder: Path, *options: str):
    return carebot("learn", *options, "--config", str(EXAMPLE), folder=folder)


def test_the_only_version_is_listed_as_live_and_there_is_none_to_go_back_to(
    tmp_path: Path, live: Path
) -> None:
    model = str(read_manifest(live)["model"])
    listed = learn(tmp_path, "--list", "--model", str(live))
    assert listed.stdout.startswith(model)
    assert "live" in listed.stdout
    back = learn(tmp_path, "--rollback", "--model", str(live))
    assert back.returncode == 1
    assert "no version was live before it" in back.stderr
    told = json.loads(learn(tmp_path, "--list", "--json", "--model", str(live)).stdout)
    assert (told["version"], told["live"], told["corrections"]) == (model, True, 0)


def test_nothing_to_learn_is_said_and_is_no_failure(tmp_path: Path, live: Path) -> None:
    done = learn(tmp_path, "--model", str(live))
    assert done.returncode == 0, done.stderr
    assert "Nothing to learn" in done.stdout


def test_agreement_by_month_in_words_and_in_json(tmp_path: Path) -> None:
    assert "decided no case yet" in learn(tmp_path, "--agreement").stdout
    council = example_council()
    store = open_store(f"sqlite:///{tmp_path / 'carebot.db'}")
    with store.work() as work:
        for n in range(12):
            at = NOW + timedelta(hours=n)
            change = opened(council, at, f"CC-2026-{n:05}", "#missed_bin enquiry")
            work.cases.add(change)
            said = change.case.prediction
            work.messages.add(message(f"w {n}", at), Arrival.CASE, change.case.reference, said, at)
            work.cases.save(close(change.case, "done", None, staff("U1"), at))
    store.close()
    assert "12 of 12 = 100%" in learn(tmp_path, "--agreement").stdout
    (month,) = json.loads(learn(tmp_path, "--agreement", "--json").stdout)
    assert (month["month"], month["decided"], month["share"]) == ("2026-10", 12, 1.0)
    assert month["classes"]["general_enquiry"]["agreed"] == 12
    assert (
        json.loads(learn(tmp_path, "--agreement", "--json", "--since", "2026-11-01").stdout) == []
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--list", "--rollback"), "choose one of"),
        (("--since", "2026-10-01"), "--since goes with --agreement only"),
        (("--frozen", "nowhere"), "nowhere"),
        (("--model", "nowhere/carebot.skops", "--list"), "run `carebot train`"),
    ],
)
def test_a_wrong_call_exits_with_two_and_a_sentence(
    tmp_path: Path, live: Path, options: tuple[str, ...], said: str
) -> None:
    done = learn(tmp_path, *(() if "--model" in options else ("--model", str(live))), *options)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
