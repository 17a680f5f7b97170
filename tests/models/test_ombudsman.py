"""What is recorded of the Ombudsman, and what is refused with a sentence."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from models.allowed import RULES, allowed_actions
from models.case import Action, Case, State
from models.errors import Refused
from models.history import Event
from models.ombudsman import AREAS, DECISIONS, Area, Decision, Referral, decide, refer
from models.people import Role, staff
from models.prediction import Category
from tests.support.cases import opened
from tests.support.council import example_council, utc

COUNCIL = example_council()
NOW = utc(2020, 6, 1)
LATER = utc(2020, 7, 1)
LEAD = staff("U1")


def case(**changes: object) -> Case:
    return replace(opened(COUNCIL, NOW, "CC-2020-00001").case, **changes)


def referral(**changes: object) -> Referral:
    found = Referral("CC-2020-00001", date(2020, 6, 15), "20 001 234", Area.HOUSING, number=1)
    return replace(found, **changes)


def test_a_referral_is_recorded_with_the_ombudsmans_reference_and_area() -> None:
    change, kept = refer(case(), referral(theirs=" 20  001 234 "), [], COUNCIL, LEAD, LATER)
    assert kept.theirs == "20 001 234"
    assert kept.is_open
    entry = change.entries[0]
    assert (entry.event, entry.actor, change.case.state) == (Event.REFERRED, LEAD, State.OPEN)
    assert dict(entry.details) == {
        "received_on": "2020-06-15",
        "theirs": "20 001 234",
        "area": "housing",
    }


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"theirs": " "}, "own reference"),
        ({"theirs": "x" * 41}, "longer than 40"),
        ({"received_on": date(2020, 7, 2)}, "future"),
        ({"received_on": date(2020, 5, 31)}, "before CC-2020-00001 was received, Monday 1 June"),
    ],
)
def test_a_referral_that_cannot_be_is_refused(changes: dict[str, object], says: str) -> None:
    with pytest.raises(Refused, match=says):
        refer(case(), referral(**changes), [], COUNCIL, LEAD, LATER)


def test_the_same_reference_is_recorded_once_another_one_as_well() -> None:
    known = [referral(theirs="20 001 234a")]
    with pytest.raises(Refused, match="recorded already"):
        refer(case(), referral(theirs="20 001 234A"), known, COUNCIL, LEAD, LATER)
    refer(case(), referral(), known, COUNCIL, LEAD, LATER)


def test_a_decision_is_recorded_and_a_wrong_one_corrected() -> None:
    first, kept = decide(
        case(), referral(), Decision.UPHELD, date(2020, 6, 30), COUNCIL, LEAD, LATER
    )
    assert (kept.decision, kept.decided_on) == (Decision.UPHELD, date(2020, 6, 30))
    assert first.entries[0].event is Event.OMBUDSMAN_DECIDED
    assert "decision_was" not in first.entries[0].details
    second, kept = decide(
        case(), kept, Decision.NOT_UPHELD, date(2020, 6, 30), COUNCIL, LEAD, LATER
    )
    assert kept.decision is Decision.NOT_UPHELD
    assert second.entries[0].details["decision_was"] == "upheld"
    with pytest.raises(Refused, match="recorded already"):
        decide(case(), kept, Decision.NOT_UPHELD, date(2020, 6, 30), COUNCIL, LEAD, LATER)


@pytest.mark.parametrize("days", [-1, 17])
def test_a_decision_is_not_before_the_referral_nor_in_the_future(days: int) -> None:
    on = date(2020, 6, 15) + timedelta(days=days)
    with pytest.raises(Refused):
        decide(case(), referral(), Decision.UPHELD, on, COUNCIL, LEAD, LATER)


def test_it_is_a_leads_and_of_complaints_that_somebody_has_decided() -> None:
    assert RULES[Action.OMBUDSMAN].role is Role.LEAD
    assert Action.OMBUDSMAN in allowed_actions(case())
    assert Action.OMBUDSMAN in allowed_actions(case(state=State.CLOSED))
    for other in (
        case(state=State.TRIAGE),
        case(category=Category.GENERAL_ENQUIRY),
        case(merged_into="CC-2020-00002"),
    ):
        assert Action.OMBUDSMAN not in allowed_actions(other)
        with pytest.raises(Refused, match="CC-2020-00001"):
            refer(other, referral(), [], COUNCIL, LEAD, LATER)


def test_every_area_and_decision_has_the_ombudsmans_words() -> None:
    assert set(AREAS) == set(Area)
    assert set(DECISIONS) == set(Decision)
