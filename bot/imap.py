r"""A mailbox on an IMAP server (port `Mailbox`), read so that no mail is lost (mail.md, A3-A9).

The server's \Seen flag means nothing here: what was taken in is known by (account, folder,
UIDVALIDITY, UID). IDLE (RFC 2177) is a hint to look sooner; the look itself is always a search.
After any exception the connection is thrown away, because imapclient may have lost half a line
(mjs/imapclient#519, #565), and the next call makes a new one.
"""

import select
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime

import structlog
from imapclient import IMAPClient  # type: ignore[import-untyped]  # it ships no types
from imapclient.exceptions import IMAPClientError  # type: ignore[import-untyped]  # no types

from bot.imap_connection import ImapConnection, Tls, existing_folder, told_of_mail
from models.errors import Unavailable
from models.message import Origin, RawMessage

_LISTED_AT_ONCE = 500
_FETCHED_AT_ONCE = 20
_BYTES_AT_ONCE = 8_000_000
# Servers may drop an IDLE after 30 minutes (RFC 2177), routers after fewer. What comes in the
# moment in which IDLE begins, Dovecot does not tell of, and mail likes to come in pairs: so the
# first IDLE is short, and the look after it finds the second of a pair.
_FIRST_IDLE = 0.7
_LONGEST_IDLE = 300.0
# A server without IDLE is asked this often, in seconds.
_LOOKED_AT_LEAST = 15.0
_DELETED = rb"\Deleted"
_log = structlog.get_logger(__name__)


class ImapMailbox:
    """One watched folder. Used by one thread; `interrupt` and `close` may come from another.

    `look_every`: seconds between looks in `wait`, in place of IDLE. A Dovecot tells an idling
    client of new mail half a second late, built in; a server on this machine may be asked ten
    times a second instead, at 0.2 ms a look. `refused_pause`: seconds for which no login is tried
    after the server refused the password, so that it does not lock the account.
    """

    def __init__(
        self,
        *,
        account: str,
        host: str,
        port: int,
        user: str,
        password: str,
        tls: Tls = "tls",
        folder: str = "INBOX",
        processed: str = "Processed",
        quarantine: str = "Quarantine",
        timeout: float = 30.0,
        look_every: float | None = None,
        refused_pause: float = 300.0,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        """Connects when first used. `timeout` is in seconds, for connecting and each answer."""
        self._account, self._folder = account, folder
        self._connection = ImapConnection(
            account=account,
            host=host,
            port=port,
            user=user,
            password=password,
            tls=tls,
            folder=folder,
            timeout=timeout,
            refused_pause=refused_pause,
            ssl_context=ssl_context,
        )
        self._wanted = {False: processed, True: quarantine}
        self._targets: dict[bool, str] = {}
        self._look_every = look_every
        self._wake, self._waker = socket.socketpair()
        self._wake.setblocking(False)
        self._waker.setblocking(False)

    # Looking

    def waiting(self, known: Callable[[Origin], bool]) -> Iterator[RawMessage]:
        """What lies in the folder, by UID, left unread and undeleted; `known` ones are not fetched.

        `received_at` is INTERNALDATE in UTC. A message that the server cannot hand over is left
        for the next pass and does not stop those behind it. Raises Unavailable.
        """
        validity, uids = self._listed()
        new = [uid for uid in uids if not known(self._origin(validity, uid))]
        for start in range(0, len(new), _LISTED_AT_ONCE):
            for batch in self._batches(new[start : start + _LISTED_AT_ONCE]):
                yield from self._fetched(validity, batch)

    def _listed(self) -> tuple[int, list[int]]:
        with self._connection.talking() as client:
            client.noop()
            told_of_mail(client)
            return self._connection.uidvalidity, sorted(client.search("UNDELETED"))

    def _batches(self, uids: Sequence[int]) -> Iterator[list[int]]:
        """Few and small enough together that a slow line answers within the timeout."""
        with self._connection.talking() as client:
            sizes = client.fetch(uids, ["RFC822.SIZE"])
        batch: list[int] = []
        together = 0
        for uid in uids:
            size = int(sizes.get(uid, {}).get(b"RFC822.SIZE", 0))
            if batch and (len(batch) >= _FETCHED_AT_ONCE or together + size > _BYTES_AT_ONCE):
                yield batch
                batch, together = [], 0
            batch.append(uid)
            together += size
        if batch:
            yield batch

    def _fetched(self, validity: int, uids: list[int]) -> Iterator[RawMessage]:
        try:
            found = self._fetch(validity, uids)
        except Unavailable:
            if len(uids) == 1:
                # Where the server is gone this raises; else the message alone is at fault.
                with self._connection.talking():
                    _log.warning("mailbox.unfetchable", folder=self._folder, uid=uids[0])
                return
            for uid in uids:
                yield from self._fetched(validity, [uid])
            return
        yield from found

    def _fetch(self, validity: int, uids: list[int]) -> list[RawMessage]:
        with self._connection.talking() as client:
            if self._connection.uidvalidity != validity:
                return []
            answers = client.fetch(uids, ["INTERNALDATE", "BODY.PEEK[]"])
            return [
                RawMessage(
                    bytes(answers[uid][b"BODY[]"]),
                    self._origin(validity, uid),
                    _utc(answers[uid].get(b"INTERNALDATE")),
                )
                for uid in uids
                # One that a person moved meanwhile is simply not in the answer.
                if answers.get(uid, {}).get(b"BODY[]") is not None
            ]

    def _origin(self, validity: int, uid: int) -> Origin:
        return Origin(self._account, self._folder, validity, uid)

    # Filing

    def file(self, origin: Origin, *, quarantined: bool = False) -> None:
        """Move it to the processed (or the quarantine) folder, which is made if it is missing.

        Nothing is done where the UIDVALIDITY is another one by now: the number means another
        message then. Raises Unavailable.
        """
        with self._connection.talking() as client:
            if origin.uidvalidity != self._connection.uidvalidity:
                return
            try:
                self._move(client, origin.uid, self._target(client, quarantined))
            except IMAPClientError as error:
                if isinstance(error, IMAPClient.AbortError):
                    raise
                if not client.search(["UID", str(origin.uid)]):
                    return
                # Perhaps somebody deleted the folder: look again, make it again, once.
                self._targets.clear()
                self._move(client, origin.uid, self._target(client, quarantined))

    @staticmethod
    def _move(client: IMAPClient, uid: int, target: str) -> None:
        if client.has_capability("MOVE"):
            client.move([uid], target)
            return
        client.copy([uid], target)
        client.add_flags([uid], [_DELETED], silent=True)
        # A bare EXPUNGE would also remove what people have marked. Without UIDPLUS the message
        # stays, marked as deleted, and `waiting` passes it over.
        if client.has_capability("UIDPLUS"):
            client.uid_expunge([uid])

    def _target(self, client: IMAPClient, quarantined: bool) -> str:
        if quarantined not in self._targets:
            self._targets[quarantined] = existing_folder(client, self._wanted[quarantined])
        return self._targets[quarantined]

    # Waiting

    def wait(self, seconds: float) -> None:
        """Return when new mail may have come, when interrupted, or after `seconds`.

        Raises Unavailable; how long to pause before the next try is the caller's to decide.
        """
        deadline = time.monotonic() + seconds
        longest = _FIRST_IDLE
        while (left := deadline - time.monotonic()) > 0:
            with self._connection.talking() as client:
                if self._news(client):
                    return
                if self._look_every is None and client.has_capability("IDLE"):
                    told = self._idle(client, min(left, longest))
                    if told or self._interrupted():
                        return
                    longest = _LONGEST_IDLE
                    continue
            # The pause is outside the lock, so that close() does not wait for it.
            self._readable(None, min(left, self._look_every or _LOOKED_AT_LEAST))
            if self._interrupted():
                return

    @staticmethod
    def _news(client: IMAPClient) -> bool:
        """Whether the server has told of a message since the last search began.

        An EXISTS may come with the answer to any command; imaplib keeps it until it is asked for,
        so none is overlooked, however it falls between two commands.
        """
        client.noop()
        return told_of_mail(client)

    def _idle(self, client: IMAPClient, seconds: float) -> bool:
        """Whether the server said something that may mean new mail, within `seconds`."""
        client.idle()
        readable = self._readable(client.socket(), seconds)
        told = client.idle_check(timeout=0) if readable else []
        client.idle_done()
        # Readable with no whole line in it is the end of the connection, or half a line: then
        # idle_done has raised, or the search of the next look will.
        return (readable and not told) or any(_is_news(one) for one in told) or told_of_mail(client)

    def _readable(self, server: socket.socket | None, seconds: float) -> bool:
        """Wait for the server or for `interrupt`; True only where it is the server."""
        if self._connection.closed:
            return False
        poll = select.poll()
        poll.register(self._wake, select.POLLIN)
        if server is not None:
            poll.register(server, select.POLLIN)
        ready = [descriptor for descriptor, _ in poll.poll(max(0.0, seconds) * 1000)]
        return server is not None and server.fileno() in ready

    def _interrupted(self) -> bool:
        """Whether `interrupt` was called since the last time; it counts once."""
        try:
            return bool(self._wake.recv(4096))
        except OSError:
            return self._connection.closed

    def interrupt(self) -> None:
        """Make the wait under way, or the next one, return at once. Never raises or blocks."""
        with suppress(OSError):
            self._waker.send(b"!")

    def close(self) -> None:
        """Log out; a wait under way in another thread returns first. Never raises."""
        self._connection.closed = True
        self.interrupt()
        self._connection.close()
        self._wake.close()
        self._waker.close()


def _is_news(response: Sequence[object]) -> bool:
    return len(response) > 1 and response[1] in {b"EXISTS", b"RECENT"}


def _utc(internal_date: object) -> datetime:
    if isinstance(internal_date, datetime) and internal_date.tzinfo is not None:
        return internal_date.astimezone(UTC)
    raise ValueError("the server gave no INTERNALDATE")
