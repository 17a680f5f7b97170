import pytest

from handlers.casework import Seen
from models.case import Case, Classification, Level, Outcome, State
from models.errors import Refused, Stale
from models.letter import Letter, LetterKind
from models.outbox import Kind
from models.people import staff
from models.prediction import Category
from tests.support.council import utc
from tests.support.office import TestOffice, email

NOW = utc(2026, 11, 27)
PRIYA, SAM = staff("U1"), staff("U2")


@pytest.fixture
def case(office: TestOffice) -> Case:
    return office.case(office.receive(email(), NOW).reference)


def seen(case: Case) -> Seen:
    return Seen(case.reference, case.version)


def draft(office: TestOffice, case: Case, text: str = "Sorry, it is done.") -> str:
    return office.casework.draft_answer(
        seen(case), text, Outcome.UPHELD, Level.LEVEL_ONE, PRIYA, NOW
    ).id


def test_an_answer_leaves_only_when_the_one_who_saw_its_preview_presses_send(
    office: TestOffice, case: Case
) -> None:
    id_ = draft(office, case)
    answers = [p for p in office.waiting(Kind.LETTER) if p.payload["kind"] == "response"]
    assert answers == []
    with pytest.raises(Refused, match="Only the person who saw the preview"):
        office.casework.send(id_, SAM, NOW)
    office.casework.send(id_, PRIYA, NOW)
    (answer,) = [p for p in office.waiting(Kind.LETTER) if p.payload["kind"] == "response"]
    assert "Sorry, it is done." in str(answer.payload["text"])


def test_a_letter_leaves_exactly_as_it_was_seen(office: TestOffice, case: Case) -> None:
    shown = office.casework.draft_answer(
        seen(case), "We are sorry.", Outcome.UPHELD, Level.LEVEL_ONE, PRIYA, NOW
    )
    office.casework.send(shown.id, PRIYA, NOW)
    (left,) = [p for p in office.waiting(Kind.LETTER) if p.payload["kind"] == "response"]
    assert Letter.from_json(left.payload) == shown.letter


def test_a_second_press_of_send_is_harmless_and_says_so(office: TestOffice, case: Case) -> None:
    id_ = draft(office, case)
    office.casework.send(id_, PRIYA, NOW)
    with pytest.raises(Refused, match="sent already"):
        office.casework.send(id_, PRIYA, NOW)


def test_a_preview_of_a_case_that_moved_on_cannot_be_sent(office: TestOffice, case: Case) -> None:
    id_ = draft(office, case)
    office.casework.claim(case.reference, SAM, NOW)
    with pytest.raises(Stale):
        office.casework.send(id_, PRIYA, NOW)


def test_an_answer_with_a_gap_in_it_is_refused(office: TestOffice, case: Case) -> None:
    template = office.casework.template(case.reference)
    with pytest.raises(Refused, match="please fill this in"):
        draft(office, case, template)


def test_the_template_for_another_bodys_matter_names_the_body_and_how_to_reach_it(
    office: TestOffice,
) -> None:
    mail = email("A hole. #pothole_road enquiry", Message_ID="<p@x>")
    reference = str(office.receive(mail, NOW).reference)
    text = office.casework.template(reference)
    body = office.council.catalogue.authorities["county_highways"]
    assert body.name in text
    assert body.contact in text


def test_an_acknowledgement_on_its_way_is_not_sent_again_by_hand(
    office: TestOffice, case: Case
) -> None:
    with pytest.raises(Refused, match="on its way"):
        office.casework.draft_acknowledgement(seen(case), PRIYA, NOW)


def test_a_withheld_acknowledgement_can_be_sent_by_hand_once(office: TestOffice) -> None:
    old = utc(2026, 11, 20)
    from models.message import Origin, RawMessage

    raw = RawMessage(email(), Origin("a", "INBOX", 1, 1), old)
    case = office.case(office.intake.take_in(raw, NOW).reference)
    shown = office.casework.draft_acknowledgement(seen(case), PRIYA, NOW)
    assert shown.letter.kind is LetterKind.ACKNOWLEDGEMENT
    office.casework.send(shown.id, PRIYA, NOW)
    assert [p.payload["recipient"] for p in office.waiting(Kind.LETTER)] == ["jo@post.example"]
    with pytest.raises(Refused, match="on its way"):
        office.casework.draft_acknowledgement(seen(office.case(case.reference)), PRIYA, NOW)


def test_a_case_without_an_address_cannot_be_answered_by_email(office: TestOffice) -> None:
    case = office.case(office.receive(email(From=""), NOW).reference)
    with pytest.raises(Refused, match="no email address"):
        draft(office, case)


def test_a_correction_is_kept_with_who_made_it(office: TestOffice, case: Case) -> None:
    to = Classification(Category.COMPLAINT, "housing", None, Level.LEVEL_ONE)
    changed = office.casework.reclassify(seen(case), to, PRIYA, NOW)
    assert (changed.service, changed.level) == ("housing", Level.LEVEL_ONE)
    with office.store.view() as work:
        last = work.cases.history(case.reference)[-1]
    assert (last.actor, last.details["service_was"]) == (PRIYA, "waste_recycling")


def test_closing_is_refused_on_a_stale_view(office: TestOffice, case: Case) -> None:
    office.casework.claim(case.reference, PRIYA, NOW)
    with pytest.raises(Stale):
        office.casework.close(seen(case), "done", None, PRIYA, NOW)


def test_a_case_that_does_not_exist_is_said(office: TestOffice) -> None:
    with pytest.raises(Refused, match="There is no case CC-2026-99999"):
        office.casework.case("CC-2026-99999")


def test_the_state_is_answered_only_when_the_letter_left(office: TestOffice, case: Case) -> None:
    office.casework.send(draft(office, case), PRIYA, NOW)
    assert office.case(case.reference).state is State.OPEN
