"""A small IMAP server whose answers a test writes: for faults that a real server does not make."""

import contextlib
import re
import socket
import threading
from collections.abc import Callable
from typing import Self

# Gets the command's words (upper case) and returns the untagged answer with its end of line, and
# the tagged one; None in place of the tagged one cuts the connection.
Answer = Callable[[bytes], tuple[bytes, bytes | None] | None]


class ScriptedImap:
    """Knows enough IMAP for a mailbox with `uids`; `answer` may answer any command its own way."""

    def __init__(self, uids: list[int], answer: Answer) -> None:
        self.uids = uids
        self.commands: list[bytes] = []
        self._answer = answer
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(5)

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
            self._start(self._serve, client)

    def _serve(self, client: socket.socket) -> None:
        with client, client.makefile("rb") as lines, contextlib.suppress(OSError):
            client.sendall(b"* OK [CAPABILITY IMAP4rev1 MOVE UIDPLUS IDLE] ready\r\n")
            for line in lines:
                tag, _, command = line.strip().partition(b" ")
                if tag.upper() == b"DONE":
                    continue
                self.commands.append(command)
                untagged, tagged = self._answer(command.upper()) or self._usual(command.upper())
                client.sendall(untagged)
                if tagged is None:
                    return
                if tagged:
                    client.sendall(tag + b" " + tagged + b"\r\n")

    def _usual(self, command: bytes) -> tuple[bytes, bytes]:
        if command.startswith(b"SELECT"):
            return b"* %d EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n" % len(
                self.uids
            ), b"OK [READ-WRITE] x"
        if command.startswith(b"UID SEARCH"):
            return b"* SEARCH " + b" ".join(b"%d" % u for u in self.uids) + b"\r\n", b"OK x"
        if command.startswith(b"UID FETCH"):
            asked = [int(n) for n in re.findall(rb"\d+", command.split()[2])]
            return b"".join(self.message(uid) for uid in asked), b"OK x"
        if command.startswith(b"CAPABILITY"):
            return b"* CAPABILITY IMAP4rev1 MOVE UIDPLUS IDLE\r\n", b"OK x"
        if command.startswith(b"LIST"):
            return b'* LIST () "/" Processed\r\n', b"OK x"
        return b"", b"OK x"

    def message(self, uid: int) -> bytes:
        """A FETCH answer with all that is ever asked for."""
        body = b"Subject: %d\r\n\r\nbody\r\n" % uid
        return (
            b'* %d FETCH (UID %d RFC822.SIZE %d INTERNALDATE "01-Jun-2020 10:00:00 +0100" '
            b"BODY[] {%d}\r\n%s)\r\n" % (self.uids.index(uid) + 1, uid, len(body), len(body), body)
        )
