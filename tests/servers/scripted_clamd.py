"""A daemon that speaks clamd's protocol over a real socket, and whose answers a test chooses."""

import contextlib
import socket
import struct
import threading
from enum import Enum
from pathlib import Path
from typing import Self

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Mood(Enum):
    """How it answers."""

    WELL = "well"
    GARBAGE = "garbage"
    SILENT = "silent"
    HANGS_UP = "hangs up"
    DRIPS = "drips"


class ScriptedClamd:
    """Finds EICAR in what is streamed to it; more than `largest` bytes it cuts off, as clamd does."""

    def __init__(self, path: Path | None = None, largest: int = 1_000_000) -> None:
        self.mood = Mood.WELL
        self.scanned: list[bytes] = []
        self._largest = largest
        self._ended = threading.Event()
        if path is None:
            self._listener = socket.create_server(("127.0.0.1", 0))
            self.port = self._listener.getsockname()[1]
        else:
            self._listener = socket.socket(socket.AF_UNIX)
            self._listener.bind(str(path))
            self._listener.listen()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
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
        with client, client.makefile("rb") as stream, contextlib.suppress(OSError):
            if self.mood is Mood.HANGS_UP:
                return
            assert stream.read(10) == b"zINSTREAM\0"
            content = self._stream(stream)
            if content is None:
                client.sendall(b"INSTREAM size limit exceeded. ERROR\0")
                return
            self.scanned.append(content)
            self._say(client, content)

    def _stream(self, stream) -> bytes | None:
        content = b""
        while size := struct.unpack("!I", stream.read(4))[0]:
            content += stream.read(size)
            if len(content) > self._largest:
                return None
        return content

    def _say(self, client: socket.socket, content: bytes) -> None:
        if self.mood is Mood.GARBAGE:
            client.sendall(b"UNKNOWN COMMAND\0")
        elif self.mood is Mood.SILENT:
            self._ended.wait(30)
        elif self.mood is Mood.DRIPS:
            # A byte now and then keeps a timeout of each read from ever ending.
            while not self._ended.wait(0.05):
                client.sendall(b".")
        else:
            found = b"stream: Eicar-Test-Signature FOUND\0" if EICAR in content else b"stream: OK\0"
            client.sendall(found)
