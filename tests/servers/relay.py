"""A TCP relay in front of a server, to cut or to freeze connections on demand."""

import contextlib
import socket
import threading
from typing import Self


class Relay:
    """Passes bytes both ways between 127.0.0.1:`port` and a server, until `cut` or `freeze`.

    After `most` bytes from a client the line goes dead.
    """

    def __init__(self, host: str, port: int, most: int | None = None) -> None:
        self._to = (host, port)
        self._most = most
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._flowing = threading.Event()
        self._flowing.set()
        self.connections = 0

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._flowing.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()
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
            server = socket.create_connection(self._to)
            self.connections += 1
            self._open += [client, server]
            self._start(self._pass, client, server, self._most)
            self._start(self._pass, server, client, None)

    def _pass(self, source: socket.socket, target: socket.socket, most: int | None) -> None:
        passed = 0
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                self._flowing.wait()
                passed += len(data)
                if most is not None and passed > most:
                    self.cut()
                    return
                target.sendall(data)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def cut(self) -> None:
        """End every connection now; new ones are passed on."""
        for one in self._open:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self._open.clear()

    def freeze(self) -> None:
        """Let no byte through any more, without ending anything."""
        self._flowing.clear()

    def thaw(self) -> None:
        """Let the bytes through again, those that waited too."""
        self._flowing.set()
