"""A mailbox that is a Maildir on this machine (port `Mailbox`): the sandbox's, or an MTA's drop."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from models.errors import Unavailable
from models.message import Origin, RawMessage

_LOOKED_EVERY = 0.2
_FOLDERS = {False: ".Processed", True: ".Quarantine"}


class MaildirMailbox:
    """The messages in `new` and `cur`. Used by one thread; `interrupt` may come from another.

    An origin's `folder` is the message's path without its flags, which mail programs change.
    """

    def __init__(self, path: Path, account: str = "maildir") -> None:
        """`path` holds the Maildir; what is missing of it is made when it is first looked at."""
        self._path = path
        self._account = account
        self._listed: frozenset[str] = frozenset()
        self._called = threading.Event()

    def waiting(self, known: Callable[[Origin], bool]) -> Iterator[RawMessage]:
        """What lies in it, oldest first, left as it is. `received_at` is the file's time, in UTC.

        Raises Unavailable where the folder cannot be read.
        """
        files = self._files()
        self._listed = frozenset(files)
        for unique, (_, path) in sorted(files.items(), key=lambda item: (item[1][0], item[0])):
            origin = Origin(self._account, str(self._path / unique))
            if known(origin):
                continue
            raw = self._read(path, origin)
            if raw is not None:
                yield raw

    def _files(self) -> dict[str, tuple[int, Path]]:
        """By unique name: when it came, in nanoseconds, and where it is now."""
        found: dict[str, tuple[int, Path]] = {}
        try:
            for part in ("new", "cur", "tmp"):
                (self._path / part).mkdir(parents=True, exist_ok=True)
            for part in ("new", "cur"):
                for path in (self._path / part).iterdir():
                    unique = path.name.partition(":")[0]
                    if not path.name.startswith("."):
                        found[unique] = (_time_of(path), path)
        except OSError as error:
            raise Unavailable(
                f"The Maildir {self._path} cannot be read: {error.strerror}."
            ) from error
        return found

    def _read(self, path: Path, origin: Origin) -> RawMessage | None:
        try:
            came = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            return RawMessage(path.read_bytes(), origin, came)
        except FileNotFoundError:
            # Moved or flagged by somebody since it was listed: the next look has it.
            return None
        except OSError as error:
            raise Unavailable(
                f"The Maildir {self._path} cannot be read: {error.strerror}."
            ) from error

    def file(self, origin: Origin, *, quarantined: bool = False) -> None:
        """Move it to the subfolder .Processed or .Quarantine; no error if it is gone already.

        Raises Unavailable where it cannot be moved.
        """
        unique = Path(origin.folder).name
        found = self._files().get(unique)
        if found is None:
            return
        target = self._path / _FOLDERS[quarantined]
        try:
            for part in ("new", "cur", "tmp"):
                (target / part).mkdir(parents=True, exist_ok=True)
            # Maildir++: this empty file says that the folder is a folder of the one above.
            (target / "maildirfolder").touch()
            found[1].rename(target / "cur" / found[1].name)
        except FileNotFoundError:
            return
        except OSError as error:
            raise Unavailable(f"The Maildir {self._path}: {error.strerror}.") from error

    def wait(self, seconds: float) -> None:
        """Return when there is a message that the last look did not see, or after `seconds`.

        Raises Unavailable where the folder cannot be read.
        """
        deadline = time.monotonic() + seconds
        while not self._called.is_set() and not (self._files().keys() - self._listed):
            left = deadline - time.monotonic()
            if left <= 0:
                return
            self._called.wait(min(left, _LOOKED_EVERY))
        self._called.clear()

    def interrupt(self) -> None:
        """Make the wait under way, or the next one, return at once."""
        self._called.set()

    def close(self) -> None:
        """End a wait under way; there is nothing to log out of."""
        self.interrupt()


def _time_of(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0
