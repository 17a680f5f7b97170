"""A letter that came back, or is late, is seen on its case (D29)."""

from models.history import Event
from models.store_port import Arrival
from tests.support.council import utc
from tests.support.letterbox import delivered
from tests.support.office import TestOffice, email

NOW = utc(2026, 11, 27)


def report(office: TestOffice, action: str, status: str) -> tuple[Arrival, str, Event, object]:
    """What becomes of an RFC 3464 report on the acknowledgement of a new case: how it arrived, and
    the case, the event and the reason in its history.
    """
    reference = office.receive(email(), NOW).reference
    assert reference is not None
    (letter,) = delivered(office, NOW)
    content = (
        "From: MAILER-DAEMON@mx.example.org\nTo: complaints@westmere.example\n"
        "Subject: Returned mail\nMessage-ID: <b@mx.example.org>\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        "--b\n\nSee below.\n--b\nContent-Type: message/delivery-status\n\n"
        f"Final-Recipient: rfc822; jane@example.org\nAction: {action}\nStatus: {status}\n"
        f"--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: {letter.message_id}\n--b--\n"
    ).encode()
    taken = office.receive(content, NOW)
    assert taken.reference == reference
    with office.store.view() as work:
        entry = work.cases.history(reference)[-1]
    return taken.arrival, reference, entry.event, entry.details["reason"]


def test_d29_a_bounce_says_on_its_case_why_the_acknowledgement_did_not_arrive(
    office: TestOffice,
) -> None:
    arrival, reference, event, reason = report(office, "failed", "5.1.1")
    assert (arrival, event) == (Arrival.BOUNCE, Event.BOUNCED)
    assert reason == "the address does not exist (5.1.1)"
    assert office.case(reference).stage.acknowledged_at is None


def test_d29_a_delay_is_noted_on_its_case_and_the_acknowledgement_counts(
    office: TestOffice,
) -> None:
    arrival, reference, event, reason = report(office, "delayed", "4.2.2")
    assert (arrival, event) == (Arrival.AUTOMATIC, Event.AUTOMATIC_MESSAGE)
    assert reason == "not delivered yet: the mailbox is full (4.2.2)"
    assert office.case(reference).stage.acknowledged_at is not None
