"""An extension: once, with a reason, before the deadline, by the policy (requirement 16)."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from models.actions import (
    acknowledged,
    answered,
    approve_answer,
    letter_bounced,
    letter_failed,
    reclassify,
)
from models.allowed import allowed_actions
from models.case import (
    Action,
    Case,
    Classification,
    Level,
    Outcome,
    open_deadlines,
)
from models.deadlines import DeadlineKind
from models.errors import Refused
from models.extending import approve_extension, check_extend, extended
from models.history import Event
from models.letter import Extension, LetterKind
from models.people import CAREBOT, staff
from models.policy import PRESETS
from models.prediction import Category
from tests.support.cases import opened
from tests.support.council import example_council, utc

COUNCIL = example_council()
NOW = utc(2020, 6, 1)
PRIYA = staff("U1")
TO = Extension(date(2020, 7, 6), "The crew's log is on paper.")


def case() -> Case:
    return opened(COUNCIL, NOW, "CC-2020-00001").case


def approved(at: datetime = NOW) -> Case:
    return approve_extension(case(), TO, COUNCIL, PRIYA, at).case


def in_force() -> Case:
    return extended(approved(), TO, COUNCIL, CAREBOT, NOW).case


@pytest.mark.parametrize(
    ("preset", "level", "to"),
    [
        ("eastleigh-2021", Level.LEVEL_ONE, date(2020, 7, 6)),
        ("eastleigh-2021", Level.LEVEL_TWO, date(2020, 7, 6)),
        ("lgsco-2024", Level.LEVEL_ONE, date(2020, 7, 6)),
        ("lgsco-2024", Level.LEVEL_TWO, date(2020, 7, 20)),
    ],
)
def test_the_new_date_is_the_policys_working_days_after_the_old_one(
    preset: str, level: Level, to: date
) -> None:
    council = replace(COUNCIL, policy=PRESETS[preset])
    first = replace(opened(council, NOW, "CC-2020-00001").case, level=level)
    assert first.stage.respond_by == date(2020, 6, 22)
    assert check_extend(first, council, NOW) == to


def test_an_approved_extension_moves_nothing_until_its_holding_reply_left() -> None:
    waiting = approved()
    assert waiting.stage.answer_by == date(2020, 6, 22)
    assert open_deadlines(waiting)[DeadlineKind.RESPOND] == date(2020, 6, 22)
    assert Action.EXTEND not in allowed_actions(waiting)


def test_once_the_holding_reply_left_the_answer_is_due_on_the_new_date_and_history_says_why() -> (
    None
):
    change = extended(approved(), TO, COUNCIL, CAREBOT, NOW)
    assert open_deadlines(change.case)[DeadlineKind.RESPOND] == date(2020, 7, 6)
    assert change.case.stage.respond_by == date(2020, 6, 22)
    (entry,) = change.entries
    assert (entry.event, dict(entry.details)) == (
        Event.EXTENDED,
        {
            "respond_by_was": "2020-06-22",
            "respond_by": "2020-07-06",
            "reason": "The crew's log is on paper.",
            "policy": "eastleigh-2021",
        },
    )


def test_a_stage_is_extended_once() -> None:
    with pytest.raises(Refused, match="on its way"):
        check_extend(approved(), COUNCIL, NOW)
    with pytest.raises(Refused, match="extended once"):
        check_extend(in_force(), COUNCIL, NOW)


def test_an_extension_is_possible_until_the_end_of_the_deadline_and_not_a_minute_later() -> None:
    assert check_extend(case(), COUNCIL, utc(2020, 6, 22, 22, 59)) == date(2020, 7, 6)
    with pytest.raises(Refused, match="was due by the end of Monday 22 June 2020"):
        check_extend(case(), COUNCIL, utc(2020, 6, 22, 23, 1))


def test_an_extension_needs_a_reason() -> None:
    with pytest.raises(Refused, match="Say why"):
        approve_extension(case(), Extension(TO.to, " \n"), COUNCIL, PRIYA, NOW)


def test_a_date_that_is_no_longer_the_policys_is_not_promised() -> None:
    with pytest.raises(Refused, match="new date has changed"):
        approve_extension(case(), Extension(date(2020, 7, 7), "x"), COUNCIL, PRIYA, NOW)


def test_nothing_is_extended_while_an_answer_is_on_its_way_or_where_none_was_promised() -> None:
    answering = approve_answer(case(), Outcome.UPHELD, Level.LEVEL_ONE, PRIYA, NOW).case
    with pytest.raises(Refused, match="on its way"):
        check_extend(answering, COUNCIL, NOW)
    praise = opened(COUNCIL, NOW, "CC-2020-00002", "#missed_bin compliment").case
    with pytest.raises(Refused, match="nothing to extend"):
        check_extend(praise, COUNCIL, NOW)
    assert Action.EXTEND not in allowed_actions(praise)


@pytest.mark.parametrize("unknown", [True, False])
def test_a_holding_reply_that_could_not_be_sent_leaves_the_old_date_and_can_be_sent_again(
    unknown: bool,
) -> None:
    failed = letter_failed(approved(), LetterKind.HOLDING_REPLY, "no", NOW, unknown=unknown).case
    assert failed.stage.answer_by == date(2020, 6, 22)
    assert Action.EXTEND in allowed_actions(failed)


def test_a_holding_reply_that_came_back_takes_the_extension_back_and_says_the_date() -> None:
    change = letter_bounced(
        in_force(), LetterKind.HOLDING_REPLY, 7, "no such mailbox", COUNCIL, NOW
    )
    assert open_deadlines(change.case)[DeadlineKind.RESPOND] == date(2020, 6, 22)
    assert change.entries[0].details["respond_by"] == "2020-06-22"
    assert Action.EXTEND in allowed_actions(change.case)


def test_what_was_promised_stands_when_the_case_is_reclassified_or_acknowledged() -> None:
    to = Classification(Category.COMPLAINT, "housing", None, Level.LEVEL_ONE)
    assert reclassify(in_force(), to, COUNCIL, PRIYA, NOW).case.stage.answer_by == TO.to
    code = replace(COUNCIL, policy=PRESETS["lgsco-2024"])
    assert acknowledged(in_force(), code, PRIYA, utc(2020, 6, 2)).case.stage.answer_by == TO.to


def test_a_stage_that_is_opened_again_can_be_extended_again() -> None:
    from models.actions import reopen

    done = approve_answer(in_force(), Outcome.UPHELD, Level.LEVEL_ONE, PRIYA, NOW).case
    again = reopen(answered(done, NOW).case, COUNCIL, utc(2020, 7, 1), utc(2020, 7, 1)).case
    assert check_extend(again, COUNCIL, utc(2020, 7, 1)) > again.stage.respond_by


LATE = utc(2020, 6, 24)
AGAIN = Extension(date(2020, 7, 20), "The crew is ill.", although="They agreed on the phone.")


def test_a_team_leader_may_extend_once_more_and_the_history_keeps_why() -> None:
    with pytest.raises(Refused, match="extended once. A team leader can extend it all the same"):
        check_extend(in_force(), COUNCIL, NOW)
    assert check_extend(in_force(), COUNCIL, NOW, overruled=True) == AGAIN.to
    change = approve_extension(in_force(), AGAIN, COUNCIL, PRIYA, NOW)
    assert change.entries[0].details["although"] == "They agreed on the phone."
    after = extended(change.case, AGAIN, COUNCIL, CAREBOT, NOW)
    assert after.case.stage.answer_by == AGAIN.to
    assert after.entries[0].details["respond_by_was"] == "2020-07-06"


def test_a_team_leader_may_extend_after_the_deadline_and_never_to_a_day_that_has_passed() -> None:
    with pytest.raises(Refused, match="A team leader can extend it all the same"):
        check_extend(case(), COUNCIL, LATE)
    assert check_extend(case(), COUNCIL, LATE, overruled=True) == date(2020, 7, 8)
    assert check_extend(case(), COUNCIL, utc(2020, 9, 1), overruled=True) == date(2020, 9, 15)


def test_nobody_extends_against_the_rule_without_saying_why() -> None:
    with pytest.raises(Refused, match="only possible before that"):
        approve_extension(case(), Extension(date(2020, 7, 8), "Ill."), COUNCIL, PRIYA, LATE)
    with pytest.raises(Refused, match="extended once"):
        approve_extension(in_force(), replace(AGAIN, although=""), COUNCIL, PRIYA, NOW)


def test_not_even_a_team_leader_extends_twice_at_once_or_behind_an_answer() -> None:
    with pytest.raises(Refused, match="on its way"):
        check_extend(approved(), COUNCIL, NOW, overruled=True)
    answering = approve_answer(case(), Outcome.UPHELD, Level.LEVEL_ONE, PRIYA, NOW).case
    with pytest.raises(Refused, match="on its way"):
        check_extend(answering, COUNCIL, NOW, overruled=True)


def test_a_second_holding_reply_that_fails_leaves_the_first_extension() -> None:
    second = approve_extension(in_force(), AGAIN, COUNCIL, PRIYA, NOW).case
    failed = letter_failed(second, LetterKind.HOLDING_REPLY, "no", NOW, unknown=False).case
    assert failed.stage.answer_by == TO.to
    assert check_extend(failed, COUNCIL, NOW, overruled=True) == AGAIN.to
