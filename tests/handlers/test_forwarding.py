"""What staff forward: the resident is offered, a person names them (mail.md B19, requirement 3)."""

from dataclasses import replace
from datetime import date, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from handlers.seen import Seen
from handlers.slack import cards, complainant, history_lines, wording
from models.allowed import allowed_actions
from models.case import Action, Case
from models.channels import channel_for
from models.errors import Refused
from models.forwarding import name_customer
from models.history import Event
from models.ledger import Arrival
from models.message import Sender
from models.outbox import Kind
from models.people import staff
from models.policy import PRESETS
from tests.support.casework import entry
from tests.support.council import example_council, utc
from tests.support.letterbox import delivered
from tests.support.office import ADDRESS, TestOffice, email, open_office

NOW = utc(2026, 11, 27)
PRIYA = staff("U1")
COUNCILLOR = "Cllr Ann May <ann.may@westmere.example>"
TEXT = (
    "Please look into this for my resident.\n\nAnn\n\n"
    "From: Jo Pike <jo@post.example>\nSent: 20 November 2026 18:05\n"
    "To: May, Ann <ann.may@westmere.example>\nSubject: My bin\n\n"
    "Not emptied for a month. #missed_bin complaint\n"
)


def forward(office: TestOffice, text: str = TEXT, **headers: str) -> Case:
    given = {"From": COUNCILLOR, "Subject": "FW: My bin"} | headers
    taken = office.receive(email(text, **given), NOW)
    assert taken.arrival is Arrival.CASE
    return office.case(taken.reference)


def name(office: TestOffice, case: Case, *, from_original: bool = True) -> Case:
    seen = Seen(case.reference, case.version)
    return office.casework.name_customer(seen, PRIYA, NOW, from_original=from_original)


def history(office: TestOffice, case: Case) -> list[Event]:
    with office.store.view() as work:
        return [entry.event for entry in work.cases.history(case.reference)]


def test_b19_a_councillors_forward_is_acknowledged_to_nobody_and_offers_the_resident(
    office: TestOffice,
) -> None:
    case = forward(office)
    assert case.customer == Sender("Cllr Ann May", "ann.may@westmere.example")
    assert case.original is not None
    assert case.original.sender == Sender("Jo Pike", "jo@post.example")
    assert office.waiting(Kind.LETTER) == []
    assert history(office, case) == [Event.OPENED, Event.ACKNOWLEDGEMENT_WITHHELD]
    assert Action.NAME in allowed_actions(case)


def test_b19_a_residents_own_forward_is_acknowledged_to_the_resident(office: TestOffice) -> None:
    case = forward(office, From="Lee Moss <lee@post.example>")
    assert case.original is None
    (letter,) = office.waiting(Kind.LETTER)
    assert letter.payload["recipient"] == "lee@post.example"
    assert Action.NAME not in allowed_actions(case)


def test_b19_what_staff_forward_of_their_own_is_no_residents(office: TestOffice) -> None:
    case = forward(office, TEXT.replace("jo@post.example", "ray@westmere.example"))
    assert case.original is None


def test_r03_named_the_resident_is_the_customer_from_the_day_they_wrote(office: TestOffice) -> None:
    case = forward(office)
    assert case.stage.respond_by == date(2026, 12, 18)
    named = name(office, case)
    assert named.customer == Sender("Jo Pike", "jo@post.example")
    assert named.received_at == utc(2026, 11, 20, 18, 5)
    assert named.stage.started_on == date(2026, 11, 20)
    assert named.stage.respond_by == date(2026, 12, 11)
    assert named.original is None
    assert office.case(case.reference) == named
    with office.store.view() as work:
        entry = work.cases.history(case.reference)[-1]
    assert entry.event is Event.CUSTOMER_NAMED
    assert entry.actor == PRIYA
    assert dict(entry.details) == {
        "received_on_was": "2026-11-27",
        "received_on": "2026-11-20",
        "respond_by": "2026-12-11",
    }


def test_r03_the_day_it_was_forwarded_can_stay_the_day_of_receipt(office: TestOffice) -> None:
    case = forward(office)
    named = name(office, case, from_original=False)
    assert named.received_at == case.received_at
    assert named.stage == case.stage


def test_b19_only_then_is_the_resident_acknowledged_by_the_usual_preview_and_send(
    office: TestOffice,
) -> None:
    named = name(office, forward(office))
    seen = Seen(named.reference, named.version)
    draft = office.casework.draft_acknowledgement(seen, PRIYA, NOW)
    assert draft.letter.recipient == "jo@post.example"
    # The councillor's Message-ID would mean nothing to the resident.
    assert draft.letter.answers is None
    office.casework.send(draft.id, PRIYA, NOW)
    (letter,) = office.waiting(Kind.LETTER)
    assert letter.payload["recipient"] == "jo@post.example"


def test_the_resident_is_known_on_the_case_once_named(office: TestOffice) -> None:
    named = name(office, forward(office))
    with office.store.view() as work:
        assert "jo@post.example" in work.messages.participants(named.reference)


def test_it_can_be_named_once_and_only_where_something_was_forwarded(office: TestOffice) -> None:
    named = name(office, forward(office))
    with pytest.raises(Refused, match="Nobody has forwarded"):
        name(office, named)


def test_r03_a_date_that_cannot_be_is_not_offered(office: TestOffice) -> None:
    case = forward(office, TEXT.replace("20 November 2026", "20 November 2027"))
    named = name(office, case)
    assert named.received_at == case.received_at


@pytest.mark.parametrize("written", ["1 January 1970", "26 November 2025", "28 November 2026"])
def test_b19_a_written_date_of_more_than_a_year_ago_or_of_the_future_is_not_offered(
    office: TestOffice, written: str
) -> None:
    case = forward(office, TEXT.replace("20 November 2026", written))
    assert case.original is not None
    assert case.original.dated is not None
    assert "The clock runs from" not in str(complainant.modal(case, office.council))
    named = name(office, case)
    assert (named.received_at, named.stage.respond_by) == (NOW, case.stage.respond_by)


def test_b19_a_written_date_within_the_year_is_offered(office: TestOffice) -> None:
    case = forward(office, TEXT.replace("20 November 2026", "28 November 2025"))
    assert "Fri 28 November 2025" in str(complainant.modal(case, office.council))
    assert name(office, case).stage.started_on == date(2025, 11, 28)


def acknowledge(office: TestOffice, case: Case, at: datetime) -> list[str]:
    draft = office.casework.draft_acknowledgement(Seen(case.reference, case.version), PRIYA, at)
    office.casework.send(draft.id, PRIYA, at)
    return [letter.recipient for letter in delivered(office, at)]


def test_b19_an_acknowledgement_to_who_forwarded_it_is_not_the_residents(
    office: TestOffice,
) -> None:
    case = forward(office)
    assert acknowledge(office, case, NOW) == ["ann.may@westmere.example"]
    named = name(office, office.case(case.reference))
    assert Action.ACKNOWLEDGE in allowed_actions(named)
    line = history_lines.line(
        entry(office, case.reference, Event.CUSTOMER_NAMED), office.council, "P"
    )
    assert "*theirs is still to be sent*" in line
    assert wording.acknowledgement(named, office.council).startswith("not sent; due")
    assert acknowledge(office, named, NOW) == ["jo@post.example"]
    assert history(office, case).count(Event.ACKNOWLEDGED) == 2
    after = office.case(case.reference)
    assert wording.acknowledgement(after, office.council) == "sent Fri 27 November 2026"


def test_b19_under_the_code_the_answer_counts_from_the_residents_own_acknowledgement(
    tmp_path: Path,
) -> None:
    council = replace(example_council(), policy=PRESETS["lgsco-2024"])
    office = open_office(tmp_path, council)
    case = forward(office)
    acknowledge(office, case, NOW)
    assert office.case(case.reference).stage.respond_by == date(2026, 12, 11)
    named = name(office, office.case(case.reference), from_original=False)
    latest = date(2026, 12, 18)  # five working days for theirs, then ten
    assert (named.stage.promised, named.stage.respond_by) == (None, latest)
    acknowledge(office, named, utc(2026, 11, 30))
    assert office.case(case.reference).stage.respond_by == date(2026, 12, 14)
    office.store.close()


def test_b19_naming_who_was_written_to_already_leaves_their_acknowledgement(
    office: TestOffice,
) -> None:
    case = forward(office)
    acknowledge(office, case, NOW)
    was = office.case(case.reference)
    assert was.original is not None
    same = replace(was, original=replace(was.original, address="Ann.May@westmere.example"))
    named = name_customer(same, office.council, PRIYA, NOW, from_original=False).case
    assert named.stage.acknowledged_at == was.stage.acknowledged_at


def test_b19_a_message_attached_whole_is_offered_too(office: TestOffice) -> None:
    inner = EmailMessage()
    inner["From"] = "Jo Pike <jo@post.example>"
    inner["Date"] = "Fri, 20 Nov 2026 18:05:00 +0000"
    inner["Subject"] = "My bin"
    inner.set_content("Not emptied. #missed_bin complaint")
    outer = EmailMessage()
    outer["From"], outer["To"], outer["Subject"] = COUNCILLOR, ADDRESS, "A resident's mail"
    outer.set_content("See attached.")
    outer.add_attachment(inner)
    case = office.case(office.receive(outer.as_bytes(), NOW).reference)
    assert case.original is not None
    assert case.original.sender == Sender("Jo Pike", "jo@post.example")
    assert case.original.dated == utc(2026, 11, 20, 18, 5)


def test_the_card_names_the_original_and_the_modal_offers_both_days(office: TestOffice) -> None:
    case = forward(office)
    card = str(cards.card(case, office.council, date(2026, 11, 27)).blocks)
    assert "Jo Pike &lt;jo@post.example&gt;, wrote on Fri 20 November 2026" in card
    assert "case_name" in card
    modal = str(complainant.modal(case, office.council))
    assert "Jo Pike <jo@post.example>" in modal
    assert "the day they wrote: Fri 20 November 2026" in modal
    assert "the day it reached this mailbox: Fri 27 November 2026" in modal
    assert channel_for(case, office.council) == "waste-recycling"


def test_a_resident_without_an_address_can_be_named_and_has_no_email(
    office: TestOffice,
) -> None:
    named = name(office, forward(office, TEXT.replace(" <jo@post.example>", "")))
    assert named.customer == Sender("Jo Pike", None)
