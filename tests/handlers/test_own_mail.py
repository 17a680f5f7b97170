"""Machines' answers to our mail, and our own mail coming back (mail.md D26, D28)."""

from dataclasses import replace

import pytest

from handlers.mail.compose import compose
from models.case import State
from models.history import Event
from models.ledger import Arrival
from models.letter import Letter
from models.outbox import Kind
from tests.support.casework import answer, close, entry, events
from tests.support.council import utc
from tests.support.letterbox import delivered
from tests.support.office import ADDRESS, TestOffice, email

NOW = utc(2026, 11, 27)


def acknowledged(office: TestOffice) -> tuple[str, Letter]:
    reference = office.receive(email(), NOW).reference
    assert reference is not None
    (letter,) = delivered(office, NOW)
    return reference, letter


def sent(letter: Letter, *without: str, **changed: str) -> bytes:
    """The letter's email as it comes back: some headers gone, some changed."""
    message = compose(letter, from_address=ADDRESS, from_name="Westmere", now=NOW)
    for name in without:
        del message[name]
    for name, value in changed.items():
        del message[name.replace("_", "-")]
        message[name.replace("_", "-")] = value
    return message.as_bytes()


# Out of office (D26)


@pytest.mark.parametrize("ended", [lambda *_: None, answer, close])
def test_d26_an_out_of_office_to_our_letter_is_filed_quietly_and_opens_nothing(
    office: TestOffice, ended
) -> None:
    reference, letter = acknowledged(office)
    ended(office, reference, NOW)
    before, state = office.waiting(), office.case(reference).state
    away = email("I am away.", Message_ID="<2@x>", In_Reply_To=letter.message_id,
                 Auto_Submitted="auto-replied")  # fmt: skip
    taken = office.receive(away, NOW)
    assert (taken.arrival, taken.reference) == (Arrival.AUTOMATIC, reference)
    assert office.case(reference).state is state
    assert events(office, reference)[-1] is Event.AUTOMATIC_MESSAGE
    new = [parcel for parcel in office.waiting() if parcel not in before]
    assert [parcel.kind for parcel in new] in ([], [Kind.CARD])


def test_d26_an_out_of_office_that_names_its_case_in_the_subject_only_is_filed_with_it(
    office: TestOffice,
) -> None:
    reference, letter = acknowledged(office)
    away = email("Away", Message_ID="<2@x>", Subject=f"Automatic reply: {letter.subject}")
    taken = office.receive(away, NOW)
    assert (taken.arrival, taken.reference) == (Arrival.AUTOMATIC, reference)


@pytest.mark.parametrize("ended", [lambda *_: None, answer, close])
@pytest.mark.parametrize("where", ["subject", "plus address"])
def test_d26_an_out_of_office_without_any_header_that_answers_our_letter_opens_nothing(
    office: TestOffice, ended, where: str
) -> None:
    reference, letter = acknowledged(office)
    ended(office, reference, NOW)
    state = office.case(reference).state
    to = str(compose(letter, from_address=ADDRESS, from_name="W", now=NOW)["Reply-To"])
    named = {"Subject": f"Automatic reply: {letter.subject}"}
    named = named if where == "subject" else {"Subject": "Out of office", "To": to}
    taken = office.receive(email("I am away.", Message_ID="<2@x>", **named), NOW)
    assert (taken.arrival, taken.reference) == (Arrival.AUTOMATIC, reference)
    assert office.case(reference).state is state
    assert Event.REOPENED not in events(office, reference)


@pytest.mark.parametrize(
    "mail",
    [
        {"From": f"Care <{ADDRESS}>"},
        {"Reply-To": ADDRESS},
        {"Subject": "Automatic reply - and then nothing for three weeks"},
        {"Subject": "Out of office", "From": "Portal <no-reply@portal.example>"},
    ],
)
def test_d30_what_may_be_ours_or_a_machines_or_a_persons_is_a_case_and_no_letter(
    office: TestOffice, mail: dict[str, str]
) -> None:
    taken = office.receive(email(**mail), NOW)
    assert taken.arrival is Arrival.CASE
    assert office.waiting(Kind.LETTER) == []
    assert Event.ACKNOWLEDGEMENT_WITHHELD in events(office, taken.reference)


def test_d26_an_out_of_office_of_nothing_of_ours_is_filed_without_a_case(
    office: TestOffice,
) -> None:
    taken = office.receive(email("Away", Auto_Submitted="auto-replied"), NOW)
    assert (taken.arrival, taken.reference) == (Arrival.AUTOMATIC, None)
    assert office.waiting() == []


# Our own mail (D28)


@pytest.mark.parametrize(
    ("without", "changed"),
    [
        ((), {}),
        (("From",), {"From": "list@other.example"}),
        (("X-Carebot",), {"From": "list@other.example"}),
        (("X-Carebot", "Message-ID"), {}),
        (("X-Carebot", "Auto-Submitted", "X-Auto-Response-Suppress", "Message-ID"), {}),
        (("X-Carebot", "Auto-Submitted", "X-Auto-Response-Suppress"), {"From": "l@other.example"}),
        (
            ("X-Carebot", "Auto-Submitted", "X-Auto-Response-Suppress", "Message-ID"),
            {"From": "list@other.example", "Message_ID": "<new@other.example>"},
        ),
    ],
)
def test_d28_our_own_letter_coming_back_is_never_a_case_and_joins_its_own(
    office: TestOffice, without: tuple[str, ...], changed: dict[str, str]
) -> None:
    reference, letter = acknowledged(office)
    taken = office.receive(sent(letter, *without, **changed), NOW)
    assert (taken.arrival, taken.reference) == (Arrival.AUTOMATIC, reference)
    assert office.waiting(Kind.LETTER) == []
    assert Event.REOPENED not in events(office, reference)


def test_d28_a_letter_of_before_the_marks_were_signed_is_known_by_its_stored_message_id(
    office: TestOffice,
) -> None:
    reference, letter = acknowledged(office)
    old = replace(letter, message_id="<carebot.0123456789abcdef@westmere.example>")
    with office.store.work() as work:
        work.letters.add(old, NOW)
    back = email("Hm", From="list@x.example", Message_ID=old.message_id, Subject="Fwd: Hm")
    taken = office.receive(back, NOW)
    assert (taken.arrival, taken.reference) == (Arrival.AUTOMATIC, reference)


def test_d28_a_resident_who_puts_us_in_copy_is_no_mail_of_ours(office: TestOffice) -> None:
    mail = email(To="councillor@westmere.example", Cc=ADDRESS)
    assert office.receive(mail, NOW).arrival is Arrival.CASE
    assert len(office.waiting(Kind.LETTER)) == 1


def test_d28_a_letter_of_another_councils_carebot_is_a_case_that_is_not_acknowledged(
    office: TestOffice,
) -> None:
    mail = email(From="care@county.example", X_Carebot="CC-2026-00001.aaaaaa")
    taken = office.receive(mail, NOW)
    assert taken.arrival is Arrival.CASE
    reason = entry(office, taken.reference, Event.ACKNOWLEDGEMENT_WITHHELD).details["reason"]
    assert "another council's carebot" in str(reason)


# Another ticket system


def test_d28_another_ticket_systems_acknowledgement_of_our_letter_joins_its_case(
    office: TestOffice,
) -> None:
    reference, letter = acknowledged(office)
    theirs = email("Thank you.", From="Desk <desk@tickets.example>", Message_ID="<t1@tickets>",
                   Subject="[Ticket#123] We have received", In_Reply_To=letter.message_id)  # fmt: skip
    taken = office.receive(theirs, NOW)
    assert (taken.arrival, taken.reference) == (Arrival.REPLY, reference)
    assert office.waiting(Kind.LETTER) == []


def test_d28_each_later_mail_of_another_ticket_system_lands_on_the_same_case(
    office: TestOffice,
) -> None:
    """Each has a subject and ids of its own; one thing at least of ours is in each."""
    desk = "Desk <desk@tickets.example>"
    office.receive(email(From=desk, Subject="[Ticket#123] Bins"), NOW)
    (letter,) = delivered(office, NOW)
    reference = letter.reference
    composed = compose(letter, from_address=ADDRESS, from_name="W", now=NOW)
    evidence = [
        {"References": f"<x@tickets> {letter.message_id}"},
        {"To": str(composed["Reply-To"])},
        {"Subject": f"[Ticket#126] Re: {letter.subject}"},
        {"References": "<first@post.example>"},
    ]
    for n, fields in enumerate(evidence):
        mail = {"Subject": f"[Ticket#{n + 123}] News", "Message_ID": f"<t{n}@tickets>"} | fields
        taken = office.receive(email(f"News {n}", From=desk, **mail), NOW)
        assert (taken.arrival, taken.reference) == (Arrival.REPLY, reference), fields
    assert office.waiting(Kind.LETTER) == []
    assert office.case(reference).state is not State.CLOSED
