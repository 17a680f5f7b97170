"""A small IMAP server whose answers a test writes: for faults that a real server does not make."""

import contextlib
import re
import socket
import threading
import time
from collections.abc import Callable
from typing import Self

# Gets the command's words (upper case) and returns the untagged answer with its end of line, and
# the tagged one; None in place of the tagged one cuts the connection, b"" never ends the command.
Answer = Callable[[bytes], tuple[bytes, bytes | None] | None]

GREETING = b"* OK [CAPABILITY IMAP4rev1 MOVE UIDPLUS IDLE] ready\r\n"
_DRIP_SECONDS = 0.05


def nothing_special(_: bytes) -> None:
    return None


class ScriptedImap:
    """Knows enough IMAP for a mailbox with `uids`; `answer` may answer any command its own way.

    Without a `greeting` it accepts connections and says nothing. `drips`: the answers to commands
    that contain this come byte by byte, for ever; b"" is the greeting, or the TLS handshake.
    """

    def __init__(
        self,
        uids: list[int],
        answer: Answer = nothing_special,
        *,
        greeting: bytes | None = GREETING,
        capabilities: bytes = b"IMAP4rev1 MOVE UIDPLUS IDLE",
        drips: bytes | None = None,
    ) -> None:
        self.uids = uids
        self.deleted: set[int] = set()
        self.commands: list[bytes] = []
        self.connected_at: list[float] = []
        self.date = b'"01-Jun-2020 10:00:00 +0100"'
        self._answer, self._greeting, self._capabilities = answer, greeting, capabilities
        self._drips = drips
        self._stopping = threading.Event()
        self._more = threading.Condition()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(5)

    @property
    def connections(self) -> int:
        """How many there were."""
        return len(self.connected_at)

    def wait_connections(self, count: int, timeout: float) -> None:
        """Until there were so many. Raises TimeoutError."""
        with self._more:
            if not self._more.wait_for(lambda: self.connections >= count, timeout):
                raise TimeoutError(f"{self.connections} connections")

    def _start(self, target, *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connected_at.append(time.monotonic())
            with self._more:
                self._more.notify_all()
            self._start(self._serve, client)

    def _serve(self, client: socket.socket) -> None:
        with client, client.makefile("rb") as lines, contextlib.suppress(OSError):
            if self._greeting is None:
                lines.read()
                return
            if self._drips == b"":
                self._drip(client, b"\x16\x03\x03\x40\x00")
                return
            client.sendall(self._greeting)
            idling = b""
            for line in lines:
                tag, _, command = line.strip().partition(b" ")
                if tag.upper() == b"DONE":
                    client.sendall(idling)
                    continue
                self.commands.append(command)
                if self._drips and self._drips in command.upper():
                    self._drip(client)
                    return
                untagged, tagged = self._answer(command.upper()) or self._usual(command.upper())
                client.sendall(untagged)
                if tagged is None:
                    return
                if command.upper() == b"IDLE":
                    idling = tag + b" OK x\r\n"
                if tagged:
                    client.sendall(tag + b" " + tagged + b"\r\n")

    def _drip(
        self, client: socket.socket, start: bytes = b"* 1 FETCH (UID 1 BODY[] {1000000}\r\n"
    ) -> None:
        client.sendall(start)
        while not self._stopping.wait(_DRIP_SECONDS):
            client.sendall(b"x")

    def _usual(self, command: bytes) -> tuple[bytes, bytes]:
        if command == b"IDLE":
            return b"+ idling\r\n", b""
        if command.startswith(b"UID FETCH"):
            asked = [int(n) for n in re.findall(rb"\d+", command.split()[2])]
            return b"".join(self.message(uid, command) for uid in asked), b"OK x"
        if command.startswith(b"UID STORE") and b"\\DELETED" in command:
            uid = {int(command.split()[2])}
            self.deleted = self.deleted - uid if b"-FLAGS" in command else self.deleted | uid
        found = b" ".join(b"%d" % u for u in self.uids)
        usual = {
            b"SELECT": b"* %d EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n" % len(self.uids),
            b"EXAMINE": b"* 0 EXISTS\r\n* OK [UIDVALIDITY 8] x\r\n",
            b"UID SEARCH UNDELETED SINCE": b"* SEARCH\r\n",
            b"UID SEARCH": b"* SEARCH %s\r\n" % found,
            b"CAPABILITY": b"* CAPABILITY %s\r\n" % self._capabilities,
            b"LIST": b'* LIST () "/" Processed\r\n',
        }
        answer = next((said for start, said in usual.items() if command.startswith(start)), b"")
        return answer, b"OK x"

    def message(self, uid: int, command: bytes = b"BODY.PEEK[]") -> bytes:
        """A FETCH answer with all that is ever asked for."""
        body = b"Subject: %d\r\n\r\nbody\r\n" % uid
        found = re.search(rb"BODY\.PEEK(\[[^\]]*\])(?:<0\.\d+>)?", command)
        section = found[1] if found else b"[]"
        if found and b"<0." in found[0]:
            section += b"<0>"
        flags = b"\\Deleted" if uid in self.deleted else b""
        return (
            b"* %d FETCH (UID %d FLAGS (%s) RFC822.SIZE %d INTERNALDATE %s BODY%s {%d}\r\n%s)\r\n"
            % (
                self.uids.index(uid) + 1 if uid in self.uids else 99,
                uid,
                flags,
                len(body),
                self.date,
                section,
                len(body),
                body,
            )
        )
