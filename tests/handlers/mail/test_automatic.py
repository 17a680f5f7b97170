"""Each sign of a machine is seen, and no person's message is taken for a machine's."""

from datetime import UTC, datetime

import pytest

from handlers.mail.automatic import RULES
from handlers.mail.parse import MailReader, ReadingRules
from models.message import Machine, MachineKind, Origin, RawMessage

READER = MailReader(ReadingRules(("complaints@council.gov.uk",), "bot.council.gov.uk"))


def verdict(*headers: str, body: str = "Hello.") -> Machine | None:
    names = {line.split(":")[0].lower() for line in headers}
    usual = {"From": "Jane <jane@example.org>", "Subject": "Bins"}
    lines = [*headers, *(f"{k}: {v}" for k, v in usual.items() if k.lower() not in names)]
    content = ("\n".join(lines) + f"\n\n{body}\n").encode()
    return READER(RawMessage(content, Origin("t", "t"), datetime(2020, 6, 1, tzinfo=UTC))).machine


SIGNS = [
    "Content-Type: multipart/report; report-type=delivery-status; boundary=b",
    "X-Failed-Recipients: jane@example.org",
    "From: MAILER-DAEMON@example.org",
    "From: Postmaster <postmaster@example.org>",
    "From: MAILER-DAEMON (Mail Delivery System)",
    "Auto-Submitted: auto-replied",
    "Auto-Submitted: Auto-Generated; owner=x (comment)",
    "Auto-Submitted: auto-notified",
    "Auto-Submitted: something-new",
    'Content-Type: multipart/report; report-type="disposition-notification"; boundary=b',
    "Content-Type: multipart/report; report-type=feedback-report; boundary=b",
    "Content-Type: text/calendar; method=REPLY",
    "Return-Path: <>",
    "Return-Path:  < >",
    "Precedence: bulk",
    "Precedence: JUNK",
    "Precedence: list",
    "Precedence: auto_reply",
    "X-Auto-Response-Suppress: OOF, AutoReply",
    "X-Auto-Response-Suppress: DR",
    "X-Autoreply: yes",
    "X-Autorespond: holiday",
    "X-Autoresponder: x",
    "X-AutoReply-From: a@example.org",
    "X-Mail-Autoreply: yes",
    "X-MS-Exchange-Inbox-Rules-Loop: a@example.org",
    "X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent",
    "List-Id: <x.example.org>",
    "List-Unsubscribe: <mailto:x@example.org>",
    "List-Post: <mailto:x@example.org>",
    "Feedback-ID: 1:2:3:x",
    "From: no-reply@example.org",
    "From: Shop <NoReply@example.org>",
    "From: do_not_reply@example.org",
    "From: bounces+1=2@example.org",
    "From: x@bluebottle.com",
    "From: x@boxbe.com",
    "Subject: Automatic reply: Your complaint",
    "Subject: =?utf-8?q?R=C3=A9ponse_automatique_=3A?= Your complaint",
    "Subject: Out of Office",
    "Subject: AUTO: away",
    "Subject: Abwesenheitsnotiz: bin weg",
]


@pytest.mark.parametrize("sign", SIGNS)
def test_a_sign_of_a_machine_is_seen(sign: str) -> None:
    assert verdict(sign) is not None


def test_every_rule_of_the_table_has_a_sign_that_only_it_explains() -> None:
    reasons = {found.reason for sign in SIGNS if (found := verdict(sign))}
    assert {rule.reason for rule in RULES} == reasons


@pytest.mark.parametrize(
    "header",
    [
        "Auto-Submitted: no",
        "Auto-Submitted: No; x=y",
        "Precedence: first-class",
        "X-Auto-Response-Suppress: None",
        "X-Autoreply: no",
        "Return-Path: <jane@example.org>",
        "Subject: Re: Automatic reply: Your complaint",
        "Subject: Out of office hours nobody answers",
        "Subject: Auto repair shop noise",
        "Subject: Automatic doors at the library",
        "Subject: Delivery of bins failed",
        "From: Noreen Reply <noreen@example.org>",
        "From: postmaster-fan@example.org",
        "From: jane.list@example.org",
        "Content-Type: text/plain; charset=utf-8",
    ],
)
def test_a_persons_message_is_not_taken_for_a_machines(header: str) -> None:
    assert verdict(header) is None


def test_a_reply_with_our_letter_quoted_is_a_persons() -> None:
    quoted = "No.\n\n> Message-ID: <carebot.1@bot.council.gov.uk>\n> X-Carebot: CC-2026-00042"
    references = "References: <carebot.1@bot.council.gov.uk>"
    assert verdict("In-Reply-To: <carebot.1@bot.council.gov.uk>", references, body=quoted) is None


def test_an_officers_message_id_at_the_councils_own_domain_is_a_persons() -> None:
    assert verdict("Message-ID: <officer.1@bot.council.gov.uk>") is None


def test_a_colleague_who_sends_from_the_mailbox_is_our_own_mail() -> None:
    found = verdict("From: Complaints <Complaints@Council.gov.uk>")
    assert found == Machine(MachineKind.OWN, "from our own address")


def test_a_bounce_that_names_several_letters_names_each_once() -> None:
    copy = "Message-ID: <carebot.1@x>\n\n> Message-Id: <carebot.2@x>\nmessage-id: <carebot.1@x>"
    found = verdict("X-Failed-Recipients: a@example.org", body=copy)
    assert found is not None
    assert found.failed_message_ids == ("<carebot.1@x>", "<carebot.2@x>")


def test_a_bounce_without_a_copy_is_matched_by_what_it_answers() -> None:
    found = verdict("From: mailer-daemon@example.org", "In-Reply-To: <carebot.1@x>")
    assert found is not None
    assert found.failed_message_ids == ("<carebot.1@x>",)


@pytest.mark.parametrize(
    "subject",
    [
        "Undelivered green bin",
        "Delivery failed: new recycling box",
        "Returned mail from council tax",
        "Auto: damage by bin lorry",
    ],
)
def test_a_subject_alone_makes_no_machine_of_a_person(subject: str) -> None:
    assert verdict(f"Subject: {subject}") is None


def test_the_subject_of_a_bounce_above_a_copy_of_our_letter_is_a_bounce() -> None:
    copy = "This came back:\n\nMessage-ID: <carebot.CC-2026-00001.x@westmere.example>\n"
    found = verdict("Subject: Undeliverable: Your complaint", body=copy)
    assert found is not None
    assert found.kind is MachineKind.BOUNCE
    assert found.failed_message_ids == ("<carebot.CC-2026-00001.x@westmere.example>",)


@pytest.mark.parametrize(
    "sign",
    [
        "List-Unsubscribe: <mailto:x@example.org>",
        "Precedence: bulk",
        "Feedback-ID: 1:ses",
        "X-Auto-Response-Suppress: DR",
        "Auto-Submitted: auto-generated",
        "From: no-reply@portal.example",
    ],
)
def test_what_a_machine_sends_for_a_person_still_becomes_a_case(sign: str) -> None:
    found = verdict(sign)
    assert found is not None
    assert found.kind is MachineKind.BULK
