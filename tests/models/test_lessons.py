from dataclasses import replace
from datetime import date, timedelta

import pytest

from models.actions import answered, approve_answer, close, reclassify, reopen
from models.agreed import Cause, Finished, Lesson, Redress, Remedy, Task
from models.allowed import allowed_actions
from models.case import Action, Case, Classification, Level, Outcome, State
from models.errors import Refused
from models.history import Event
from models.lessons import (
    Learned,
    agree_remedy,
    agreed_lesson,
    finish,
    needs_lesson,
    pence,
    record_lesson,
    to_tell,
)
from models.people import staff
from models.prediction import Category
from tests.support.cases import opened
from tests.support.council import example_council, utc

COUNCIL = example_council()
NOW, TODAY = utc(2026, 11, 27), date(2026, 11, 27)  # a Friday
LATER = TODAY + timedelta(days=14)
PRIYA = staff("U1")
TASK = Task("Check the lists every Monday", "U1", LATER)
LEARNED = Learned(Lesson(Cause.INFORMATION, "The crew had the wrong list."), TASK)


def answered_as(outcome: Outcome, told: str = "#missed_bin complaint") -> Case:
    case = opened(COUNCIL, NOW, "CC-2026-00042", told).case
    approved = approve_answer(case, outcome, Level.LEVEL_ONE, PRIYA, NOW).case
    return answered(approved, NOW).case


def closed_with(learned: Learned, outcome: Outcome = Outcome.UPHELD) -> Case:
    case = answered_as(outcome)
    lesson = agreed_lesson(case, learned, COUNCIL, NOW)
    return close(case, "", None, PRIYA, NOW, lesson).case


def closed_before_this_existed() -> Case:
    return replace(answered_as(Outcome.UPHELD), state=State.CLOSED)


@pytest.mark.parametrize("outcome", [Outcome.UPHELD, Outcome.PARTLY_UPHELD])
def test_an_upheld_complaint_is_closed_only_with_its_lesson(outcome: Outcome) -> None:
    case = answered_as(outcome)
    with pytest.raises(Refused, match="only with its lesson"):
        close(case, "", None, PRIYA, NOW)
    change = close(case, "", None, PRIYA, NOW, agreed_lesson(case, LEARNED, COUNCIL, NOW))
    assert [e.event for e in change.entries] == [Event.CLOSED, Event.LESSON_RECORDED]
    (agreed,) = change.case.agreed
    assert (agreed.number, agreed.level, agreed.on) == (1, "level_one", TODAY)
    assert (agreed.lesson, agreed.task) == (LEARNED.lesson, TASK)
    assert change.entries[1].details["due"] == LATER.isoformat()


@pytest.mark.parametrize("outcome", sorted(set(Outcome) - {Outcome.UPHELD, Outcome.PARTLY_UPHELD}))
def test_any_other_outcome_is_closed_as_before_and_has_no_lesson(outcome: Outcome) -> None:
    case = answered_as(outcome)
    assert close(case, "", None, PRIYA, NOW).case.state is State.CLOSED
    with pytest.raises(Refused, match="Only an upheld complaint"):
        close(case, "", None, PRIYA, NOW, agreed_lesson(case, LEARNED, COUNCIL, NOW))


def test_an_outcome_chosen_on_closing_calls_for_a_lesson_too() -> None:
    case = replace(opened(COUNCIL, NOW, "CC-2026-00042").case, level=Level.LEVEL_ONE)
    assert needs_lesson(case, Outcome.UPHELD)
    assert not needs_lesson(case, Outcome.RESOLVED)
    with pytest.raises(Refused, match="only with its lesson"):
        close(case, "We rang.", Outcome.UPHELD, PRIYA, NOW)


@pytest.mark.parametrize(
    ("learned", "said"),
    [
        (replace(LEARNED, lesson=Lesson(Cause.DELAY, "  ")), "what is learned"),
        (replace(LEARNED, task=replace(TASK, what=" ")), "what is to be done"),
        (replace(LEARNED, task=replace(TASK, owner="")), "Choose the colleague"),
        (replace(LEARNED, task=replace(TASK, due=date(2026, 11, 26))), "has passed"),
        (replace(LEARNED, task=replace(TASK, due=date(2026, 11, 28))), r"\(Saturday\)"),
        (replace(LEARNED, task=replace(TASK, due=date(2026, 12, 25))), "Christmas"),
    ],
)
def test_what_is_missing_or_wrong_in_a_lesson_is_said(learned: Learned, said: str) -> None:
    with pytest.raises(Refused, match=said):
        agreed_lesson(answered_as(Outcome.UPHELD), learned, COUNCIL, NOW)


def test_today_is_soon_enough() -> None:
    assert closed_with(replace(LEARNED, task=replace(TASK, due=TODAY))).state is State.CLOSED


def test_a_lesson_is_recorded_later_where_a_case_was_closed_without_one() -> None:
    case = closed_before_this_existed()
    assert Action.LESSON in allowed_actions(case)
    change = record_lesson(case, LEARNED, COUNCIL, PRIYA, NOW)
    assert [e.event for e in change.entries] == [Event.LESSON_RECORDED]
    assert (change.case.state, change.case.version) == (State.CLOSED, case.version + 1)
    assert len(change.case.agreed) == 1


def test_a_lesson_is_corrected_in_its_place_until_its_action_is_done() -> None:
    case = closed_with(LEARNED)
    corrected = replace(LEARNED, lesson=Lesson(Cause.CONTRACTOR, "The list was the contractor's."))
    with pytest.raises(Refused, match="says that already"):
        record_lesson(case, LEARNED, COUNCIL, PRIYA, NOW)
    change = record_lesson(case, corrected, COUNCIL, PRIYA, NOW)
    assert [e.event for e in change.entries] == [Event.LESSON_CORRECTED]
    assert [(a.number, a.lesson) for a in change.case.agreed] == [(1, corrected.lesson)]
    done = finish(change.case, 1, Finished(TODAY, "U1", "Done."), COUNCIL, PRIYA, NOW).case
    with pytest.raises(Refused, match="was done already"):
        record_lesson(done, LEARNED, COUNCIL, PRIYA, NOW)


def test_an_overdue_action_keeps_its_date_when_the_words_of_the_lesson_are_corrected() -> None:
    case, after = closed_with(LEARNED), utc(2027, 1, 4)
    words = replace(LEARNED, lesson=Lesson(Cause.DELAY, "Too few vans."))
    (agreed,) = record_lesson(case, words, COUNCIL, PRIYA, after).case.agreed
    assert (agreed.lesson, agreed.task.due) == (words.lesson, LATER)
    moved = replace(words, task=replace(TASK, due=LATER + timedelta(days=3)))
    with pytest.raises(Refused, match="has passed"):
        record_lesson(case, moved, COUNCIL, PRIYA, after)


def test_what_is_no_upheld_complaint_has_no_lesson() -> None:
    for case in (answered_as(Outcome.NOT_UPHELD), closed_with_compliment()):
        assert Action.LESSON not in allowed_actions(case)
        with pytest.raises(Refused, match="not an upheld complaint"):
            record_lesson(case, LEARNED, COUNCIL, PRIYA, NOW)


def closed_with_compliment() -> Case:
    case = opened(COUNCIL, NOW, "CC-2026-00042", "#parks_play compliment").case
    return close(case, "Thanked.", None, PRIYA, NOW).case


def test_a_case_opened_again_keeps_its_lesson_and_another_level_calls_for_its_own() -> None:
    case = closed_with(LEARNED)
    again = reopen(case, COUNCIL, NOW, NOW).case
    assert not needs_lesson(again, Outcome.UPHELD)
    reviewed = replace(again, level=Level.LEVEL_TWO)
    assert needs_lesson(reviewed, Outcome.UPHELD)


def test_what_became_an_enquiry_needs_no_lesson() -> None:
    case = opened(COUNCIL, NOW, "CC-2026-00042").case
    to = Classification(Category.GENERAL_ENQUIRY, "housing", None, None)
    enquiry = reclassify(case, to, COUNCIL, PRIYA, NOW).case
    assert not needs_lesson(enquiry, Outcome.UPHELD)


# Remedies


def test_a_case_has_several_remedies_each_with_who_and_when() -> None:
    case = answered_as(Outcome.UPHELD)
    for redress in (Redress(Remedy.APOLOGY), Redress(Remedy.PAYMENT, 15_000)):
        change = agree_remedy(case, redress, TASK, COUNCIL, PRIYA, NOW)
        assert [e.event for e in change.entries] == [Event.REMEDY_AGREED]
        case = change.case
    assert [(a.number, a.redress) for a in case.agreed] == [
        (1, Redress(Remedy.APOLOGY)),
        (2, Redress(Remedy.PAYMENT, 15_000)),
    ]
    assert needs_lesson(case, Outcome.UPHELD)


@pytest.mark.parametrize(
    ("redress", "said"),
    [
        (Redress(Remedy.PAYMENT), "how much"),
        (Redress(Remedy.PAYMENT, 0), "how much"),
        (Redress(Remedy.APOLOGY, 100), "Only a payment"),
    ],
)
def test_an_amount_belongs_to_a_payment_and_to_nothing_else(redress: Redress, said: str) -> None:
    with pytest.raises(Refused, match=said):
        agree_remedy(answered_as(Outcome.UPHELD), redress, TASK, COUNCIL, PRIYA, NOW)


def test_only_a_complaint_is_remedied() -> None:
    case = closed_with_compliment()
    assert Action.REMEDY not in allowed_actions(case)
    with pytest.raises(Refused, match="not a complaint"):
        agree_remedy(case, Redress(Remedy.APOLOGY), TASK, COUNCIL, PRIYA, NOW)


def test_what_goes_on_in_another_case_is_remedied_there() -> None:
    case = replace(closed_before_this_existed(), merged_into="CC-2026-00041")
    assert Action.REMEDY not in allowed_actions(case)
    with pytest.raises(Refused, match="merged into another case: agree on it there"):
        agree_remedy(case, Redress(Remedy.APOLOGY), TASK, COUNCIL, PRIYA, NOW)


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("150", 15_000),
        ("£99.50", 9_950),
        (" £ 1,250.05 ", 125_005),
        ("0", 0),
        ("", None),
        ("  ", None),
    ],
)
def test_pounds_are_read_as_people_write_them(written: str, amount: int | None) -> None:
    assert pence(written) == amount


@pytest.mark.parametrize("written", ["ten", "1,25", "99.5", "-5", "1.000", "$5", "12,34,567"])
def test_an_amount_that_could_mean_two_things_is_refused(written: str) -> None:
    with pytest.raises(Refused, match="in pounds"):
        pence(written)


# What becomes of it


def test_what_is_done_late_keeps_both_dates() -> None:
    late = LATER + timedelta(days=5)
    at = utc(late.year, late.month, late.day)
    change = finish(closed_with(LEARNED), 1, Finished(late, "U1", " Done. "), COUNCIL, PRIYA, at)
    assert [e.event for e in change.entries] == [Event.AGREED_DONE]
    (agreed,) = change.case.agreed
    assert (agreed.task.due, agreed.finished) == (LATER, Finished(late, "U1", "Done."))
    assert Action.DONE not in allowed_actions(change.case)


def test_done_is_said_once_and_the_second_time_it_is_told_who_was_first() -> None:
    case = closed_with(LEARNED)
    case = agree_remedy(case, Redress(Remedy.APOLOGY), TASK, COUNCIL, PRIYA, NOW).case
    done = finish(case, 1, Finished(TODAY, "U1", "Done."), COUNCIL, PRIYA, NOW).case
    with pytest.raises(Refused, match="<@U1> said already that it was done on 27 November 2026"):
        finish(done, 1, Finished(TODAY, "U2", "Done."), COUNCIL, staff("U2"), NOW)


@pytest.mark.parametrize(
    ("on", "note", "said"),
    [
        (TODAY + timedelta(days=1), "Done.", "still to come"),
        (TODAY - timedelta(days=1), "Done.", "agreed only on 27 November"),
        (TODAY, " ", "what was done"),
    ],
)
def test_what_cannot_be_so_of_something_done_is_refused(on: date, note: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        finish(closed_with(LEARNED), 1, Finished(on, "U1", note), COUNCIL, PRIYA, NOW)


def test_who_agrees_to_do_it_themself_is_not_told_of_it() -> None:
    case = answered_as(Outcome.UPHELD)
    mine = agree_remedy(case, Redress(Remedy.APOLOGY), TASK, COUNCIL, PRIYA, NOW)
    theirs = replace(TASK, owner="U2")
    others = agree_remedy(case, Redress(Remedy.APOLOGY), theirs, COUNCIL, PRIYA, NOW)
    assert to_tell(mine) is None
    assert to_tell(others) == others.case.agreed[-1]
