"""Letters leave by SMTP (port `Letterbox`). What can go wrong is told apart by what may have
happened to the letter: nothing left, it may have left, or it never will (mail.md, E33).
"""

import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Literal, NoReturn

from handlers.mail.compose import compose
from models.errors import AnswerLost, NotYet, Unavailable, Undeliverable
from models.letter import Letter

# Refusals that are about our login, not about the letter: a person mends the setting, and the
# letter then leaves. RFC 4954, section 6.
_LOGIN_REFUSED = frozenset([530, 534, 535, 538])


class SmtpLetterbox:
    """One letter, one connection: the council's server may close an idle one at any time.

    `envelope_sender` is where bounces go; empty means `<>`, which RFC 3834 asks for in automatic
    answers and Microsoft 365 may refuse. `now` (aware) becomes the Date.
    """

    def __init__(
        self,
        *,
        host: str,
        port: int,
        user: str | None,
        password: str | None,
        tls: Literal["tls", "starttls", "none"],
        timeout: float,
        envelope_sender: str,
        from_address: str,
        from_name: str,
        now: Callable[[], datetime],
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        """Connects when a letter is sent; `timeout` is in seconds, for each answer."""
        self._host, self._port, self._tls, self._timeout = host, port, tls, timeout
        self._user, self._password = user, password
        self._envelope_sender = envelope_sender
        self._from_address, self._from_name = from_address, from_name
        self._now = now
        self._ssl_context = ssl_context
        if ssl_context is None and tls != "none":
            # smtplib checks no certificate unless it is told to.
            self._ssl_context = ssl.create_default_context()

    def send(self, letter: Letter) -> None:
        """Hand the letter over.

        Raises Unavailable (nothing left: no connection, a 4xx, a refused login), AnswerLost (the
        text was sent and no answer came) or Undeliverable (a 5xx about this letter).
        """
        email = compose(
            letter, from_address=self._from_address, from_name=self._from_name, now=self._now()
        )
        # The address as the header has it: a domain in other letters is in its ASCII form there.
        recipient = str(email["To"])
        server = self._connected()
        try:
            self._hand_over(server, recipient, email.as_bytes())
        finally:
            with suppress(smtplib.SMTPException, OSError):
                server.close()

    def _connected(self) -> smtplib.SMTP:
        server: smtplib.SMTP | None = None
        try:
            if self._tls == "tls":
                server = smtplib.SMTP_SSL(
                    self._host, self._port, timeout=self._timeout, context=self._ssl_context
                )
            else:
                server = smtplib.SMTP(self._host, self._port, timeout=self._timeout)
            if self._tls == "starttls":
                server.starttls(context=self._ssl_context)
            if self._user is not None:
                server.login(self._user, self._password or "")
        except (smtplib.SMTPException, OSError) as error:
            if server is not None:
                server.close()
            raise self._not_connected(error) from error
        return server

    def _not_connected(self, error: Exception) -> Unavailable:
        if isinstance(error, smtplib.SMTPResponseException) and error.smtp_code in _LOGIN_REFUSED:
            return Unavailable(
                f"The mail server {self._host} refuses the user name or the password. "
                "Check [letters] and CAREBOT_SMTP_PASSWORD.",
                retry_after=300,
            )
        return Unavailable(
            f"The mail server {self._host} does not answer ({type(error).__name__})."
        )

    def _hand_over(self, server: smtplib.SMTP, recipient: str, content: bytes) -> None:
        """The steps of RFC 5321 one by one: only between the text's end and its answer is the
        letter's fate unknown.
        """
        try:
            server.ehlo_or_helo_if_needed()
            self._expect_sender(server.mail(self._envelope_sender))
            self._expect(server.rcpt(recipient))
            self._expect(server.docmd("DATA"), wanted=354)
        except (smtplib.SMTPException, OSError) as error:
            raise self._not_connected(error) from error
        try:
            server.send(_dotted(content))
            answer = server.getreply()
        except (smtplib.SMTPException, OSError) as error:
            raise AnswerLost(
                f"The mail server {self._host} did not say whether it took the letter."
            ) from error
        self._expect(answer)
        with suppress(smtplib.SMTPException, OSError):
            server.quit()

    def _expect_sender(self, answer: tuple[int, bytes]) -> None:
        """Where our own address is refused, no letter is at fault and none is given up."""
        if not 200 <= answer[0] < 300:
            raise Unavailable(
                f"The mail server {self._host} refuses our own address ({answer[0]}). "
                "Check [letters] envelope_sender.",
                retry_after=300,
            )

    def _expect(self, answer: tuple[int, bytes], wanted: int = 250) -> None:
        code = answer[0]
        if code == wanted or (wanted == 250 and 200 <= code < 300):
            return
        self._refuse(code)

    def _refuse(self, code: int) -> NoReturn:
        # The server's words may name the customer, so only its number is repeated.
        if code in _LOGIN_REFUSED or not 500 <= code < 600:
            raise NotYet(f"The mail server {self._host} cannot take the letter now ({code}).")
        raise Undeliverable(f"The mail server {self._host} refuses the letter for good ({code}).")


def _dotted(content: bytes) -> bytes:
    """RFC 5321, 4.5.2: a dot that begins a line is doubled; a dot alone ends the text."""
    lines = content.replace(b"\r\n.", b"\r\n..")
    if lines.startswith(b"."):
        lines = b"." + lines
    return lines + (b"" if lines.endswith(b"\r\n") else b"\r\n") + b".\r\n"
