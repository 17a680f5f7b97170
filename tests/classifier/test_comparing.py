"""When a challenger is worse, and when it is only noise."""

from dataclasses import replace
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.comparing import LUCK, Pairs, chance, compare
from classifier.labelled import Labelled
from models.prediction import Category, Flag, Prediction
from tests.support.decided import DISTRICT
from tests.support.triage import ToldTriage

RIGHT = ToldTriage(DISTRICT).predict("", "#missed_bin complaint !hazard")
WRONG = replace(RIGHT, category=Category.GENERAL_ENQUIRY, flags=())
ELSEWHERE = replace(RIGHT, service="parking")
LINE = Labelled(
    "1", "", "x", Category.COMPLAINT, "waste_recycling", None, flags=frozenset({Flag.HAZARD})
)


def compared(
    champion: list[Prediction], challenger: list[Prediction], *, flags: bool = True
) -> dict[str, Pairs]:
    lines = [LINE] * len(champion)
    return {one.what: one for one in compare("frozen", lines, champion, challenger, flags=flags)}


def test_five_lost_and_none_won_is_worse_and_four_is_noise() -> None:
    for lost, worse in ((5, True), (4, False)):
        found = compared([RIGHT] * 20, [WRONG] * lost + [RIGHT] * (20 - lost))
        assert found["complaint"].worse is worse
        assert (found["complaint"].lost, found["complaint"].won) == (lost, 0)
        assert found["hazard raised"].worse is worse


def test_as_much_won_as_lost_is_not_worse() -> None:
    half = [RIGHT] * 20 + [WRONG] * 20
    found = compared(half, half[::-1])
    assert (found["complaint"].lost, found["complaint"].won) == (20, 20)
    assert not found["complaint"].worse


def test_the_right_category_for_the_wrong_owner_is_wrong() -> None:
    assert compared([RIGHT], [ELSEWHERE])["complaint"].lost == 1


def test_a_mistake_that_a_person_is_shown_is_safe_and_one_that_nobody_sees_is_not() -> None:
    unsure = replace(WRONG, needs_person=True)
    what = "right or shown to a person"
    assert not compared([RIGHT] * 9, [unsure] * 9)[what].worse
    assert compared([unsure] * 9, [WRONG] * 9)[what].worse


def test_flags_are_compared_where_they_are_labelled_and_only_if_asked() -> None:
    found = compared([RIGHT], [RIGHT])
    assert (found["hazard raised"].n, found["ombudsman raised"].n) == (1, 0)
    assert (found["hazard not raised"].n, found["ombudsman not raised"].n) == (0, 1)
    assert not [name for name in compared([RIGHT], [RIGHT], flags=False) if "raised" in name]


def test_a_model_that_leaves_every_message_to_a_person_is_worse() -> None:
    shown = replace(RIGHT, needs_person=True)
    found = compared([RIGHT] * 20, [shown] * 20, flags=False)
    assert [one.what for one in found.values() if one.worse] == ["right without a person"]
    assert not any(one.worse for one in compared([shown] * 20, [RIGHT] * 20).values())


def test_a_model_that_raises_a_flag_on_everything_is_worse() -> None:
    alarmed = replace(RIGHT, flags=(*RIGHT.flags, Flag.SAFEGUARDING))
    found = compared([RIGHT] * 20, [alarmed] * 20)
    assert [one.what for one in found.values() if one.worse] == ["safeguarding not raised"]


def test_no_lines_at_all_are_no_ground_against_anybody() -> None:
    assert not any(one.worse for one in compared([], []).values())


@pytest.mark.parametrize(("lost", "won"), [(0, 0), (0, 9), (1, 1), (7, 2), (40, 20)])
def test_the_chance_is_the_tail_of_the_binomial_distribution(lost: int, won: int) -> None:
    n = lost + won
    tail = sum(comb(n, k) for k in range(lost, n + 1)) / 2**n
    assert chance(lost, won) == pytest.approx(tail)


@given(st.integers(0, 60), st.integers(0, 60))
def test_more_lost_is_never_likelier_by_luck_and_winning_more_is_never_worse(
    lost: int, won: int
) -> None:
    assert chance(lost + 1, won) <= chance(lost, won) + 1e-12
    assert won < lost or chance(lost, won) > LUCK
