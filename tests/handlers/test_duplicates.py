"""Copies of a message, and what only looks like one (mail.md C24; requirement 4)."""

from collections import Counter
from datetime import timedelta
from email.message import EmailMessage

import pytest

from models.history import Event
from models.ledger import Arrival
from models.message import Origin, RawMessage
from models.outbox import Kind
from tests.support.casework import entry, events
from tests.support.council import utc
from tests.support.office import TestOffice, email

NOW = utc(2026, 11, 27)
DATE = "Fri, 27 Nov 2026 11:58:00 +0000"


def relayed(content: bytes) -> bytes:
    return b"Received: from list.example by mx.example; Fri, 27 Nov 2026 12:00:00 +0000\n" + content


def scan(sender: str, pixels: bytes, message_id: str = "") -> bytes:
    """An email without a text, with a picture."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, "c@westmere.example", "Scan"
    if message_id:
        message["Message-ID"] = message_id
    message.set_content("")
    message.add_attachment(pixels, maintype="image", subtype="png", filename="scan.png")
    return message.as_bytes()


def arrivals(office: TestOffice, *contents: bytes) -> list[Arrival]:
    return [office.receive(content, NOW).arrival for content in contents]


def test_c24_the_same_bytes_are_one_case(office: TestOffice) -> None:
    first = office.receive(email(), NOW)
    again = office.receive(email(), NOW + timedelta(days=30))
    assert (again.arrival, again.reference) == (Arrival.DUPLICATE, first.reference)
    assert len(office.waiting(Kind.CARD)) == len(office.waiting(Kind.LETTER)) == 1


def test_c24_a_batch_with_a_copy_in_it_is_one_case(office: TestOffice) -> None:
    raws = [RawMessage(email(), Origin("a", "INBOX", 1, uid), NOW) for uid in (1, 2)]
    taken = office.intake.take_in_all(raws, lambda: NOW)
    assert [t.arrival for t in taken] == [Arrival.CASE, Arrival.DUPLICATE]


@pytest.mark.parametrize(
    "copy",
    [
        relayed(email()),
        relayed(email(Subject="[EXTERNAL] Bins")),
        relayed(email(Subject="***SPAM*** Bins")),
        email(Delivered_To="info@westmere.example"),
        email("Not   emptied.\n#missed_bin complaint\n\n"),
    ],
)
def test_c24_a_copy_by_another_way_is_a_duplicate(office: TestOffice, copy: bytes) -> None:
    assert arrivals(office, email(), copy) == [Arrival.CASE, Arrival.DUPLICATE]


def test_c24_the_same_message_id_with_other_content_is_a_new_message_that_names_the_first(
    office: TestOffice,
) -> None:
    first = office.receive(email(), NOW)
    second = office.receive(email("Something else. #noise complaint"), NOW)
    assert second.arrival is Arrival.CASE
    assert entry(office, second.reference, Event.LINKED).details["other"] == first.reference


def test_c24_the_same_message_id_and_words_of_somebody_else_are_a_new_message(
    office: TestOffice,
) -> None:
    other = email(From="Al <al@x.example>")
    assert arrivals(office, email(), other) == [Arrival.CASE, Arrival.CASE]


def test_c24_messages_without_a_message_id_do_not_collapse(office: TestOffice) -> None:
    texts = ("A #missed_bin complaint", "B #missed_bin complaint", "C #noise complaint")
    contents = [email(text, Message_ID="") for text in texts]
    assert arrivals(office, *contents) == [Arrival.CASE] * 3


def test_c24_without_a_message_id_a_relayed_copy_is_known_by_sender_content_and_date(
    office: TestOffice,
) -> None:
    mail = email(Message_ID="", Date=DATE)
    assert arrivals(office, mail, relayed(mail)) == [Arrival.CASE, Arrival.DUPLICATE]


@pytest.mark.parametrize(
    "changed",
    [
        {"From": "Al <al@x.example>"},
        {"Subject": "Other bins"},
        {"Date": "Fri, 4 Dec 2026 11:58:00 +0000"},
        {"Message_ID": "<new@post.example>"},
    ],
)
def test_c24_without_a_message_id_what_differs_is_no_copy(
    office: TestOffice, changed: dict[str, str]
) -> None:
    fields = {"Message_ID": "", "Date": DATE}
    contents = email(**fields), email(**(fields | changed))
    assert arrivals(office, *contents) == [Arrival.CASE, Arrival.CASE]


def test_c24_who_sends_the_same_words_again_next_week_asks_again(office: TestOffice) -> None:
    mail = email(Message_ID="")
    week = timedelta(days=7)
    assert office.receive(mail, NOW).arrival is Arrival.CASE
    assert office.receive(mail, NOW + timedelta(minutes=5)).arrival is Arrival.DUPLICATE
    assert office.receive(mail, NOW + week).arrival is Arrival.CASE


def test_c24_two_scans_without_a_text_from_two_people_are_two_cases(office: TestOffice) -> None:
    contents = scan("a@x.example", b"one"), scan("b@x.example", b"two")
    assert arrivals(office, *contents) == [Arrival.CASE, Arrival.CASE]


def test_c24_the_same_scan_from_two_people_is_two_cases(office: TestOffice) -> None:
    contents = scan("a@x.example", b"one"), scan("b@x.example", b"one")
    assert arrivals(office, *contents) == [Arrival.CASE, Arrival.CASE]


def test_c24_the_same_words_with_another_attachment_are_no_copy(office: TestOffice) -> None:
    contents = scan("a@x.example", b"one", "<1@x>"), scan("a@x.example", b"two", "<1@x>")
    assert arrivals(office, *contents) == [Arrival.CASE, Arrival.CASE]
    assert len(office.waiting(Kind.LETTER)) == 2


def test_c24_two_messages_with_nothing_in_them_and_from_nobody_are_two_cases(
    office: TestOffice,
) -> None:
    contents = email("", From="", Message_ID=""), email(" ", From="", Message_ID="", Subject="Bins")
    assert arrivals(office, *contents) == [Arrival.CASE, Arrival.CASE]


@pytest.mark.parametrize("place", [{"account": "info"}, {"folder": "Second"}, {"uid": 77}])
def test_c24_one_mail_to_two_of_our_addresses_is_one_case_and_both_places_are_noted(
    office: TestOffice, place: dict[str, object]
) -> None:
    first = office.receive(email(), NOW)
    copy = office.receive(email(Delivered_To="info@westmere.example"), NOW, **place)
    assert (copy.arrival, copy.reference) == (Arrival.DUPLICATE, first.reference)
    again = entry(office, first.reference, Event.RECEIVED_AGAIN)
    assert again.details["folder"] == copy.raw.origin.folder
    assert again.details["account"] == copy.raw.origin.account
    with office.store.view() as work:
        assert work.ledger.booked_as(first.raw.origin) is Arrival.CASE
        assert work.ledger.booked_as(copy.raw.origin) is Arrival.DUPLICATE
    assert office.waiting(Kind.NOTE) == []


def test_c24_a_mailbox_that_was_only_renumbered_is_not_said_in_the_history(
    office: TestOffice,
) -> None:
    first = office.receive(email(), NOW)
    again = office.receive(email(), NOW, uidvalidity=2)
    assert again.arrival is Arrival.DUPLICATE
    assert Event.RECEIVED_AGAIN not in events(office, first.reference)


def test_c24_taken_in_again_after_a_crash_before_the_move_nothing_happens_twice(
    office: TestOffice,
) -> None:
    raw = RawMessage(email(), Origin("intake", "INBOX", 1, 5), NOW)
    first = office.intake.take_in(raw, NOW)
    before = len(office.waiting())
    again = office.intake.take_in(raw, NOW + timedelta(minutes=1))
    assert again.arrival is Arrival.DUPLICATE
    assert len(office.waiting()) == before
    assert Event.RECEIVED_AGAIN not in events(office, first.reference)


def test_requirement_4_each_message_is_exactly_one_arrival(office: TestOffice) -> None:
    contents = [
        email(),
        email(),
        email("PS", Message_ID="<2@x>", In_Reply_To="<first@post.example>"),
        email("Away", Message_ID="<3@x>", Auto_Submitted="auto-replied"),
        email("", Message_ID="<4@x>", From=""),
        email("Gone", Message_ID="<5@x>", From="MAILER-DAEMON@x.example"),
    ]
    counted = Counter(arrivals(office, *contents))
    with office.store.view() as work:
        assert work.ledger.counts(NOW, NOW + timedelta(days=1)) == counted
    assert counted.total() == len(contents)
