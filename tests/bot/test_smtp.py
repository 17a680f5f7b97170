import socket
import threading
from datetime import UTC, datetime

import pytest

from bot.smtp import SmtpLetterbox
from bot.smtp_receiver import SmtpReceiver
from models.errors import AnswerLost, Unavailable, Undeliverable
from models.letter import Letter, LetterKind
from tests.servers.relay import Relay

NOW = datetime(2020, 6, 1, 9, 0, tzinfo=UTC)
FROM = "complaints@council.gov.uk"


def letter(recipient: str = "jane@example.org", text: str = "Dear Jane,\n\n.a dot\n") -> Letter:
    return Letter(
        kind=LetterKind.ACKNOWLEDGEMENT, reference="CC-2026-00042", recipient=recipient,
        subject="We have received your complaint [CC-2026-00042]", text=text, html="<p>Dear Jane</p>",
        message_id="<carebot.1@council.gov.uk>", answers="<m1@example.org>", thread=(), automatic=True,
    )  # fmt: skip


def letterbox(port: int, **changes: object) -> SmtpLetterbox:
    settings = {
        "host": "127.0.0.1", "port": port, "user": None, "password": None, "tls": "none",
        "timeout": 5.0, "envelope_sender": "bounces@council.gov.uk", "from_address": FROM,
        "from_name": "Customer Care", "now": lambda: NOW, **changes,
    }  # fmt: skip
    return SmtpLetterbox(**settings)


def test_a_letter_arrives_once_with_its_envelope_and_text(receiver: SmtpReceiver) -> None:
    letterbox(receiver.port).send(letter())
    (came,) = receiver.wait_for(1)
    assert came.sender == "bounces@council.gov.uk"
    assert came.recipients == ("jane@example.org",)
    assert came.message["Subject"] == "We have received your complaint [CC-2026-00042]"
    text = came.message.get_body(("plain",)).get_content()
    assert text.splitlines() == ["Dear Jane,", "", ".a dot"]
    assert came.at.tzinfo is not None


def test_the_empty_envelope_sender_is_sent_as_such(receiver: SmtpReceiver) -> None:
    letterbox(receiver.port, envelope_sender="").send(letter())
    assert receiver.wait_for(1)[0].sender == ""


def test_a_domain_in_other_letters_is_addressed_in_ascii(receiver: SmtpReceiver) -> None:
    letterbox(receiver.port).send(letter("jane@bücher.example"))
    assert receiver.wait_for(1)[0].recipients == ("jane@xn--bcher-kva.example",)


def test_a_server_that_refuses_for_now_leaves_the_letter_to_be_tried_again(
    receiver: SmtpReceiver,
) -> None:
    receiver.fail_next("4xx")
    with pytest.raises(Unavailable) as refusal:
        letterbox(receiver.port).send(letter())
    assert not isinstance(refusal.value, AnswerLost)
    letterbox(receiver.port).send(letter())
    assert len(receiver.wait_for(1)) == 1


def test_a_server_that_refuses_for_good_makes_it_undeliverable(receiver: SmtpReceiver) -> None:
    receiver.fail_next("5xx")
    with pytest.raises(Undeliverable, match="550"):
        letterbox(receiver.port).send(letter())


def test_a_connection_lost_after_the_text_leaves_its_fate_unknown(receiver: SmtpReceiver) -> None:
    receiver.fail_next("drop")
    with pytest.raises(AnswerLost):
        letterbox(receiver.port).send(letter())
    assert len(receiver.messages) == 1


def test_a_server_that_never_answers_is_unavailable_after_the_timeout(
    receiver: SmtpReceiver,
) -> None:
    with Relay(receiver.host, receiver.port) as relay:
        relay.freeze()
        with pytest.raises(Unavailable) as refusal:
            letterbox(relay.port, timeout=0.3).send(letter())
        assert not isinstance(refusal.value, AnswerLost)


def test_nobody_listening_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(Unavailable, match="does not answer"):
        letterbox(port).send(letter())


def test_a_server_without_tls_is_sent_nothing_where_tls_is_asked_for(
    receiver: SmtpReceiver,
) -> None:
    with pytest.raises(Unavailable):
        letterbox(receiver.port, tls="starttls").send(letter())
    assert receiver.messages == ()


def test_a_refused_login_names_the_setting_and_is_not_hurried() -> None:
    said: list[bytes] = []

    def serve(listener: socket.socket) -> None:
        client, _ = listener.accept()
        with client, client.makefile("rb") as lines:
            client.sendall(b"220 x\r\n")
            answers = {b"EHLO": b"250-x\r\n250 AUTH PLAIN\r\n", b"AUTH": b"535 5.7.8 no\r\n"}
            for line in lines:
                said.append(line[:4].upper())
                client.sendall(answers.get(said[-1], b"500 ?\r\n"))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        with pytest.raises(Unavailable, match="CAREBOT_SMTP_PASSWORD") as refusal:
            letterbox(listener.getsockname()[1], user="u", password="wrong").send(letter())
        thread.join(5)
    assert refusal.value.retry_after == 300
    assert b"MAIL" not in said


def test_waiting_for_more_than_came_ends_with_the_count(receiver: SmtpReceiver) -> None:
    with pytest.raises(TimeoutError, match="0 of 1"):
        receiver.wait_for(1, timeout=0.05)
