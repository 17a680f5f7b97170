"""A bounce is read for an officer: who was not reached, why, and whether to try again (D29)."""

import time
from datetime import UTC, datetime

import pytest

from handlers.mail.parse import MailReader, ReadingRules
from handlers.mail.statuses import explain
from models.message import Failure, Machine, MachineKind, Origin, RawMessage

READER = MailReader(ReadingRules(("complaints@council.gov.uk",), "bot.council.gov.uk"))
COPY = "To: jane@example.org\nMessage-ID: <ack@bot.council.gov.uk>\nSubject: Yours\n\nDear Jane"


def machine(content: str) -> Machine:
    read = READER(RawMessage(content.encode(), Origin("t", "t"), datetime(2020, 6, 1, tzinfo=UTC)))
    assert read.machine is not None
    return read.machine


def report(fields: str, third: str = f"Content-Type: message/rfc822\n\n{COPY}") -> Machine:
    """The verdict on an RFC 3464 report with these fields."""
    return machine(
        "From: MAILER-DAEMON@mx.example.org\nSubject: Returned\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        "--b\n\nIt did not arrive.\n"
        f"--b\nContent-Type: message/delivery-status\n\n{fields}\n--b\n{third}\n--b--\n"
    )


def words(text: str, sender: str = "MAILER-DAEMON@mx.example.org") -> Machine:
    """The verdict on a bounce of a server that knows no RFC 3464."""
    head = f"From: {sender}\nTo: complaints@council.gov.uk\nSubject: Undeliverable mail\n\n"
    return machine(f"{head}{text}\n")


@pytest.mark.parametrize(
    ("fields", "failure"),
    [
        (
            "Final-Recipient: rfc822; jane@example.org\nAction: failed\nStatus: 5.1.1",
            Failure("jane@example.org", "5.1.1", permanent=True),
        ),
        (
            "Original-Recipient: rfc822;jane@example.org\nAction: Failed (gave up)\nStatus: 4.4.7 (late)",
            Failure("jane@example.org", "4.4.7", permanent=False),
        ),
        (
            "Final-Recipient: RFC822; J <jane@example.org>\nAction: failed\nDiagnostic-Code: smtp; 5.2.2",
            Failure("jane@example.org", "5.2.2", permanent=True),
        ),
        (
            "Reporting-MTA: dns; mx\n\nAction: failed\n\nFinal-Recipient: rfc822;jane@example.org",
            Failure("jane@example.org", "", permanent=True),
        ),
        (
            "Final-Recipient: x400; /G=Jane/S=Doe/C=GB/\nAction: failed\nStatus: 5.1.1",
            Failure("/G=Jane/S=Doe/C=GB/", "5.1.1", permanent=True),
        ),
    ],
)
def test_d29_a_report_says_of_whom_which_status_and_whether_for_good(
    fields: str, failure: Failure
) -> None:
    found = report(fields)
    assert found.kind is MachineKind.BOUNCE
    assert found.failures == (failure,)
    assert found.failed_message_ids == ("<ack@bot.council.gov.uk>",)


def test_d29_a_report_of_several_recipients_keeps_those_that_failed() -> None:
    found = report(
        "Reporting-MTA: dns; mx\n\n"
        "Final-Recipient: rfc822; a@example.org\nAction: failed\nStatus: 5.1.1\n\n"
        "Final-Recipient: rfc822; b@example.org\nAction: delivered\nStatus: 2.0.0\n\n"
        "Final-Recipient: rfc822; c@example.org\nAction: failed\nStatus: 5.2.2\n"
    )
    assert [f.recipient for f in found.failures] == ["a@example.org", "c@example.org"]
    assert found.reason == "the address does not exist (5.1.1)"


def test_d29_the_address_that_we_wrote_to_is_named_not_the_one_it_was_passed_on_to() -> None:
    fields = (
        "Original-Recipient: rfc822;jane@example.org\nFinal-Recipient: rfc822;j@inner.example\n"
    )
    found = report(fields + "Action: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 552 5.2.2 full")
    assert found.failures == (Failure("jane@example.org", "5.2.2", permanent=True),)


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded"])
def test_d29_what_arrived_is_no_bounce(action: str) -> None:
    found = report(f"Final-Recipient: rfc822; a@example.org\nAction: {action}\nStatus: 2.0.0")
    assert found.kind is MachineKind.AUTOMATIC
    assert found.failures == ()


def test_d29_delayed_is_not_failed() -> None:
    found = report("Final-Recipient: rfc822; a@example.org\nAction: delayed\nStatus: 4.2.2")
    assert found.kind is MachineKind.AUTOMATIC
    assert found.reason == "not delivered yet: the mailbox is full (4.2.2)"
    assert found.failures == (Failure("a@example.org", "4.2.2", permanent=False),)


def test_d29_a_report_in_a_report_that_came_back_is_not_the_report() -> None:
    inner = (
        "Content-Type: message/rfc822\n\nSubject: Returned\nMessage-ID: <ack@bot.council.gov.uk>\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=c\n\n--c\n"
        "Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822; other@example.org\n"
        "Action: failed\nStatus: 5.1.1\n--c--\n"
    )
    found = report("Final-Recipient: rfc822; a@example.org\nAction: failed\nStatus: 5.2.1", inner)
    assert [f.recipient for f in found.failures] == ["a@example.org"]


@pytest.mark.parametrize(
    ("text", "recipient", "status"),
    [
        ("Hi. This is the qmail-send program.\n<jane@example.org>:\n550 no such user (#5.1.1)",
         "jane@example.org", "5.1.1"),
        ("Could not deliver your message from bob@example.com to:\n  jane@example.org\n550 unknown",
         "jane@example.org", ""),
        ("To: everybody@example.org\ndid not reach the following recipient:\njane@example.org",
         "jane@example.org", ""),
        (f"Your message was undeliverable.\n--- Copy of the original message ---\n{COPY}",
         "jane@example.org", ""),
    ],
)  # fmt: skip
def test_d29_a_bounce_without_fields_still_says_of_whom(
    text: str, recipient: str, status: str
) -> None:
    assert words(text).failures == (Failure(recipient, status, permanent=True),)


def test_d29_an_address_of_the_letters_copy_is_surer_than_one_beside_it() -> None:
    text = "Not delivered, see help@example.net:\nx@example.net jane@example.org\n\n"
    text += f"----- Original message -----\n{COPY}"
    assert [f.recipient for f in words(text).failures] == ["jane@example.org"]


@pytest.mark.parametrize(
    ("status", "text", "meaning"),
    [
        ("5.1.1", "", "the address does not exist (5.1.1)"),
        ("5.2.2", "", "the mailbox is full (5.2.2)"),
        ("4.4.7", "", "their mail system did not take it in the time allowed (4.4.7)"),
        ("5.7.1", "550 5.7.1 No such user", "the address does not exist (5.7.1)"),
        ("5.7.1", "message looks like spam", "their mail system takes it for spam (5.7.1)"),
        ("5.7.1", "", "their mail system refuses it (5.7.1)"),
        ("5.0.0", "554 mailbox for jane is full", "the mailbox is full (5.0.0)"),
        ("5.9.9", "", "it could not be delivered (5.9.9)"),
        ("", "This account has been disabled", "the mailbox is closed"),
        ("", "Unbekannter Empfänger: Postfach ist voll", "the mailbox is full"),
        ("", "hello", ""),
    ],
)
def test_d29_a_status_is_said_in_an_officers_words(status: str, text: str, meaning: str) -> None:
    assert explain(status, text) == meaning


def test_d29_an_ip_address_or_a_version_is_no_status() -> None:
    found = words("Could not deliver the message to jane@example.org\nhost 5.1.1.9, agent 5.0.17.2")
    assert found.failures == (Failure("jane@example.org", "", permanent=True),)


def test_d29_what_a_bounce_says_of_people_is_safe_to_show() -> None:
    found = report(
        "Final-Recipient: rfc822; " + "<script>" * 500 + "\nAction: failed\nStatus: 5.1.1"
    )
    assert all(len(f.recipient) <= 320 for f in found.failures)
    assert "\n" not in found.reason
    assert len(found.reason) < 200


@pytest.mark.parametrize(
    "text",
    [
        "a@b.example " * 50_000,
        "<a@" * 100_000,
        "-" * 300_000,
        " " * 300_000,
        "Message-ID:\n" * 20_000,
        "could not deliver the message to " * 10_000,
        ">>> RCPT TO:<" * 20_000,
        "5." * 100_000,
    ],
)
def test_d29_a_hostile_bounce_is_read_in_time(text: str) -> None:
    before = time.process_time()
    assert words(text).kind in {MachineKind.BOUNCE, MachineKind.AUTOMATIC}
    assert time.process_time() - before < 2


def test_d29_a_warning_in_words_alone_is_a_delay_and_nothing_is_lost_for_good() -> None:
    found = words(
        "Your message to jane@example.org has not yet been delivered.\n"
        "You do not need to resend it: delivery attempts will continue for three days."
    )
    assert found.kind is MachineKind.AUTOMATIC
    assert found.failures == (Failure("jane@example.org", "", permanent=False),)


def test_d29_a_server_that_has_given_up_after_a_delay_has_failed() -> None:
    text = "Your message to jane@example.org has been delayed for three days. I've given up."
    assert words(text).kind is MachineKind.BOUNCE
