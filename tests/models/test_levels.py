"""Open again, and Level Two: when, with which dates, and what the refusals say (requirement 14)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from models.actions import acknowledged, add_reply, approve_answer, close, reclassify
from models.actions import answered as left
from models.actions import reopen as reopen_for_the_customer
from models.allowed import allowed_actions, role_for
from models.case import Action, Case, Change, Classification, Level, Outcome, State
from models.errors import Refused
from models.history import Entry, Event
from models.letter import LetterKind
from models.levels import ReviewRequest, check_reopen, escalate, reopen
from models.people import CAREBOT, Role, staff
from models.policy import PRESETS
from models.posting import to_post
from models.prediction import Category, Flag
from tests.support.cases import opened
from tests.support.council import example_council, utc

COUNCIL = example_council()
MONDAY = utc(2020, 6, 1)
ANSWERED = utc(2020, 6, 22)
PRIYA, SAM = staff("U1"), staff("U2")
UNHAPPY = ReviewRequest("It was missed again.", date(2020, 6, 24))


class Story:
    """A case and its history, as the store would keep them."""

    def __init__(self, told: str = "#missed_bin complaint") -> None:
        self.history: list[Entry] = []
        self.case: Case
        self.add(opened(COUNCIL, MONDAY, "CC-2020-00001", told))

    def add(self, change: Change) -> "Story":
        self.case = change.case
        self.history += change.entries
        return self

    def answer(self, outcome: Outcome = Outcome.NOT_UPHELD) -> "Story":
        self.add(approve_answer(self.case, outcome, Level.LEVEL_ONE, PRIYA, ANSWERED))
        return self.add(left(self.case, ANSWERED))

    def escalate(self, asked: ReviewRequest = UNHAPPY, at=ANSWERED + timedelta(days=3)) -> "Story":
        return self.add(escalate(self.case, asked, self.history, COUNCIL, SAM, at))


def test_level_two_is_a_stage_of_its_own_from_the_day_that_the_review_was_asked_for() -> None:
    story = Story().answer()
    story.case = replace(story.case, holder="U1")
    story.escalate()
    case, stage = story.case, story.case.stage
    assert (case.state, case.level, case.holder) == (State.OPEN, Level.LEVEL_TWO, None)
    assert (stage.number, stage.started_on) == (2, date(2020, 6, 24))
    assert (stage.acknowledge_by, stage.respond_by) == (date(2020, 6, 29), date(2020, 7, 15))
    assert stage.acknowledged_at is None
    assert stage.outcome is None
    assert Action.ACKNOWLEDGE in allowed_actions(case)
    entry = story.history[-1]
    assert (entry.event, entry.actor) == (Event.ESCALATED, SAM)
    assert entry.details["asked_on"] == "2020-06-24"
    assert entry.details["reason"] == "It was missed again."


def test_by_the_code_a_review_is_due_twenty_working_days_after_its_own_acknowledgement() -> None:
    story = Story().answer().escalate()
    council = replace(COUNCIL, policy=PRESETS["lgsco-2024"])
    case = replace(story.case, stage=replace(story.case.stage, acknowledged_at=None))
    after = acknowledged(case, council, CAREBOT, utc(2020, 6, 25)).case
    assert after.stage.respond_by == date(2020, 7, 23)


def test_a_review_is_asked_for_again_of_a_case_that_the_customers_mail_opened_again() -> None:
    story = Story().answer()
    story.add(reopen_for_the_customer(story.case, COUNCIL, ANSWERED, ANSWERED))
    assert story.case.state is State.OPEN
    assert Action.ESCALATE in allowed_actions(story.case)
    assert story.escalate().case.stage.number == 3


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (replace(UNHAPPY, asked_on=date(2020, 6, 21)), "answered on Mon 22 June 2020: nobody"),
        (replace(UNHAPPY, asked_on=date(2020, 6, 26)), "future"),
        (replace(UNHAPPY, reason="  "), "Say why"),
    ],
)
def test_a_request_that_cannot_be_is_refused(asked: ReviewRequest, says: str) -> None:
    with pytest.raises(Refused, match=says):
        Story().answer().escalate(asked)


def test_a_request_on_the_very_day_of_the_answer_is_taken() -> None:
    story = Story().answer().escalate(replace(UNHAPPY, asked_on=date(2020, 6, 22)))
    assert story.case.stage.started_on == date(2020, 6, 22)


def refused(case: Case, history: list[Entry], says: str) -> None:
    assert Action.ESCALATE not in allowed_actions(case)
    with pytest.raises(Refused, match=says):
        escalate(case, UNHAPPY, history, COUNCIL, SAM, ANSWERED + timedelta(days=3))


def test_there_is_no_review_of_what_was_not_answered_at_level_one() -> None:
    fresh = Story()
    refused(replace(fresh.case, level=Level.LEVEL_ONE), fresh.history, "no answer at Level One yet")
    refused(fresh.case, fresh.history, "not dealt with at Level One")
    enquiry = Story().answer()
    refused(replace(enquiry.case, level=Level.GENERAL_ENQUIRY), enquiry.history, "Level One")
    refused(
        replace(enquiry.case, category=Category.COMPLIMENT), enquiry.history, "Only a complaint"
    )
    refused(replace(enquiry.case, merged_into="CC-2020-00002"), enquiry.history, "was merged")
    twice = Story().answer().escalate()
    refused(twice.case, twice.history, "at Level Two already")


def test_a_review_does_not_begin_while_a_letter_is_on_its_way() -> None:
    story = Story().answer()
    story.add(reopen_for_the_customer(story.case, COUNCIL, ANSWERED, ANSWERED))
    change = approve_answer(story.case, Outcome.UPHELD, Level.LEVEL_ONE, PRIYA, ANSWERED)
    refused(change.case, story.history, "letter of CC-2020-00001 is on its way")
    paper = to_post(change, LetterKind.RESPONSE, PRIYA, ANSWERED)
    refused(paper.case, story.history, "letter of CC-2020-00001 is on its way")


def test_what_was_answered_is_opened_again_by_staff_with_a_clock_that_starts_anew() -> None:
    story = Story().answer()
    at = utc(2020, 7, 6)
    change = reopen(story.case, " The crew was wrong. ", story.history, COUNCIL, SAM, at)
    assert (change.case.state, change.case.stage.number) == (State.OPEN, 2)
    assert change.case.stage.respond_by == date(2020, 7, 27)
    entry = change.entries[0]
    assert (entry.event, entry.actor, entry.details["reason"]) == (
        Event.REOPENED,
        SAM,
        "The crew was wrong.",
    )
    assert (entry.version, change.case.version) == (story.case.version + 1,) * 2


def closed_unanswered() -> Story:
    story = Story()
    to = Classification(Category.COMPLAINT, "waste_recycling", None, Level.LEVEL_ONE)
    story.add(reclassify(story.case, to, COUNCIL, PRIYA, MONDAY))
    return story.add(close(story.case, "By mistake.", Outcome.RESOLVED, PRIYA, MONDAY))


def test_closing_and_opening_again_wins_no_time_where_nothing_was_answered() -> None:
    story = closed_unanswered()
    due = story.case.stage.respond_by
    change = reopen(story.case, "A slip.", story.history, COUNCIL, SAM, utc(2020, 6, 10))
    assert (change.case.stage.number, change.case.stage.respond_by) == (1, due)
    assert change.case.stage.outcome is None
    assert Action.ESCALATE not in allowed_actions(change.case)


def test_opening_again_needs_a_reason() -> None:
    story = Story().answer()
    with pytest.raises(Refused, match="Say why"):
        reopen(story.case, " ", story.history, COUNCIL, SAM, ANSWERED)


def test_what_goes_on_elsewhere_or_ended_with_the_last_stage_is_not_opened_again() -> None:
    story = Story().answer()
    merged = replace(story.case, merged_into="CC-2020-00009")
    with pytest.raises(Refused, match=r"merged into another case, which goes on for both\.$"):
        check_reopen(merged, story.history)
    story.escalate()
    story.add(approve_answer(story.case, Outcome.UPHELD, Level.LEVEL_TWO, SAM, utc(2020, 7, 1)))
    story.add(left(story.case, utc(2020, 7, 1)))
    for case in (story.case, replace(story.case, state=State.CLOSED)):
        assert Action.REOPEN not in allowed_actions(case)
        with pytest.raises(Refused, match="ask the Ombudsman"):
            check_reopen(case, story.history)


def test_a_review_that_was_closed_by_mistake_goes_on_where_it_was() -> None:
    story = Story().answer().escalate()
    story.add(close(story.case, "A slip.", Outcome.WITHDRAWN, SAM, utc(2020, 7, 1)))
    change = reopen(story.case, "A slip.", story.history, COUNCIL, SAM, utc(2020, 7, 2))
    assert change.case.level is Level.LEVEL_TWO
    assert change.case.stage.respond_by == date(2020, 7, 15)


def test_a_message_that_was_put_aside_unread_is_not_opened_again_from_slack() -> None:
    story = closed_unanswered()
    aside = replace(story.history[-1], event=Event.PUT_ASIDE)
    with pytest.raises(Refused, match="carebot quarantine"):
        check_reopen(story.case, [*story.history, aside])


def test_level_two_is_no_choice_of_change_and_its_answer_is_the_reviews() -> None:
    story = Story()
    to = Classification(Category.COMPLAINT, "waste_recycling", None, Level.LEVEL_TWO)
    with pytest.raises(Refused, match="asks for a review"):
        reclassify(story.case, to, COUNCIL, PRIYA, MONDAY)
    story.answer().escalate()
    with pytest.raises(Refused, match="that of the review"):
        approve_answer(story.case, Outcome.UPHELD, Level.LEVEL_ONE, SAM, ANSWERED)
    moved = reclassify(story.case, replace(to, service="housing"), COUNCIL, SAM, ANSWERED).case
    assert moved.level is Level.LEVEL_TWO


def test_a_review_is_a_senior_officers_until_it_is_closed() -> None:
    story = Story().answer()
    assert role_for(Action.CLOSE, story.case) is Role.OFFICER
    case = story.escalate().case
    for action in (Action.CLAIM, Action.EXTEND, Action.RESPOND, Action.CLOSE):
        assert role_for(action, case) is Role.SENIOR
    assert role_for(Action.ACKNOWLEDGE, case) is Role.OFFICER
    assert role_for(Action.CLOSE, replace(case, state=State.ANSWERED)) is Role.SENIOR
    assert role_for(Action.CLOSE, replace(case, state=State.CLOSED)) is Role.OFFICER


def test_an_mps_enquiry_needs_no_level_and_is_not_reviewed_at_level_two() -> None:
    case = Story("#missed_bin complaint !mp_enquiry").case
    assert (case.level, case.needs_level) == (None, False)
    change = approve_answer(case, None, None, PRIYA, MONDAY)
    ended = left(change.case, MONDAY).case
    assert ended.level is None
    assert Action.ESCALATE not in allowed_actions(ended)
    assert close(case, "Answered by phone.", None, PRIYA, MONDAY).case.state is State.CLOSED


def test_a_complaint_that_an_mp_takes_up_keeps_its_level_and_one_undecided_needs_none() -> None:
    story = Story().answer()
    flagged = add_reply(
        story.case, 2, COUNCIL, flags=(Flag.MP_ENQUIRY,), known_sender=True, now=ANSWERED
    ).case
    assert flagged.level is Level.LEVEL_ONE
    assert Action.ESCALATE in allowed_actions(flagged)
    undecided = replace(flagged, state=State.OPEN, level=Level.UNDETERMINED)
    assert close(undecided, "By phone.", None, PRIYA, ANSWERED).case.state is State.CLOSED


def test_an_mps_enquiry_that_is_none_gets_a_level_to_be_decided() -> None:
    case = Story("#missed_bin complaint !mp_enquiry").case
    to = Classification(Category.COMPLAINT, "waste_recycling", None, Level.UNDETERMINED, flags=())
    assert reclassify(case, to, COUNCIL, PRIYA, MONDAY).case.level is Level.UNDETERMINED
