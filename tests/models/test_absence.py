"""Who stands in for somebody who is away: somebody who is in, or explicitly nobody."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.absence import Absence, StandIn, stands_in, uncovered_from

MONDAY = date(2026, 6, 1)
DAY = timedelta(days=1)
PEOPLE = "abcde"


def away(user: str, cover: str | None, days: int = 3, first: date = MONDAY) -> Absence:
    return Absence(user, first, first + (days - 1) * DAY, cover)


people = st.sampled_from(PEOPLE)
absences = st.lists(
    st.builds(
        away,
        people,
        people | st.none(),
        st.integers(1, 5),
        st.integers(-3, 3).map(lambda days: MONDAY + days * DAY),
    ),
    max_size=8,
)


@given(absences, people, st.frozensets(people))
def test_whoever_is_away_the_answer_is_somebody_who_is_in_and_may_or_explicitly_nobody(
    known: list[Absence], user: str, may: frozenset[str]
) -> None:
    found = stands_in(known, user, MONDAY, may.__contains__)
    is_away = {one.user for one in known if one.is_on(MONDAY)}
    assert found.who not in is_away
    assert bool(found.away) is (user in is_away)
    if user not in is_away:
        assert found == StandIn(user)
    elif found.who is not None:
        assert found.who in may
        covers = [one.cover for one in found.away]
        assert covers == [*(one.user for one in found.away[1:]), found.who]
    assert len({one.user for one in found.away}) == len(found.away)
    assert not found.in_circle or found.who is None


def test_a_chain_is_followed_to_its_end() -> None:
    known = [away("a", "b"), away("b", "c"), away("c", "d")]
    assert stands_in(known, "a", MONDAY) == StandIn("d", tuple(known))
    assert stands_in(known, "a", MONDAY + 3 * DAY) == StandIn("a")


def test_a_circle_and_a_chain_without_an_end_are_nobody_and_told_apart() -> None:
    circle = [away("a", "b"), away("b", "a")]
    assert stands_in(circle, "a", MONDAY) == StandIn(None, tuple(circle), in_circle=True)
    assert stands_in([away("a", "b"), away("b", None)], "a", MONDAY).who is None
    assert not stands_in([away("a", None)], "a", MONDAY).in_circle


def test_a_cover_who_may_not_stands_in_for_nobody() -> None:
    assert stands_in([away("a", "b")], "a", MONDAY, lambda _: False).who is None


@pytest.mark.parametrize(("day", "who"), [(-1, "a"), (0, "b"), (2, "b"), (3, "a")])
def test_the_first_and_the_last_day_belong_to_an_absence(day: int, who: str) -> None:
    assert stands_in([away("a", "b")], "a", MONDAY + day * DAY).who == who


def test_a_gap_is_found_on_the_first_day_on_which_nobody_would_cover() -> None:
    known = [away("b", None, 1, MONDAY + 2 * DAY)]
    assert uncovered_from(known, away("a", "b", 2), MONDAY) is None
    gap = uncovered_from(known, away("a", "b", 3), MONDAY)
    assert gap is not None
    assert [one.user for one in gap.away] == ["a", "b"]
    assert uncovered_from(known, away("a", "b", 3), MONDAY + 3 * DAY) is None
