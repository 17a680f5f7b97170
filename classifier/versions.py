"""Every version of the model, and which one is live.

    model/
      carebot.skops, carebot.json    the live model: links through `live`, once anything was learned
      live -> versions/NAME          the one switch: replaced by a rename, so at once and whole
      versions/NAME/                 carebot.skops, carebot.json, and version.json: how it came to be

A model that was written into the live place by `carebot train` is kept as a version at the next
look, and links take its place again. Whoever is killed on the way leaves the live model as it was.
"""

import errno
import fcntl
import filecmp
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path

from classifier.artefact import read_manifest
from classifier.predict import Classifier
from models.council import CouncilType, default_catalogue
from models.errors import Misconfigured, Refused

_NO_PLACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM})
_HALF = ".half-"
_LIVE = "live"
_RECORD = "version.json"


@dataclass(frozen=True, slots=True)
class Version:
    """What is known of a version. `before` is the one that was live before it went live; None where
    there was none, or it never went live. `learned` maps a case's reference to what staff decided.
    `figures` are those it was judged by; `fed` tells all that it was made of and judged by from any
    other such thing, and is empty where that is not known.
    """

    name: str
    model: str
    trained: str
    corrections: int = 0
    promoted: bool = True
    before: str | None = None
    learned: Mapping[str, str] = field(default_factory=dict)
    figures: Mapping[str, object] = field(default_factory=dict)
    why: tuple[str, ...] = ()
    fed: str = ""


class Versions:
    """The versions beside the live model at `live`, the path of its .skops file."""

    def __init__(self, live: Path) -> None:
        """Look at nothing yet."""
        self.live = live
        self._folder = live.parent / "versions"
        self._switch = live.parent / _LIVE

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else learns or rolls back meanwhile; what a killed one left half done is removed.

        Raises Refused where somebody does, Misconfigured where nothing can be written here.
        """
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            lock = (self._folder / ".lock").open("w")
        except OSError as error:
            raise Misconfigured(
                f"the versions of the model cannot be kept in {self._folder}: {error.strerror}; "
                "[model] path can name a model in a folder of carebot's own"
            ) from error
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise Refused(
                    "another `carebot learn` or `carebot train` is running; this one did nothing."
                ) from None
            for half in self._folder.glob(f"{_HALF}*"):
                shutil.rmtree(half, ignore_errors=True)
            try:
                yield
            except OSError as error:
                if error.errno not in _NO_PLACE:
                    raise
                raise Misconfigured(
                    f"nothing can be kept in {self._folder}: {error.strerror}; the live model is as it was"
                ) from error

    def training(self) -> AbstractContextManager[None]:
        """As `alone`, where anything was ever learned here: a model may be written into the live place
        from outside. Where nothing was, nothing is made and nobody waits.
        """
        return self.alone() if self._folder.is_dir() else nullcontext()

    def adopt(self) -> Version:
        """The live version; one that was put there from outside is kept as a version first.

        Raises Misconfigured where there is no live model, or the versions here are of another file's;
        Refused where one is being written.
        """
        manifest = read_manifest(self.live)
        before = self._switch.resolve() if self._switch.is_symlink() else None
        if before and before.is_dir() and not (before / self.live.name).exists():
            raise Misconfigured(
                f"{self._folder} has the versions of another model file than {self.live.name}: "
                "each model needs a folder of its own"
            )
        table = self.live.with_suffix(".json")
        if self.live.is_symlink():
            if not table.is_symlink():  # killed on the way, see below
                _link(table, f"{_LIVE}/{table.name}")
            return self._read(self.live.resolve().parent)
        if table.is_symlink():
            raise Refused(
                f"{self.live} is half written: wait for `carebot train`, or run it again if it ended."
            )
        model, trained = str(manifest["model"]), str(manifest["trained"])
        name = self._free_name(model, self.live)
        if before and before.name == name and (before / _RECORD).is_file():
            version = self._read(
                before
            )  # killed on the way: it is kept, and only links are missing
        else:
            version = Version(
                name=name,
                model=model,
                trained=trained,
                corrections=int(str(manifest.get("corrections", 0))),
                before=before.name if before and before.name != name else None,
            )
            with self.half() as half:
                for path in (self.live, table):
                    shutil.copy2(path, half / path.name)
                self.keep(half, version)
            self._turn(name)
        # Training writes the model before its manifest, so that a link of the model beside a
        # manifest of its own can only be ours.
        for path in (self.live, table):
            _link(path, f"{_LIVE}/{path.name}")
        return version

    @contextmanager
    def half(self, what: str = "version") -> Iterator[Path]:
        """A folder for a version in the making; it is gone in the end unless it was kept."""
        half = self._folder / f"{_HALF}{what}"
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir()
        try:
            yield half
        finally:
            shutil.rmtree(half, ignore_errors=True)

    def keep(self, half: Path, version: Version) -> None:
        """Make a version of what was written into `half`, whole or not at all."""
        _write_record(half, version)
        for path in half.iterdir():
            _to_disk(path)
        kept = self._folder / version.name
        if kept.exists():  # the same model again: only what is said of it is newer
            (half / _RECORD).replace(kept / _RECORD)
        else:
            half.rename(kept)
        _to_disk(self._folder)

    def name_of(self, half: Path) -> str:
        """The name that the version in `half` will have: its model's, with a number where another
        file has that already.
        """
        model = half / self.live.name
        return self._free_name(str(read_manifest(model)["model"]), model)

    def promote(self, version: Version) -> None:
        """Make a kept version the live one, at once.

        Raises Refused where another model was put there meanwhile: what was judged worse or better
        is not live any more.
        """
        if not self.live.is_symlink() or self._switch.resolve().name != version.before:
            not_taken = replace(version, promoted=False, before=None, fed="")
            _write_record(self._folder / version.name, not_taken)
            raise Refused(
                f"another model was put at {self.live} meanwhile: {version.name} is kept and not "
                "live; run `carebot learn` again."
            )
        self._turn(version.name)

    def roll_back(self) -> tuple[Version, Version]:
        """Make the version live again that was live before; gives the one that was and the one that
        is. Raises Refused where there is none before, Misconfigured where it cannot be used here.
        """
        now_live = self.adopt()
        if now_live.before is None:
            raise Refused(f"{now_live.name} is live, and no version was live before it.")
        earlier = self._read(self._folder / now_live.before)
        path = self._folder / earlier.name / self.live.name
        Classifier.load(path, default_catalogue(CouncilType.DISTRICT))
        self._turn(earlier.name)
        return now_live, earlier

    def all(self) -> list[tuple[Version, bool]]:
        """Every version, the oldest first, and whether it is the live one."""
        kept = self.live.resolve().parent if self.live.is_symlink() else None
        found = [
            (self._read(folder), folder.resolve() == kept)
            for folder in self._folder.glob("[!.]*")
            if (folder / _RECORD).is_file()
        ]
        if kept is None:  # never adopted: it is only where training put it
            manifest = read_manifest(self.live)
            model, trained = str(manifest["model"]), str(manifest["trained"])
            found.append((Version(model, model, trained), True))
        return sorted(found, key=lambda one: (one[0].trained, one[0].name))

    def _free_name(self, model: str, file: Path) -> str:
        names = (model if n == 1 else f"{model}.{n}" for n in range(1, 1_000))
        for name in names:
            kept = self._folder / name / self.live.name
            if not kept.exists() or filecmp.cmp(kept, file, shallow=False):
                return name
        raise Refused(f"there are a thousand versions of the name {model}; remove some.")

    def _read(self, folder: Path) -> Version:
        try:
            data = json.loads((folder / _RECORD).read_text(encoding="utf-8"))
            return Version(**data | {"name": folder.name, "why": tuple(data["why"])})
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise Misconfigured(f"{folder / _RECORD}: cannot be read ({error})") from error

    def _turn(self, name: str) -> None:
        _link(self._switch, f"{self._folder.name}/{name}")


def _write_record(folder: Path, version: Version) -> None:
    record = {name: getattr(version, name) for name in Version.__dataclass_fields__}
    text = json.dumps(record, indent=2, ensure_ascii=False) + "\n"
    (folder / _RECORD).write_text(text, encoding="utf-8")


def _link(place: Path, target: str) -> None:
    """A link in the place of whatever is there, by a rename."""
    new = place.with_name(f".{place.name}-{os.getpid()}")
    new.unlink(missing_ok=True)
    new.symlink_to(target)
    new.replace(place)
    _to_disk(place.parent)


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
