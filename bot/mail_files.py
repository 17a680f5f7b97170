"""Mail in files: .eml files, folders of them, Maildirs and mbox files, as one lazy stream."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import BinaryIO

from models.errors import Misconfigured
from models.message import Origin, RawMessage

_ACCOUNT = "files"
# In a folder only what is named as mail is mail; a file that is named in the call always is.
_ENDINGS = frozenset([".eml", ".mbox", ".mbx", ""])
_HEAD = 65_536
_RECEIVED = re.compile(rb"(?im)^Received:((?:[^\r\n]|\r?\n[ \t])*)")
_END_OF_HEADERS = re.compile(rb"\r?\n\r?\n")
# The line between two messages of an mbox: an address and a date as asctime() writes it.
_SEPARATOR = re.compile(rb"\AFrom (?:\S+|.*?) +(\w{3} +\w{3} +\d{1,2} .*\d{4})")
_ESCAPED = re.compile(rb"\A>+From ")


def read_paths(paths: Sequence[Path]) -> Iterator[tuple[str, RawMessage]]:
    """Each message with its label: the file's path, for an mbox `path#number` counted from 1.

    In the order given, folders sorted and with all below them. `received_at` (UTC) is the date of
    the topmost Received header of a file, of the "From " line in an mbox, else the file's time.
    Raises Misconfigured, at once, for a path that does not exist, and for a file that cannot be
    read when it is its turn.
    """
    for path in paths:
        if not path.exists():
            raise Misconfigured(f"{path}: there is no such file or folder")
    return _stream(paths)


def _stream(paths: Sequence[Path]) -> Iterator[tuple[str, RawMessage]]:
    for path in paths:
        for file in _files(path):
            try:
                yield from _messages(file)
            except OSError as error:
                raise Misconfigured(f"{file}: cannot be read ({error.strerror})") from error


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    is_maildir = (path / "new").is_dir() and (path / "cur").is_dir()
    for inside in sorted(path.iterdir()):
        if is_maildir and inside.name in {"new", "cur"}:
            yield from sorted(f for f in inside.iterdir() if f.is_file() and f.name[0] != ".")
        elif (
            inside.is_dir()
            and not inside.is_symlink()
            and not (is_maildir and inside.name == "tmp")
        ):
            yield from _files(inside)
        elif inside.is_file() and not is_maildir and _is_mail(inside):
            yield inside


def _is_mail(path: Path) -> bool:
    return path.suffix.lower() in _ENDINGS and not path.name.startswith(".")


def _messages(path: Path) -> Iterator[tuple[str, RawMessage]]:
    changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    with path.open("rb") as file:
        first = file.readline(_HEAD)
        file.seek(0)
        if _SEPARATOR.match(first):
            for number, (content, came) in enumerate(_mbox(file), 1):
                label = f"{path}#{number}"
                yield label, RawMessage(content, Origin(_ACCOUNT, label), came or changed)
            return
        content = file.read()
    yield str(path), RawMessage(content, Origin(_ACCOUNT, str(path)), _received(content) or changed)


def _mbox(file: BinaryIO) -> Iterator[tuple[bytes, datetime | None]]:
    """The messages of an mbox, one in memory at a time, as mboxrd unescapes them (RFC 4155)."""
    lines: list[bytes] = []
    came: datetime | None = None
    blank, begun = True, False
    for line in file:
        separator = _SEPARATOR.match(line) if blank else None
        if separator:
            if begun:
                yield _unpadded(lines), came
            lines, came, begun = [], _asctime(separator[1]), True
        else:
            lines.append(line[1:] if _ESCAPED.match(line) else line)
        blank = not line.strip()
    if begun:
        yield _unpadded(lines), came


def _unpadded(lines: list[bytes]) -> bytes:
    """Without the blank line that the format puts before the next message."""
    end = len(lines) - 1 if len(lines) > 1 and not lines[-1].strip() else len(lines)
    return b"".join(lines[:end])


def _asctime(text: bytes) -> datetime | None:
    try:
        # The zone is not written; RFC 4155 says that it is UTC.
        words = " ".join(text.decode("ascii").split()[:5])
        return datetime.strptime(words, "%a %b %d %H:%M:%S %Y").replace(tzinfo=UTC)
    except ValueError:
        return None


def _received(content: bytes) -> datetime | None:
    head = content[:_HEAD]
    end = _END_OF_HEADERS.search(head)
    found = _RECEIVED.search(head, 0, end.start() if end else len(head))
    if found is None:
        return None
    try:
        date = found[1].decode("latin-1").rpartition(";")[2]
        read = parsedate_to_datetime(" ".join(date.split())[:200])
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
