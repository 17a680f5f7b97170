"""A mail server that fails on demand at any step, as real ones do and none does when asked."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from typing import Literal, Self

Step = Literal["CONNECT", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "TEXT", "QUIT"]

_WELL = {
    "CONNECT": "220 mail.example ESMTP",
    "EHLO": "250-mail.example\r\n250 AUTH PLAIN",
    "AUTH": "235 2.7.0 welcome",
    "MAIL": "250 2.1.0 ok",
    "RCPT": "250 2.1.5 ok",
    "DATA": "354 go on",
    "TEXT": "250 2.0.0 queued",
    "QUIT": "221 bye",
}
HANG, DROP, DRIBBLE = "hang", "drop", "dribble"


class ScriptedSmtp:
    """Answers well, but at the steps of `answers`: with these words, or HANG, DROP or DRIBBLE (one
    byte again and again), also after the words. `heard` is every step it was asked for; `texts`
    are what came whole.
    """

    def __init__(
        self,
        answers: Mapping[Step, str] | None = None,
        context: ssl.SSLContext | None = None,
        pause: float = 0.0,
    ) -> None:
        """With a `context` it speaks TLS from the start; over a slow line it takes some 50 kB of a
        text, then nothing for `pause` seconds.
        """
        self._context, self._pause = context, pause
        self.answers: dict[str, str] = dict(answers or {})
        self.heard: list[str] = []
        self.texts: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        if pause:
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32 * 1024)
        self.port = self._listener.getsockname()[1]
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while not self._ended.is_set():
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with contextlib.suppress(OSError), self._encrypted(client) as encrypted:
                self._talk(encrypted)

    def _encrypted(self, client: socket.socket) -> socket.socket:
        if self._context is None:
            return client
        try:
            return self._context.wrap_socket(client, server_side=True)
        except OSError:
            client.close()
            raise

    def _talk(self, client: socket.socket) -> None:
        lines = client.makefile("rb")
        if not self._answer(client, "CONNECT"):
            return
        for line in lines:
            step = line[:4].decode("ascii", "replace").strip().upper()
            if not self._answer(client, step):
                return
            if step == "DATA" and self.answers.get("DATA", "354").startswith("354"):
                text = b"".join(self._slowly(iter(lines.readline, b".\r\n")))
                self.texts.append(text)
                if not self._answer(client, "TEXT"):
                    return

    def _slowly(self, lines: Iterator[bytes]) -> Iterator[bytes]:
        for number, line in enumerate(lines, 1):
            if self._pause and number % 700 == 0:
                self._ended.wait(self._pause)
            yield line

    def _answer(self, client: socket.socket, step: str) -> bool:
        self.heard.append(step)
        answer = self.answers.get(step, _WELL.get(step, "500 what?"))
        if answer == DROP:
            return False
        if answer.endswith(HANG):
            client.sendall(answer.removesuffix(HANG).encode())
            self._ended.wait(30)
            return False
        if answer.endswith(DRIBBLE):
            client.sendall(answer.removesuffix(DRIBBLE).encode())
            while not self._ended.wait(0.02):
                client.sendall(b"2")
            return False
        client.sendall(answer.removesuffix(DROP).encode() + b"\r\n")
        return not answer.endswith(DROP)
