"""Messages out of a folder, whatever one of them or the line does to the others (mail.md A2, A11)."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

import structlog
from imapclient import IMAPClient  # type: ignore[import-untyped]  # it ships no types
from imapclient.exceptions import IMAPClientError  # type: ignore[import-untyped]  # no types

from bot.imap_connection import SaidNo
from handlers.fetching import received, stub, too_large
from models.errors import Unavailable
from models.message import Origin, RawMessage
from models.ports import Failed, unheard

_LISTED_AT_ONCE = 500
_FETCHED_AT_ONCE = 20
_BYTES_AT_ONCE = 8_000_000
# Above this a message comes in parts, and a cut line costs one part.
_PART = 4_000_000
_BEGINNING = 262_144
_HEADER_AT_MOST = 262_144
_TRIES_AT_ONCE = 2
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Listed:
    """A message before it is fetched: its size in bytes, and when it came."""

    uid: int
    size: int
    came: datetime


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Fetches from one folder. `open` gives the client with that folder selected, and its
    UIDVALIDITY. Messages above `largest` bytes are not fetched whole. `lies_in` is the folder in
    which a person will find what was only fetched in part. A message that cannot be had is
    handed to `failed` with the reason, and those behind it come.
    """

    account: str
    folder: str
    open: Callable[[], AbstractContextManager[tuple[IMAPClient, int]]]
    largest: int
    lies_in: str
    now: Callable[[], datetime]

    def fetch(
        self,
        validity: int,
        uids: Sequence[int],
        failed: Failed,
        since: datetime | None = None,
    ) -> Iterator[RawMessage]:
        """The messages with these numbers (that came `since`), in this order. Raises Unavailable
        where the server is gone; then what was not given is to be asked for again.
        """
        remaining = iter(uids)
        while chunk := list(islice(remaining, _LISTED_AT_ONCE)):
            listed = self._list(validity, chunk, failed)
            wanted = [one for one in listed if since is None or one.came >= since]
            for batch in _batches(wanted):
                yield from self._fetch(validity, batch, failed)

    def remains(self, origin: Origin, why: str, lies_in: str) -> RawMessage:
        """What stands for a message that cannot be had: its header, or not even that."""
        header, came = b"", self.now()
        try:
            header = self._peek(origin.uidvalidity, origin.uid, f"HEADER]<0.{_HEADER_AT_MOST}>")
            came = self._list(origin.uidvalidity, [origin.uid], unheard)[0].came
        except (Unavailable, SaidNo, IndexError):
            with self.open():
                _log.warning("mailbox.no_header", folder=self.folder, uid=origin.uid)
        return stub(origin, header, why, came, lies_in)

    def _list(self, validity: int, uids: list[int], failed: Failed) -> list[_Listed]:
        """Sizes and dates; where one of them cannot be said, the others' still are."""
        try:
            with self.open() as (client, current):
                if current != validity:
                    return []
                answers = _asked(client, uids, ["RFC822.SIZE", "INTERNALDATE"])
        except (Unavailable, SaidNo) as error:
            self._look_alive(error)
            if len(uids) == 1:
                failed(self._origin(validity, uids[0]), f"its size: {_why(error)}")
                return []
            middle = len(uids) // 2
            return [
                *self._list(validity, uids[:middle], failed),
                *self._list(validity, uids[middle:], failed),
            ]
        return [self._listed(uid, answers.get(uid, {})) for uid in uids]

    def _listed(self, uid: int, answer: dict[bytes, object]) -> _Listed:
        said = answer.get(b"INTERNALDATE")
        now = self.now()
        came = received(said if isinstance(said, datetime) else None, now)
        if came is None and answer:
            _log.warning("mailbox.no_date", folder=self.folder, uid=uid, said=str(said))
        size = answer.get(b"RFC822.SIZE", 0)
        return _Listed(uid, size if isinstance(size, int) else 0, came or now)

    def _fetch(self, validity: int, batch: list[_Listed], failed: Failed) -> list[RawMessage]:
        if len(batch) > 1:
            try:
                return self._together(validity, batch, failed)
            except (Unavailable, SaidNo) as error:
                self._look_alive(error)
                return [raw for one in batch for raw in self._fetch(validity, [one], failed)]
        (one,) = batch
        why = ""
        # A line that was cut by chance is whole again at the second try.
        for _ in range(_TRIES_AT_ONCE):
            try:
                raw = self._alone(validity, one)
            except (Unavailable, SaidNo) as error:
                self._look_alive(error)
                why = _why(error)
            else:
                if raw is None:
                    self._not_given(validity, one.uid, failed)
                return [] if raw is None else [raw]
        _log.warning("mailbox.unfetchable", folder=self.folder, uid=one.uid, reason=why)
        failed(self._origin(validity, one.uid), why)
        return []

    def _together(self, validity: int, batch: list[_Listed], failed: Failed) -> list[RawMessage]:
        with self.open() as (client, current):
            if current != validity:
                return []
            answers = _asked(client, [one.uid for one in batch], ["BODY.PEEK[]"])
        found = []
        for one in batch:
            content = answers.get(one.uid, {}).get(b"BODY[]")
            if isinstance(content, bytes):
                found.append(self._raw(validity, one, content))
            else:
                found += self._fetch(validity, [one], failed)
        return found

    def _alone(self, validity: int, one: _Listed) -> RawMessage | None:
        """None where the server has no such message any more."""
        if one.size > self.largest:
            beginning = self._peek(validity, one.uid, f"]<0.{_BEGINNING}>")
            origin = self._origin(validity, one.uid)
            lacking = too_large(one.size, origin, self.lies_in)
            return RawMessage(beginning, origin, one.came, lacking=lacking)
        if one.size > _PART:
            return self._raw(validity, one, self._in_parts(validity, one.uid))
        with self.open() as (client, current):
            if current != validity:
                return None
            content = _asked(client, [one.uid], ["BODY.PEEK[]"]).get(one.uid, {}).get(b"BODY[]")
        return self._raw(validity, one, content) if isinstance(content, bytes) else None

    def _in_parts(self, validity: int, uid: int) -> bytes:
        """The whole message. Its size as listed is not relied on: servers estimate it."""
        parts: list[bytes] = []
        while not parts or len(parts[-1]) >= _PART:
            wanted = f"]<{sum(map(len, parts))}.{_PART}>"
            try:
                parts.append(self._peek(validity, uid, wanted))
            except Unavailable as error:
                self._look_alive(error)
                parts.append(self._peek(validity, uid, wanted))
            if sum(map(len, parts)) > self.largest + _PART:
                raise SaidNo("it has no end")
        return b"".join(parts)

    def _peek(self, validity: int, uid: int, section: str) -> bytes:
        """Some bytes of it. Raises SaidNo where the server gives none."""
        with self.open() as (client, current):
            if current != validity:
                raise SaidNo("the folder was made anew")
            answer = _asked(client, [uid], [f"BODY.PEEK[{section}"]).get(uid, {})
        for key, value in answer.items():
            if key.startswith(b"BODY[") and isinstance(value, bytes):
                return value
        raise SaidNo("the server gave nothing")

    def _not_given(self, validity: int, uid: int, failed: Failed) -> None:
        """Moved by a person since it was listed; or the server lists what it does not have."""
        failed(self._origin(validity, uid), "the server lists it and gives nothing")

    def _look_alive(self, error: Exception) -> None:
        """Where the server is gone this raises Unavailable: no message is at fault then."""
        if isinstance(error, Unavailable):
            with self.open():
                pass

    def _raw(self, validity: int, one: _Listed, content: bytes) -> RawMessage:
        return RawMessage(content, self._origin(validity, one.uid), one.came)

    def _origin(self, validity: int, uid: int) -> Origin:
        return Origin(self.account, self.folder, validity, uid)


def _asked(client: IMAPClient, uids: list[int], items: list[str]) -> dict[int, dict[bytes, object]]:
    """A FETCH's answers. Raises SaidNo for a NO, after which the connection is still sound."""
    try:
        answers: dict[int, dict[bytes, object]] = client.fetch(uids, items)
    except IMAPClientError as error:
        if not str(error).startswith("fetch failed"):
            raise
        raise SaidNo("the server refused it") from error
    return answers


def _batches(listed: Sequence[_Listed]) -> Iterator[list[_Listed]]:
    """Few and small enough together that a slow line answers soon; a large one alone."""
    batch: list[_Listed] = []
    together = 0
    for one in listed:
        full = len(batch) >= _FETCHED_AT_ONCE or together + one.size > _BYTES_AT_ONCE
        if batch and (full or one.size > _PART):
            yield batch
            batch, together = [], 0
        batch.append(one)
        together += one.size
        if one.size > _PART:
            yield batch
            batch, together = [], 0
    if batch:
        yield batch


def _why(error: Exception) -> str:
    return str(error).rstrip(".")
