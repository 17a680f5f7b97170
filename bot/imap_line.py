"""The line to an IMAP server: one that can be cut from outside at any time, the greeting's too."""

import imaplib
import socket
import ssl
from collections.abc import Callable

from imapclient import IMAPClient  # type: ignore[import-untyped]  # it ships no types

# The answer to a SEARCH is one line, and imaplib gives up at a million bytes, some 140,000 messages.
# This is room for millions; an answer without an end is the watchdog's to cut.
imaplib._MAXLINE = 50_000_000  # type: ignore[attr-defined]  # noqa: SLF001


class Client(IMAPClient):  # type: ignore[misc]  # it ships no types
    """An IMAPClient that hands over a second handle on its line before anything is read from it.

    `shutdown` on that handle ends whatever is being read, the TLS handshake and the greeting
    included. Whoever gets it closes it.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        context: ssl.SSLContext | None,
        timeout: float,
        opened: Callable[[socket.socket], None],
    ) -> None:
        """Connect, with TLS from the start where there is a `context`; `timeout` is in seconds."""
        self._context, self._seconds, self._opened = context, timeout, opened
        super().__init__(host, port, ssl=context is not None, ssl_context=context, timeout=timeout)

    def _create_IMAP4(self) -> imaplib.IMAP4:  # noqa: N802  # the library's name
        return _Protocol(self.host, self.port, self._context, self._seconds, self._opened)


class _Protocol(imaplib.IMAP4):
    def __init__(
        self,
        host: str,
        port: int,
        context: ssl.SSLContext | None,
        timeout: float,
        opened: Callable[[socket.socket], None],
    ) -> None:
        self._context, self._opened = context, opened
        super().__init__(host, port, timeout=timeout)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        line = socket.create_connection((self.host, self.port), timeout)
        self._opened(line.dup())
        if self._context is None:
            return line
        return self._context.wrap_socket(line, server_hostname=self.host)
