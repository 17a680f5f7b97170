import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from typing import ClassVar

import pytest

from bot.microsoft import MicrosoftTokens
from bot.smtp import SmtpLetterbox
from bot.smtp_login import PasswordLogin, TokenLogin
from bot.smtp_receiver import SmtpReceiver
from models.enclosures import Enclosure
from models.errors import AnswerLost, NotYet, Unavailable, Undeliverable
from models.letter import Letter, LetterKind
from tests.servers.certificates import Authority
from tests.servers.relay import Relay
from tests.servers.scripted_smtp import DRIBBLE, DROP, HANG, ScriptedSmtp
from tests.servers.submission import Submission
from tests.servers.token_server import CLIENT, SECRET, TENANT, TokenServer

NOW = datetime(2020, 6, 1, 9, 0, tzinfo=UTC)
FROM = "complaints@council.gov.uk"
OWN_ID = "<carebot.CC-2026-00042-0123456789abcdef.abcdefghijklmnop@council.gov.uk>"
PASSWORD = "£5 for the bin"  # not ASCII: RFC 4616 allows it, smtplib's own login breaks on it


def letter(
    recipient: str = "jane@example.org", text: str = "Dear Jane,\n\n.a dot\n", **changes: object
) -> Letter:
    return Letter(**{
        "kind": LetterKind.ACKNOWLEDGEMENT, "reference": "CC-2026-00042", "recipient": recipient,
        "subject": "We have received your complaint [CC-2026-00042]", "text": text,
        "html": "<p>Dear Jane</p>", "message_id": OWN_ID, "answers": "<m1@example.org>",
        "thread": (), "automatic": True, **changes,
    })  # fmt: skip


def letterbox(port: int, **changes: object) -> SmtpLetterbox:
    settings = {
        "host": "127.0.0.1", "port": port, "login": None, "tls": "none", "timeout": 5.0,
        "envelope_sender": "bounces@council.gov.uk", "verp": False, "from_address": FROM,
        "from_name": "Customer Care", "now": lambda: NOW, "look": 0.0, **changes,
    }  # fmt: skip
    return SmtpLetterbox(**settings)


@pytest.fixture
def servers() -> Iterator[list[SmtpReceiver]]:
    """Servers put in here are started by the test and stopped after it."""
    started: list[SmtpReceiver] = []
    yield started
    for server in started:
        server.stop()


def test_a_letter_arrives_once_with_its_envelope_and_text(receiver: SmtpReceiver) -> None:
    letterbox(receiver.port).send(letter())
    (came,) = receiver.wait_for(1)
    assert came.sender == "bounces@council.gov.uk"
    assert came.recipients == ("jane@example.org",)
    assert came.message["Subject"] == "We have received your complaint [CC-2026-00042]"
    text = came.message.get_body(("plain",)).get_content()
    assert text.splitlines() == ["Dear Jane,", "", ".a dot"]
    assert came.at.tzinfo is not None


@pytest.mark.parametrize("text", [".", ".\n", "..\n.\n", "\n.\nMAIL FROM:<x@y.example>\n", "a\n."])
def test_a_line_of_a_dot_alone_does_not_end_the_text(receiver: SmtpReceiver, text: str) -> None:
    letterbox(receiver.port).send(letter(text=text))
    (came,) = receiver.wait_for(1)
    got = came.message.get_body(("plain",)).get_content()
    assert got.splitlines() == text.splitlines()


def test_e32_the_empty_envelope_sender_is_sent_as_such(receiver: SmtpReceiver) -> None:
    letterbox(receiver.port, envelope_sender="").send(letter())
    assert receiver.wait_for(1)[0].sender == ""


def test_e32_with_verp_each_letter_has_a_bounce_address_of_its_own(receiver: SmtpReceiver) -> None:
    letterbox(receiver.port, verp=True).send(letter())
    token = "CC-2026-00042-0123456789abcdef.abcdefghijklmnop"
    assert receiver.wait_for(1)[0].sender == f"bounces+{token}@council.gov.uk"


def test_e31_one_address_gets_it_and_a_domain_in_other_letters_is_written_in_ascii(
    receiver: SmtpReceiver,
) -> None:
    letterbox(receiver.port).send(letter("jane@bücher.example"))
    assert receiver.wait_for(1)[0].recipients == ("jane@xn--bcher-kva.example",)


def test_e31_a_domain_of_today_is_not_turned_into_its_neighbour(receiver: SmtpReceiver) -> None:
    """In the rules of 2003, which Python's own codec has, faß.example was fass.example."""
    letterbox(receiver.port).send(letter("jane@faß.example"))
    assert receiver.wait_for(1)[0].recipients == ("jane@xn--fa-hia.example",)


def test_e31_an_address_that_only_smtputf8_could_carry_is_a_persons_to_look_at(
    receiver: SmtpReceiver,
) -> None:
    with pytest.raises(Undeliverable, match="before its @"):
        letterbox(receiver.port).send(letter("jürgen@example.org"))
    assert receiver.messages == ()


# --- What becomes of the letter, step by step


@pytest.mark.parametrize("step", ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("how", [HANG, DROP, "421 4.3.2 shutting down"])
def test_e33_a_line_that_fails_before_the_text_has_sent_nothing_and_tries_nobody_else(
    step: str, how: str
) -> None:
    with ScriptedSmtp({step: how}) as server:
        with pytest.raises(Unavailable) as failure:
            letterbox(server.port, timeout=0.3).send(letter())
        assert not isinstance(failure.value, (AnswerLost, NotYet))
        assert server.texts == []


@pytest.mark.parametrize("how", [HANG, DROP, "garbage", "354 more", "200 odd"])
def test_e33_no_clear_answer_to_the_text_leaves_its_fate_unknown(how: str) -> None:
    with ScriptedSmtp({"TEXT": how}) as server:
        with pytest.raises(AnswerLost):
            letterbox(server.port, timeout=0.3).send(letter())
        assert len(server.texts) == 1


def test_e33_a_text_that_did_not_leave_whole_did_not_leave(receiver: SmtpReceiver) -> None:
    """Without its end a server throws it away (RFC 5321, 4.1.1.4): nothing is unknown about it."""
    with Relay(receiver.host, receiver.port, most=4_000) as relay:
        big = letter(text="A long line of words, again and again. " * 1_000_000)
        with pytest.raises(Unavailable) as failure:
            letterbox(relay.port, timeout=1.0).send(big)
        assert not isinstance(failure.value, AnswerLost)
    assert receiver.messages == ()


@pytest.mark.parametrize("step", ["RCPT", "DATA", "TEXT"])
def test_e33_a_server_that_puts_one_letter_off_puts_off_that_one(step: str) -> None:
    with (
        ScriptedSmtp({step: "451 4.7.1 greylisted, jane@example.org"}) as server,
        pytest.raises(NotYet, match=r"451 4\.7\.1") as later,
    ):
        letterbox(server.port).send(letter())
    assert "jane" not in str(later.value)
    assert not isinstance(later.value, AnswerLost)


@pytest.mark.parametrize("step", ["RCPT", "DATA", "TEXT"])
def test_e33_a_server_that_refuses_for_good_makes_it_undeliverable(step: str) -> None:
    with (
        ScriptedSmtp({step: "550 5.1.1 no jane@example.org here"}) as server,
        pytest.raises(Undeliverable, match=r"550 5\.1\.1") as refusal,
    ):
        letterbox(server.port).send(letter())
    assert "jane" not in str(refusal.value)


def test_e33_a_server_that_puts_our_own_address_off_puts_off_every_letter() -> None:
    with (
        ScriptedSmtp({"MAIL": "451 4.3.0 busy"}) as server,
        pytest.raises(Unavailable) as later,
    ):
        letterbox(server.port).send(letter())
    assert not isinstance(later.value, NotYet)


def test_our_own_address_refused_is_no_letters_fault() -> None:
    with (
        ScriptedSmtp({"MAIL": "550 5.1.8 bad sender"}) as server,
        pytest.raises(Unavailable, match=r"\[letters\] envelope_sender") as refusal,
    ):
        letterbox(server.port).send(letter())
    assert refusal.value.retry_after == 300


def test_a_letter_that_was_taken_is_taken_whatever_the_goodbye() -> None:
    with ScriptedSmtp({"QUIT": DROP}) as server:
        letterbox(server.port).send(letter())
        assert len(server.texts) == 1


def test_a_server_that_dribbles_its_answer_is_left_in_time() -> None:
    """Each byte begins the timeout anew; the whole attempt has an end of its own."""
    with ScriptedSmtp({"MAIL": DRIBBLE}) as server, pytest.raises(Unavailable):
        letterbox(server.port, longest_attempt=0.5).send(letter())


@pytest.mark.parametrize("step", ["CONNECT", "EHLO", "AUTH"])
def test_e33_a_server_that_dribbles_before_it_lets_us_in_is_left_in_time(step: str) -> None:
    login = PasswordLogin("jo", "secret")
    began = time.monotonic()
    with ScriptedSmtp({step: DRIBBLE}) as server, pytest.raises(Unavailable):
        letterbox(server.port, longest_attempt=0.5, login=login).send(letter())
    assert time.monotonic() - began < 4


@pytest.mark.parametrize(
    ("tls", "answers"),
    [
        # The head of a record of TLS, whose 15 kB then come one by one.
        ("tls", {"CONNECT": f"\x16\x03\x03\x3c\x00{DRIBBLE}"}),
        (
            "starttls",
            {"EHLO": "250-mail.example\r\n250 STARTTLS", "STAR": f"220 go on\r\n{HANG}"},
        ),
    ],
)
def test_e33_a_handshake_that_never_ends_is_left_in_time(tls: str, answers: dict) -> None:
    began = time.monotonic()
    with ScriptedSmtp(answers) as server, pytest.raises(Unavailable):
        letterbox(server.port, longest_attempt=0.5, timeout=9, tls=tls).send(letter())
    assert 0.4 < time.monotonic() - began < 4


def test_e33_connecting_ends_with_the_attempt_however_long_an_answer_may_take() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, ExitStack() as waiting:
        for _ in range(3):
            client = waiting.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(full.getsockname())
        began = time.monotonic()
        with pytest.raises(Unavailable, match="in time"):
            letterbox(full.getsockname()[1], timeout=9, longest_attempt=0.4).send(letter())
        assert time.monotonic() - began < 4


def test_a_frozen_line_is_unavailable_after_the_timeout(receiver: SmtpReceiver) -> None:
    with Relay(receiver.host, receiver.port) as relay:
        relay.freeze()
        with pytest.raises(Unavailable, match="in time"):
            letterbox(relay.port, timeout=0.3).send(letter())


def test_nobody_listening_and_a_name_that_is_not_there_are_told_apart() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(Unavailable, match="does not answer"):
        letterbox(port).send(letter())
    with pytest.raises(Unavailable, match="DNS"):
        letterbox(25, host="mail.invalid").send(letter())


def test_e33_a_mail_server_cannot_be_asked_so_a_person_is() -> None:
    with pytest.raises(Undeliverable, match="before the mail server"):
        letterbox(25).find(letter())


# --- TLS


@pytest.mark.parametrize("mode", ["starttls", "tls"])
def test_a_letter_leaves_over_tls_where_the_certificate_holds(
    servers: list[SmtpReceiver], certificates: Authority, mode: str
) -> None:
    servers.append(Submission(certificates.certificate("127.0.0.1"), mode=mode))
    servers[0].start()
    letterbox(servers[0].port, tls=mode, ssl_context=certificates.trusting).send(letter())
    assert len(servers[0].wait_for(1)) == 1


class _Wrong:
    OF: ClassVar = {
        "another host": ({"host": "mail.other.example"}, True, "does not hold.*127"),
        "expired": ({"host": "127.0.0.1", "expired": True}, True, "does not hold.*expired"),
        "of nobody we trust": ({"host": "127.0.0.1"}, False, "does not hold.*issuer"),
    }


@pytest.mark.parametrize("what", list(_Wrong.OF))
def test_a_certificate_that_does_not_hold_ends_starttls_and_says_why(
    servers: list[SmtpReceiver], certificates: Authority, what: str
) -> None:
    of, trusted, said = _Wrong.OF[what]
    servers.append(Submission(certificates.certificate(**of), password=PASSWORD))
    servers[0].start()
    context = certificates.trusting if trusted else None
    login = PasswordLogin("u", PASSWORD)
    with pytest.raises(Unavailable, match=said):
        letterbox(servers[0].port, tls="starttls", ssl_context=context, login=login).send(letter())
    assert servers[0].messages == ()
    assert servers[0].logins == []


@pytest.mark.parametrize("what", list(_Wrong.OF))
def test_a_certificate_that_does_not_hold_ends_tls_and_says_why(
    certificates: Authority, what: str
) -> None:
    of, trusted, said = _Wrong.OF[what]
    with ScriptedSmtp(context=certificates.certificate(**of).server_context()) as server:
        context = certificates.trusting if trusted else None
        with pytest.raises(Unavailable, match=said):
            letterbox(server.port, tls="tls", ssl_context=context).send(letter())
        assert server.heard == []


def test_a_server_without_starttls_is_sent_neither_password_nor_letter() -> None:
    with ScriptedSmtp() as server:
        with pytest.raises(Unavailable, match="no STARTTLS, and nothing is sent unencrypted"):
            letterbox(server.port, tls="starttls", login=PasswordLogin("u", "p")).send(letter())
        assert server.heard == ["CONNECT", "EHLO"]


def test_a_port_that_speaks_no_tls_is_said_to(receiver: SmtpReceiver) -> None:
    with pytest.raises(Unavailable, match=r"no TLS .* \[letters\] port and tls"):
        letterbox(receiver.port, tls="tls").send(letter())


# --- Logins


@pytest.mark.parametrize("without", [(), ("PLAIN",), ("LOGIN",)])
def test_a_password_opens_the_letterbox_by_plain_and_by_login(
    servers: list[SmtpReceiver], certificates: Authority, without: tuple[str, ...]
) -> None:
    certificate = certificates.certificate("127.0.0.1")
    servers.append(Submission(certificate, password=PASSWORD, without=without))
    servers[0].start()
    login = PasswordLogin("intake@council.gov.uk", PASSWORD)
    context = certificates.trusting
    letterbox(servers[0].port, tls="starttls", ssl_context=context, login=login).send(letter())
    assert servers[0].logins == [("intake@council.gov.uk", PASSWORD)]
    assert len(servers[0].wait_for(1)) == 1


def test_a09_a_refused_password_names_the_setting_and_is_not_tried_again_at_once(
    servers: list[SmtpReceiver], certificates: Authority
) -> None:
    servers.append(Submission(certificates.certificate("127.0.0.1"), password=PASSWORD))
    servers[0].start()
    safely = {"tls": "starttls", "ssl_context": certificates.trusting}
    box = letterbox(servers[0].port, **safely, login=PasswordLogin("u", "wrong"))
    for _ in range(3):
        with pytest.raises(Unavailable, match="CAREBOT_SMTP_PASSWORD") as refusal:
            box.send(letter())
        assert refusal.value.retry_after == pytest.approx(300, abs=5)
    assert servers[0].logins == [("u", "wrong")]
    assert servers[0].messages == ()


def test_a09_a_refused_password_that_is_mended_on_the_server_opens_it_after_the_pause(
    servers: list[SmtpReceiver], certificates: Authority
) -> None:
    servers.append(Submission(certificates.certificate("127.0.0.1"), password=PASSWORD))
    servers[0].start()
    servers[0].refusals.append("535 5.7.8 locked")
    safely = {"tls": "starttls", "ssl_context": certificates.trusting}
    box = letterbox(
        servers[0].port, **safely, login=PasswordLogin("u", PASSWORD), refused_pause=0.0
    )
    with pytest.raises(Unavailable):
        box.send(letter())
    box.send(letter())
    assert len(servers[0].wait_for(1)) == 1


@pytest.mark.parametrize(
    ("answer", "advice"),
    [
        (
            "550 5.7.30 Basic authentication is not supported for Client Submission.",
            r'5\.7\.30.*auth to "xoauth2" and fill in \[microsoft\]',
        ),
        (
            "535 5.7.139 Authentication unsuccessful, basic authentication is disabled.",
            r'5\.7\.139.*auth to "xoauth2"',
        ),
        (
            "535 5.7.139 unsuccessful, SmtpClientAuthentication is disabled for the Tenant.",
            "Set-CASMailbox",
        ),
        ("535 5.7.8 no", "CAREBOT_SMTP_PASSWORD"),
    ],
)
def test_a10_what_microsoft_says_of_a_password_tells_the_officer_what_to_do(
    answer: str, advice: str
) -> None:
    with ScriptedSmtp({"AUTH": answer}) as server:
        with pytest.raises(Unavailable, match=advice) as refusal:
            letterbox(server.port, login=PasswordLogin("u", "p")).send(letter())
        assert "MAIL" not in server.heard
    assert refusal.value.retry_after == 300


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "TEXT"])
@pytest.mark.parametrize(
    ("answer", "advice"),
    [
        ("550 5.7.30 Basic authentication is not supported for Client Submission.", "xoauth2"),
        ("550 5.7.60 SMTP; Client does not have permissions to send as this sender", "Send As"),
        ("554 5.2.252 SendAsDenied; a not allowed to send as b", "Send As"),
        ("530 5.7.57 Client not authenticated to send mail", "user"),
        ("550 5.1.90 limit of recipients", "limit"),
    ],
)
def test_a10_what_exchange_refuses_because_of_us_gives_up_no_letter(
    step: str, answer: str, advice: str
) -> None:
    with (
        ScriptedSmtp({step: answer}) as server,
        pytest.raises(Unavailable, match=advice) as refusal,
    ):
        letterbox(server.port).send(letter())
    assert not isinstance(refusal.value, (AnswerLost, NotYet))
    assert refusal.value.retry_after == 300


def test_a_server_in_trouble_with_its_passwords_is_not_a_wrong_password() -> None:
    with (
        ScriptedSmtp({"AUTH": "454 4.7.0 Temporary authentication failure"}) as server,
        pytest.raises(Unavailable, match="now") as refusal,
    ):
        letterbox(server.port, login=PasswordLogin("u", "p")).send(letter())
    assert refusal.value.retry_after is None


def test_a_server_that_offers_no_login_is_not_told_the_password() -> None:
    with ScriptedSmtp({"EHLO": "250 mail.example"}) as server:
        with pytest.raises(Unavailable, match="offers no login"):
            letterbox(server.port, login=PasswordLogin("u", "p")).send(letter())
        assert "AUTH" not in server.heard


# --- Tokens, from a token server over HTTPS to a mail server that checks them


@pytest.fixture
def entra(certificates: Authority, monkeypatch: pytest.MonkeyPatch) -> Iterator[TokenServer]:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificates.pem))
    with TokenServer(certificates) as running:
        yield running


def token_login(entra: TokenServer) -> TokenLogin:
    tokens = MicrosoftTokens(
        tenant=TENANT, client_id=CLIENT, credential=SECRET, authority=entra.url, timeout=5
    )
    return TokenLogin(FROM, tokens)


def by_token(
    servers: list[SmtpReceiver], certificates: Authority, entra: TokenServer, **options: object
) -> tuple[Submission, SmtpLetterbox]:
    settings = {"takes_token": lambda _who, token: token in entra.given, **options}
    server = Submission(certificates.certificate("127.0.0.1"), **settings)
    servers.append(server)
    server.start()
    box = letterbox(
        server.port, tls="starttls", ssl_context=certificates.trusting, login=token_login(entra)
    )
    return server, box


def test_a10_a_token_opens_the_letterbox_in_the_name_of_the_mailbox(
    servers: list[SmtpReceiver], certificates: Authority, entra: TokenServer
) -> None:
    server, box = by_token(servers, certificates, entra)
    box.send(letter())
    box.send(letter())
    assert len(server.wait_for(2)) == 2
    assert server.tokens == [(FROM, entra.given[0])] * 2
    assert len(entra.given) == 1


@pytest.mark.parametrize("challenges", [False, True])
def test_a10_a_refused_token_is_replaced_once_at_once(
    servers: list[SmtpReceiver], certificates: Authority, entra: TokenServer, challenges: bool
) -> None:
    server, box = by_token(
        servers,
        certificates,
        entra,
        challenges=challenges,
        takes_token=lambda _who, token: token == entra.given[-1] and len(entra.given) > 1,
    )
    box.send(letter())
    assert len(server.wait_for(1)) == 1
    assert [token for _, token in server.tokens] == entra.given
    assert len(entra.given) == 2


def test_a10_a_token_that_is_refused_again_is_for_a_person_and_not_hurried(
    servers: list[SmtpReceiver], certificates: Authority, entra: TokenServer
) -> None:
    server, box = by_token(servers, certificates, entra, takes_token=lambda *_: False)
    for _ in range(3):
        with pytest.raises(Unavailable, match=r"5\.7\.3.*SMTP\.SendAsApp"):
            box.send(letter())
    assert len(server.tokens) == len(entra.given) == 2
    assert server.messages == ()


def test_a10_a_server_that_hangs_up_on_a_refused_token_is_tried_with_a_fresh_one_and_then_left(
    entra: TokenServer,
) -> None:
    with ScriptedSmtp({"AUTH": f"535 5.7.3 Authentication unsuccessful{DROP}"}) as server:
        box = letterbox(server.port, login=token_login(entra))
        for _ in range(3):
            with pytest.raises(Unavailable, match=r"5\.7\.3.*SMTP\.SendAsApp") as refusal:
                box.send(letter())
            assert refusal.value.retry_after == pytest.approx(300, abs=5)
        assert server.heard == ["CONNECT", "EHLO", "AUTH"] * 2
    assert len(entra.given) == 2


def test_a10_no_token_to_be_had_is_said_and_nothing_is_sent(
    servers: list[SmtpReceiver], certificates: Authority, entra: TokenServer
) -> None:
    tokens = MicrosoftTokens(
        tenant=TENANT, client_id=CLIENT, credential="wrong", authority=entra.url, timeout=5
    )
    server, _ = by_token(servers, certificates, entra)
    box = letterbox(
        server.port,
        tls="starttls",
        ssl_context=certificates.trusting,
        login=TokenLogin(FROM, tokens),
    )
    with pytest.raises(Unavailable, match="AADSTS7000215"):
        box.send(letter())
    assert server.tokens == []


def test_waiting_for_more_than_came_ends_with_the_count(receiver: SmtpReceiver) -> None:
    with pytest.raises(TimeoutError, match="0 of 1"):
        receiver.wait_for(1, timeout=0.05)


def test_nothing_of_a_letterbox_is_left_running() -> None:
    with ScriptedSmtp() as server:
        before = {t.name for t in threading.enumerate()}
        letterbox(server.port).send(letter())
        assert {t.name for t in threading.enumerate()} <= before | {"MainThread"}


def test_a_letter_with_files_may_take_longer_than_one_answer_on_a_slow_line() -> None:
    content = bytes(range(256)) * 30_000
    enclosed = (Enclosure("plan.pdf", "application/pdf", "a" * 64, len(content)),)
    with ScriptedSmtp(pause=0.02) as server:
        letterbox(server.port, timeout=1.0, look=30.0).send(letter(attachments=enclosed), [content])
    (text,) = server.texts
    (plan,) = message_from_bytes(text, policy=default).iter_attachments()
    assert plan.get_content() == content
