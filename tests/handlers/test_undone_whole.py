"""What was decided with an answer goes with it where it did not leave, or came back."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from handlers.levels import Levels
from handlers.pointing import Pointing
from handlers.slack import closing_modals, history_lines
from handlers.taken_back import TakingBack
from models.case import Case, Classification, Level, Outcome, State
from models.errors import Refused
from models.history import Event
from models.letter import Going, Letter, LetterKind, Way
from models.points import Point
from tests.handlers.test_bounced import bounce
from tests.support.casework import (
    OFFICER,
    REVIEWER,
    answer,
    entry,
    learned,
    review,
    seen,
)
from tests.support.council import example_council, utc
from tests.support.letterbox import delivered
from tests.support.office import TestOffice, email, open_office

NOW = utc(2026, 11, 27, 9)
MINUTE = timedelta(seconds=60)
SOON = NOW + timedelta(seconds=20)
ON_PAPER = Going(Way.LETTER, "Jo Pike\n1 High Street")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[TestOffice]:
    opened = open_office(tmp_path, example_council(undo_seconds=60))
    yield opened
    opened.store.close()


@pytest.fixture
def at_once(tmp_path: Path) -> Iterator[TestOffice]:
    """Letters leave at once."""
    opened = open_office(tmp_path, example_council(undo_seconds=0))
    yield opened
    opened.store.close()


def plain(office: TestOffice) -> str:
    reference = office.receive(email(), NOW).reference
    delivered(office, NOW)
    assert reference is not None
    return reference


def new(office: TestOffice) -> str:
    """A complaint whose level nobody has decided, with two points, the first of which is answered."""
    reference = plain(office)
    pointing = Pointing(office.store)
    pointing.write(seen(office, reference), "When?\nWhy?", (), OFFICER, NOW)
    pointing.write(seen(office, reference), "When?\nWhy?", (0,), OFFICER, NOW)
    return reference


def send(
    office: TestOffice,
    reference: str,
    at: datetime = NOW,
    outcome: Outcome = Outcome.UPHELD,
    going: Going | None = None,
    level: Level = Level.LEVEL_ONE,
) -> Case:
    """Send was pressed on an answer to both points."""
    draft = office.casework.draft_answer(
        seen(office, reference), "Done.", outcome, level, OFFICER, at, going, (0, 1)
    )
    return office.casework.send(draft.id, OFFICER, at)


def by_undo(office: TestOffice, reference: str) -> None:
    send(office, reference)
    TakingBack(office.store, office.council).take_back(reference, None, OFFICER, SOON)


def by_posted(office: TestOffice, reference: str) -> None:
    send(office, reference, going=ON_PAPER)
    on = seen(office, reference)
    office.casework.withdraw(on, LetterKind.RESPONSE, OFFICER, SOON)


def by_a_bounce(office: TestOffice, reference: str) -> None:
    send(office, reference)
    (letter,) = delivered(office, NOW + MINUTE)
    office.receive(bounce(letter.message_id), NOW + MINUTE)


EACH_WAY = pytest.mark.parametrize("undone", [by_undo, by_posted, by_a_bounce])
Undoing = Callable[[TestOffice, str], None]


@EACH_WAY
def test_outcome_level_and_points_are_what_they_were(office: TestOffice, undone: Undoing) -> None:
    reference = new(office)
    before = office.case(reference)
    undone(office, reference)
    after = office.case(reference)
    assert (after.state, after.level) == (State.OPEN, Level.UNDETERMINED)
    assert after.stage.outcome is None
    assert after.points == before.points == (Point("When?", is_answered=True), Point("Why?"))
    assert after.stage.answer_by == before.stage.answer_by


@EACH_WAY
def test_close_then_asks_for_the_outcome_and_takes_the_one_that_is_given(
    office: TestOffice, undone: Undoing
) -> None:
    reference = new(office)
    undone(office, reference)
    at_level_one(office, reference)
    at = NOW + 2 * MINUTE
    blocks = closing_modals.close(office.case(reference))["blocks"]
    fields = [block.get("block_id") for block in blocks]
    assert fields == [closing_modals.OUTCOME, "reason"]
    closed = office.casework.close(
        seen(office, reference), "They withdrew.", Outcome.WITHDRAWN, OFFICER, at
    )
    assert (closed.stage.outcome, closed.agreed) == (Outcome.WITHDRAWN, ())


def test_points_written_within_the_minute_stay_as_they_were_written(office: TestOffice) -> None:
    reference = new(office)
    send(office, reference)
    Pointing(office.store).write(seen(office, reference), "Who?", (), OFFICER, SOON)
    TakingBack(office.store, office.council).take_back(reference, None, OFFICER, SOON)
    assert office.case(reference).points == (Point("Who?"),)


def test_a_level_that_moved_the_date_within_the_minute_moves_it_back(office: TestOffice) -> None:
    """What the customer writes dates a case anew, by the level that the answer on its way has."""
    reference = new(office)
    due = office.case(reference).stage.answer_by
    send(office, reference, outcome=Outcome.RESOLVED, level=Level.GENERAL_ENQUIRY)
    subject = f"Re: [{reference}]"
    office.receive(email("And? #missed_bin", Message_ID="<2@p>", Subject=subject), SOON)
    TakingBack(office.store, office.council).take_back(reference, None, OFFICER, SOON)
    after = office.case(reference)
    assert (after.level, after.stage.answer_by) == (Level.UNDETERMINED, due)


def test_a_decided_level_stays(office: TestOffice) -> None:
    reference = new(office)
    at_level_one(office, reference)
    by_undo(office, reference)
    assert office.case(reference).level is Level.LEVEL_ONE


# A closed case whose answer came back


def test_a_closed_case_whose_answer_came_back_is_open_again_with_its_date(
    at_once: TestOffice,
) -> None:
    reference = plain(at_once)
    due = at_once.case(reference).stage.answer_by
    letter = answer(at_once, reference, NOW)
    lesson = learned(at_once.council, NOW)
    at_once.casework.close(seen(at_once, reference), "", None, OFFICER, NOW, lesson)
    at_once.receive(bounce(letter.message_id), NOW + MINUTE)
    case = at_once.case(reference)
    assert (case.state, case.stage.answer_by, case.stage.outcome) == (State.OPEN, due, None)
    said = history_lines.line(entry(at_once, reference, Event.BOUNCED), at_once.council, "")
    assert "did not arrive*: the address does not exist" in said
    assert "*The case is open again*" in said
    answer(at_once, reference, NOW + MINUTE)
    again = at_once.casework.close(seen(at_once, reference), "", None, OFFICER, NOW + MINUTE)
    assert (again.state, len(again.agreed)) == (State.CLOSED, 1)


def test_one_closed_on_other_grounds_since_stays_closed_when_another_report_comes(
    at_once: TestOffice,
) -> None:
    reference = plain(at_once)
    letter = answer(at_once, reference, NOW)
    at_once.receive(bounce(letter.message_id), NOW + MINUTE)
    at_level_one(at_once, reference)
    at = NOW + 2 * MINUTE
    at_once.casework.close(seen(at_once, reference), "By phone.", Outcome.RESOLVED, OFFICER, at)
    at_once.receive(bounce(letter.message_id, number=2), at)
    case = at_once.case(reference)
    assert (case.state, case.stage.outcome) == (State.CLOSED, Outcome.RESOLVED)


# A review's answer on paper


def test_who_was_involved_does_not_take_back_the_answer_of_a_review_on_paper(
    at_once: TestOffice,
) -> None:
    reference = plain(at_once)
    review(at_once, reference, NOW)
    draft = at_once.casework.draft_answer(
        seen(at_once, reference),
        "Final.",
        Outcome.NOT_UPHELD,
        Level.LEVEL_TWO,
        REVIEWER,
        NOW,
        ON_PAPER,
    )
    at_once.casework.send(draft.id, REVIEWER, NOW, reviews=True)
    kind = LetterKind.RESPONSE
    with pytest.raises(Refused, match="somebody who was not involved"):
        at_once.casework.withdraw(seen(at_once, reference), kind, OFFICER, NOW)
    assert at_once.case(reference).stage.to_post == (kind,)
    at_once.casework.withdraw(seen(at_once, reference), kind, REVIEWER, NOW)
    assert at_once.case(reference).stage.to_post == ()


# Closed by mistake and opened again: the same stage goes on


def extend(office: TestOffice, reference: str, although: str = "") -> Letter:
    on, leads = seen(office, reference), bool(although)
    text = office.casework.holding_template(on, NOW, leads=leads).text
    draft = office.casework.draft_holding_reply(on, text, "Ill.", OFFICER, NOW, None, although)
    office.casework.send(draft.id, OFFICER, NOW, leads=leads)
    return delivered(office, NOW)[-1]


def closed_by_mistake(office: TestOffice, reference: str) -> None:
    office.casework.close(seen(office, reference), "A mistake", Outcome.RESOLVED, OFFICER, NOW)
    levels = Levels(office.store, office.council)
    levels.reopen(seen(office, reference), "It was a mistake", OFFICER, NOW)


def test_a_second_extension_that_came_back_leaves_the_first_also_after_open_again(
    at_once: TestOffice,
) -> None:
    reference = plain(at_once)
    at_level_one(at_once, reference)
    extend(at_once, reference)
    first = at_once.case(reference).stage.extended_to
    closed_by_mistake(at_once, reference)
    second = extend(at_once, reference, although="A lead says so.")
    assert at_once.case(reference).stage.extended_to != first
    at_once.receive(bounce(second.message_id), NOW + MINUTE)
    assert at_once.case(reference).stage.extended_to == first is not None


def test_words_taken_back_are_there_after_open_again(office: TestOffice) -> None:
    reference = new(office)
    at_level_one(office, reference)
    by_undo(office, reference)
    closed_by_mistake(office, reference)
    assert office.casework.template(seen(office, reference), NOW) == "Done.\n"


def at_level_one(office: TestOffice, reference: str) -> None:
    case = office.case(reference)
    to = Classification(case.category, case.service, case.authority, Level.LEVEL_ONE)
    office.casework.reclassify(seen(office, reference), to, OFFICER, NOW)
