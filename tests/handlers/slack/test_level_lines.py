"""What the card says of levels, of an MP's target and of the Ombudsman."""

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.slack import card_buttons, cards, history_lines
from handlers.slack.background import Background
from models.case import Action, Case, Level, State
from models.history import Entry, Event
from models.ombudsman import Area, Decision, Referral
from models.people import CUSTOMER, staff
from models.prediction import Flag
from tests.handlers.slack.test_rendering import assert_slack_takes, notified
from tests.support.cases import opened
from tests.support.council import example_council, utc

COUNCIL = example_council()
NOW = utc(2020, 6, 1)
TODAY = date(2020, 6, 30)
CASE = replace(opened(COUNCIL, NOW, "CC-2020-00001").case, level=Level.LEVEL_ONE)
REFERRAL = Referral("CC-2020-00001", date(2020, 6, 15), "20 001 234", Area.HOUSING, number=1)


def drawn(case: Case, *referrals: Referral) -> str:
    card = cards.card(case, COUNCIL, TODAY, Background(referrals=referrals))
    return card.text + json.dumps(card.blocks, ensure_ascii=False)


def test_an_open_referral_says_since_when_and_is_read_aloud() -> None:
    said = drawn(CASE, REFERRAL)
    since = "With the Ombudsman since Mon 15 June 2020"
    assert said.count(since) == 2
    assert f"*{since}*: Housing, their reference 20 001 234" in said


def test_a_decision_stands_in_words_and_is_not_said_to_be_with_them_any_more() -> None:
    decided = replace(REFERRAL, decision=Decision.REFERRED_BACK, decided_on=date(2020, 6, 20))
    said = drawn(CASE, decided)
    assert "*The Ombudsman decided: referred back for local resolution*, on Sat 20 June" in said
    assert "With the Ombudsman since" not in said


@given(st.lists(st.text(max_size=40), max_size=120))
def test_whatever_reference_was_typed_slack_takes_it_and_it_notifies_nobody(
    theirs: list[str],
) -> None:
    many = tuple(
        replace(REFERRAL, theirs=one + "<!here>", number=n) for n, one in enumerate(theirs)
    )
    card = cards.card(CASE, COUNCIL, TODAY, Background(referrals=many))
    assert_slack_takes(card)
    assert notified(card.text, list(card.blocks)) == ()


def asking(state: State, number: int = 2) -> Case:
    flags = (Flag.LEVEL_TWO_REQUEST,)
    return replace(CASE, state=state, flags=flags, stage=replace(CASE.stage, number=number))


@pytest.mark.parametrize("state", [State.OPEN, State.ANSWERED, State.CLOSED])
def test_where_a_review_is_asked_for_level_two_is_the_first_button_and_a_line_says_why(
    state: State,
) -> None:
    case = asking(state)
    assert card_buttons.on_card(case)[0] is Action.ESCALATE
    assert "*The customer asks for Level Two:*" in drawn(case)


def test_nothing_is_said_of_level_two_before_an_answer_or_once_it_has_begun() -> None:
    for case in (asking(State.OPEN, number=1), replace(asking(State.OPEN), level=Level.LEVEL_TWO)):
        assert Action.ESCALATE not in card_buttons.on_card(case)
        assert "asks for Level Two:*" not in drawn(case)


def test_a_review_says_so_in_its_state_and_its_end_names_the_ombudsman() -> None:
    case = replace(CASE, level=Level.LEVEL_TWO)
    assert "Under review at Level Two, not claimed yet" in drawn(case)
    ended = replace(case, state=State.ANSWERED, stage=replace(case.stage, answered_at=NOW))
    assert "the next step is the Ombudsman" in drawn(ended)


def test_an_mps_enquiry_says_its_target_and_no_level() -> None:
    case = opened(COUNCIL, NOW, "CC-2020-00001", "#missed_bin complaint !mp_enquiry").case
    said = drawn(case)
    assert "*MP enquiry, target:* Mon 15 June 2020" in said
    assert "no level yet" not in said


def test_who_opened_a_case_again_is_said() -> None:
    details = {"reason": "The log was wrong.", "respond_by": "2020-06-30"}
    by_staff = Entry("CC-1", 2, Event.REOPENED, NOW, staff("U1"), details)
    by_mail = Entry("CC-1", 2, Event.REOPENED, NOW, CUSTOMER, {"respond_by": "2020-06-30"})
    assert history_lines.line(by_staff, COUNCIL, "Priya").startswith(
        "Priya opened the case again: The log was wrong; answer due *Tue 30 June 2020*"
    )
    assert history_lines.line(by_mail, COUNCIL, "").startswith("The customer wrote again")
