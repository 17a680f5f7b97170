r"""A mailbox on an IMAP server (port `Mailbox`), read so that no mail is lost (mail.md, A3-A9).

The server's \Seen flag means nothing here: what was taken in is known by (account, folder,
UIDVALIDITY, UID). IDLE (RFC 2177) is a hint to look sooner; the look itself is always a search for
everything, never for what is new, unread or recent. After any exception the connection is thrown
away, because imapclient may have lost half a line (mjs/imapclient#519, #565), and the next call
makes a new one.
"""

import re
import select
import socket
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import date, datetime, timedelta

from imapclient import IMAPClient  # type: ignore[import-untyped]  # it ships no types
from imapclient.exceptions import IMAPClientError  # type: ignore[import-untyped]  # no types

from bot.imap_connection import (
    Access,
    ImapConnection,
    SaidNo,
    existing_folder,
    found_folder,
    told_of_mail,
)
from bot.imap_fetch import Fetcher
from models.errors import NotMoved
from models.message import Origin, RawMessage
from models.ports import Failed, unheard

# Servers may drop an IDLE after 30 minutes (RFC 2177), routers after fewer. What comes in the
# moment in which IDLE begins, Dovecot does not tell of, and mail likes to come in pairs: so the
# first IDLE is short, and the look after it finds the second of a pair.
_FIRST_IDLE = 0.7
_LONGEST_IDLE = 300.0
# A server without IDLE is asked this often, in seconds.
_LOOKED_AT_LEAST = 15.0
_DELETED = rb"\Deleted"
_JUNK = rb"\Junk"
_COPIED_TO = re.compile(rb"\A(\d+) (\d+) (\d+)\Z")
_LARGEST = 50_000_000


class ImapMailbox:
    """One watched folder. Used by one thread; `interrupt`, `abandon` and `close` may come from
    another.

    `largest`: bytes above which only a message's beginning is fetched. `junk`: the folder that is
    counted; where there is none of that name, the one that the server calls its junk (RFC 6154).
    `look_every`: seconds between looks in `wait`, in place of IDLE. A Dovecot tells an idling
    client of new mail half a second late, built in; a server on this machine may be asked ten
    times a second instead, at 0.2 ms a look.
    """

    def __init__(
        self,
        access: Access,
        *,
        now: Callable[[], datetime],
        folder: str = "INBOX",
        processed: str = "Processed",
        quarantine: str = "Quarantine",
        junk: str | None = None,
        largest: int = _LARGEST,
        look_every: float | None = None,
    ) -> None:
        """Connects when first used."""
        self.account, self.folder = access.account, folder
        self.junk_folder = junk
        self._connection = ImapConnection(access, folder)
        self._wanted = {False: processed, True: quarantine}
        self._targets: dict[bool, str] = {}
        self._look_every = look_every
        self._largest, self._now = largest, now
        self._inbox = self._fetcher(folder, self._here)
        self._wake, self._waker = socket.socketpair()
        self._wake.setblocking(False)
        self._waker.setblocking(False)

    def _fetcher(
        self, folder: str, open_: Callable[[], AbstractContextManager[tuple[IMAPClient, int]]]
    ) -> Fetcher:
        return Fetcher(self.account, folder, open_, self._largest, self._wanted[False], self._now)

    @contextmanager
    def _here(self) -> Iterator[tuple[IMAPClient, int]]:
        with self._connection.talking() as client:
            yield client, self._connection.uidvalidity

    # Looking

    def waiting(
        self,
        known: Callable[[Origin], bool],
        failed: Failed = unheard,
        troubled: Collection[Origin] = (),
    ) -> Iterator[RawMessage]:
        """What lies in the folder, by UID, left unread and undeleted; `known` ones are not fetched.

        `received_at` is INTERNALDATE in UTC. A message that the server cannot hand over is told to
        `failed` and does not stop those behind it; those that are `troubled` already come last and
        one by one. Raises Unavailable.
        """
        with self._connection.talking() as client:
            client.noop()
            told_of_mail(client)
            validity = self._connection.uidvalidity
            # Everything, not `UID n:*`, which also gives a last message that is older (A5).
            uids = sorted(set(client.search("UNDELETED")))
        new = [uid for uid in uids if not known(self._origin(validity, uid))]
        awkward = {origin.uid for origin in troubled if origin.uidvalidity == validity}
        yield from self._inbox.fetch(validity, [u for u in new if u not in awkward], failed)
        for uid in new:
            if uid in awkward:
                yield from self._inbox.fetch(validity, [uid], failed)

    def remains(self, origin: Origin, why: str) -> RawMessage:
        """What stands for a message that was given up. Raises Unavailable."""
        if origin.folder != self.folder:
            return self._fetcher_of(origin.folder).remains(origin, why, origin.folder)
        return self._inbox.remains(origin, why, self._wanted[True])

    def _origin(self, validity: int, uid: int) -> Origin:
        return Origin(self.account, self.folder, validity, uid)

    # Reconciling

    def strays(
        self,
        since: datetime,
        known: Callable[[str, int], Collection[int]],
        failed: Failed = unheard,
    ) -> Iterator[RawMessage]:
        """What lies in the processed folder, came after `since` (aware) and is in no book: somebody
        moved it there before we saw it. `known` gives the numbers of a folder with a UIDVALIDITY
        that are in the books. Raises Unavailable.
        """
        with self._connection.talking() as client:
            folder = found_folder(client, self._wanted[False])
        if folder is None:
            return
        with self._connection.elsewhere(folder) as (client, validity):
            # SINCE compares dates in the server's zone: a day earlier, then by the time itself.
            uids = client.search(["UNDELETED", "SINCE", _day_before(since)])
        booked = known(folder, validity)
        new = sorted(set(uids).difference(booked))
        yield from self._fetcher_of(folder).fetch(validity, new, failed, since)

    def _fetcher_of(self, folder: str) -> Fetcher:
        return self._fetcher(folder, lambda: self._connection.elsewhere(folder))

    def junk_count(self) -> int | None:
        """How many messages lie in the junk folder, or None where there is none.

        Raises Unavailable.
        """
        if self.junk_folder is None:
            return None
        with self._connection.talking() as client:
            name = self.junk_folder
            if not client.folder_exists(name):
                name = client.find_special_folder(_JUNK)
            if not name or name == self.folder:
                return None
            self.junk_folder = name
            return int(client.folder_status(name, ["MESSAGES"])[b"MESSAGES"])

    # Filing

    def file(self, origin: Origin, *, quarantined: bool = False) -> Origin | None:
        """Move it to the processed (or the quarantine) folder, which is made if it is missing.

        Gives where it lies now, where the server says so (RFC 4315). Nothing is done where the
        UIDVALIDITY is another one by now: the number means another message then. Raises NotMoved
        where the server refuses although the message is there, and Unavailable.
        """
        if origin.folder != self.folder:
            return None
        try:
            with self._connection.talking() as client:
                if origin.uidvalidity != self._connection.uidvalidity:
                    return None
                return self._filed(client, origin.uid, quarantined=quarantined)
        except SaidNo as error:
            raise NotMoved(
                f"The mailbox {self.account} does not move messages to "
                f"“{self._wanted[quarantined]}”{error}."
            ) from error

    def _filed(self, client: IMAPClient, uid: int, *, quarantined: bool) -> Origin | None:
        # Perhaps somebody deleted the folder: at the second try it is looked for, and made.
        # Perhaps MOVE is what the server cannot: then it is copied.
        for move in (self._move, self._copy):
            try:
                return move(client, uid, self._target(quarantined=quarantined))
            except IMAPClientError as error:
                if isinstance(error, IMAPClient.AbortError):
                    raise
                if not client.search(["UID", str(uid)]):
                    return None
                self._targets.clear()
        raise SaidNo

    def _move(self, client: IMAPClient, uid: int, target: str) -> Origin | None:
        if not client.has_capability("MOVE"):
            return self._copy(client, uid, target)
        _forget_copies(client)
        client.move([uid], target)
        return self._copied(client, target)

    def _copy(self, client: IMAPClient, uid: int, target: str) -> Origin | None:
        if not self._is_removable(client, uid):
            return None
        _forget_copies(client)
        client.copy([uid], target)
        at = self._copied(client, target)
        client.add_flags([uid], [_DELETED], silent=True)
        # A bare EXPUNGE would also remove what people have marked. Without UIDPLUS the message
        # stays, marked as deleted, and `waiting` passes it over.
        if client.has_capability("UIDPLUS"):
            client.uid_expunge([uid])
        return at

    def _is_removable(self, client: IMAPClient, uid: int) -> bool:
        """False where the message is gone; SaidNo where it cannot be marked as deleted: it would be
        copied again at each look.

        A server may say yes to the mark and not keep it, so it is tried. It is taken off again
        because a copy has the marks of what was copied.
        """
        try:
            client.add_flags([uid], [_DELETED], silent=True)
        except IMAPClientError as error:
            if isinstance(error, IMAPClient.AbortError):
                raise
            flags = {uid: ()}
        else:
            flags = client.get_flags([uid])
            client.remove_flags([uid], [_DELETED], silent=True)
        if uid in flags and _DELETED not in flags[uid]:
            raise SaidNo(f": it does not let them be marked as deleted in “{self.folder}”")
        return uid in flags

    def _copied(self, client: IMAPClient, target: str) -> Origin | None:
        """Where the one message that was just copied lies, where the server has said it."""
        _, said = client._imap.response("COPYUID")  # noqa: SLF001
        found = _COPIED_TO.match(said[-1]) if said and isinstance(said[-1], bytes) else None
        return Origin(self.account, target, int(found[1]), int(found[3])) if found else None

    def _target(self, *, quarantined: bool) -> str:
        if quarantined not in self._targets:
            with self._connection.talking() as client:
                name = existing_folder(client, self._wanted[quarantined])
            self._targets[quarantined] = name
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

    def abandon(self, after: float) -> None:
        """Cut the line under a call that has taken more than `after` seconds. Never raises or
        blocks.
        """
        self._connection.abandon(after)

    def close(self) -> None:
        """Log out; a wait under way in another thread returns first. Never raises."""
        self._connection.closed = True
        self.interrupt()
        self._connection.close()
        self._wake.close()
        self._waker.close()


def _is_news(response: Sequence[object]) -> bool:
    return len(response) > 1 and response[1] in {b"EXISTS", b"RECENT"}


def _forget_copies(client: IMAPClient) -> None:
    client._imap.response("COPYUID")  # noqa: SLF001


def _day_before(at: datetime) -> date:
    return (at - timedelta(days=1)).date()
