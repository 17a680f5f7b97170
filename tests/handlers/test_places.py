"""What becomes of a message on a case that is there: machines, flags, links (mail.md C22 to D30)."""

from datetime import timedelta

import pytest

from handlers.slack.history_lines import line
from models.case import Classification, Level, State
from models.history import Event
from models.ledger import Arrival
from models.letter import Letter
from models.outbox import Kind
from models.prediction import Category
from tests.support.casework import (
    OFFICER,
    answer,
    answer_review,
    close,
    entry,
    events,
    review,
    seen,
)
from tests.support.council import utc
from tests.support.letterbox import delivered
from tests.support.office import TestOffice, email

NOW = utc(2026, 11, 27)
STRANGER = "Al <al@x.example>"


def acknowledged(office: TestOffice, **headers: str) -> tuple[str, Letter]:
    reference = office.receive(email(**headers), NOW).reference
    assert reference is not None
    (letter,) = delivered(office, NOW)
    return reference, letter


# What a machine says on a case that is not its own

CONFIRMED = {
    "From": "Acme Support <support@acme.example>",
    "Subject": "[Request received]",
    "Auto_Submitted": "auto-generated",
}


def confirmation(letter: Letter, n: int) -> bytes:
    words = f"Your request ({n}) has been received."
    return email(words, Message_ID=f"<z{n}@x>", In_Reply_To=letter.message_id, **CONFIRMED)


def test_d26_a_ticket_systems_confirmations_are_filed_quietly_and_open_no_ended_case(
    office: TestOffice,
) -> None:
    reference, _ = acknowledged(office)
    letter = answer(office, reference, NOW)
    stage, notes = office.case(reference).stage, len(office.waiting(Kind.NOTE))
    for n in range(3):
        taken = office.receive(confirmation(letter, n), NOW + timedelta(hours=n))
        assert (taken.arrival, taken.reference) == (Arrival.AUTOMATIC, reference)
    case = office.case(reference)
    assert (case.state, case.stage) == (State.ANSWERED, stage)
    assert events(office, reference)[-3:] == [Event.AUTOMATIC_MESSAGE] * 3
    assert len(office.waiting(Kind.NOTE)) == notes
    assert office.waiting(Kind.LETTER) == []


def test_d26_a_confirmation_on_an_open_case_is_shown_and_is_not_said_to_be_the_customers(
    office: TestOffice,
) -> None:
    reference, letter = acknowledged(office)
    words = len(office.waiting(Kind.WORDS))
    office.receive(confirmation(letter, 1), NOW)
    assert len(office.waiting(Kind.WORDS)) == words + 1
    assert Event.MESSAGE_ADDED not in events(office, reference)


@pytest.mark.parametrize("address", ["reports@fix.example", "do-not-reply@fix.example"])
def test_c23_the_customers_own_portal_opens_the_case_again(
    office: TestOffice, address: str
) -> None:
    portal = {"From": f"Fix My Town <{address}>", "Auto_Submitted": "auto-generated"}
    reference = office.receive(email(**portal), NOW).reference
    to = Classification(Category.COMPLAINT, "waste_recycling", None, Level.LEVEL_ONE)
    office.casework.reclassify(seen(office, reference), to, OFFICER, NOW)
    office.casework.close(seen(office, reference), "Emptied.", None, OFFICER, NOW)
    again = email("Still there", Message_ID="<2@x>", In_Reply_To="<first@post.example>", **portal)
    assert office.receive(again, NOW).arrival is Arrival.REPLY
    assert office.case(reference).state is State.OPEN


def test_d30_a_portals_message_that_only_names_an_ended_case_is_a_case_of_its_own(
    office: TestOffice,
) -> None:
    """A person's matter may be in it, and nobody looks at a case that has ended."""
    reference, _ = acknowledged(office)
    close(office, reference, NOW)
    named = email(
        f"Worse than in {reference}. #missed_bin complaint",
        **CONFIRMED | {"Subject": f"New report, see {reference}"},
        Message_ID="<2@x>",
    )
    taken = office.receive(named, NOW)
    assert taken.arrival is Arrival.CASE
    assert entry(office, taken.reference, Event.LINKED).details["other"] == reference


# Mail that crosses an answer


def test_requirement_7_mail_that_crosses_the_last_answer_is_filed_and_opens_nothing(
    office: TestOffice,
) -> None:
    reference, letter = acknowledged(office)
    review(office, reference, NOW)
    answer_review(office, reference, NOW)
    later = NOW + timedelta(minutes=1)
    office.receive(email("Wait", Message_ID="<r@x>", In_Reply_To=letter.message_id), later)
    delivered(office, later)
    case = office.case(reference)
    assert case.is_exhausted
    assert events(office, case.reference)[-2:] == [Event.ANSWERED, Event.FILED]


# Private cases


def test_c23_a_case_in_an_open_channel_does_not_name_a_private_one(office: TestOffice) -> None:
    text = "He hits her. #missed_bin complaint !safeguarding"
    private, _ = acknowledged(office, text=text)
    second = office.receive(email("Bin. #missed_bin complaint", Message_ID="<2@x>"), NOW).reference
    assert Event.LINKED not in events(office, second)
    assert entry(office, private, Event.LINKED).details["other"] == second
    notes = [p.reference for p in office.waiting(Kind.NOTE) if p.payload["event"] == Event.LINKED]
    assert notes == [private]


def test_c23_a_private_case_names_an_open_one_that_does_not_name_it(office: TestOffice) -> None:
    first, _ = acknowledged(office)
    text = "He hits her. #missed_bin complaint !safeguarding"
    private = office.receive(email(text, Message_ID="<2@x>"), NOW).reference
    assert entry(office, private, Event.LINKED).details["other"] == first
    assert Event.LINKED not in events(office, first)


def test_c23_two_private_cases_name_each_other_only_in_one_channel(office: TestOffice) -> None:
    told = ["safeguarding", "safeguarding", "legal_action"]
    first, second, third = (
        office.receive(email(f"{n} #missed_bin complaint !{flag}", Message_ID=f"<{n}@x>"), NOW)
        for n, flag in enumerate(told)
    )
    assert entry(office, first.reference, Event.LINKED).details["other"] == second.reference
    assert entry(office, second.reference, Event.LINKED).details["other"] == first.reference
    assert Event.LINKED not in events(office, third.reference)


# What a reply raises


def test_c22_a_reply_that_raises_a_flag_says_which_and_what_becomes_of_the_date(
    office: TestOffice,
) -> None:
    reference, letter = acknowledged(office)
    was = office.case(reference).stage.respond_by
    reply = email(
        "#missed_bin complaint !mp_enquiry", Message_ID="<2@x>", In_Reply_To=letter.message_id
    )
    office.receive(reply, NOW)
    due = office.case(reference).stage.respond_by
    assert was is not None
    assert due is not None
    assert due < was
    added = entry(office, reference, Event.MESSAGE_ADDED)
    details = {name: added.details[name] for name in ("flags", "respond_by_was", "respond_by")}
    assert details == {
        "flags": "mp_enquiry",
        "respond_by_was": was.isoformat(),
        "respond_by": due.isoformat(),
    }
    said = line(added, office.council, "carebot")
    assert "It raises: *MP enquiry*. Answer due:" in said
    assert any(
        p.payload["version"] == added.version and p.payload["event"] == Event.MESSAGE_ADDED
        for p in office.waiting(Kind.NOTE)
    )


def test_c22_a_flag_that_leaves_the_date_where_it_was_is_said_without_one(
    office: TestOffice,
) -> None:
    reference, letter = acknowledged(office)
    reply = email(
        "#missed_bin complaint !hazard", Message_ID="<2@x>", In_Reply_To=letter.message_id
    )
    office.receive(reply, NOW)
    said = line(entry(office, reference, Event.MESSAGE_ADDED), office.council, "carebot")
    assert "*hazard*" in said
    assert "due" not in said
    assert office.waiting(Kind.NOTE)[-1].payload["event"] == Event.MESSAGE_ADDED


def test_c22_a_flag_raised_after_the_answer_dates_the_new_stage_and_not_the_ended_one(
    office: TestOffice,
) -> None:
    reference, _ = acknowledged(office)
    letter = answer(office, reference, NOW)
    reply = email(
        "#missed_bin complaint !mp_enquiry", Message_ID="<2@x>", In_Reply_To=letter.message_id
    )
    office.receive(reply, NOW)
    added = entry(office, reference, Event.MESSAGE_ADDED)
    assert added.details["flags"] == "mp_enquiry"
    assert "respond_by" not in added.details
    assert office.case(reference).stage.number == 2


# Whose postal address


EVIL = "Address: 66 Evil Street, Badtown\nPostcode: BA1 1AD\nhello"


@pytest.mark.parametrize(
    "headers",
    [
        {"From": STRANGER, "Subject": "re {}"},
        CONFIRMED | {"Subject": "Request received [{}]"},
        {"From": "MAILER-DAEMON@x.example", "Subject": "Undelivered {}"},
    ],
)
def test_c22_a_stranger_who_names_a_case_does_not_say_where_its_letters_go(
    office: TestOffice, headers: dict[str, str]
) -> None:
    reference, _ = acknowledged(office)
    named = headers | {"Subject": headers["Subject"].format(reference)}
    taken = office.receive(email(EVIL, Message_ID="<s@x>", **named), NOW)
    assert taken.reference == reference
    assert office.casework.postal_address(reference) == ""


def test_c22_an_address_of_the_customer_or_of_who_is_surely_in_the_thread_is_offered(
    office: TestOffice,
) -> None:
    reference, letter = acknowledged(office)
    mine = email("Address: 1 High Street, Westmere", Message_ID="<2@x>", Subject=f"re {reference}")
    office.receive(mine, NOW)
    assert office.casework.postal_address(reference) == "Jo Pike\n1 High Street\nWestmere"
    theirs = email(
        "Address: 2 High Street, Westmere",
        Message_ID="<3@x>",
        From="Jo at work <jp@work.example>",
        In_Reply_To=letter.message_id,
    )
    office.receive(theirs, NOW)
    assert office.casework.postal_address(reference) == "Jo Pike\n2 High Street\nWestmere"
