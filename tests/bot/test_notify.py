import logging
import socket
from collections.abc import Iterator

import pytest

from bot.notify import NotifyLetterbox
from models.errors import AnswerLost, Misconfigured, NotYet, Unavailable, Undeliverable
from models.letter import Letter, LetterKind
from tests.servers.notify_server import (
    KEY,
    REPLY_TO,
    SECRET,
    SERVICE,
    TEMPLATE,
    Fault,
    NotifyServer,
)

ADDRESS = "jane@example.org"


def letter(**changes: object) -> Letter:
    return Letter(**{
        "kind": LetterKind.RESPONSE, "reference": "CC-2026-00042", "recipient": ADDRESS,
        "subject": "Our answer to your complaint [CC-2026-00042]", "text": "Dear Jane,\n\nSorry.\n",
        "html": "<p>Dear Jane</p>", "message_id": "<carebot.1@council.gov.uk>", "answers": None,
        "thread": (), "automatic": False, **changes,
    })  # fmt: skip


@pytest.fixture
def notify() -> Iterator[NotifyServer]:
    with NotifyServer() as running:
        yield running


def letterbox(notify: NotifyServer, **changes: object) -> NotifyLetterbox:
    settings = {
        "key": KEY, "template_id": TEMPLATE, "reply_to_id": None, "url": notify.url,
        "timeout": 5.0, **changes,
    }  # fmt: skip
    return NotifyLetterbox(**settings)


def test_e34_a_letter_leaves_by_the_template_with_its_subject_and_its_words(
    notify: NotifyServer,
) -> None:
    taken = letterbox(notify, reply_to_id=REPLY_TO).send(letter())
    (made,) = notify.notifications
    assert (made.to, made.subject) == (ADDRESS, "Our answer to your complaint [CC-2026-00042]")
    assert made.body == "Dear Jane,\n\nSorry.\n"
    assert made.reply_to == REPLY_TO
    assert taken.name == made.reference


def test_e34_the_reference_tells_letters_apart_and_names_nobody(notify: NotifyServer) -> None:
    box = letterbox(notify)
    box.send(letter())
    box.send(letter(message_id="<carebot.2@council.gov.uk>"))
    first, second = (made.reference for made in notify.notifications)
    assert first != second
    assert first.startswith("CC-2026-00042-")
    assert "jane" not in first.lower()
    assert "@" not in first


@pytest.mark.parametrize("taken", [True, False])
@pytest.mark.parametrize("status", [None, 500, 502, 503, 504])
def test_e34_after_a_lost_answer_notify_is_asked_by_our_reference(
    notify: NotifyServer, status: int | None, taken: bool
) -> None:
    notify.faults.append(Fault(status, taken=taken))
    box = letterbox(notify)
    with pytest.raises(AnswerLost) as lost:
        box.send(letter())
    assert lost.value.retry_after == 60
    found = box.find(letter())
    assert (found is not None) is taken
    if not taken:
        box.send(letter())
    assert len(notify.notifications) == 1


def test_e34_another_letters_reference_is_not_found(notify: NotifyServer) -> None:
    box = letterbox(notify)
    box.send(letter())
    assert box.find(letter(message_id="<carebot.2@council.gov.uk>")) is None


def test_e34_a_host_that_is_away_may_have_taken_it_until_it_can_be_asked() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    box = NotifyLetterbox(key=KEY, template_id=TEMPLATE, reply_to_id=None, url=url, timeout=1.0)
    with pytest.raises(AnswerLost):
        box.send(letter())
    with pytest.raises(Unavailable) as away:
        box.find(letter())
    assert not isinstance(away.value, AnswerLost)


def test_e34_an_answer_that_is_none_does_not_pass_for_not_found(notify: NotifyServer) -> None:
    notify.list_faults.append(Fault(200))
    with pytest.raises(Unavailable):
        letterbox(notify).find(letter())


@pytest.mark.parametrize("status", ["created", "sending", "pending"])
def test_e34_a_letter_under_way_is_asked_for_again(notify: NotifyServer, status: str) -> None:
    box = letterbox(notify)
    name = box.send(letter()).name
    notify.notifications[0].status = status
    assert name is not None
    with pytest.raises(NotYet):
        box.arrived(name)
    notify.notifications[0].status = "delivered"
    box.arrived(name)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("permanent-failure", "no such mailbox"),
        ("temporary-failure", "for days"),
        ("technical-failure", "of its own"),
    ],
)
def test_e34_a_letter_that_will_not_arrive_says_why(
    notify: NotifyServer, status: str, said: str
) -> None:
    box = letterbox(notify)
    name = box.send(letter()).name
    notify.notifications[0].status = status
    assert name is not None
    with pytest.raises(Undeliverable, match=said):
        box.arrived(name)


def test_e34_what_notify_no_longer_keeps_is_asked_for_no_more(notify: NotifyServer) -> None:
    letterbox(notify).arrived("CC-2026-00042-0123")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"recipient": "jane"}, "the address"),
        ({}, "too long"),
    ],
)
def test_e34_what_is_wrong_with_one_letter_is_undeliverable(
    notify: NotifyServer, changes: dict[str, str], said: str
) -> None:
    if not changes:
        notify.faults.append(Fault(400, message="Emails cannot be longer than 2000000 bytes."))
    with pytest.raises(Undeliverable, match=said):
        letterbox(notify).send(letter(**changes))


@pytest.mark.parametrize(
    ("fault", "advice", "pause"),
    [
        (Fault(400, message="Can\u2019t send when service is in trial mode"), "trial mode", 300),
        (Fault(400, message="Can\u2019t send to this recipient using a team-only API key"), "live key", 300),
        (Fault(400, message="Template has been deleted"), "template_id", 300),
        (Fault(400, message="sms template is not suitable for email notification"), "template_id", 300),
        (Fault(400, message="Service is not allowed to send emails"), r"\[notify\]", 300),
        (Fault(401, "AuthError", "Unauthorized"), "CAREBOT_NOTIFY_KEY", 300),
        (Fault(429, "RateLimitError", "Exceeded rate limit for key type LIVE of 3000"), "too often", 60),
        (Fault(429, message="Exceeded send limits (email: 50) for today"), "daily limit", 3600),
    ],
)  # fmt: skip
def test_e34_what_is_wrong_with_us_gives_up_no_letter_and_says_what_to_mend(
    notify: NotifyServer, fault: Fault, advice: str, pause: int
) -> None:
    notify.faults.append(fault)
    with pytest.raises(Unavailable, match=advice) as refusal:
        letterbox(notify).send(letter())
    assert not isinstance(refusal.value, AnswerLost)
    assert refusal.value.retry_after == pause
    assert notify.notifications == []


@pytest.mark.parametrize(
    ("changes", "advice"),
    [
        ({"template_id": REPLY_TO}, r"\[notify\] template_id"),
        ({"reply_to_id": TEMPLATE}, "reply_to_id"),
        ({"key": KEY.replace(SECRET, SERVICE)}, "CAREBOT_NOTIFY_KEY"),
        ({"key": KEY.replace(SERVICE, SECRET)}, "CAREBOT_NOTIFY_KEY"),
    ],
)
def test_e34_a_wrong_setting_is_named_by_what_notify_answers(
    notify: NotifyServer, changes: dict[str, str], advice: str
) -> None:
    with pytest.raises(Unavailable, match=advice) as refusal:
        letterbox(notify, **changes).send(letter())
    assert refusal.value.retry_after == 300


def test_e34_a_clock_that_is_wrong_is_said_to_be(notify: NotifyServer) -> None:
    notify.clock_is_off_by = 40
    with pytest.raises(Unavailable, match="clock"):
        letterbox(notify).send(letter())


@pytest.mark.parametrize("key", ["", "secret", SECRET, f"{SERVICE}-{SECRET}", KEY + "x"])
def test_e34_a_key_that_cannot_be_one_stops_the_start(notify: NotifyServer, key: str) -> None:
    with pytest.raises(Misconfigured, match="CAREBOT_NOTIFY_KEY") as refusal:
        letterbox(notify, key=key)
    assert SECRET not in str(refusal.value)


def test_e34_nothing_personal_and_no_key_is_logged(
    notify: NotifyServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    box = letterbox(notify)
    box.send(letter())
    notify.faults.append(Fault(400, message=f"{ADDRESS} is odd"))
    with pytest.raises(Unavailable) as refusal:
        box.send(letter())
    said = "\n".join(record.getMessage() for record in caplog.records) + str(refusal.value)
    assert not [word for word in (ADDRESS, "Dear Jane", SECRET) if word in said]
