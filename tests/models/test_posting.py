"""A letter on paper counts from the day on which a person posted it (requirement 18)."""

from dataclasses import replace
from datetime import UTC, date

import pytest

from models.actions import approve_acknowledgement, approve_answer, close
from models.allowed import allowed_actions
from models.case import Action, Case, Level, Outcome, State
from models.errors import Refused
from models.extending import approve_extension
from models.history import Event
from models.letter import Extension, Letter, LetterKind, Way
from models.people import staff
from models.posting import check_post, posted, to_post, withdrawn
from models.prediction import Category
from tests.support.cases import opened
from tests.support.council import example_council, utc

COUNCIL = example_council()
NOW = utc(2020, 6, 1)
PRIYA = staff("U1")
TO = Extension(date(2020, 7, 6), "why")


def letter(kind: LetterKind) -> Letter:
    return Letter(
        kind, "CC-2020-00001", "", "x", "x", "", "<a@b>", None, (), automatic=False,
        way=Way.LETTER, extension=TO if kind is LetterKind.HOLDING_REPLY else None,
    )  # fmt: skip


def waiting(kind: LetterKind) -> Case:
    case = opened(COUNCIL, NOW, "CC-2020-00001").case
    if kind is LetterKind.ACKNOWLEDGEMENT:
        change = approve_acknowledgement(case, PRIYA, NOW)
    elif kind is LetterKind.HOLDING_REPLY:
        change = approve_extension(case, TO, COUNCIL, PRIYA, NOW)
    else:
        if kind is LetterKind.SIGNPOST:
            case = replace(case, category=Category.NON_COUNCIL)
        change = approve_answer(case, Outcome.UPHELD, Level.LEVEL_ONE, PRIYA, NOW)
    return to_post(change, kind, PRIYA, NOW).case


KINDS = pytest.mark.parametrize("kind", LetterKind)


@KINDS
def test_a_letter_to_be_posted_changes_nothing_but_that_it_waits(kind: LetterKind) -> None:
    case = waiting(kind)
    stage = case.stage
    assert (case.state, stage.to_post) == (State.OPEN, (kind,))
    assert (stage.acknowledged_at, stage.answered_at, stage.extended_to) == (None, None, None)
    assert Action.POST in allowed_actions(case)


@KINDS
def test_it_counts_from_the_date_of_posting_and_history_has_the_date(kind: LetterKind) -> None:
    now = utc(2020, 6, 4)
    change = posted(waiting(kind), letter(kind), date(2020, 6, 3), COUNCIL, PRIYA, now)
    stage, (entry,) = change.case.stage, change.entries
    left = {
        LetterKind.ACKNOWLEDGEMENT: stage.acknowledged_at,
        LetterKind.HOLDING_REPLY: stage.extended_to,
    }.get(kind, stage.answered_at)
    if kind is LetterKind.HOLDING_REPLY:
        assert left == date(2020, 7, 6)
    else:
        assert left is not None
        assert (COUNCIL.local_date(left), left.tzinfo) == (date(2020, 6, 3), UTC)
    assert (entry.at, entry.actor) == (now, PRIYA)
    assert (entry.details["posted_on"], entry.details["how"]) == ("2020-06-03", "letter")
    assert stage.to_post == ()
    answer = kind in {LetterKind.RESPONSE, LetterKind.SIGNPOST}
    assert (change.case.state is State.ANSWERED) is answer


@pytest.mark.parametrize("hour", [0, 9, 12, 23])
def test_whatever_the_hour_it_was_posted_after_its_approval_and_not_in_the_future(
    hour: int,
) -> None:
    now = utc(2020, 6, 1, 12, 30) if hour < 12 else utc(2020, 6, 1, hour, 45)
    kind = LetterKind.RESPONSE
    today = COUNCIL.local_date(now)
    case = posted(waiting(kind), letter(kind), today, COUNCIL, PRIYA, now).case
    assert case.stage.answered_at is not None
    assert NOW <= case.stage.answered_at <= now
    assert COUNCIL.local_date(case.stage.answered_at) == today


@KINDS
@pytest.mark.parametrize(
    ("day", "why"), [(date(2020, 6, 5), "in the future"), (date(2020, 5, 31), "before it was")]
)
def test_a_date_that_cannot_be_is_refused(kind: LetterKind, day: date, why: str) -> None:
    with pytest.raises(Refused, match=why):
        posted(waiting(kind), letter(kind), day, COUNCIL, PRIYA, utc(2020, 6, 4))


def test_a_holding_reply_posted_after_the_deadline_extends_nothing() -> None:
    kind = LetterKind.HOLDING_REPLY
    with pytest.raises(Refused, match="was due by the end of"):
        posted(waiting(kind), letter(kind), date(2020, 6, 23), COUNCIL, PRIYA, utc(2020, 6, 23))


@KINDS
def test_a_letter_that_is_taken_back_can_be_written_again(kind: LetterKind) -> None:
    change = withdrawn(waiting(kind), kind, (), PRIYA, NOW)
    assert change.entries[0].event is Event.LETTER_WITHDRAWN
    again = {
        LetterKind.ACKNOWLEDGEMENT: Action.ACKNOWLEDGE,
        LetterKind.HOLDING_REPLY: Action.EXTEND,
    }
    assert again.get(kind, Action.RESPOND) in allowed_actions(change.case)
    assert Action.POST not in allowed_actions(change.case)


def test_what_does_not_wait_is_not_posted() -> None:
    case = opened(COUNCIL, NOW, "CC-2020-00001").case
    with pytest.raises(Refused, match="No letter"):
        check_post(case)
    with pytest.raises(Refused, match="does not wait"):
        posted(
            waiting(LetterKind.RESPONSE), letter(LetterKind.ACKNOWLEDGEMENT), date(2020, 6, 1),
            COUNCIL, PRIYA, NOW,
        )  # fmt: skip


def test_a_case_whose_answer_is_not_posted_yet_is_not_closed() -> None:
    with pytest.raises(Refused, match="has not left yet"):
        close(replace(waiting(LetterKind.RESPONSE), level=Level.LEVEL_ONE), "x", None, PRIYA, NOW)
