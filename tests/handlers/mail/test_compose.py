"""What stands in the email of a letter: mail.md E31 and E32."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message as Part
from email.policy import compat32, default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.mail.compose import compose
from models.enclosures import Enclosure
from models.errors import Undeliverable
from models.letter import Letter, LetterKind

FROM = "complaints@council.gov.uk"
NOW = datetime(2020, 6, 1, 9, 0, tzinfo=UTC)
OUTLOOK_ID = "<" + "A" * 70 + "@AM0PR04MB1234.eurprd04.prod.outlook.com>"
HOSTILE = "x\r\nBcc: everybody@example.org\r\n\r\nBuy now"


def letter(**changes: object) -> Letter:
    return Letter(**{
        "kind": LetterKind.ACKNOWLEDGEMENT, "reference": "CC-2026-00042",
        "recipient": "jane@example.org", "subject": "We have received your complaint [CC-2026-00042]",
        "text": "Dear Jane,\n\nThank you.\n", "html": "<p>Dear Jane</p>",
        "message_id": "<carebot.1@council.gov.uk>", "answers": "<m2@example.org>",
        "thread": ("<m1@example.org>", "<m2@example.org>"), "automatic": True,
        "reply_token": "CC-2026-00042.k7f3q2", **changes,
    })  # fmt: skip


def composed(made: Letter, name: str = "Customer Care") -> Part:
    email = compose(made, from_address=FROM, from_name=name, now=NOW)
    return message_from_bytes(email.as_bytes(), policy=default)


def raw_headers(made: Letter) -> list[tuple[str, str]]:
    email = compose(made, from_address=FROM, from_name="Customer Care", now=NOW)
    return message_from_bytes(email.as_bytes(), policy=compat32).items()


def test_e32_an_acknowledgement_has_every_header_that_a_loop_needs_to_miss() -> None:
    email = composed(letter())
    assert email["Auto-Submitted"] == "auto-replied"
    assert email["X-Auto-Response-Suppress"] == "All"
    assert email["Message-ID"] == "<carebot.1@council.gov.uk>"
    assert email["In-Reply-To"] == "<m2@example.org>"
    assert email["References"] == "<m1@example.org> <m2@example.org>"
    assert email["Reply-To"] == "complaints+CC-2026-00042.k7f3q2@council.gov.uk"
    assert email["X-Carebot"] == "CC-2026-00042.k7f3q2"
    assert email["Date"] == "Mon, 01 Jun 2020 09:00:00 +0000"
    assert email["From"] == "Customer Care <complaints@council.gov.uk>"
    assert email["MIME-Version"] == "1.0"
    assert email["Subject"].count("CC-2026-00042") == 1


def test_e32_the_receipts_and_precedence_that_only_do_harm_are_not_there() -> None:
    """Precedence is no standard's and sorts a resident's letter with the junk; a receipt asked for
    by a machine comes back to one.
    """
    names = {name.lower() for name, _ in raw_headers(letter())}
    assert names.isdisjoint(
        {"precedence", "disposition-notification-to", "return-receipt-to", "bcc", "cc", "sender"}
    )


def test_e32_no_header_stands_twice() -> None:
    names = [name.lower() for name, _ in raw_headers(letter())]
    assert len(names) == len(set(names))


def test_e32_what_a_person_wrote_is_not_marked_as_automatic() -> None:
    email = composed(letter(kind=LetterKind.RESPONSE, automatic=False))
    assert email["Auto-Submitted"] is None
    assert email["X-Auto-Response-Suppress"] == "All"


def test_e32_the_words_stand_as_plain_text_and_as_html() -> None:
    email = composed(letter())
    assert email.get_content_type() == "multipart/alternative"
    plain, html = email.iter_parts()
    assert (plain.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert plain.get_content().splitlines() == ["Dear Jane,", "", "Thank you."]


def test_e32_a_thread_of_a_hundred_names_its_newest_ids_unbroken() -> None:
    thread = tuple(f"<{n}{OUTLOOK_ID[1:]}" for n in range(100))
    email = composed(letter(thread=thread, answers=thread[-1]))
    ids = email["References"].split()
    assert ids == list(thread[-8:])
    assert all(len(line) <= 998 for line in email.as_bytes().splitlines())


@pytest.mark.parametrize("field", ["subject", "message_id", "answers", "reference", "reply_token"])
def test_e31_a_line_end_in_any_field_adds_no_header_and_no_recipient(field: str) -> None:
    try:
        email = composed(letter(**{field: HOSTILE}))
    except (ValueError, Undeliverable):
        return
    assert email["Bcc"] is None
    assert email["To"] == "jane@example.org"
    assert [part.get_content_type() for part in email.iter_parts()] == ["text/plain", "text/html"]


@pytest.mark.parametrize(
    "recipient",
    [
        "jane@example.org, al@example.org",
        "jane@example.org;al@example.org",
        "jane@example.org\r\nBcc: al@example.org",
        "jane@example.org\n",
        "<jane@example.org>, <al@example.org>",
        "friends: jane@example.org, al@example.org;",
        "jane",
        "@example.org",
        "jane@",
        "jane@exa mple.org",
        "jürgen@example.org",
        "",
    ],
)
def test_e31_whatever_is_no_single_address_gets_nothing(recipient: str) -> None:
    with pytest.raises(Undeliverable):
        compose(letter(recipient=recipient), from_address=FROM, from_name="Customer Care", now=NOW)


@given(st.text(max_size=300), st.text(max_size=300))
def test_e31_whatever_subject_and_name_the_email_goes_to_one_address(name: str, words: str) -> None:
    email = composed(letter(subject=words, html="<p></p>"), name)
    assert [a.addr_spec for a in email["To"].addresses] == ["jane@example.org"]
    assert [a.addr_spec for a in email["From"].addresses] == [FROM]
    assert email["Bcc"] is None
    assert email["Cc"] is None
    assert len(str(email["Subject"])) <= 200


@given(st.from_regex(r"[a-z.@,;:<>()\"\\ \r\n\t]{1,40}", fullmatch=True))
def test_e31_no_address_however_odd_names_a_second_recipient(address: str) -> None:
    try:
        email = composed(letter(recipient=address))
    except Undeliverable:
        return
    assert len(email["To"].addresses) == 1


def test_files_go_with_it_byte_for_byte_under_their_names() -> None:
    files = [b"%PDF-1.7\r\n.\r\n\x00\xff" * 50, b"Dear Jo\n\xa35\r\n"]
    made = letter(
        attachments=(
            Enclosure("Plan £ für Jo.pdf", "application/pdf", "a", len(files[0])),
            Enclosure("note.txt", "text/plain", "b", len(files[1])),
        )
    )
    email = compose(made, from_address=FROM, from_name="C", now=NOW, files=files)
    read = message_from_bytes(email.as_bytes(), policy=default)
    plan, note = read.iter_attachments()
    assert plan.get_payload(decode=True) == files[0]
    assert note.get_payload(decode=True) == files[1]
    assert [part.get_filename() for part in (plan, note)] == ["Plan £ für Jo.pdf", "note.txt"]
    assert [part.get_content_type() for part in (plan, note)] == ["application/pdf", "text/plain"]
    body = read.get_body(("plain",))
    assert body is not None
    assert body.get_content().startswith("Dear Jane")
    assert read.get_body(("html",)) is not None
    assert max(map(len, email.as_bytes().split(b"\r\n"))) <= 990
