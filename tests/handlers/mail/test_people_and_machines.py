"""What people write is never filed as a machine's, and a form is believed only of whom it is from."""

from datetime import UTC, datetime

import pytest

from handlers.mail.parse import MailReader, ReadingRules
from models.message import MachineKind, Message, Origin, RawMessage, Sender, Source

OURS = "complaints@council.example"
KEY = b"k" * 32
RULES = ReadingRules((OURS,), "council.example", key=KEY, authserv_ids=("mx.council.example",))
READER = MailReader(RULES)
FORM = "Name: Ada Smith\nEmail: ada@post.example\nChannel: phone\nDetails: My bin was missed."
FORMS = "Web forms <noreply@council.example>"
PORTAL = "FixMyStreet <do-not-reply@portal.example>"


def read(*headers: str, body: str = "My bin was missed.") -> Message:
    names = {line.split(":")[0].lower() for line in headers}
    usual = {"From": "Jo Pike <jo@post.example>", "To": OURS, "Subject": "Bins",
             "Message-ID": "<a@post.example>"}  # fmt: skip
    lines = [*headers, *(f"{k}: {v}" for k, v in usual.items() if k.lower() not in names)]
    content = ("\n".join(lines) + f"\n\n{body}\n").encode()
    return READER(RawMessage(content, Origin("t", "t"), datetime(2026, 11, 27, tzinfo=UTC)))


def is_bulk(message: Message) -> bool:
    return message.machine is not None and message.machine.kind is MachineKind.BULK


# Automatic replies, D25 and D26


@pytest.mark.parametrize(
    "subject",
    ["Absence", "Absence: penalty notice", "Absence - fine for Lily"],
)
def test_d25_absence_from_school_is_a_persons_matter(subject: str) -> None:
    assert read(f"Subject: {subject}").machine is None


COMPLAINTS = [
    "On vacation - fly-tipping at my drive",
    "Automatic reply - and then nothing for three weeks",
    "Automated response: nobody answers your phone",
    "Out of office",
]


@pytest.mark.parametrize("subject", COMPLAINTS)
@pytest.mark.parametrize(
    "header",
    ["X-A: b", "X-Auto-Response-Suppress: DR, OOF, AutoReply", "Feedback-ID: abc", f"From: {PORTAL}",
     "X-MS-Exchange-Inbox-Rules-Loop: jo@post.example", "Auto-Submitted: auto-generated",
     "List-Id: <x.example>"],
)  # fmt: skip
def test_d25_a_subject_that_speaks_alone_makes_a_case_that_is_not_acknowledged(
    subject: str, header: str
) -> None:
    assert is_bulk(read(f"Subject: {subject}", header))


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (("In-Reply-To: <ack@council.example>",), "Away."),
        (("References: <ack@council.example>",), "Away."),
        (("Return-Path: <>",), "Away."),
        (("Precedence: junk",), "Away."),
        (("To: complaints+CC-2026-00042.aaaaaa@council.example",), "Away."),
        (("Subject: Out of office: Your complaint [CC-2026-00042]",), "Away."),
        ((), "Note: This is an automated response to your message sent on 1 June."),
    ],
)
def test_d26_a_subject_that_is_borne_out_is_an_automatic_reply(
    headers: tuple[str, ...], body: str
) -> None:
    subject = () if any(h.startswith("Subject") for h in headers) else ("Subject: Out of office",)
    found = read(*subject, *headers, body=body).machine
    assert found is not None
    assert found.kind is MachineKind.AUTOMATIC


LEFT = "I have left two messages with your call centre and nobody rang back."
AWAY = "I am away on holiday until Monday and the bins were not emptied again."
ANSWERS = "In-Reply-To: <ack@council.example>"


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ((f"From: {PORTAL}",), LEFT),
        (("X-Auto-Response-Suppress: DR, OOF, AutoReply",), LEFT),
        (("X-Auto-Response-Suppress: DR, OOF, AutoReply", ANSWERS), AWAY),
        (("Feedback-ID: abc",), AWAY),
        (("Feedback-ID: abc", ANSWERS), AWAY),
        (("Auto-Submitted: auto-generated",), AWAY),
        (("Precedence: bulk",), AWAY),
        (("X-MS-Exchange-Inbox-Rules-Loop: jo@post.example",), AWAY),
        (("X-MS-Exchange-Inbox-Rules-Loop: a@b.example", "Return-Path: <>", ANSWERS), AWAY),
        (("Return-Path: <>", f"From: {PORTAL}"), AWAY),
        (("Return-Path: <>", "X-Auto-Response-Suppress: All"), LEFT),
    ],
)
def test_d25_who_is_away_and_says_so_is_a_case_whatever_a_portal_or_exchange_adds(
    headers: tuple[str, ...], body: str
) -> None:
    assert is_bulk(read(*headers, body=body))


# Bounces, D29


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Delivery failed - food caddy",
         "Your email said the caddy could not be delivered. I will keep complaining till it comes."),
        ("Delivery problem: green bin",
         "I got a message that my bin could not be delivered. The depot will try again next week."),
        ("Undelivered postal vote", "Your message said it could not be delivered and will be retried."),
        ("Returned mail", "The email I had says the letter could not be delivered. It will be retried."),
        ("Delivery failed - food caddy",
         "Your email said it could not be delivered on 5.11.26 to 450 Mill Lane.\n\njo@post.example"),
        ("Delivery failed - food caddy",
         "Your email below says it could not be delivered.\n\n-----Original Message-----\nNo."),
    ],
)  # fmt: skip
@pytest.mark.parametrize("header", ["X-A: b", "Return-Path: <jo@post.example>"])
def test_d29_bins_and_ballots_that_were_not_delivered_are_cases(
    subject: str, body: str, header: str
) -> None:
    assert is_bulk(read(f"Subject: {subject}", header, body=body))


def test_d29_a_letter_of_ours_attached_to_a_complaint_is_no_bounce() -> None:
    body = (
        "--b\n\nNobody came, see your mail.\n--b\nContent-Type: message/rfc822\n\n"
        f"From: {OURS}\nMessage-ID: <x@council.example>\nSubject: Caddy\n\nWe deliver.\n--b--"
    )
    mixed = "Content-Type: multipart/mixed; boundary=b"
    assert not read("Subject: Delivery failed - food caddy", mixed, body=body).is_automatic


def test_d29_what_a_portal_sends_without_a_return_path_is_no_bounce_for_its_words() -> None:
    body = "I got an email that my new bin could not be delivered."
    assert is_bulk(read("Return-Path: <>", f"From: {PORTAL}", body=body))


# Our own address, D28 and D30


@pytest.mark.parametrize("header", [f"From: Complaints <{OURS}>", f"Reply-To: {OURS}",
                                    f"Reply-To: complaints+CC-2026-00042.aaaaaa@{OURS[11:]}"])  # fmt: skip
def test_d28_our_own_address_without_a_mark_of_ours_may_be_a_colleagues_and_is_a_case(
    header: str,
) -> None:
    message = read(header, body="Mrs Smith rang: her bin was missed.")
    assert is_bulk(message)
    assert message.sender.address != OURS


def test_d28_the_signed_address_for_answers_is_a_mark_of_ours() -> None:
    token = READER._seal.reply_token("CC-2026-00042")
    found = read(f"Reply-To: complaints+{token}@council.example", f"From: {OURS}").machine
    assert found is not None
    assert found.kind is MachineKind.OWN


def test_d28_the_councils_own_form_with_our_address_to_reply_to_is_the_residents() -> None:
    message = read(f"From: {FORMS}", f"Reply-To: {OURS}", body=FORM)
    assert message.machine is None
    assert message.sender == Sender("Ada Smith", "ada@post.example")


# Forms, B21


@pytest.mark.parametrize("sender", [PORTAL, "Age UK <help@age.example>"])
def test_b21_of_a_form_that_we_cannot_trust_no_word_is_lost_and_none_is_believed(
    sender: str,
) -> None:
    message = read(f"From: {sender}", body=FORM)
    assert (message.text, message.new_text, message.source) == (FORM, FORM, Source.EMAIL)
    assert message.sender.address != "ada@post.example"


def test_b21_an_address_that_takes_no_replies_is_named_and_not_offered_to_answer_to() -> None:
    message = read(f"From: {PORTAL}", body=FORM)
    assert message.sender == Sender("FixMyStreet", None)
    assert any("do-not-reply@portal.example" in one for one in message.defects)


@pytest.mark.parametrize(
    ("results", "is_believed"),
    [
        ("dmarc=pass", True),
        ("dmarc=pass; spf=fail", True),
        ("dmarc=none; spf=fail; dkim=pass", True),
        ("spf=softfail", True),
        ("dmarc=fail; spf=pass; dkim=pass", False),
        ("dmarc=none; spf=fail", False),
        ("spf=fail; dkim=none", False),
    ],
)
def test_b21_a_fail_takes_trust_from_a_form_and_a_pass_grants_none(
    results: str, is_believed: bool
) -> None:
    header = f"Authentication-Results: mx.council.example; {results}"
    ours = read(f"From: {FORMS}", header, body=FORM)
    assert (ours.sender == Sender("Ada Smith", "ada@post.example")) is is_believed
    assert (ours.machine is None) is is_believed
    assert read(f"From: {PORTAL}", header, body=FORM).sender.address is None
    if not is_believed:
        assert (ours.text, ours.sender, ours.source) == (
            FORM,
            Sender("Web forms", None),
            Source.EMAIL,
        )
        assert is_bulk(ours)
