"""A letter that came back, on the case as it is by then (mail.md D29)."""

import pytest

from models.actions import answered, approve_answer
from models.case import Level, Outcome, State
from models.history import Event
from models.letter import LetterKind
from models.letters_sent import SentLetter
from models.people import staff
from models.returning import came_back
from tests.support.cases import opened
from tests.support.council import example_council, utc

NOW = utc(2026, 11, 27)
COUNCIL = example_council()


@pytest.mark.parametrize(
    ("stage", "last", "state"),
    [
        (1, True, State.OPEN),
        (1, False, State.ANSWERED),
        (7, True, State.ANSWERED),
        (0, True, State.OPEN),
        (0, False, State.ANSWERED),
    ],
)
def test_d29_the_last_answer_of_the_stage_counts_and_in_letters_of_before_the_last(
    stage: int, last: bool, state: State
) -> None:
    case = opened(COUNCIL, NOW, "CC-2026-00001").case
    case = approve_answer(case, Outcome.UPHELD, Level.LEVEL_ONE, staff("U1"), NOW).case
    letter = SentLetter(case.reference, LetterKind.RESPONSE, stage, last)
    change = came_back(answered(case, NOW).case, letter, 7, "gone", COUNCIL, NOW)
    assert change.case.state is state
    assert change.entries[0].event is Event.BOUNCED
    assert bool(change.entries[0].details.get("earlier")) is (state is State.ANSWERED)
