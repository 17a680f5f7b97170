from datetime import date, timedelta

from models.case import Level, Outcome, State
from models.channels import channel_for
from models.errors import Unreadable
from models.history import Event
from models.ledger import Arrival
from models.letter import Letter
from models.message import Message, Origin, RawMessage
from models.outbox import Kind
from models.people import staff
from models.prediction import Category, Prediction
from tests.support.council import utc
from tests.support.letterbox import delivered
from tests.support.office import TestOffice, email
from tests.support.triage import ToldTriage

NOW = utc(2026, 11, 27)


def send_all(office: TestOffice) -> list[Letter]:
    return delivered(office, NOW)


def events(office: TestOffice, reference: str | None) -> list[Event]:
    assert reference is not None
    with office.store.view() as work:
        return [entry.event for entry in work.cases.history(reference)]


def test_an_email_becomes_a_case_with_a_card_its_words_and_an_acknowledgement(
    office: TestOffice,
) -> None:
    taken = office.receive(email(), NOW)
    assert (taken.arrival, taken.reference) == (Arrival.CASE, "CC-2026-00001")
    case = office.case(taken.reference)
    assert (case.category, case.service) == (Category.COMPLAINT, "waste_recycling")
    assert case.stage.respond_by == date(2026, 12, 18)
    assert [parcel.kind for parcel in office.waiting()] == [Kind.CARD, Kind.WORDS, Kind.LETTER]


def test_the_raw_bytes_are_kept_as_they_came(office: TestOffice) -> None:
    taken = office.receive(email(), NOW)
    assert taken.message is not None
    with office.store.view() as work:
        assert work.messages.raw(taken.message.sha256) == email()


def test_a_reference_that_does_not_exist_is_a_new_case(office: TestOffice) -> None:
    taken = office.receive(email(Subject="about CC-2020-99999"), NOW)
    assert taken.arrival is Arrival.CASE


def test_a_reply_while_the_answer_is_on_its_way_is_not_lost_in_an_answered_case(
    office: TestOffice,
) -> None:
    from handlers.seen import Seen

    reference = office.receive(email(), NOW).reference
    (acknowledgement,) = send_all(office)
    officer = staff("U1")
    seen = Seen(str(reference), office.case(reference).version)
    draft = office.casework.draft_answer(
        seen, "It is done.", Outcome.UPHELD, Level.LEVEL_ONE, officer, NOW
    )
    office.casework.send(draft.id, officer, NOW)
    later = NOW + timedelta(minutes=1)
    reply = email("Wait!", Message_ID="<2@x>", In_Reply_To=acknowledgement.message_id)
    office.receive(reply, later)
    send_all(office)
    assert events(office, reference)[-2:] == [Event.ANSWERED, Event.REOPENED]
    assert office.case(reference).state is State.OPEN


def test_a_message_that_breaks_us_is_quarantined_and_the_next_is_taken_in(
    office: TestOffice,
) -> None:
    from dataclasses import replace

    def read(raw: RawMessage) -> Message:
        if b"poison" in raw.content:
            raise ZeroDivisionError
        if b"unreadable" in raw.content:
            raise Unreadable("not a message at all")
        return office.intake.read(raw)

    intake = replace(office.intake, read=read)
    texts = ("poison", "fine #noise enquiry", "unreadable")
    raws = [
        RawMessage(email(text, Message_ID=f"<{text[0]}@x>"), Origin("a", "INBOX", 1, n), NOW)
        for n, text in enumerate(texts)
    ]
    taken = list(intake.take_in_all(raws, lambda: NOW))
    assert [t.arrival for t in taken] == [
        Arrival.QUARANTINED,
        Arrival.CASE,
        Arrival.QUARANTINED,
    ]
    assert taken[2].reason == "not a message at all"
    assert len(office.waiting(Kind.QUARANTINE)) == 2
    with office.store.view() as work:
        counts = work.ledger.counts(NOW, NOW + timedelta(days=1))
    assert counts == {Arrival.CASE: 1, Arrival.QUARANTINED: 2}


def test_a_text_that_breaks_the_model_becomes_a_case_for_a_person(office: TestOffice) -> None:
    from dataclasses import replace

    class Broken(ToldTriage):
        def predict(self, subject: str, body: str, sender: str = "") -> Prediction:
            if "odd" in body:
                raise FloatingPointError
            return super().predict(subject, body, sender)

    intake = replace(office.intake, triage=Broken(office.council.catalogue))
    raws = [
        RawMessage(email(text, Message_ID=f"<{n}@x>"), Origin("a", "INBOX", 1, n), NOW)
        for n, text in enumerate(("odd", "fine #noise enquiry"))
    ]
    odd, fine = intake.take_in_all(raws, lambda: NOW)
    assert (odd.arrival, fine.arrival) == (Arrival.CASE, Arrival.CASE)
    assert office.case(odd.reference).state is State.TRIAGE
    assert office.case(fine.reference).state is State.OPEN


def test_a_reply_that_raises_a_flag_moves_the_case_before_its_words_are_said(
    office: TestOffice,
) -> None:
    first = office.receive(email(), NOW)
    reply = email(
        "My child is at risk. #missed_bin complaint !safeguarding",
        Message_ID="<2@x>",
        In_Reply_To="<first@post.example>",
    )
    office.receive(reply, NOW)
    case = office.case(first.reference)
    assert channel_for(case, office.council) == "private-safeguarding"


def test_a_bounced_answer_opens_the_case_again(office: TestOffice) -> None:
    from handlers.seen import Seen

    reference = office.receive(email(), NOW).reference
    send_all(office)
    officer = staff("U1")
    seen = Seen(str(reference), office.case(reference).version)
    draft = office.casework.draft_answer(
        seen, "It is done.", Outcome.UPHELD, Level.LEVEL_ONE, officer, NOW
    )
    office.casework.send(draft.id, officer, NOW)
    (answer,) = send_all(office)
    assert office.case(reference).state is State.ANSWERED
    bounce = email(
        f"This came back:\n\nMessage-ID: {answer.message_id}\n",
        From="MAILER-DAEMON@post.example",
        Message_ID="<b@x>",
        Subject="Undeliverable",
    )
    assert office.receive(bounce, NOW).arrival is Arrival.BOUNCE
    assert office.case(reference).state is State.OPEN
