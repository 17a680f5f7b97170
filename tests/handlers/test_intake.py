from datetime import date, timedelta

import pytest

from models.case import Level, Outcome, State
from models.channels import channel_for
from models.errors import Unreadable
from models.history import Event
from models.letter import Letter
from models.message import Message, Origin, RawMessage
from models.outbox import Kind
from models.people import staff
from models.prediction import Category, Prediction
from models.store_port import Arrival
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


def test_the_same_email_twice_is_one_case(office: TestOffice) -> None:
    first = office.receive(email(), NOW)
    again = office.receive(email(), NOW)
    assert (again.arrival, again.reference) == (Arrival.DUPLICATE, first.reference)
    assert len(office.waiting(Kind.CARD)) == 1


def test_a_batch_with_a_copy_in_it_is_one_case(office: TestOffice) -> None:
    raws = [RawMessage(email(), Origin("a", "INBOX", 1, uid), NOW) for uid in (1, 2)]
    taken = office.intake.take_in_all(raws, lambda: NOW)
    assert [t.arrival for t in taken] == [Arrival.CASE, Arrival.DUPLICATE]


def test_a_reply_to_our_letter_belongs_to_its_case(office: TestOffice) -> None:
    first = office.receive(email(), NOW)
    (acknowledgement,) = send_all(office)
    reply = email("And again.", Message_ID="<2@x>", In_Reply_To=acknowledgement.message_id)
    taken = office.receive(reply, NOW)
    assert (taken.arrival, taken.reference) == (Arrival.REPLY, first.reference)
    assert len(office.waiting(Kind.LETTER)) == 0


def test_a_reply_to_ones_own_first_mail_belongs_to_its_case(office: TestOffice) -> None:
    first = office.receive(email(), NOW)
    reply = email("PS", Message_ID="<2@x>", In_Reply_To="<first@post.example>")
    assert office.receive(reply, NOW).reference == first.reference


def test_a_reference_in_the_subject_finds_its_case(office: TestOffice) -> None:
    first = office.receive(email(), NOW)
    second = email("PS", Message_ID="<2@x>", Subject=f"Re: Bins [{first.reference}]")
    assert office.receive(second, NOW).arrival is Arrival.REPLY


def test_a_reference_that_does_not_exist_is_a_new_case(office: TestOffice) -> None:
    taken = office.receive(email(Subject="about CC-2020-99999"), NOW)
    assert taken.arrival is Arrival.CASE


def test_two_people_with_one_subject_are_two_cases(office: TestOffice) -> None:
    office.receive(email(), NOW)
    other = email("Mine too.", Message_ID="<2@x>", From="Al <al@post.example>")
    assert office.receive(other, NOW).reference == "CC-2026-00002"


def test_somebody_new_who_answers_is_pointed_out(office: TestOffice) -> None:
    first = office.receive(email(), NOW)
    stranger = email(
        "?", Message_ID="<2@x>", From="Al <al@x.example>", In_Reply_To="<first@post.example>"
    )
    office.receive(stranger, NOW)
    with office.store.view() as work:
        added = work.cases.history(str(first.reference))[-1]
    assert (added.event, added.details["known_sender"]) == (Event.MESSAGE_ADDED, False)


def test_a_reply_reopens_an_answered_case(office: TestOffice) -> None:
    reference = office.receive(email(), NOW).reference
    send_all(office)
    from handlers.casework import Seen

    officer = staff("U1")
    seen = Seen(str(reference), office.case(reference).version)
    draft = office.casework.draft_answer(
        seen, "Sorry. It is done.", Outcome.UPHELD, Level.LEVEL_ONE, officer, NOW
    )
    office.casework.send(draft.id, officer, NOW)
    (answer,) = send_all(office)
    assert office.case(reference).state is State.ANSWERED
    reply = email("It is not.", Message_ID="<2@x>", In_Reply_To=answer.message_id)
    office.receive(reply, NOW)
    assert office.case(reference).state is State.OPEN
    assert events(office, reference)[-2:] == [Event.MESSAGE_ADDED, Event.REOPENED]


def test_a_reply_while_the_answer_is_on_its_way_is_not_lost_in_an_answered_case(
    office: TestOffice,
) -> None:
    from handlers.casework import Seen

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


def test_an_out_of_office_to_our_letter_is_filed_quietly(office: TestOffice) -> None:
    first = office.receive(email(), NOW)
    (acknowledgement,) = send_all(office)
    before = len(office.waiting())
    away = email(
        "I am away.",
        Message_ID="<2@x>",
        In_Reply_To=acknowledgement.message_id,
        Auto_Submitted="auto-replied",
    )
    taken = office.receive(away, NOW)
    assert (taken.arrival, taken.reference) == (Arrival.AUTOMATIC, first.reference)
    assert len(office.waiting()) == before


def test_our_own_letter_coming_back_is_never_a_case(office: TestOffice) -> None:
    office.receive(email(), NOW)
    (letter,) = send_all(office)
    from handlers.mail.compose import compose

    back = compose(
        letter,
        from_address="complaints@westmere.example",
        from_name="Westmere",
        now=NOW,
    )
    taken = office.receive(bytes(back), NOW)
    assert taken.arrival is Arrival.AUTOMATIC
    assert len(office.waiting(Kind.LETTER)) == 0


@pytest.mark.parametrize(
    ("headers", "received", "why"),
    [
        ({"From": ""}, NOW, "no address"),
        ({"List_Id": "<list.example.org>"}, NOW, "a machine sent it: a mailing list"),
        ({"Date": "Fri, 6 Nov 2020 10:00:00 +0000"}, NOW, "more than 3 days ago"),
        ({}, NOW - timedelta(days=4), "more than 3 days ago"),
    ],
)
def test_an_acknowledgement_that_could_do_harm_is_withheld_with_its_reason(
    office: TestOffice, headers: dict[str, str], received: object, why: str
) -> None:
    raw = RawMessage(email(**headers), Origin("a", "INBOX", 1, 1), received)
    taken = office.intake.take_in(raw, NOW)
    assert taken.arrival is Arrival.CASE
    assert office.waiting(Kind.LETTER) == []
    with office.store.view() as work:
        withheld = work.cases.history(str(taken.reference))[-1]
    assert withheld.event is Event.ACKNOWLEDGEMENT_WITHHELD
    assert why in str(withheld.details["reason"])


def test_one_address_gets_no_more_than_its_share_of_acknowledgements(office: TestOffice) -> None:
    for n in range(8):
        office.receive(email(f"Matter {n}", Message_ID=f"<{n}@x>"), NOW)
    assert len(office.waiting(Kind.LETTER)) == office.council.acknowledging.per_address_per_hour


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
    from handlers.casework import Seen

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


def test_an_acknowledgement_that_could_not_leave_for_days_is_not_sent_any_more(
    office: TestOffice,
) -> None:
    reference = office.receive(email(), NOW).reference
    assert delivered(office, NOW + timedelta(days=4)) == []
    assert events(office, reference)[-1] is Event.LETTER_FAILED
