"""Letters leave by SMTP (port `Letterbox`). What can go wrong is told apart by what may have
happened to the letter: nothing left, it may have left, or it never will (mail.md, E33).
"""

import smtplib
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Literal

from bot.smtp_connection import Connection
from bot.smtp_login import Answer, Login, enhanced_status, login_advice, our_own_fault
from handlers.mail.compose import compose
from handlers.mail.verp import bounce_address
from models.errors import AnswerLost, NotYet, Unavailable, Undeliverable
from models.letter import Letter
from models.ports import Taken

# Refusals that are about our login, not about the letter: a person mends the setting, and the
# letter then leaves. RFC 4954, section 6.
_LOGIN_REFUSED = frozenset([530, 534, 535, 538])
_MENDING_PAUSE = 300.0
# A whole attempt ends within the lease of an outbox item (5 minutes), also with a server that
# dribbles its answers or has many addresses that do not answer.
_LONGEST_ATTEMPT = 240.0
# RFC 5321, 4.5.3.2.6: a server that looks through a letter takes its time, and a client that
# hangs up meanwhile does not know what became of it.
_LONGEST_LOOK = 60.0
_GOODBYE = 5.0
# The time-out of a socket is for the whole of one send: a letter with files goes piece by piece.
_PIECE = 64 * 1024

_TROUBLES: tuple[tuple[type[Exception], str], ...] = (
    (
        smtplib.SMTPNotSupportedError,
        "offers no STARTTLS, and nothing is sent unencrypted; check [letters] port and tls",
    ),
    (socket.gaierror, "is not found by its name (DNS)"),
    (TimeoutError, "does not answer in time"),
    (
        ssl.SSLError,
        "speaks no TLS that we speak; check [letters] port and tls",
    ),
)


class SmtpLetterbox:
    """One letter, one connection: the council's server may close an idle one at any time.

    `envelope_sender` is where bounces go; empty means `<>`, which RFC 3834 asks for in automatic
    answers and Microsoft 365 may refuse. With `verp` each letter has a bounce address of its own.
    `now` (aware) becomes the Date.
    """

    def __init__(
        self,
        *,
        host: str,
        port: int,
        login: Login | None,
        tls: Literal["tls", "starttls", "none"],
        timeout: float,
        envelope_sender: str,
        verp: bool,
        from_address: str,
        from_name: str,
        now: Callable[[], datetime],
        ssl_context: ssl.SSLContext | None = None,
        look: float = _LONGEST_LOOK,
        longest_attempt: float = _LONGEST_ATTEMPT,
        refused_pause: float = _MENDING_PAUSE,
    ) -> None:
        """Connects when a letter is sent. `timeout` is in seconds, for each answer, and `look` for
        that to the text, if it is longer. After a refused login none is tried for `refused_pause`
        seconds, so that the account is not locked (A9).
        """
        self._host, self._port, self._tls, self._timeout = host, port, tls, timeout
        self._login = login
        self._envelope_sender, self._verp = envelope_sender, verp
        self._from_address, self._from_name = from_address, from_name
        self._now = now
        self._longest_attempt = longest_attempt
        self._look = max(timeout, look)
        self._refused_pause = refused_pause
        self._refused: tuple[float, str] = (0.0, "")
        self._ssl_context = ssl_context
        if ssl_context is None and tls != "none":
            # smtplib checks no certificate unless it is told to.
            self._ssl_context = ssl.create_default_context()

    def send(self, letter: Letter, files: Sequence[bytes] = ()) -> Taken:
        """Hand the letter over; a bounce will tell where it did not arrive.

        Raises Unavailable (nothing left: no connection, a server in trouble, a refused login),
        NotYet (nothing left: this letter is put off, a 4xx), AnswerLost (the text was sent and no
        answer came) or Undeliverable (a 5xx about this letter).
        """
        email = compose(
            letter,
            from_address=self._from_address,
            from_name=self._from_name,
            now=self._now(),
            files=files,
        )
        sender = self._envelope_sender
        if self._verp:
            sender = bounce_address(sender, letter.message_id)
        ends_at = time.monotonic() + self._longest_attempt
        for fresh in (False, True):
            with self._connection(ends_at) as server:
                if self._log_in(server, fresh=fresh):
                    # The address as the header has it: its domain is in ASCII there.
                    self._hand_over(server, sender, str(email["To"]), email.as_bytes())
                    return Taken(None)
        raise AssertionError("a refused fresh token is raised")  # pragma: no cover

    def find(self, letter: Letter) -> Taken | None:
        """A mail server cannot be asked what it took: a letter is not sent again unasked (E33)."""
        del letter
        raise Undeliverable(
            f"an earlier attempt ended before the mail server {self._host} had said that it took it"
        )

    def arrived(self, name: str) -> None:
        """Nobody can be asked; bounces tell."""

    @contextmanager
    def _connection(self, ends_at: float) -> Iterator[Connection]:
        self._check_pause()
        server = Connection(self._from_address.rpartition("@")[2], self._timeout, ends_at)
        try:
            with server.cut_off_in_time():
                self._connect(server)
                yield server
        finally:
            with suppress(smtplib.SMTPException, OSError):
                server.close()

    def _connect(self, server: Connection) -> None:
        """Greeted, and encrypted unless the settings say otherwise: never plain because the server
        offers nothing else.
        """
        try:
            server.reach(self._host, self._port)
            if self._tls == "tls" and self._ssl_context is not None:
                server.encrypt(self._ssl_context, self._host)
            server.greeted()
            if self._tls == "starttls" and self._ssl_context is not None:
                server.ask_for_tls(self._ssl_context, self._host)
            server.ehlo_or_helo_if_needed()
        except (smtplib.SMTPException, OSError) as error:
            raise self._no_connection(error) from error

    def _log_in(self, server: smtplib.SMTP, *, fresh: bool) -> bool:
        """Whether it let us in; False where a fresh token may still help, over a new connection,
        for some servers hang up on who they refused. Raises Unavailable.
        """
        if self._login is None:
            return True
        if not server.has_extn("auth"):
            raise self._login_refused(f"offers no login on port {self._port}.")
        answer = self._authenticated(server, self._login, fresh=fresh)
        if answer[0] == 235:
            return True
        if answer[0] < 500:
            raise Unavailable(
                f"The mail server {self._host} lets nobody log in now ({_said(answer)})."
            )
        if self._login.renewable and not fresh:
            return False
        raise self._login_refused(
            f"does not let us log in ({_said(answer)}). {login_advice(self._login, answer)}"
        )

    def _authenticated(self, server: smtplib.SMTP, login: Login, *, fresh: bool) -> Answer:
        try:
            return login(server, fresh=fresh)
        except (smtplib.SMTPException, OSError) as error:
            raise self._no_connection(error) from error

    def _login_refused(self, what: str) -> Unavailable:
        why = f"The mail server {self._host} {what}"
        self._refused = (time.monotonic() + self._refused_pause, why)
        return Unavailable(why, retry_after=self._refused_pause)

    def _check_pause(self) -> None:
        until, why = self._refused
        left = until - time.monotonic()
        if left > 0:
            raise Unavailable(why, retry_after=left)

    def _no_connection(self, error: Exception) -> Unavailable:
        return Unavailable(f"The mail server {self._host} {_trouble(error)}.")

    def _hand_over(self, server: smtplib.SMTP, sender: str, recipient: str, content: bytes) -> None:
        """The steps of RFC 5321 one by one: only between the text's end and its answer is the
        letter's fate unknown. A text without its end is thrown away by whoever got it (4.1.1.4).
        """
        try:
            self._expect_sender(server.mail(sender))
            self._expect(server.rcpt(recipient))
            self._expect(server.docmd("DATA"), wanted=354)
            for piece in _pieces(_dotted(content)):
                server.send(piece)
        except (smtplib.SMTPException, OSError) as error:
            raise self._no_connection(error) from error
        try:
            if server.sock is not None:
                server.sock.settimeout(self._look)
            server.send(b".\r\n")
            answer = server.getreply()
        except (smtplib.SMTPException, OSError) as error:
            raise self._answer_lost() from error
        if not (answer[0] == 250 or 400 <= answer[0] < 600):
            raise self._answer_lost()
        self._expect(answer)
        with suppress(smtplib.SMTPException, OSError):
            if server.sock is not None:
                server.sock.settimeout(_GOODBYE)
            server.quit()

    def _answer_lost(self) -> AnswerLost:
        return AnswerLost(f"The mail server {self._host} did not say whether it took the letter.")

    def _expect_sender(self, answer: Answer) -> None:
        """Where our own address is refused, no letter is at fault and none is given up."""
        if 200 <= answer[0] < 300:
            return
        if answer[0] >= 500 and our_own_fault(answer) is None:
            raise Unavailable(
                f"The mail server {self._host} refuses our own address ({_said(answer)}). "
                "Check [letters] envelope_sender.",
                retry_after=_MENDING_PAUSE,
            )
        self._expect(answer, of_us=True)

    def _expect(self, answer: Answer, wanted: int = 250, *, of_us: bool = False) -> None:
        """`of_us` where what is put off is not this letter alone."""
        code = answer[0]
        if code == wanted or (wanted == 250 and 200 <= code < 300):
            return
        advice = our_own_fault(answer)
        # The server's words may name the customer, so only its numbers are repeated.
        said = f"The mail server {self._host} %s ({_said(answer)})."
        if advice is not None or code in _LOGIN_REFUSED:
            advice = advice or "Check [letters] user and auth."
            raise Unavailable(f"{said % 'refuses us'} {advice}", retry_after=_MENDING_PAUSE)
        if code == 421 or (of_us and code < 500):
            # RFC 5321, 3.8: it is closing. The next letter would hear the same.
            raise Unavailable(said % "takes nothing now")
        if not 500 <= code < 600:
            raise NotYet(said % "cannot take the letter now")
        raise Undeliverable(said % "refuses the letter for good")


def _said(answer: Answer) -> str:
    return f"{answer[0]} {enhanced_status(answer)}".strip()


def _trouble(error: BaseException) -> str:
    """What came in the way of a connection, for whoever is to mend it."""
    if isinstance(error, smtplib.SMTPServerDisconnected) and error.__context__ is not None:
        # smtplib's name for whatever the socket said.
        error = error.__context__
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"shows a certificate that does not hold: {error.verify_message.rstrip('.')}"
    for kind, what in _TROUBLES:
        if isinstance(error, kind):
            return what
    if isinstance(error, smtplib.SMTPResponseException):
        return f"takes nothing now ({error.smtp_code})"
    return f"does not answer ({type(error).__name__})"


def _pieces(content: bytes) -> Iterator[bytes]:
    return (content[start : start + _PIECE] for start in range(0, len(content), _PIECE))


def _dotted(content: bytes) -> bytes:
    """RFC 5321, 4.5.2: a dot that begins a line is doubled, for a dot alone ends the text."""
    lines = content.replace(b"\r\n.", b"\r\n..")
    if lines.startswith(b"."):
        lines = b"." + lines
    return lines + (b"" if lines.endswith(b"\r\n") else b"\r\n")
