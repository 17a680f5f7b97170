from dataclasses import replace
from datetime import date

import pytest

from models.actions import (
    Report,
    acknowledged,
    add_reply,
    answered,
    approve_answer,
    check_acknowledge,
    claim,
    close,
    letter_bounced,
    letter_failed,
    open_case,
    reclassify,
    reopen,
)
from models.allowed import RULES, allowed_actions
from models.case import (
    Action,
    Case,
    Classification,
    Level,
    Outcome,
    State,
    check_fresh,
    open_deadlines,
)
from models.changing import check
from models.council import CouncilType, default_catalogue
from models.deadlines import DeadlineKind
from models.errors import Refused, Stale
from models.extending import check_extend
from models.forwarding import name_customer
from models.history import Event
from models.lessons import check_done, check_lesson, check_remedy
from models.letter import LetterKind
from models.message import Sender, Source
from models.people import staff
from models.policy import PRESETS
from models.posting import check_post
from models.prediction import Category, Flag
from models.splitting import check_split
from tests.support.council import example_council, utc
from tests.support.triage import ToldTriage

COUNCIL = example_council()
NOW = utc(2020, 6, 1)
PRIYA, SAM = staff("U1"), staff("U2")


def opened(told: str = "#missed_bin complaint", **changes: object) -> Case:
    prediction = ToldTriage(default_catalogue(CouncilType.DISTRICT)).predict("", told)
    report = Report(
        "CC-2020-00001", "Bins", Sender("Jo", "jo@post.example"), Source.EMAIL, NOW, prediction
    )
    return replace(open_case(report, COUNCIL, NOW).case, **changes)


def in_state(state: State) -> Case:
    return opened(state=state, level=Level.LEVEL_ONE)


def test_a_new_complaint_is_undetermined_and_dated_by_the_policy() -> None:
    case = opened()
    assert (case.state, case.level) == (State.OPEN, Level.UNDETERMINED)
    assert (case.stage.acknowledge_by, case.stage.respond_by) == (
        date(2020, 6, 4),
        date(2020, 6, 22),
    )


def test_a_case_that_the_model_is_unsure_of_waits_in_triage() -> None:
    assert opened("#missed_bin complaint unsure").state is State.TRIAGE


@pytest.mark.parametrize(
    ("told", "respond_by"),
    [
        ("#parks_play compliment unsure", date(2020, 6, 22)),
        ("#missed_bin complaint unsure", date(2020, 6, 22)),
        ("#council_tax enquiry unsure", date(2020, 6, 15)),
        ("#pothole_road enquiry unsure", date(2020, 6, 4)),
    ],
)
def test_what_nobody_has_decided_has_the_clock_that_would_be_missed_first(
    told: str, respond_by: date
) -> None:
    assert opened(told).stage.respond_by == respond_by


def test_a_claim_names_the_holder_in_case_and_history() -> None:
    change = claim(opened(), PRIYA, NOW)
    assert (change.case.holder, change.case.version) == ("U1", 2)
    assert [(e.event, e.actor) for e in change.entries] == [(Event.CLAIMED, PRIYA)]


def test_a_second_claim_is_refused_and_says_who_was_first() -> None:
    held = claim(opened(), PRIYA, NOW).case
    with pytest.raises(Refused, match="<@U1> already holds CC-2020-00001"):
        claim(held, SAM, NOW)


@pytest.mark.parametrize(
    ("action", "state"),
    [(a, s) for a in Action for s in State if s not in RULES[a].states],
)
def test_an_action_that_does_not_fit_the_state_is_refused_with_a_sentence(
    action: Action, state: State
) -> None:
    case = in_state(state)
    to = Classification(Category.COMPLAINT, "housing", None, Level.LEVEL_ONE)
    act = {
        Action.CLAIM: lambda: claim(case, PRIYA, NOW),
        Action.CHANGE: lambda: reclassify(case, to, COUNCIL, PRIYA, NOW),
        Action.ACKNOWLEDGE: lambda: check_acknowledge(case),
        Action.RESPOND: lambda: approve_answer(case, Outcome.UPHELD, Level.LEVEL_ONE, PRIYA, NOW),
        Action.EXTEND: lambda: check_extend(case, COUNCIL, NOW),
        Action.POST: lambda: check_post(case),
        Action.CLOSE: lambda: close(case, "", None, PRIYA, NOW),
        Action.LESSON: lambda: check_lesson(case),
        Action.REMEDY: lambda: check_remedy(case),
        Action.DONE: lambda: check_done(case),
        Action.SPLIT: lambda: check_split(case),
        Action.NAME: lambda: name_customer(case, COUNCIL, PRIYA, NOW, from_original=True),
    }.get(action, lambda: check(case, action))
    with pytest.raises(Refused, match="CC-2020-00001"):
        act()
    assert action not in allowed_actions(case)


def test_reclassifying_ends_triage_moves_the_dates_and_keeps_what_they_were() -> None:
    case = opened("#missed_bin complaint unsure")
    to = Classification(Category.GENERAL_ENQUIRY, "housing", None, None)
    change = reclassify(case, to, COUNCIL, PRIYA, NOW)
    assert (change.case.state, change.case.service, change.case.level) == (
        State.OPEN,
        "housing",
        None,
    )
    assert change.case.stage.respond_by == date(2020, 6, 15)
    details = change.entries[0].details
    assert (details["respond_by_was"], details["respond_by"]) == ("2020-06-22", "2020-06-15")
    assert (details["service_was"], details["service"]) == ("waste_recycling", "housing")


@pytest.mark.parametrize(
    "to",
    [
        Classification(Category.NON_COUNCIL, None, None, None),
        Classification(Category.NON_COUNCIL, "housing", "police", None),
        Classification(Category.COMPLAINT, None, None, Level.LEVEL_ONE),
        Classification(Category.COMPLAINT, "no_such", None, Level.LEVEL_ONE),
    ],
)
def test_a_matter_is_a_services_or_a_bodys_never_both_or_neither(to: Classification) -> None:
    with pytest.raises(Refused):
        reclassify(opened(), to, COUNCIL, PRIYA, NOW)


def test_a_complaint_is_not_answered_before_level_and_outcome_are_decided() -> None:
    with pytest.raises(Refused, match="level"):
        approve_answer(opened(), Outcome.UPHELD, Level.UNDETERMINED, PRIYA, NOW)
    with pytest.raises(Refused, match="outcome"):
        approve_answer(opened(), None, Level.LEVEL_ONE, PRIYA, NOW)


def test_an_answer_on_its_way_is_not_approved_a_second_time() -> None:
    case = approve_answer(opened(), Outcome.UPHELD, Level.LEVEL_ONE, PRIYA, NOW).case
    assert Action.RESPOND not in allowed_actions(case)
    with pytest.raises(Refused, match="on its way"):
        approve_answer(case, Outcome.UPHELD, Level.LEVEL_ONE, PRIYA, NOW)


def test_an_answer_that_failed_can_be_approved_again() -> None:
    case = approve_answer(opened(), Outcome.UPHELD, Level.LEVEL_ONE, PRIYA, NOW).case
    failed = letter_failed(case, "response", "no such mailbox", NOW, unknown=False).case
    assert approve_answer(failed, Outcome.UPHELD, Level.LEVEL_ONE, PRIYA, NOW)


def test_an_undetermined_complaint_cannot_be_closed() -> None:
    with pytest.raises(Refused, match="without a level"):
        close(opened(), "rang them", Outcome.RESOLVED, PRIYA, NOW)


def test_a_case_without_a_written_answer_is_closed_only_with_a_reason() -> None:
    case = in_state(State.OPEN)
    with pytest.raises(Refused, match="say why"):
        close(case, "  ", Outcome.RESOLVED, PRIYA, NOW)
    closed = close(case, "rang them", Outcome.RESOLVED, PRIYA, NOW).case
    assert (closed.state, closed.stage.outcome) == (State.CLOSED, Outcome.RESOLVED)


def test_an_answered_case_is_opened_again_with_a_clock_that_starts_anew() -> None:
    approved = approve_answer(opened(), Outcome.UPHELD, Level.LEVEL_ONE, PRIYA, NOW).case
    later = utc(2020, 7, 1)
    change = reopen(answered(approved, NOW).case, COUNCIL, later, later)
    assert [e.event for e in change.entries] == [Event.REOPENED]
    assert change.case.state is State.OPEN
    assert (change.case.stage.number, change.case.stage.respond_by) == (2, date(2020, 7, 22))


def test_a_case_opened_again_is_never_due_before_the_reply_came() -> None:
    council = replace(COUNCIL, policy=PRESETS["lgsco-2024"])
    case = acknowledged(opened(), council, PRIYA, utc(2020, 6, 2)).case
    later = utc(2020, 9, 1)
    assert reopen(case, council, later, later).case.stage.respond_by == date(2020, 9, 15)


def test_a_reply_to_an_open_case_leaves_its_dates_alone() -> None:
    case = opened()
    change = add_reply(case, 7, COUNCIL, known_sender=True, now=NOW)
    assert (change.case.state, change.case.stage) == (case.state, case.stage)


def test_flags_that_a_reply_raises_are_raised_on_the_case() -> None:
    case = opened("#missed_bin complaint !hazard")
    flags = (Flag.HAZARD, Flag.SAFEGUARDING)
    change = add_reply(case, 7, COUNCIL, flags=flags, known_sender=True, now=NOW)
    assert change.case.flags == (Flag.HAZARD, Flag.SAFEGUARDING)
    assert change.entries[0].details["flags"] == "safeguarding"


@pytest.mark.parametrize("kind", LetterKind)
def test_a_letter_that_came_back_counts_as_not_sent_and_can_be_sent_again(
    kind: LetterKind,
) -> None:
    case = acknowledged(opened(), COUNCIL, PRIYA, NOW).case
    case = approve_answer(case, Outcome.UPHELD, Level.LEVEL_ONE, PRIYA, NOW).case
    back = letter_bounced(answered(case, NOW).case, kind, 7, "no such mailbox", COUNCIL, NOW).case
    if kind is LetterKind.ACKNOWLEDGEMENT:
        assert back.stage.acknowledged_at is None
    elif kind is LetterKind.HOLDING_REPLY:
        assert back.state is State.ANSWERED
    else:
        assert (back.state, back.stage.answered_at) == (State.OPEN, None)
        assert Action.RESPOND in allowed_actions(back)


def test_level_two_is_not_chosen_in_an_answer_at_level_one() -> None:
    with pytest.raises(Refused, match="independent review"):
        approve_answer(opened(), Outcome.UPHELD, Level.LEVEL_TWO, PRIYA, NOW)


def test_who_gave_no_address_has_no_acknowledgement_to_wait_for() -> None:
    case = opened(customer=Sender("", None))
    assert set(open_deadlines(case)) == {DeadlineKind.RESPOND}


def test_the_code_re_dates_the_answer_when_the_acknowledgement_has_gone() -> None:
    council = replace(COUNCIL, policy=PRESETS["lgsco-2024"])
    change = acknowledged(opened(), council, PRIYA, utc(2020, 6, 2))
    assert change.case.stage.respond_by == date(2020, 6, 16)


def test_a_change_on_a_stale_view_is_told_apart_from_a_refusal() -> None:
    with pytest.raises(Stale, match="look again"):
        check_fresh(claim(opened(), PRIYA, NOW).case, 1)
