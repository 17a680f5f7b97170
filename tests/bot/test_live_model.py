"""A running bot takes a new live model up between two messages, and only one that can be used."""

import json
import shutil
from pathlib import Path

import pytest

from bot.live_model import LiveModel
from classifier.labelled import DEFAULT_MODEL
from classifier.versions import Version, Versions
from models.council import CouncilType, default_catalogue
from models.errors import Misconfigured

DISTRICT = default_catalogue(CouncilType.DISTRICT)
BIN = ("Bin", "My bin was not emptied today, please could you collect it?", "")


@pytest.fixture
def live(tmp_path: Path) -> Path:
    for file in (DEFAULT_MODEL, DEFAULT_MODEL.with_suffix(".json")):
        shutil.copy(file, tmp_path / file.name)
    return tmp_path / DEFAULT_MODEL.name


def promote(live: Path, name: str, content: bytes | None = None) -> None:
    """Make a version of this name live, as `carebot learn` does."""
    versions = Versions(live)
    with versions.alone():
        before = versions.adopt()
        with versions.half() as half:
            (half / live.name).write_bytes(live.read_bytes() if content is None else content)
            manifest = json.loads(live.with_suffix(".json").read_text(encoding="utf-8"))
            table = half / live.with_suffix(".json").name
            table.write_text(json.dumps(manifest | {"model": name}), encoding="utf-8")
            version = Version(name, name, "2026-11-28", before=before.name)
            versions.keep(half, version)
        versions.promote(version)


def test_a_new_version_is_taken_up_and_a_rollback_too(live: Path) -> None:
    model = LiveModel(live, DISTRICT)
    first = model.predict(*BIN).model
    assert not model.look_again()
    promote(live, "second")
    assert model.predict(*BIN).model == first
    assert model.look_again()
    assert model.predict(*BIN).model == "second"
    assert [one.model for one in model.predict_many([BIN])] == ["second"]
    versions = Versions(live)
    with versions.alone():
        versions.roll_back()
    assert model.look_again()
    assert model.predict(*BIN).model == first


def test_links_in_the_place_of_the_same_model_change_nothing(live: Path) -> None:
    model = LiveModel(live, DISTRICT)
    versions = Versions(live)
    with versions.alone():
        versions.adopt()
    assert not model.look_again()


def test_a_broken_version_is_logged_once_and_the_one_that_is_there_goes_on(
    live: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    model = LiveModel(live, DISTRICT)
    first = model.predict(*BIN).model
    promote(live, "broken", b"no model at all")
    assert not model.look_again()
    assert not model.look_again()
    logged = caplog.text + "".join(capsys.readouterr())
    assert logged.count("new_model_not_taken_up") == 1
    assert model.predict(*BIN).model == first
    promote(live, "third", DEFAULT_MODEL.read_bytes())
    assert model.look_again()


def test_a_version_that_could_not_be_loaded_is_tried_again_and_logged_once(
    live: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    model = LiveModel(live, DISTRICT)
    whole = live.read_bytes()
    promote(live, "late", b"not there yet")
    assert not any(model.look_again() for _ in range(25))
    logged = caplog.text + "".join(capsys.readouterr())
    assert logged.count("new_model_not_taken_up") == 1
    live.resolve().write_bytes(whole)
    assert any(model.look_again() for _ in range(10))
    assert model.predict(*BIN).model == "late"


def test_a_model_that_vanished_is_no_reason_to_stop(live: Path) -> None:
    model = LiveModel(live, DISTRICT)
    live.unlink()
    live.with_suffix(".json").unlink()
    assert not model.look_again()
    assert model.predict(*BIN).topic == "missed_bin"


def test_a_start_without_a_model_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="run `carebot train`"):
        LiveModel(tmp_path / "carebot.skops", DISTRICT)
