"""Every version is kept, one is live, and whatever is killed on the way leaves a whole model."""

import errno
import json
import os
import shutil
import threading
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from classifier.artefact import read_manifest
from classifier.versions import Version, Versions
from models.errors import Misconfigured, Refused


@pytest.fixture
def live(trained, tmp_path: Path) -> Path:
    """A model where training has put it."""
    for file in (trained[0], trained[0].with_suffix(".json")):
        shutil.copy(file, tmp_path / file.name)
    return tmp_path / trained[0].name


def rename(path: Path, model: str) -> None:
    """Give the model at `path` another name, as another training would."""
    table = path.with_suffix(".json")
    manifest = json.loads(table.read_text(encoding="utf-8")) | {"model": model}
    table.unlink()
    table.write_text(json.dumps(manifest), encoding="utf-8")


def model_of(live: Path) -> str:
    return str(read_manifest(live)["model"])


def learned(versions: Versions, model: str, *, promoted: bool = True) -> Version:
    """A version made of the live one, as `learn` makes it."""
    champion = versions.adopt()
    with versions.half() as half:
        for path in (versions.live, versions.live.with_suffix(".json")):
            shutil.copy(path, half / path.name)
        rename(half / versions.live.name, model)
        with (half / versions.live.name).open("ab") as file:
            file.write(model.encode())
        version = Version(
            versions.name_of(half),
            model,
            f"2026-11-28T{model}",
            promoted=promoted,
            before=champion.name if promoted else None,
        )
        versions.keep(half, version)
    if promoted:
        versions.promote(version)
    return version


@pytest.fixture
def versions(live: Path):
    found = Versions(live)
    with found.alone():
        yield found


def test_what_training_left_is_kept_as_a_version_and_is_live_as_before(
    versions: Versions, live: Path
) -> None:
    before = live.read_bytes()
    adopted = versions.adopt()
    assert adopted.name == model_of(live)
    assert live.read_bytes() == before
    assert live.is_symlink()
    assert sorted(f.name for f in (live.parent / "versions" / adopted.name).iterdir()) == [
        "carebot.json",
        "carebot.skops",
        "version.json",
    ]
    assert versions.adopt() == adopted
    assert versions.all() == [(adopted, True)]


def test_a_promoted_version_is_live_and_rollback_goes_back_step_by_step(
    versions: Versions, live: Path
) -> None:
    first = versions.adopt()
    second, third = learned(versions, "b"), learned(versions, "c")
    assert model_of(live) == "c"
    # Their files have a tail, which a loader would refuse: give them back what they were made of.
    for version in (second, third):
        folder = live.parent / "versions" / version.name
        shutil.copy(live.parent / "versions" / first.name / live.name, folder / live.name)
    assert [v.name for v in versions.roll_back()] == [third.name, second.name]
    assert model_of(live) == "b"
    assert [v.name for v in versions.roll_back()] == [second.name, first.name]
    with pytest.raises(Refused, match="no version was live before it"):
        versions.roll_back()
    assert model_of(live) == first.model
    assert {version.name for version, _ in versions.all()} == {first.name, "b", "c"}


def test_a_version_that_was_not_taken_is_kept_and_never_rolled_back_to(
    versions: Versions, live: Path
) -> None:
    first = versions.adopt()
    kept = learned(versions, "b", promoted=False)
    assert model_of(live) == first.model
    assert [(v.name, v.promoted, is_live) for v, is_live in versions.all()] == [
        (first.name, True, True),
        (kept.name, False, False),
    ]
    with pytest.raises(Refused, match="no version was live before"):
        versions.roll_back()


def test_a_training_over_the_live_place_is_taken_up_and_can_be_rolled_back(
    versions: Versions, live: Path
) -> None:
    first = versions.adopt()
    original = live.read_bytes()
    live.unlink()  # what training writes takes the place of the links
    live.write_bytes(original + b"x")
    rename(live, "trained-anew")
    anew = versions.adopt()
    assert (anew.name, anew.before) == ("trained-anew", first.name)
    assert [v.name for v in versions.roll_back()] == ["trained-anew", first.name]
    assert live.read_bytes() == original


def test_another_model_of_the_same_name_takes_the_place_of_none(
    versions: Versions, live: Path
) -> None:
    first = versions.adopt()
    content = live.read_bytes()
    manifest = live.with_suffix(".json").read_bytes()
    for path in (live, live.with_suffix(".json")):
        path.unlink()
    live.write_bytes(content + b"x")
    live.with_suffix(".json").write_bytes(manifest)
    assert versions.adopt().name == f"{first.name}.2"
    assert (live.parent / "versions" / first.name / live.name).read_bytes() == content


def test_a_version_that_cannot_be_used_here_is_not_rolled_back_to(
    versions: Versions, live: Path
) -> None:
    first = versions.adopt()
    learned(versions, "b")
    table = live.parent / "versions" / first.name / "carebot.json"
    manifest = json.loads(table.read_text(encoding="utf-8"))
    table.write_text(json.dumps(manifest | {"libraries": {"numpy": "0.1"}}), encoding="utf-8")
    with pytest.raises(Misconfigured, match=r"made with numpy 0\.1"):
        versions.roll_back()
    assert model_of(live) == "b"


def test_two_do_not_learn_at_once(versions: Versions, live: Path) -> None:
    with pytest.raises(Refused, match="another `carebot learn`"), Versions(live).alone():
        pass
    with pytest.raises(Refused, match="or `carebot train` is"), Versions(live).training():
        pass
    assert versions.adopt()


def test_a_training_where_nothing_was_learned_makes_no_versions(tmp_path: Path) -> None:
    with Versions(tmp_path / "carebot.skops").training():
        assert list(tmp_path.iterdir()) == []


def test_a_half_written_training_is_not_taken_for_a_version(versions: Versions, live: Path) -> None:
    versions.adopt()
    content = live.read_bytes()
    live.unlink()
    live.write_bytes(content + b"x")
    with pytest.raises(Refused, match="half written"):
        versions.adopt()


def test_no_model_and_a_place_that_cannot_be_written_say_what_to_do(tmp_path: Path) -> None:
    nothing = Versions(tmp_path / "carebot.skops")
    with nothing.alone(), pytest.raises(Misconfigured, match="run `carebot train`"):
        nothing.adopt()
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(Misconfigured, match="versions"), Versions(tmp_path / "file" / "x").alone():
        pass


def test_two_model_files_in_one_folder_are_refused(versions: Versions, live: Path) -> None:
    versions.adopt()
    other = live.with_name("other.skops")
    shutil.copy(live, other)
    shutil.copy(live.with_suffix(".json"), other.with_suffix(".json"))
    with pytest.raises(Misconfigured, match="a folder of its own"):
        Versions(other).adopt()
    assert model_of(live) == model_of(other)


def test_a_training_meanwhile_is_not_overruled(versions: Versions, live: Path) -> None:
    versions.adopt()
    kept = learned(versions, "b", promoted=False)
    live.unlink()
    live.write_bytes(b"trained meanwhile")
    with pytest.raises(Refused, match="meanwhile"):
        versions.promote(replace(kept, promoted=True, before="whatever"))
    assert live.read_bytes() == b"trained meanwhile"
    record = json.loads((live.parent / "versions" / "b" / "version.json").read_text("utf-8"))
    assert not record["promoted"]


def test_a_link_that_was_cut_off_keeps_what_was_live_before(versions: Versions, live: Path) -> None:
    first = versions.adopt()
    second = learned(versions, "b")
    for path in (live, live.with_suffix(".json")):  # as if training had put the second there
        content = path.read_bytes()
        path.unlink()
        path.write_bytes(content)
    assert versions.adopt() == second
    assert versions.adopt().before == first.name


def test_the_live_one_is_told_by_a_relative_path_and_through_a_linked_folder(
    versions: Versions, live: Path, tmp_path_factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = versions.adopt()
    link = tmp_path_factory.mktemp("elsewhere") / "model"
    link.symlink_to(live.parent)
    assert Versions(link / live.name).all() == [(first, True)]
    monkeypatch.chdir(live.parent)
    assert Versions(Path(live.name)).all() == [(first, True)]


def test_a_full_disk_is_said(tmp_path: Path) -> None:
    other = tmp_path / "carebot.skops"

    def full() -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(Misconfigured, match="No space left"), Versions(other).alone():
        full()


class _Killed(BaseException):
    """What ends a process in the middle."""


def killed_after(steps: int, act) -> bool:
    """Do `act`, ended at the given step of its code; whether it was ended before its end."""
    left = [steps]

    def trace(frame, event, _argument):
        if not frame.f_code.co_filename.endswith("versions.py"):
            return None
        if event == "line":
            left[0] -= 1
            if left[0] < 0:
                raise _Killed
        return trace

    ended = []

    def run() -> None:
        import sys

        sys.settrace(trace)
        with suppress(_Killed):
            act()
            ended.append(True)
        sys.settrace(None)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return not ended


def test_wherever_a_switch_is_cut_off_the_live_model_is_whole_and_the_next_goes_on(
    trained, tmp_path: Path
) -> None:
    """Cut off at each line of `adopt` and `promote` in turn: the manifest always is the model's."""
    steps, cut = 0, True
    while cut:
        folder = tmp_path / str(steps)
        folder.mkdir()
        for file in (trained[0], trained[0].with_suffix(".json")):
            os.link(file, folder / file.name)
        versions = Versions(folder / trained[0].name)

        def act(versions: Versions = versions) -> None:
            with versions.alone():
                learned(versions, "b")

        cut = killed_after(steps, act)
        whole = versions.live.read_bytes().endswith(b"b")
        assert whole is (model_of(versions.live) == "b"), steps
        with versions.alone():
            now_live = versions.adopt()
            assert now_live.model == model_of(versions.live)
            if whole:  # what was live before is known, wherever it was cut off
                assert now_live.before == trained[1]["model"], steps
            half = [p.name for p in (folder / "versions").iterdir() if p.name.startswith(".half")]
            assert half == []
        steps += 7
    assert steps > 70
