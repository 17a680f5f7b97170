"""Asks clamd about a content, over TCP or a Unix socket (clamd(8): zINSTREAM)."""

import socket
import struct
from contextlib import suppress
from pathlib import Path
from time import monotonic

from models.errors import Unavailable
from models.message import Scanned, Verdict

_CHUNK = 64 * 1024
_LONGEST_ANSWER = 4_096


class ClamdScanner:
    """See models.ports.Scanner. A connection each, as clamd closes it after an answer."""

    def __init__(
        self,
        host: str = "localhost",
        port: int = 3310,
        path: Path | None = None,
        timeout: float = 30,
    ) -> None:
        """`path` is a Unix socket's and goes before host and port; `timeout` is for the whole of
        one scan, in seconds.
        """
        self._address: tuple[str, int] | str = str(path) if path else (host, port)
        self._timeout = timeout

    def scan(self, content: bytes) -> Scanned:
        """Clean, infected with the scanner's name for it, or too large for clamd's limit.

        Raises Unavailable where it does not answer in time, or not in words that are known.
        """
        deadline = monotonic() + self._timeout
        try:
            with self._connect() as connection:
                sent = _send(connection, content, deadline)
                answer = _answer(connection, deadline)
        except OSError as error:
            raise Unavailable(f"the virus scanner: {type(error).__name__}") from error
        return _read(answer, sent=sent)

    def _connect(self) -> socket.socket:
        if isinstance(self._address, str):
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                connection.settimeout(self._timeout)
                connection.connect(self._address)
            except BaseException:
                connection.close()
                raise
            return connection
        return socket.create_connection(self._address, self._timeout)


def _send(connection: socket.socket, content: bytes, deadline: float) -> bool:
    """Whether all of it went: clamd cuts off what is too large, with its answer already sent."""
    pieces = (content[i : i + _CHUNK] for i in range(0, len(content), _CHUNK))
    try:
        _send_all(connection, b"zINSTREAM\0", deadline)
        for piece in pieces:
            _send_all(connection, struct.pack("!I", len(piece)) + piece, deadline)
        _send_all(connection, struct.pack("!I", 0), deadline)
    except (BrokenPipeError, ConnectionResetError):
        return False
    return True


def _send_all(connection: socket.socket, data: bytes, deadline: float) -> None:
    connection.settimeout(_left(deadline))
    connection.sendall(data)


def _answer(connection: socket.socket, deadline: float) -> bytes:
    answer = b""
    # Reset after its answer, the connection still holds what came before.
    with suppress(ConnectionResetError):
        while b"\0" not in answer and len(answer) < _LONGEST_ANSWER:
            connection.settimeout(_left(deadline))
            piece = connection.recv(_LONGEST_ANSWER)
            if not piece:
                break
            answer += piece
    return answer


def _left(deadline: float) -> float:
    left = deadline - monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _read(answer: bytes, *, sent: bool) -> Scanned:
    words, end, _ = answer.partition(b"\0")
    text = words.decode("utf-8", "replace").strip()
    if end and sent and text == "stream: OK":
        return Scanned(Verdict.CLEAN)
    if end and text.startswith("stream: ") and text.endswith(" FOUND"):
        return Scanned(Verdict.INFECTED, text.removeprefix("stream: ").removesuffix(" FOUND")[:200])
    if text.startswith("INSTREAM size limit exceeded"):
        return Scanned(Verdict.TOO_LARGE)
    raise Unavailable(
        f"the virus scanner answered {text[:80]!r}" if text else "the virus scanner: no answer"
    )
