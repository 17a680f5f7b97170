from dataclasses import replace
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document

from handlers import letters_left
from handlers.seen import Seen
from models.case import Case, Classification, Level, Outcome, State
from models.deadlines import DeadlineKind
from models.errors import Refused, Stale
from models.letter import Departed, Going, Letter, LetterKind, Way
from models.outbox import Kind
from models.people import staff
from models.policy import PRESETS
from models.prediction import Category
from models.store_port import Draft, Paper
from tests.support.council import example_council, utc
from tests.support.office import TestOffice, email, open_office

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
    template = office.casework.template(seen(case), NOW)
    with pytest.raises(Refused, match="please fill this in"):
        draft(office, case, template)


def test_the_template_for_another_bodys_matter_names_the_body_and_how_to_reach_it(
    office: TestOffice,
) -> None:
    mail = email("A hole. #pothole_road enquiry", Message_ID="<p@x>")
    case = office.case(office.receive(mail, NOW).reference)
    text = office.casework.template(seen(case), NOW)
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


ADDRESS = Going(Way.LETTER, "Jo Pike\n1 High Street\nWestmere")
REASON = "The crew's log is on paper."


def hold(office: TestOffice, case: Case, going: Going | None = None, now: datetime = NOW) -> Draft:
    text = office.casework.holding_template(seen(case), now).text
    return office.casework.draft_holding_reply(seen(case), text, REASON, PRIYA, now, going)


def answer_on_paper(office: TestOffice, case: Case) -> Case:
    shown = office.casework.draft_answer(
        seen(case), "It is done.", Outcome.UPHELD, Level.LEVEL_ONE, PRIYA, NOW, ADDRESS
    )
    return office.casework.send(shown.id, PRIYA, NOW)


def letters_left_of(office: TestOffice, case: Case) -> tuple[Departed, ...]:
    with office.store.view() as work:
        return letters_left.of_cases(work, [case.reference])


def papers(office: TestOffice, case: Case) -> tuple[Paper, ...]:
    with office.store.view() as work:
        return work.papers.of_case(case.reference)


def test_a_holding_reply_is_shown_with_its_reason_and_date_and_moves_nothing_by_itself(
    office: TestOffice, case: Case
) -> None:
    shown = hold(office, case)
    assert REASON in shown.letter.text
    assert "Monday 11 January 2027" in shown.letter.text
    office.casework.send(shown.id, PRIYA, NOW)
    after = office.case(case.reference)
    assert after.stage.extension_approved_at == NOW
    assert after.stage.answer_by == case.stage.respond_by == date(2026, 12, 18)
    (left,) = [p for p in office.waiting(Kind.LETTER) if p.payload["kind"] == "holding_reply"]
    assert Letter.from_json(left.payload) == shown.letter


def test_a_holding_reply_is_not_sent_any_more_once_the_old_date_has_passed(
    office: TestOffice, case: Case
) -> None:
    office.casework.send(hold(office, case).id, PRIYA, NOW)
    (left,) = [p for p in office.waiting(Kind.LETTER) if p.payload["kind"] == "holding_reply"]
    assert left.good_until == utc(2026, 12, 19, 0)


def test_a_holding_reply_after_the_deadline_is_refused_before_anything_is_written(
    office: TestOffice, case: Case
) -> None:
    with pytest.raises(Refused, match="was due by the end of Friday 18 December 2026"):
        hold(office, case, now=utc(2026, 12, 19))


def test_a_holding_reply_seen_before_and_sent_after_the_deadline_is_refused(
    office: TestOffice, case: Case
) -> None:
    shown = hold(office, case, now=utc(2026, 12, 18, 23))
    with pytest.raises(Refused, match="was due by the end of"):
        office.casework.send(shown.id, PRIYA, utc(2026, 12, 19, 1))
    assert office.case(case.reference).stage.extension_approved_at is None


def test_an_answer_on_paper_goes_nowhere_by_email_and_waits_to_be_posted(
    office: TestOffice, case: Case
) -> None:
    before = len(office.waiting(Kind.LETTER))
    after = answer_on_paper(office, case)
    assert len(office.waiting(Kind.LETTER)) == before
    assert (after.state, after.stage.to_post) == (State.OPEN, (LetterKind.RESPONSE,))
    (paper,) = papers(office, case)
    assert (paper.letter.postal_address, paper.posted_on) == (ADDRESS.postal_address, None)
    said = [p.text for p in Document(BytesIO(paper.document)).paragraphs]
    assert said[:4] == ["Jo Pike", "1 High Street", "Westmere", "Friday 27 November 2026"]
    assert "It is done." in said


def test_the_document_is_the_one_that_was_approved_whatever_changes_later(
    office: TestOffice, case: Case
) -> None:
    answer_on_paper(office, case)
    first = papers(office, case)[0].document
    office.casework.claim(case.reference, SAM, utc(2026, 11, 30))
    assert papers(office, case)[0].document == first


def test_the_case_is_answered_on_the_day_the_letter_was_posted(
    office: TestOffice, case: Case
) -> None:
    waiting = answer_on_paper(office, case)
    day = date(2026, 11, 30)
    after = office.casework.posted(seen(waiting), LetterKind.RESPONSE, day, SAM, utc(2026, 12, 2))
    assert after.state is State.ANSWERED
    assert after.stage.answered_at is not None
    assert office.council.local_date(after.stage.answered_at) == day
    assert papers(office, case)[0].posted_on == day
    (left,) = letters_left_of(office, case)
    assert (left.letter, left.posted_on) == (papers(office, case)[0].letter, day)
    with pytest.raises(Refused):
        office.casework.posted(seen(after), LetterKind.RESPONSE, day, SAM, utc(2026, 12, 2))


def test_a_holding_reply_on_paper_moves_the_date_when_it_is_posted(
    office: TestOffice, case: Case
) -> None:
    waiting = office.casework.send(hold(office, case, ADDRESS).id, PRIYA, NOW)
    assert waiting.stage.answer_by == date(2026, 12, 18)
    after = office.casework.posted(
        seen(waiting), LetterKind.HOLDING_REPLY, date(2026, 12, 1), PRIYA, utc(2026, 12, 1)
    )
    assert after.stage.answer_by == date(2027, 1, 11)
    with office.store.view() as work:
        due = {d.kind: d.due for d in work.cases.due(date(2027, 1, 31))}
    assert due[DeadlineKind.RESPOND] == date(2027, 1, 11)


def test_a_letter_taken_back_is_kept_as_such_and_another_can_be_written(
    office: TestOffice, case: Case
) -> None:
    waiting = answer_on_paper(office, case)
    after = office.casework.withdraw(seen(waiting), LetterKind.RESPONSE, PRIYA, NOW)
    assert after.stage.answer_approved_at is None
    assert letters_left_of(office, case) == ()
    answer_on_paper(office, after)
    taken_back, written_anew = papers(office, case)
    assert taken_back.withdrawn_at == NOW
    assert written_anew.withdrawn_at is None


def test_what_the_customer_wrote_while_the_letter_waited_opens_the_case_again(
    office: TestOffice, case: Case
) -> None:
    waiting = answer_on_paper(office, case)
    reply = email("And another thing. #missed_bin complaint", In_Reply_To="<first@post.example>",
                  Message_ID="<second@post.example>")  # fmt: skip
    office.receive(reply, utc(2026, 11, 28))
    waiting = office.case(case.reference)
    office.casework.posted(
        seen(waiting), LetterKind.RESPONSE, date(2026, 11, 30), PRIYA, utc(2026, 11, 30)
    )
    after = office.case(case.reference)
    assert (after.state, after.stage.number) == (State.OPEN, 2)


def test_a_preview_points_out_other_peoples_data_and_what_the_policy_misses(
    office: TestOffice, case: Case
) -> None:
    text = "Mr Hill (hill@post.example, 07700 900123) was there; jo@post.example. See this email."
    shown = office.casework.draft_answer(
        seen(case), text, Outcome.UPHELD, Level.LEVEL_ONE, PRIYA, NOW, ADDRESS
    )
    assert [w.split(":")[0] for w in shown.warnings] == [
        "It names the email address hill@post.example",
        "It names the phone number 07700 900123",
        "It speaks of “this email”, but it goes on paper.",
    ]


def test_the_code_wants_the_ombudsman_in_every_answer_to_a_complaint(tmp_path: Path) -> None:
    council = replace(example_council(), policy=PRESETS["lgsco-2024"])
    office = open_office(tmp_path, council)
    case = office.case(office.receive(email(), NOW).reference)
    assert "www.lgo.org.uk" in office.casework.template(seen(case), NOW)
    assert "www.lgo.org.uk" in hold(office, case).letter.text
    shown = office.casework.draft_answer(
        seen(case), "Done.", Outcome.UPHELD, Level.LEVEL_ONE, PRIYA, NOW
    )
    assert any("Ombudsman" in warning for warning in shown.warnings)
    office.store.close()


def test_a_forms_postal_address_is_offered(office: TestOffice) -> None:
    text = (
        "Name: Jo Pike\nEmail: jo@post.example\nAddress: 1 High Street, Westmere\n"
        "Postcode: WM1 1AA\nDetails: Not emptied. #missed_bin complaint"
    )
    reference = office.receive(email(text), NOW).reference
    assert office.casework.postal_address(str(reference)) == (
        "Jo Pike\n1 High Street\nWestmere\nWM1 1AA"
    )
