"""Who gets in: certificates, STARTTLS and tokens, against a real server (mail.md A9, A10)."""

import base64
import hashlib
import hmac
import json
import os
import time
from collections.abc import Iterator

import pytest
from imapclient import IMAPClient

from bot.dovecot import TOKEN_ISSUER, PrivateDovecot, available
from bot.imap import ImapMailbox
from models.errors import Unavailable
from tests.servers.certificates import Authority
from tests.servers.relay import Relay
from tests.servers.scripted_imap import ScriptedImap
from tests.support.mailbox import imap_mailbox

pytestmark = [
    pytest.mark.needs_dovecot,
    pytest.mark.skipif(
        available() is None and not os.environ.get("CI"),
        reason="Dovecot is missing: apt-get install dovecot-imapd",
    ),
]
KEY = b"0123456789abcdef0123456789abcdef"
MAIL = b"Subject: bins\r\n\r\nbody\r\n"


def count(mailbox: ImapMailbox) -> int:
    try:
        return len(list(mailbox.waiting(lambda _: False)))
    finally:
        mailbox.close()


def refusal(mailbox: ImapMailbox) -> Unavailable:
    with pytest.raises(Unavailable) as refused:
        count(mailbox)
    return refused.value


@pytest.fixture(scope="module")
def secured(certificates: Authority) -> Iterator[PrivateDovecot]:
    with PrivateDovecot(certificate=certificates.certificate("127.0.0.1").pem) as server:
        yield server


def settings_of(server: PrivateDovecot, user: str, tls: str) -> dict[str, object]:
    port = server.tls_port if tls == "tls" else server.port
    return {"port": port, "user": user, "password": server.password, "tls": tls}


@pytest.mark.parametrize("tls", ["tls", "starttls"])
def test_a10_a_server_whose_certificate_is_trusted_gets_the_password(
    secured: PrivateDovecot, certificates: Authority, mail_user: str, tls: str
) -> None:
    secured.drop(mail_user, MAIL)
    settings = settings_of(secured, mail_user, tls)
    mailbox = imap_mailbox(**settings, certificate_authority=certificates.pem)
    started = time.perf_counter()
    mailbox.wait(0.2)
    assert time.perf_counter() - started < 3
    assert count(mailbox) == 1


@pytest.mark.parametrize("tls", ["tls", "starttls"])
def test_a10_an_unknown_authority_is_refused_and_the_password_is_not_sent(
    secured: PrivateDovecot, mail_user: str, tls: str
) -> None:
    error = refusal(imap_mailbox(**settings_of(secured, mail_user, tls)))
    assert "certificate that cannot be trusted: unable to get local issuer" in str(error)
    assert error.retry_after


@pytest.mark.parametrize("tls", ["tls", "starttls"])
@pytest.mark.parametrize(
    ("host", "expired", "said"),
    [
        ("mail.example", False, "IP address mismatch"),
        ("127.0.0.1", True, "certificate has expired"),
    ],
)
def test_a10_a_wrong_name_or_an_old_certificate_is_refused(
    certificates: Authority, mail_user: str, tls: str, host: str, expired: bool, said: str
) -> None:
    certificate = certificates.certificate(host, expired=expired)
    with PrivateDovecot(certificate=certificate.pem) as server:
        settings = settings_of(server, mail_user, tls)
        error = refusal(imap_mailbox(**settings, certificate_authority=certificates.pem))
        assert said in str(error)
        assert "Check [mailbox] host" in str(error)
        log = (server.base / "dovecot.log").read_text()
        assert "Login: user" not in log


def test_a10_without_starttls_nothing_is_sent_in_plain() -> None:
    with ScriptedImap([1]) as server:
        error = refusal(imap_mailbox(server.port, tls="starttls"))
        assert "offers no STARTTLS" in str(error)
        assert error.retry_after
        assert not [c for c in server.commands if c.startswith((b"LOGIN", b"AUTHENTICATE"))]


def test_a10_starttls_that_is_refused_ends_the_connection() -> None:
    def answer(command: bytes) -> tuple[bytes, bytes | None] | None:
        return (b"", b"NO not today") if command == b"STARTTLS" else None

    with ScriptedImap([1], answer, capabilities=b"IMAP4rev1 STARTTLS") as server:
        refusal(imap_mailbox(server.port, tls="starttls"))
        assert not [c for c in server.commands if c.startswith((b"LOGIN", b"AUTHENTICATE"))]


def test_a10_a_session_that_begins_logged_in_is_no_way_round_starttls() -> None:
    with ScriptedImap([1], greeting=b"* PREAUTH welcome\r\n") as server:
        refusal(imap_mailbox(server.port, tls="starttls"))
        assert not [c for c in server.commands if c.startswith(b"SELECT")]


# Tokens


def signed(user: str, seconds: int = 300, key: bytes = KEY) -> str:
    now = int(time.time())
    claims = {"sub": user, "iss": TOKEN_ISSUER, "iat": now - 5, "exp": now + seconds}
    head = {"alg": "HS256", "typ": "JWT", "kid": "default"}
    text = b".".join(
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (head, claims)
    )
    mark = hmac.new(key, text, hashlib.sha256).digest()
    return (text + b"." + base64.urlsafe_b64encode(mark).rstrip(b"=")).decode()


class Given:
    """Tokens made beforehand: the first, and what a forced renewal gives."""

    def __init__(self, first: str, renewed: str = "") -> None:
        self._now, self._renewed = first, renewed
        self.asked: list[bool] = []

    def token(self, *, fresh: bool = False) -> str:
        self.asked.append(fresh)
        if fresh:
            self._now = self._renewed
        return self._now


@pytest.fixture(scope="module")
def microsoft() -> Iterator[PrivateDovecot]:
    with PrivateDovecot(token_key=KEY) as server:
        yield server


def with_tokens(server: PrivateDovecot, user: str, tokens: Given, **more: object) -> ImapMailbox:
    return imap_mailbox(server.port, user=user, tokens=tokens, **more)


def test_a10_a_token_opens_the_mailbox_it_is_for(microsoft: PrivateDovecot, mail_user: str) -> None:
    microsoft.drop(mail_user, MAIL)
    tokens = Given(signed(mail_user))
    assert count(with_tokens(microsoft, mail_user, tokens)) == 1
    assert tokens.asked == [False]


def test_a10_a_refused_token_is_renewed_once_by_force(
    microsoft: PrivateDovecot, mail_user: str
) -> None:
    microsoft.drop(mail_user, MAIL)
    tokens = Given(signed(mail_user, seconds=-60), signed(mail_user))
    assert count(with_tokens(microsoft, mail_user, tokens)) == 1
    assert tokens.asked == [False, True]


def test_a10_a_token_that_is_refused_twice_is_said_and_not_tried_again_at_once(
    microsoft: PrivateDovecot, mail_user: str
) -> None:
    tokens = Given(signed(mail_user, key=b"x" * 32), "rubbish")
    with Relay(microsoft.host, microsoft.port) as relay:
        mailbox = imap_mailbox(relay.port, user=mail_user, tokens=tokens)
        for _ in range(3):
            with pytest.raises(Unavailable, match="IMAP.AccessAsApp") as refused:
                list(mailbox.waiting(lambda _: False))
            assert refused.value.retry_after
        assert relay.connections == 1
        assert tokens.asked == [False, True]
        mailbox.close()


def test_a10_another_mailboxs_token_does_not_open_this_one(
    microsoft: PrivateDovecot, mail_user: str
) -> None:
    tokens = Given(signed("somebody"), signed("somebody"))
    assert "refuses the access token" in str(refusal(with_tokens(microsoft, mail_user, tokens)))


def test_a10_it_recovers_by_itself_when_the_token_is_right_again(
    microsoft: PrivateDovecot, mail_user: str
) -> None:
    tokens = Given("rubbish", "rubbish")
    mailbox = with_tokens(microsoft, mail_user, tokens, refused_pause=0.0)
    with pytest.raises(Unavailable):
        list(mailbox.waiting(lambda _: False))
    tokens._now = signed(mail_user)
    assert count(mailbox) == 0


@pytest.mark.parametrize("said", [b"NO [UNAVAILABLE] x", b"NO Server Unavailable. 15"])
def test_a10_a_server_that_is_busy_costs_no_token(said: bytes) -> None:
    def answer(command: bytes) -> tuple[bytes, bytes | None] | None:
        return (b"", said) if command.startswith(b"AUTHENTICATE") else None

    tokens = Given("a", "b")
    with ScriptedImap([1], answer, capabilities=b"IMAP4rev1 AUTH=XOAUTH2") as server:
        error = refusal(imap_mailbox(server.port, tokens=tokens))
        assert error.retry_after is None
        assert tokens.asked == [False]


def test_a10_a_password_with_other_letters_than_english_ones_works(mail_user: str) -> None:
    extra = "passdb {\n  driver = static\n  args = password=geheimnisträger-ß\n}"
    with PrivateDovecot(extra) as server:
        assert count(imap_mailbox(server.port, user=mail_user, password="geheimnisträger-ß")) == 0
        with IMAPClient(server.host, server.port, ssl=False, timeout=5) as client:
            client.login(mail_user, server.password)
