"""A mailbox that is a Maildir on this machine (port `Mailbox`): the sandbox's, or an MTA's drop."""

import threading
import time
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime
from pathlib import Path

from handlers.fetching import received, stub, too_large
from models.errors import NotMoved, Unavailable
from models.message import Origin, RawMessage
from models.ports import Failed, unheard

_LOOKED_EVERY = 0.2
_PROCESSED, _QUARANTINE = ".Processed", ".Quarantine"
_LARGEST = 50_000_000
_BEGINNING = 262_144


class MaildirMailbox:
    """The messages in `new` and `cur`. Used by one thread; `interrupt` may come from another.

    An origin's `folder` is the message's path without its flags, which mail programs change. Above
    `largest` bytes only a message's beginning is read. `junk` names the subfolder that is counted.
    """

    def __init__(
        self,
        path: Path,
        *,
        now: Callable[[], datetime],
        account: str = "maildir",
        junk: str | None = None,
        largest: int = _LARGEST,
    ) -> None:
        """`path` holds the Maildir; what is missing of it is made when it is first looked at."""
        self._path, self._now, self._largest = path, now, largest
        self.account, self.folder, self.junk_folder = account, str(path), junk
        self._listed: frozenset[str] = frozenset()
        self._called = threading.Event()

    def waiting(
        self,
        known: Callable[[Origin], bool],
        failed: Failed = unheard,
        troubled: Collection[Origin] = (),
    ) -> Iterator[RawMessage]:
        """What lies in it, oldest first, left as it is. `received_at` is the file's time, in UTC.

        A file that cannot be read is told to `failed`. Raises Unavailable where the folder cannot
        be read.
        """
        files = _files(self._path)
        self._listed = frozenset(files)
        new = [(origin, path) for origin, path in self._in_order(files) if not known(origin)]
        for origin, path in sorted(new, key=lambda one: one[0] in troubled):
            raw = self._read(path, origin, failed)
            if raw is not None:
                yield raw

    def _in_order(self, files: dict[str, tuple[int, Path]]) -> Iterator[tuple[Origin, Path]]:
        for unique, (_, path) in sorted(files.items(), key=lambda item: (item[1][0], item[0])):
            yield Origin(self.account, str(self._path / unique)), path

    def _read(self, path: Path, origin: Origin, failed: Failed) -> RawMessage | None:
        try:
            with path.open("rb") as file:
                size, came = path.stat().st_size, self._came(path)
                if size <= self._largest:
                    return RawMessage(file.read(), origin, came)
                lacking = too_large(size, origin, _PROCESSED)
                return RawMessage(file.read(_BEGINNING), origin, came, lacking=lacking)
        except FileNotFoundError:
            # Moved or flagged by somebody since it was listed: the next look has it.
            return None
        except OSError as error:
            failed(origin, f"the file cannot be read: {error.strerror}")
            return None

    def _came(self, path: Path) -> datetime:
        now = self._now()
        came = datetime.fromtimestamp(_time_of(path) / 1_000_000_000, UTC)
        return received(came, now) or now

    def remains(self, origin: Origin, why: str) -> RawMessage:
        """What stands for a file that cannot be read."""
        return stub(origin, b"", why, self._now(), _QUARANTINE)

    def strays(
        self,
        since: datetime,
        known: Callable[[str, int], Collection[int]],
        failed: Failed = unheard,
    ) -> Iterator[RawMessage]:
        """What lies in .Processed, came after `since` and is in no book: a file of ours keeps its
        origin when it is moved. Where it is in the books, `known` gives its number, which is 0.
        """
        folder = self._path / _PROCESSED
        for origin, path in self._in_order(_files(folder, make=False)):
            if self._came(path) < since or origin.uid in known(origin.folder, origin.uidvalidity):
                continue
            raw = self._read(path, origin, failed)
            if raw is not None:
                yield raw

    def junk_count(self) -> int | None:
        """How many messages lie in the junk subfolder; None where there is none."""
        folder = self._path / f".{self.junk_folder}"
        return len(_files(folder, make=False)) if self.junk_folder and folder.is_dir() else None

    def file(self, origin: Origin, *, quarantined: bool = False) -> Origin | None:
        """Move it to the subfolder .Processed or .Quarantine; no error if it is gone already.

        Gives nothing: it keeps its origin. Raises NotMoved where it cannot be moved, Unavailable
        where the folder cannot be read.
        """
        found = _files(self._path).get(Path(origin.folder).name)
        if found is None:
            return None
        target = self._path / (_QUARANTINE if quarantined else _PROCESSED)
        try:
            for part in ("new", "cur", "tmp"):
                (target / part).mkdir(parents=True, exist_ok=True)
            # Maildir++: this empty file says that the folder is a folder of the one above.
            (target / "maildirfolder").touch()
            found[1].rename(target / "cur" / found[1].name)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise NotMoved(f"The Maildir {self._path}: {error.strerror}.") from error
        return None

    def wait(self, seconds: float) -> None:
        """Return when there is a message that the last look did not see, or after `seconds`.

        Raises Unavailable where the folder cannot be read.
        """
        deadline = time.monotonic() + seconds
        while not self._called.is_set() and not (_files(self._path).keys() - self._listed):
            left = deadline - time.monotonic()
            if left <= 0:
                return
            self._called.wait(min(left, _LOOKED_EVERY))
        self._called.clear()

    def interrupt(self) -> None:
        """Make the wait under way, or the next one, return at once."""
        self._called.set()

    def abandon(self, after: float) -> None:
        """There is no line that could be cut."""

    def close(self) -> None:
        """End a wait under way; there is nothing to log out of."""
        self.interrupt()


def _files(folder: Path, *, make: bool = True) -> dict[str, tuple[int, Path]]:
    """By unique name: when it came, in nanoseconds, and where it is now. Raises Unavailable."""
    found: dict[str, tuple[int, Path]] = {}
    try:
        for part in ("new", "cur", "tmp") if make else ():
            (folder / part).mkdir(parents=True, exist_ok=True)
        for part in ("new", "cur"):
            if not make and not (folder / part).is_dir():
                continue
            for path in (folder / part).iterdir():
                unique = path.name.partition(":")[0]
                if not path.name.startswith("."):
                    found[unique] = (_time_of(path), path)
    except OSError as error:
        raise Unavailable(f"The Maildir {folder} cannot be read: {error.strerror}.") from error
    return found


def _time_of(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0
