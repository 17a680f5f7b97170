"""What a case's history says that staff decided."""

from dataclasses import replace
from datetime import timedelta

import pytest

from models.actions import add_reply, approve_answer, close, reclassify
from models.case import Case, Change, Classification, Level, Outcome
from models.decisions import Decision, decision_of
from models.history import Entry
from models.joining import merge
from models.people import CAREBOT, CUSTOMER, Actor, operator, staff
from models.prediction import Category, Flag
from models.splitting import was_split
from tests.support.cases import opened
from tests.support.council import example_council, utc
from tests.support.decided import decided

COUNCIL = example_council()
NOW = utc(2026, 11, 2)
PRIYA, SAM = staff("U1"), staff("U2")
ENQUIRY = Classification(Category.GENERAL_ENQUIRY, "waste_recycling", None, None)
PARKING = Classification(Category.COMPLAINT, "parking", None, Level.LEVEL_ONE)
ROADS = Classification(Category.NON_COUNCIL, None, "county_highways", None)
AS_SAID = Classification(Category.COMPLAINT, "waste_recycling", None, Level.LEVEL_ONE)


class Story:
    """A case and all that happens to it, an hour apart."""

    def __init__(self, told: str = "#missed_bin complaint") -> None:
        self.now = NOW
        first = opened(COUNCIL, NOW, "CC-2026-00001", told)
        self.case: Case = first.case
        self.history: list[Entry] = list(first.entries)

    def then(self, change: Change) -> "Story":
        self.case = change.case
        self.history += change.entries
        self.now += timedelta(hours=1)
        return self

    def changed(self, to: Classification, by: Actor = PRIYA) -> "Story":
        return self.then(reclassify(self.case, to, COUNCIL, by, self.now))

    def answered(self, by: Actor = SAM) -> "Story":
        level = Level.LEVEL_ONE if self.case.category is Category.COMPLAINT else None
        return self.then(approve_answer(self.case, Outcome.UPHELD, level, by, self.now))

    def closed(self, by: Actor = SAM) -> "Story":
        return self.then(close(self.case, "done", None, by, self.now))

    def replied(self) -> "Story":
        return self.then(add_reply(self.case, 2, COUNCIL, known_sender=True, now=self.now))

    def joined(self) -> "Story":
        other = opened(COUNCIL, NOW, "CC-2026-00003").case
        return self.then(merge(other, self.case, "", COUNCIL, PRIYA, self.now)[1])

    def split(self) -> "Story":
        return self.then(was_split(self.case, "CC-2026-00002", PRIYA, self.now))

    @property
    def decision(self) -> Decision | None:
        return decision_of(self.history)


def what(decision: Decision | None) -> tuple[Category, str, str] | None:
    return decision and (decision.category, decision.owner, decision.by.id)


def test_a_correction_is_kept_with_who_and_when() -> None:
    decision = Story().changed(ROADS).decision
    assert decision == Decision(Category.NON_COUNCIL, None, "county_highways", PRIYA, NOW)


def test_the_last_correction_holds_and_what_follows_it_confirms_nothing_else() -> None:
    story = Story().changed(ROADS).changed(PARKING, SAM).answered(PRIYA)
    assert what(story.decision) == (Category.COMPLAINT, "parking", "U2")


def test_what_was_answered_or_closed_without_a_correction_was_agreed_to() -> None:
    as_said = (Category.COMPLAINT, "waste_recycling", "U2")
    assert what(Story().answered().decision) == as_said
    enquiry = Story("#missed_bin enquiry").closed()
    assert what(enquiry.decision) == (Category.GENERAL_ENQUIRY, "waste_recycling", "U2")


def test_a_level_alone_or_a_case_taken_out_of_triage_as_it_was_is_an_agreement() -> None:
    as_said = (Category.COMPLAINT, "waste_recycling", "U1")
    assert what(Story().changed(AS_SAID).decision) == as_said
    assert what(Story("#missed_bin complaint unsure").changed(AS_SAID).decision) == as_said


def test_an_open_case_that_nobody_touched_was_not_decided() -> None:
    assert Story().decision is None
    assert Story().replied().decision is None


def test_what_was_changed_after_the_customer_wrote_again_says_nothing_of_the_first_message() -> (
    None
):
    assert Story().replied().changed(PARKING).answered().decision is None
    before = Story().changed(ENQUIRY).replied().changed(PARKING).answered()
    assert what(before.decision) == (Category.GENERAL_ENQUIRY, "waste_recycling", "U1")
    assert what(Story().replied().answered().decision) == (
        Category.COMPLAINT,
        "waste_recycling",
        "U2",
    )


def test_what_was_changed_after_a_split_says_nothing_of_the_whole_message() -> None:
    assert Story().split().changed(PARKING).answered().decision is None
    before = Story().changed(ENQUIRY).split().changed(PARKING).answered()
    assert what(before.decision) == (Category.GENERAL_ENQUIRY, "waste_recycling", "U1")


def test_a_complaint_only_for_what_happened_before_is_agreed_to() -> None:
    to = (Category.COMPLAINT, "waste_recycling")
    again = replace(decided(1, "bin", to, said="#missed_bin enquiry"), failed_again=True)
    assert (again.agreed, again.corrected, again.is_complaint_by_history) == (True, False, True)
    assert replace(again, failed_again=False).corrected
    elsewhere = decided(1, "bin", (Category.COMPLAINT, "parking"), said="#missed_bin enquiry")
    assert replace(elsewhere, failed_again=True).corrected


@pytest.mark.parametrize("nobody", [CUSTOMER, CAREBOT, operator("root")])
def test_nobody_but_staff_decides(nobody: Actor) -> None:
    assert Story().changed(ROADS, nobody).decision is None
    story = Story().changed(ROADS, nobody).changed(PARKING).decision
    assert what(story) == (Category.COMPLAINT, "parking", "U1")


def test_what_is_changed_after_another_case_was_merged_in_says_nothing_of_the_first_words() -> None:
    assert Story().joined().changed(PARKING).decision is None


def test_a_correction_of_the_flags_alone_decides_nothing_and_the_answer_still_does() -> None:
    story = Story()
    case = story.case
    flagged = Classification(
        case.category, case.service, case.authority, case.level, (Flag.SAFEGUARDING,)
    )
    story.changed(flagged)
    assert story.decision is None
    said = story.changed(replace(AS_SAID, flags=())).decision
    assert said is not None
    assert said.category is Category.COMPLAINT


def test_flags_beside_another_category_are_a_decision_on_that() -> None:
    decision = Story().changed(replace(PARKING, flags=(Flag.HAZARD,))).decision
    assert decision is not None
    assert decision.service == "parking"
