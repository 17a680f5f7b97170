"""One connection to an IMAP server: made when needed, thrown away after any exception."""

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Literal

from imapclient import IMAPClient  # type: ignore[import-untyped]  # it ships no types
from imapclient.exceptions import LoginError  # type: ignore[import-untyped]  # it ships no types

from models.errors import CarebotError, Unavailable

Tls = Literal["tls", "starttls", "none"]

# Answers to a login that say "not now" and nothing about the password (RFC 5530; Exchange Online).
_NOT_NOW = ("[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "SERVER UNAVAILABLE", "TRY AGAIN")


class ImapConnection:
    """Logs in and selects the folder at the first use and after each failure.

    After a refused password no login is tried for `refused_pause` seconds, so that the account is
    not locked.
    """

    def __init__(
        self,
        *,
        account: str,
        host: str,
        port: int,
        user: str,
        password: str,
        tls: Tls,
        folder: str,
        timeout: float,
        refused_pause: float,
        ssl_context: ssl.SSLContext | None,
    ) -> None:
        """Nothing is connected yet. `timeout` is in seconds, for connecting and each answer."""
        self._account, self._folder = account, folder
        self._host, self._port, self._tls, self._timeout = host, port, tls, timeout
        self._user, self._password = user, password
        self._ssl_context = ssl_context
        if ssl_context is None and tls != "none":
            self._ssl_context = ssl.create_default_context()
        self._refused_pause = refused_pause
        self._refused_until = 0.0
        self._client: IMAPClient | None = None
        self._lock = threading.RLock()
        self.closed = False
        self.uidvalidity = 0

    @contextmanager
    def talking(self) -> Iterator[IMAPClient]:
        """The logged-in client, for this thread alone. Whatever is raised inside ends the
        connection and, unless it is one of our errors, becomes Unavailable.
        """
        with self._lock:
            try:
                yield self._connected()
            except CarebotError:
                self._drop()
                raise
            except Exception as error:
                # Whatever the library raised: nothing it holds can be trusted any more (A8).
                self._drop()
                raise Unavailable(
                    f"The mailbox {self._account} does not answer ({type(error).__name__})."
                ) from error

    def _connected(self) -> IMAPClient:
        if self.closed:
            raise Unavailable(f"The mailbox {self._account} is closed.")
        if self._client is None:
            pause = self._refused_until - time.monotonic()
            if pause > 0:
                raise self._refused(pause)
            client = IMAPClient(
                self._host,
                self._port,
                ssl=self._tls == "tls",
                ssl_context=self._ssl_context if self._tls == "tls" else None,
                timeout=self._timeout,
            )
            self._client = client
            client.normalise_times = False
            if self._tls == "starttls":
                client.starttls(self._ssl_context)
            self._login(client)
            self.uidvalidity = int(client.select_folder(self._folder)[b"UIDVALIDITY"])
        return self._client

    def _login(self, client: IMAPClient) -> None:
        try:
            client.login(self._user, self._password)
        except LoginError as error:
            if any(sign in str(error).upper() for sign in _NOT_NOW):
                raise
            self._refused_until = time.monotonic() + self._refused_pause
            raise self._refused(self._refused_pause) from error

    def _refused(self, pause: float) -> Unavailable:
        return Unavailable(
            f"The mailbox {self._account} refuses the user name or the password. "
            "Check [mailbox] user and CAREBOT_IMAP_PASSWORD.",
            retry_after=pause,
        )

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with suppress(Exception):
                client.shutdown()

    def close(self) -> None:
        """Log out once whoever is talking has finished. Never raises."""
        self.closed = True
        with self._lock:
            client, self._client = self._client, None
            if client is not None:
                try:
                    client.logout()
                except Exception:  # noqa: BLE001  # it is being left: whatever it raised
                    with suppress(Exception):
                        client.shutdown()


def told_of_mail(client: IMAPClient) -> bool:
    """Whether an EXISTS has come since this was last asked."""
    _, data = client._imap.response("EXISTS")  # noqa: SLF001
    return bool(data != [None])


def existing_folder(client: IMAPClient, name: str) -> str:
    """The folder's name on this server, below the personal namespace where it wants that."""
    if client.folder_exists(name):
        return name
    prefix = ""
    if client.has_capability("NAMESPACE"):
        personal = client.namespace().personal
        prefix = personal[0][0] if personal else ""
    full = name if name.startswith(prefix) else f"{prefix}{name}"
    if full == name or not client.folder_exists(full):
        client.create_folder(full)
    return full
