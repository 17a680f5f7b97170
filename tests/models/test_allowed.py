"""Every condition of the one table of actions is asked where somebody acts, not only where it is offered."""

import string
from dataclasses import replace

import pytest

from models.actions import approve_acknowledgement, approve_answer, check_respond, claim, confirm
from models.allowed import RULES, allowed_actions
from models.case import Action, Case, Level, Outcome, State
from models.changing import check
from models.errors import Refused
from models.extending import check_extend
from models.forwarding import name_customer
from models.joining import check_take_apart
from models.people import staff
from models.posting import check_post
from models.praising import pass_on
from tests.support.cases import opened
from tests.support.council import example_council, utc

COUNCIL = example_council()
NOW = utc(2026, 11, 27)
PRIYA = staff("U1")


def a_case(told: str = "#missed_bin complaint", **changes: object) -> Case:
    return replace(opened(COUNCIL, NOW, "CC-2026-00001", told).case, **changes)


ANSWERING = approve_answer(a_case(), Outcome.UPHELD, Level.LEVEL_ONE, PRIYA, NOW).case
UNREAD = a_case(
    state=State.TRIAGE, prediction=replace(a_case().prediction, model="none")
)  # fmt: skip


@pytest.mark.parametrize(
    ("action", "condition"),
    [(action, condition) for action, rule in RULES.items() for condition in rule.conditions],
)
def test_the_sentence_of_a_condition_names_the_case_and_nothing_else(
    action: Action, condition: object
) -> None:
    refusal = str(getattr(condition, "refusal", ""))
    fields = [name for _, name, _, _ in string.Formatter().parse(refusal) if name is not None]
    assert fields in ([], ["case"])
    assert not refusal or (
        refusal.startswith(("{case}", "An ", "No ", "Nobody")) and refusal[-1] == "."
    )
    assert action in RULES


@pytest.mark.parametrize(
    ("action", "case", "said"),
    [
        (Action.CONFIRM, UNREAD, "CC-2026-00001 could not be read: say with Change"),
        (Action.MERGE, UNREAD, "CC-2026-00001 could not be read: link the two instead"),
        (Action.RESPOND, ANSWERING, "An answer to CC-2026-00001 is on its way already"),
        (Action.EXTEND, ANSWERING, "An answer to CC-2026-00001 is on its way already"),
        (Action.POST, a_case(), "No letter of CC-2026-00001 waits to be posted"),
        (Action.NAME, a_case(), "Nobody has forwarded CC-2026-00001"),
        (Action.PASS_ON, a_case(), "CC-2026-00001 is no compliment"),
        (
            Action.PASS_ON,
            pass_on(a_case("Thanks #missed_bin compliment"), (), PRIYA, NOW, formal=False).case,
            "CC-2026-00001 has been passed on already",
        ),
        (Action.UNMERGE, a_case(state=State.CLOSED), "CC-2026-00001 is not merged"),
    ],
)
def test_an_action_whose_condition_does_not_hold_is_refused_though_the_state_fits(
    action: Action, case: Case, said: str
) -> None:
    assert case.state in RULES[action].states
    assert action not in allowed_actions(case)
    with pytest.raises(Refused, match=said):
        check(case, action)


def test_the_acts_themselves_ask_it_too() -> None:
    for act, said in (
        (lambda: confirm(UNREAD, COUNCIL, PRIYA, NOW), "could not be read"),
        (lambda: check_respond(ANSWERING), "is on its way already"),
        (lambda: check_extend(ANSWERING, COUNCIL, NOW), "An answer to .* is on its way already"),
        (lambda: check_post(a_case()), "waits to be posted"),
        (
            lambda: name_customer(a_case(), COUNCIL, PRIYA, NOW, from_original=True),
            "Nobody has forwarded",
        ),
        (lambda: check_take_apart(a_case(state=State.CLOSED)), "is not merged"),
    ):
        with pytest.raises(Refused, match=said):
            act()


def test_a_use_case_that_knows_more_says_more() -> None:
    held = claim(a_case(), PRIYA, NOW).case
    check(held, Action.CLAIM)
    with pytest.raises(Refused, match="<@U1> already holds"):
        claim(held, staff("U2"), NOW)
    approved = approve_acknowledgement(a_case(), PRIYA, NOW).case
    check(approved, Action.ACKNOWLEDGE)
    with pytest.raises(Refused, match="The acknowledgement of .* is on its way already"):
        approve_acknowledgement(approved, PRIYA, NOW)
