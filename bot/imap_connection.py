"""One connection to an IMAP server: made when needed, thrown away after any exception."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from imapclient import IMAPClient  # type: ignore[import-untyped]  # it ships no types
from imapclient.exceptions import (  # type: ignore[import-untyped]  # it ships no types
    CapabilityError,
    IMAPClientError,
    LoginError,
)

from bot.imap_line import Client
from bot.oauth import Tokens, xoauth2
from models.errors import CarebotError, Unavailable

Tls = Literal["tls", "starttls", "none"]

# Answers that say "not now" and nothing about who asks (RFC 5530; Exchange Online): A9.
_NOT_NOW = (
    "[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]", "SERVER UNAVAILABLE", "TRY AGAIN",
    "TOO MANY", "TEMPORAR",
)  # fmt: skip


def is_for_now(error: BaseException) -> bool:
    """Whether a server's refusal may be another answer the next time, for the same question."""
    lost = isinstance(error, IMAPClient.AbortError)
    return lost or any(sign in str(error).upper() for sign in _NOT_NOW)


@dataclass(frozen=True, slots=True)
class Access:
    """How to get into a mailbox. `timeout` is in seconds, for connecting and each answer.

    `password_variable` is where a person looks who is told that the password is refused. With
    `tokens` it is SASL XOAUTH2 for `user`, the mailbox (A10), else the password.
    `certificate_authority`: PEM of an authority that is trusted beside the system's own.
    After a refusal that only a person can end, no login is tried for `refused_pause` seconds, so
    that the account is not locked (A9).
    """

    account: str
    host: str
    port: int
    user: str
    password: str = ""
    password_variable: str = "CAREBOT_IMAP_PASSWORD"  # noqa: S105  # a variable's name
    tokens: Tokens | None = None
    tls: Tls = "tls"
    timeout: float = 30.0
    refused_pause: float = 300.0
    certificate_authority: Path | None = None

    def ssl_context(self) -> ssl.SSLContext:
        """What checks the server's certificate and its name, always."""
        context = ssl.create_default_context()
        if self.certificate_authority is not None:
            context.load_verify_locations(self.certificate_authority)
        return context


class SaidNo(CarebotError):
    """The server answered a command with no, and will again: the connection is sound."""


class ImapConnection:
    """Logs in and selects the folder at the first use and after each failure.

    An Unavailable with `retry_after` is one that only a person can end: the password, the
    certificate, the folder's name.
    """

    def __init__(self, access: Access, folder: str) -> None:
        """Nothing is connected yet."""
        self._access, self._folder = access, folder
        self._ssl_context = access.ssl_context() if access.tls != "none" else None
        self._refused: str | None = None
        self._refused_until = 0.0
        self._client: IMAPClient | None = None
        self._line: socket.socket | None = None
        self._lock = threading.RLock()
        self._talking_since: float | None = None
        self.closed = False
        self.uidvalidity = 0

    @contextmanager
    def talking(self) -> Iterator[IMAPClient]:
        """The logged-in client, for this thread alone. Whatever is raised inside, save SaidNo, ends
        the connection and, unless it is one of our errors, becomes Unavailable.
        """
        with self._lock, self._timed():
            try:
                yield self._connected()
            except SaidNo:
                raise
            except CarebotError:
                self._drop()
                raise
            except Exception as error:
                # Whatever the library raised: nothing it holds can be trusted any more (A8).
                self._drop()
                raise Unavailable(
                    f"The mailbox {self._access.account} does not answer ({_kind_of(error)})."
                ) from error

    @contextmanager
    def _timed(self) -> Iterator[None]:
        before = self._talking_since
        self._talking_since = before or time.monotonic()
        try:
            yield
        finally:
            self._talking_since = before

    @contextmanager
    def elsewhere(self, folder: str) -> Iterator[tuple[IMAPClient, int]]:
        """The client with another folder open, to read only, and that folder's UIDVALIDITY."""
        with self.talking() as client:
            validity = int(client.select_folder(folder, readonly=True)[b"UIDVALIDITY"])
            try:
                yield client, validity
            except SaidNo:
                self._select(client)
                raise
            self._select(client)

    def _connected(self) -> IMAPClient:
        if self.closed:
            raise Unavailable(f"The mailbox {self._access.account} is closed.")
        if self._client is None:
            pause = self._refused_until - time.monotonic()
            if self._refused is not None and pause > 0:
                raise Unavailable(self._refused, retry_after=pause)
            client = self._new_client()
            self._client = client
            client.normalise_times = False
            self._start_tls(client)
            self._login(client)
            self._select(client)
            self._refused = None
        return self._client

    def _new_client(self) -> IMAPClient:
        """Connect, and read the greeting, within the timeout, the TLS handshake's too."""
        access = self._access
        with self._certificate_sentence():
            return Client(
                access.host,
                access.port,
                context=self._ssl_context if access.tls == "tls" else None,
                timeout=access.timeout,
                opened=self._keep_line,
            )

    def _keep_line(self, line: socket.socket) -> None:
        self._line = line

    def _start_tls(self, client: IMAPClient) -> None:
        if self._access.tls != "starttls":
            return
        try:
            with self._certificate_sentence():
                client.starttls(self._ssl_context)
        except CapabilityError as error:
            # Somebody between us may have taken it out: nothing is ever sent in plain instead.
            raise self._refusal(
                "offers no STARTTLS, and nothing is sent to it unprotected. "
                "Check [mailbox] tls and port"
            ) from error

    @contextmanager
    def _certificate_sentence(self) -> Iterator[None]:
        try:
            yield
        except ssl.SSLCertVerificationError as error:
            why = error.verify_message.rstrip(".")
            raise self._refusal(
                f"shows a certificate that cannot be trusted: {why}. Check [mailbox] host and "
                "certificate_authority"
            ) from error

    def _login(self, client: IMAPClient) -> None:
        if self._access.tokens is None:
            self._try_login(lambda: self._password_login(client))
            return
        if self._try_token(client, fresh=False):
            return
        # A token may be revoked before its time (A10): one new one, then it is a person's.
        if not self._try_token(client, fresh=True):
            raise self._refusal(
                "refuses the access token. Check that the application may read this mailbox "
                "(IMAP.AccessAsApp, and its permission on the mailbox) and [mailbox] user"
            )

    def _password_login(self, client: IMAPClient) -> None:
        user, password = self._access.user, self._access.password
        if (user + password).isascii():
            client.login(user, password)
        else:
            client.plain_login(user, password)

    def _try_login(self, login: Callable[[], object]) -> None:
        try:
            login()
        except LoginError as error:
            # The library says LoginError also where the connection ended in the midst of it.
            if is_for_now(error) or isinstance(error.__context__, IMAPClient.AbortError):
                raise
            raise self._refusal(
                "refuses the user name or the password. "
                f"Check [mailbox] user and {self._access.password_variable}"
            ) from error

    def _try_token(self, client: IMAPClient, *, fresh: bool) -> bool:
        tokens = self._access.tokens
        assert tokens is not None
        # The challenge after a refusal wants an empty answer, not the token again.
        answers = iter([xoauth2(self._access.user, tokens.token(fresh=fresh))])
        try:
            client.sasl_login("XOAUTH2", lambda _: next(answers, ""))
        except LoginError as error:
            if is_for_now(error) or isinstance(error.__context__, IMAPClient.AbortError):
                raise
            return False
        return True

    def _select(self, client: IMAPClient) -> None:
        try:
            self.uidvalidity = int(client.select_folder(self._folder)[b"UIDVALIDITY"])
        except IMAPClientError as error:
            if is_for_now(error) or client.folder_exists(self._folder):
                raise
            raise self._refusal(
                f"has no folder “{self._folder}”. Check [mailbox] folder"
            ) from error

    def _refusal(self, what: str) -> Unavailable:
        pause = self._access.refused_pause
        self._refused = f"The mailbox {self._access.account} {what}."
        self._refused_until = time.monotonic() + pause
        return Unavailable(self._refused, retry_after=pause)

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with suppress(Exception):
                client.shutdown()
        line, self._line = self._line, None
        if line is not None:
            line.close()

    def abandon(self, after: float) -> None:
        """Cut the line under whoever has been talking for `after` seconds, who then gets
        Unavailable: for an answer without an end, whose bytes come in time. Never raises or waits.
        """
        line, since = self._line, self._talking_since
        if line is not None and since is not None and time.monotonic() - since > after:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Log out once whoever is talking has finished. Never raises."""
        self.closed = True
        with self._lock:
            if self._client is not None:
                with suppress(Exception):  # it is being left: whatever it raises
                    self._client.logout()
            self._drop()


def _kind_of(error: BaseException) -> str:
    """An error of the library by its type alone: its text may hold what a customer wrote."""
    said = next((sign for sign in _NOT_NOW if sign in str(error).upper()), "")
    return type(error).__name__ + (f": {said}" if said else "")


def told_of_mail(client: IMAPClient) -> bool:
    """Whether an EXISTS has come since this was last asked."""
    _, data = client._imap.response("EXISTS")  # noqa: SLF001
    return bool(data != [None])


def existing_folder(client: IMAPClient, name: str) -> str:
    """The folder's name on this server, as `found_folder` gives it; made where there is none."""
    full = _full_name(client, name)
    if not client.folder_exists(full):
        client.create_folder(full)
    return full


def found_folder(client: IMAPClient, name: str) -> str | None:
    """The folder's name on this server, below the personal namespace where it wants that."""
    full = _full_name(client, name)
    return full if client.folder_exists(full) else None


def _full_name(client: IMAPClient, name: str) -> str:
    if client.folder_exists(name) or not client.has_capability("NAMESPACE"):
        return name
    personal = client.namespace().personal
    prefix = personal[0][0] if personal else ""
    return name if name.startswith(prefix) else f"{prefix}{name}"
