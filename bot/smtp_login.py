"""How carebot proves to a mail server who it is, and what a person is to mend where it is refused."""

import base64
import re
import smtplib
from typing import Protocol

from bot.oauth import Tokens, xoauth2

Answer = tuple[int, bytes]

_ENHANCED = re.compile(rb"\A(\d\.\d{1,3}\.\d{1,3})\b")

# What Exchange Online refuses because of us and not because of a letter, by the status of RFC 3463
# that it gives.
_OURS = {
    "5.1.90": "The mailbox has reached its limit of recipients for the day.",
    "5.2.252": "The mailbox may not send as the address in From: give it Send As.",
    "5.7.30": (
        "Microsoft 365 takes no passwords for sending any more: set [letters] auth to "
        '"xoauth2" and fill in [microsoft]; docs/running-it.md has the steps.'
    ),
    "5.7.57": "It wants a login: set [letters] user.",
    "5.7.60": (
        "The mailbox may not send as the address in From or as [letters] envelope_sender: give "
        "it Send As, or send from its own address."
    ),
}
_BASIC_IS_OFF = (b"basic authentication is disabled", b"basic authentication is not supported")
_SMTP_AUTH_IS_OFF = b"smtpclientauthentication is disabled"


class Login(Protocol):
    """A way to log in. `renewable` where a second try can differ from the first."""

    renewable: bool
    advice: str

    def __call__(self, server: smtplib.SMTP, *, fresh: bool) -> Answer:
        """The server's last answer: 235 where it let us in. Raises Unavailable where there is no
        token to be had, smtplib's errors and OSError.
        """
        ...


class PasswordLogin:
    """A user name and a password, in UTF-8 (RFC 4616), which smtplib's own login refuses."""

    renewable = False
    advice = "It refuses the user name or the password: check [letters] and CAREBOT_SMTP_PASSWORD."

    def __init__(self, user: str, password: str) -> None:
        """Nothing is sent before it is called."""
        self._user, self._password = user, password

    def __call__(self, server: smtplib.SMTP, *, fresh: bool) -> Answer:
        """See Login. PLAIN where it is offered, else LOGIN."""
        del fresh
        offered = server.esmtp_features.get("auth", "").upper().split()
        if "LOGIN" in offered and "PLAIN" not in offered:
            for command in ("AUTH LOGIN", _base64(self._user)):
                answer = server.docmd(command)
                if answer[0] != 334:
                    return answer
            return server.docmd(_base64(self._password))
        return server.docmd("AUTH PLAIN", _base64(f"\0{self._user}\0{self._password}"))


class TokenLogin:
    """A token in the place of a password (SASL XOAUTH2). `user` is the mailbox, never the app."""

    renewable = True
    advice = (
        "It refuses the token of [microsoft]: check that the app has SMTP.SendAsApp with consent, "
        "that its service principal has access to the mailbox, and [letters] user; "
        "docs/running-it.md has the steps."
    )

    def __init__(self, user: str, tokens: Tokens) -> None:
        """Nothing is asked for before it is called."""
        self._user, self._tokens = user, tokens

    def __call__(self, server: smtplib.SMTP, *, fresh: bool) -> Answer:
        """See Login. `fresh` asks for a new token."""
        response = xoauth2(self._user, self._tokens.token(fresh=fresh))
        answer = server.docmd("AUTH XOAUTH2", _base64(response))
        # A server may put the reason of its refusal into a challenge, which an empty line ends.
        return server.docmd("") if answer[0] == 334 else answer


def enhanced_status(answer: Answer) -> str:
    """The status of RFC 3463 that begins the answer's text, such as 5.1.1; empty where none does."""
    match = _ENHANCED.match(answer[1])
    return match[1].decode() if match else ""


def our_own_fault(answer: Answer) -> str | None:
    """What a person is to mend where a server refuses us and not a letter; None where it is not so."""
    return _OURS.get(enhanced_status(answer)) if answer[0] >= 500 else None


def login_advice(login: Login, answer: Answer) -> str:
    """What a person is to mend after a refused login."""
    text = answer[1].lower()
    if any(words in text for words in _BASIC_IS_OFF):
        return _OURS["5.7.30"]
    if _SMTP_AUTH_IS_OFF in text:
        return (
            "Authenticated SMTP is switched off for the mailbox or the whole tenant: an "
            "administrator switches it on (Set-CASMailbox … -SmtpClientAuthenticationDisabled $false)."
        )
    return our_own_fault(answer) or login.advice


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
