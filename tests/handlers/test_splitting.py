"""A message in several matters becomes linked cases with one acknowledgement (requirement 5)."""

from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from handlers.seen import Seen
from handlers.slack import history_lines
from handlers.slack.background import background
from handlers.splitting import Splitting
from models import actions
from models.actions import approve_acknowledgement, letter_bounced
from models.allowed import allowed_actions
from models.case import Action, Case, Classification, Level, State
from models.contact import By, Contact, Earlier
from models.errors import Refused, Stale
from models.history import Event
from models.letter import LetterKind
from models.locations import Location, PlaceKind
from models.outbox import Kind, Lane
from models.people import CAREBOT, staff
from models.prediction import Category
from models.recording import parts_follow, record
from models.told_before import Told
from tests.support.council import utc
from tests.support.office import TestOffice, email, open_office

NOW = utc(2026, 6, 1, 9)
PRIYA = staff("UPRIYA")
POTHOLE = "And there is a pothole in Mill Road. #pothole_road complaint"
TAX = "My council tax is wrong too. #council_tax complaint"
BIN_AGAIN = "And bin three. #missed_bin complaint"
DAMP = "Damp. #private_renting complaint"
TEXT = f"The bin was missed. #missed_bin complaint\n\n{POTHOLE}\n{TAX}\n{DAMP}"
HIGHWAYS = Classification(Category.NON_COUNCIL, None, "county_highways", None)


@pytest.fixture
def office(tmp_path: Path):
    opened = open_office(tmp_path)
    opened.receive(email(TEXT), NOW)
    yield opened
    opened.store.close()


def split(office: TestOffice, part: str = POTHOLE, version: int = 1):
    seen = Seen("CC-2026-00001", version)
    return Splitting(office.intake).split(seen, part, HIGHWAYS, PRIYA, NOW + timedelta(minutes=5))


def acknowledge(office: TestOffice, case: Case, at: datetime) -> None:
    """The acknowledgement of the case left, as delivery writes it."""
    with office.store.work() as work:
        left = actions.acknowledged(case, office.council, CAREBOT, at)
        parts_follow(work, case, record(work, left, at), office.council, at)


def events(office: TestOffice, reference: str) -> list[Event]:
    with office.store.view() as work:
        return [entry.event for entry in work.cases.history(reference)]


def test_the_part_is_a_case_of_its_own_with_the_same_person_and_day(office: TestOffice) -> None:
    first, new = split(office)
    assert (new.reference, new.authority, new.service) == ("CC-2026-00002", "county_highways", None)
    assert (new.customer, new.received_at) == (first.customer, first.received_at)
    assert first.state is State.OPEN
    assert Event.SPLIT in events(office, first.reference)
    with office.store.view() as work:
        (words,) = work.messages.of_case(new.reference)
        (whole,) = work.messages.of_case(first.reference)
    assert words.message.text == POTHOLE
    assert "missed" in whole.message.text
    assert "Mill Road" in whole.message.text


def test_one_acknowledgement_is_for_both(office: TestOffice) -> None:
    split(office)
    assert len(office.waiting(Kind.LETTER)) == 1


def test_when_it_leaves_both_are_acknowledged(office: TestOffice) -> None:
    first, new = split(office)
    left_at = NOW + timedelta(hours=1)
    acknowledge(office, first, left_at)
    assert office.case(new.reference).stage.acknowledged_at == left_at


def test_when_it_comes_back_neither_is_acknowledged(office: TestOffice) -> None:
    first, new = split(office)
    acknowledge(office, first, NOW)
    before = office.case(first.reference)
    change = letter_bounced(before, LetterKind.ACKNOWLEDGEMENT, None, "", office.council, NOW)
    with office.store.work() as work:
        parts_follow(work, before, record(work, change, NOW), office.council, NOW)
    stage = office.case(new.reference).stage
    assert (stage.acknowledged_at, stage.acknowledgement_approved_at) == (None, None)
    assert Action.ACKNOWLEDGE in allowed_actions(office.case(new.reference))


def test_a_part_with_an_acknowledgement_of_its_own_does_not_follow(office: TestOffice) -> None:
    first, new = split(office)
    with office.store.work() as work:
        record(work, approve_acknowledgement(new, PRIYA, NOW), NOW)
    acknowledge(office, first, NOW)
    assert office.case(new.reference).stage.acknowledged_at is None


def test_a_part_of_a_private_case_shows_nothing_of_it(tmp_path: Path) -> None:
    office = open_office(tmp_path)
    message = EmailMessage()
    message["From"], message["To"] = "Jo Pike <jo@post.example>", "complaints@westmere.example"
    message["Subject"] = "My carer hits my son"
    message.set_content(f"#adult_social_care complaint !safeguarding\n\n{TAX}")
    message.add_attachment(b"x", maintype="image", subtype="jpeg", filename="bruises of Tom.jpg")
    office.receive(message.as_bytes(), NOW)
    to = Classification(Category.COMPLAINT, "revenues_benefits", None, Level.LEVEL_ONE)
    seen = Seen("CC-2026-00001", 1)
    first, new = Splitting(office.intake).split(seen, TAX, to, PRIYA, NOW)
    assert first.flags
    assert not new.flags
    with office.store.view() as work:
        (stored,) = work.messages.of_case(new.reference)
        history = work.cases.history(new.reference)
    shown = [new.subject, stored.message.text, *(a.name for a in stored.message.attachments)]
    shown += [history_lines.line(entry, office.council, "Priya") for entry in history]
    assert not [line for line in shown if "carer" in line or "Tom" in line or "00001" in line]
    office.store.close()


@pytest.mark.parametrize(
    "part", [f"Sack Dave at once.\n{TAX}", "Sack Dave at once.", f"{TAX} Now!"]
)
def test_words_that_the_customer_did_not_write_are_refused(office: TestOffice, part: str) -> None:
    with pytest.raises(Refused, match="did not write"):
        split(office, part)


def test_a_part_of_a_case_acknowledged_before_counts_as_acknowledged(office: TestOffice) -> None:
    acknowledge(office, office.case("CC-2026-00001"), NOW)
    _, new = split(office, version=2)
    assert new.stage.acknowledged_at == NOW


def test_an_answer_to_the_customers_own_mail_comes_to_the_first_case(office: TestOffice) -> None:
    split(office)
    taken = office.receive(
        email("And?", Message_ID="<2@post.example>", In_Reply_To="<first@post.example>"), NOW
    )
    assert taken.reference == "CC-2026-00001"


def test_the_same_mail_again_is_still_a_duplicate(office: TestOffice) -> None:
    split(office)
    assert office.receive(email(TEXT), NOW).arrival == "duplicate"


@pytest.mark.parametrize("part", ["", "  \n "])
def test_without_words_nothing_is_split(office: TestOffice, part: str) -> None:
    with pytest.raises(Refused, match="Leave in the words"):
        split(office, part)
    assert len(office.waiting(Kind.CARD)) == 1


def test_a_case_that_moved_on_is_looked_at_again_first(office: TestOffice) -> None:
    split(office)
    with pytest.raises(Stale):
        split(office)


def test_what_the_officer_says_holds_over_the_model(office: TestOffice) -> None:
    _, new = split(office, TAX)
    assert new.category is Category.NON_COUNCIL
    assert Event.RECLASSIFIED in events(office, new.reference)


def test_an_undetermined_complaint_may_be_split_off_and_waits_for_its_level(
    office: TestOffice,
) -> None:
    to = Classification(Category.COMPLAINT, "housing", None, Level.UNDETERMINED)
    _, new = Splitting(office.intake).split(Seen("CC-2026-00001", 1), DAMP, to, PRIYA, NOW)
    assert new.level is Level.UNDETERMINED
    assert {p.lane for p in office.waiting(Kind.CARD)} == {Lane.SLACK}


def test_the_part_has_the_earlier_contact_and_the_places_of_its_own_words_only(
    office: TestOffice,
) -> None:
    before = office.receive(
        email("A pothole in Mill Road. #pothole_road enquiry", Message_ID="<0@x>"),
        NOW - timedelta(days=14),
    )
    second = office.receive(email(TEXT, Message_ID="<2@x>", Subject="12 Elm Close again"), NOW)
    assert before.reference is not None
    assert second.reference is not None
    seen = Seen(second.reference, office.case(second.reference).version)
    first, new = Splitting(office.intake).split(seen, POTHOLE, HIGHWAYS, PRIYA, NOW)
    assert new.contact == Contact((Earlier(before.reference, By.SENDER),))
    assert first.contact == Contact((Earlier("CC-2026-00001", By.SENDER),))
    with office.store.view() as work:
        assert work.locations.of_case(new.reference) == {Location(PlaceKind.STREET, "mill road")}
        assert background(work, new, office.council).said == Told()


def test_the_parts_of_one_email_are_not_each_others_earlier_contact(office: TestOffice) -> None:
    part = "Bin two. #missed_bin complaint"
    office.receive(
        email(f"{TEXT}\n{part}\n{BIN_AGAIN}", Message_ID="<2@x>", From="a@x.example"), NOW
    )
    waste = Classification(Category.COMPLAINT, "waste_recycling", None, Level.UNDETERMINED)
    splitting = Splitting(office.intake)
    first, second = splitting.split(Seen("CC-2026-00002", 1), part, waste, PRIYA, NOW)
    _, third = splitting.split(Seen(first.reference, first.version), BIN_AGAIN, waste, PRIYA, NOW)
    assert (second.contact, third.contact) == (Contact(), Contact())
