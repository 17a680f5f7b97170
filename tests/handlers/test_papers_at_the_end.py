"""What waits to be posted when a case ends is withdrawn with it: nobody posts it afterwards."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta

import pytest

from bot.letter_command import papers_of
from handlers.slack import history_lines, wording
from models.actions import letter_bounced
from models.allowed import allowed_actions
from models.case import Action, Case, Classification, Level, Outcome, State
from models.errors import Refused
from models.history import Event
from models.letter import Going, LetterKind, Way
from models.message import Sender, Source
from models.noted import Note
from models.prediction import Category
from tests.support.casework import OFFICER, answer, entry, events, seen
from tests.support.council import utc
from tests.support.letterbox import delivered
from tests.support.office import TestOffice, email

NOW = utc(2026, 6, 1, 9)
DAY = timedelta(days=1)
ON_PAPER = Going(Way.LETTER, "Jo Pike\n1 High Street")


def with_a_holding_reply_to_post(office: TestOffice) -> str:
    reference = str(office.receive(email(), NOW).reference)
    delivered(office, NOW)
    hold(office, reference, ON_PAPER)
    return reference


def hold(office: TestOffice, reference: str, going: Going) -> None:
    text = office.casework.holding_template(seen(office, reference), NOW).text
    draft = office.casework.draft_holding_reply(
        seen(office, reference), text, "The crew is ill.", OFFICER, NOW, going
    )
    office.casework.send(draft.id, OFFICER, NOW)


def with_an_acknowledgement_to_post(office: TestOffice) -> str:
    note = Note("#missed_bin complaint", Source.LETTER, Sender("Jo Pike", None), NOW)
    reference = office.intake.take_note(note, OFFICER, NOW, once="V1").reference
    draft = office.casework.draft_acknowledgement(
        seen(office, reference), OFFICER, NOW, None, ON_PAPER
    )
    office.casework.send(draft.id, OFFICER, NOW)
    return reference


def close(office: TestOffice, reference: str) -> None:
    level_one = Classification(Category.COMPLAINT, "waste_recycling", None, Level.LEVEL_ONE)
    office.casework.reclassify(seen(office, reference), level_one, OFFICER, NOW)
    office.casework.close(seen(office, reference), "We rang.", None, OFFICER, NOW)


def answer_on_paper(office: TestOffice, reference: str) -> Case:
    draft = office.casework.draft_answer(
        seen(office, reference), "Done.", Outcome.UPHELD, Level.LEVEL_ONE, OFFICER, NOW, ON_PAPER
    )
    return office.casework.send(draft.id, OFFICER, NOW)


def post_answer(office: TestOffice, reference: str) -> None:
    answer_on_paper(office, reference)
    office.casework.posted(
        seen(office, reference), LetterKind.RESPONSE, date(2026, 6, 1), OFFICER, NOW
    )


def waits(office: TestOffice, reference: str) -> list[LetterKind]:
    """What `carebot letter` would write."""
    with suppress(Refused):
        return [paper.letter.kind for paper in papers_of(office.store, reference, every=False)]
    return []


@pytest.mark.parametrize(
    "begin", [with_a_holding_reply_to_post, with_an_acknowledgement_to_post], ids=["held", "acked"]
)
@pytest.mark.parametrize("end", [close, post_answer], ids=["closed", "answered"])
def test_what_waits_to_be_posted_is_withdrawn_when_the_case_ends(
    office: TestOffice, begin: Callable[[TestOffice], str], end: Callable[[TestOffice, str], None]
) -> None:
    reference = begin(office)
    assert len(waits(office, reference)) == 1
    end(office, reference)
    case = office.case(reference)
    assert case.state in {State.CLOSED, State.ANSWERED}
    assert case.stage.to_post == ()
    assert waits(office, reference) == []
    withdrawn = entry(office, reference, Event.LETTER_WITHDRAWN)
    line = history_lines.line(withdrawn, office.council, "carebot")
    assert "is withdrawn: please do not post it*. The case has ended" in line


def test_it_is_withdrawn_when_the_answer_left_by_email(office: TestOffice) -> None:
    reference = with_a_holding_reply_to_post(office)
    answer(office, reference, NOW)
    assert office.case(reference).stage.to_post == ()
    assert office.case(reference).stage.extension_approved_at is None
    assert waits(office, reference) == []
    assert events(office, reference)[-2:] == [Event.ANSWERED, Event.LETTER_WITHDRAWN]


def test_opened_again_nothing_of_before_waits(office: TestOffice) -> None:
    reference = with_a_holding_reply_to_post(office)
    answer(office, reference, NOW)
    reply = email("Still not", Message_ID="<2@x>", In_Reply_To="<first@post.example>")
    office.receive(reply, NOW + DAY)
    case = office.case(reference)
    assert (case.state, case.stage.number, case.stage.to_post) == (State.OPEN, 2, ())
    assert Action.EXTEND in allowed_actions(case)
    with office.store.view() as work:
        assert work.papers.waiting(reference, LetterKind.HOLDING_REPLY) is None


def test_two_that_wait_are_both_withdrawn(office: TestOffice) -> None:
    reference = with_an_acknowledgement_to_post(office)
    hold(office, reference, ON_PAPER)
    assert len(waits(office, reference)) == 2
    close(office, reference)
    assert (office.case(reference).stage.to_post, waits(office, reference)) == ((), [])
    assert wording.acknowledgement(office.case(reference), office.council) == "not sent"


def test_an_answer_that_waits_to_be_posted_keeps_the_case_open(office: TestOffice) -> None:
    reference = with_a_holding_reply_to_post(office)
    case = answer_on_paper(office, reference)
    assert case.is_open
    assert set(waits(office, reference)) == {LetterKind.HOLDING_REPLY, LetterKind.RESPONSE}


def test_an_answer_that_came_back_has_nothing_waiting_either(office: TestOffice) -> None:
    reference = with_a_holding_reply_to_post(office)
    answer(office, reference, NOW)
    back = letter_bounced(
        office.case(reference), LetterKind.RESPONSE, None, "gone", office.council, NOW
    ).case
    assert (back.state, back.stage.to_post) == (State.OPEN, ())
    assert {Action.EXTEND, Action.RESPOND} <= set(allowed_actions(back))


@pytest.mark.parametrize("end", [post_answer, close], ids=["answered", "closed"])
def test_a_holding_reply_that_has_not_left_when_the_case_ends_never_leaves(
    office: TestOffice, end: Callable[[TestOffice, str], None]
) -> None:
    reference = str(office.receive(email(), NOW).reference)
    delivered(office, NOW)
    hold(office, reference, Going())
    end(office, reference)
    assert delivered(office, NOW + DAY / 24) == []
    failed = entry(office, reference, Event.LETTER_FAILED)
    assert failed.details["letter"] == LetterKind.HOLDING_REPLY
    assert failed.details["reason"] == "the case was answered before it left"
    assert office.case(reference).stage.extended_to is None
