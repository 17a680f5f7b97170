from dataclasses import replace
from datetime import date

from models.ombudsman import Area, Decision, Referral
from models.store_port import Store
from tests.support.cases import opened
from tests.support.council import example_council, utc

NOW = utc(2020, 4, 1)
ONE, TWO = "CC-2020-00001", "CC-2020-00002"


def keep(store: Store, reference: str, received_on: date, theirs: str) -> Referral:
    with store.work() as work:
        if work.cases.get(reference) is None:
            work.cases.add(opened(example_council(), NOW, reference))
        return work.ombudsman.add(Referral(reference, received_on, theirs, Area.HOUSING))


def decide(store: Store, referral: Referral, decision: Decision, on: date) -> Referral:
    after = replace(referral, decision=decision, decided_on=on)
    with store.work() as work:
        work.ombudsman.decide(after)
    return after


def test_a_case_has_as_many_referrals_as_there_were(store: Store) -> None:
    late = keep(store, ONE, date(2020, 6, 2), "20 b")
    early = keep(store, ONE, date(2020, 6, 1), "20 a")
    keep(store, TWO, date(2020, 6, 1), "20 c")
    with store.view() as work:
        assert work.ombudsman.of_case(ONE) == (early, late)
        assert work.ombudsman.of_case("CC-2020-00009") == ()
    assert early.number != late.number


def test_a_decision_is_of_its_own_referral_and_the_last_one_counts(store: Store) -> None:
    first, other = (keep(store, ONE, date(2020, 6, n), f"20 {n}") for n in (1, 2))
    decide(store, first, Decision.UPHELD, date(2020, 7, 1))
    after = decide(store, first, Decision.ADVICE_GIVEN, date(2020, 7, 2))
    with store.view() as work:
        assert work.ombudsman.of_case(ONE) == (after, other)


def test_what_was_received_and_decided_in_a_year_is_told_with_its_first_and_last_day(
    store: Store,
) -> None:
    days = (date(2020, 3, 31), date(2020, 4, 1), date(2021, 3, 31), date(2021, 4, 1))
    kept = [keep(store, ONE, day, f"20 {n}") for n, day in enumerate(days)]
    decided = [
        decide(store, one, Decision.REFERRED_BACK, day)
        for one, day in zip(
            kept[:3], (date(2020, 4, 1), date(2021, 3, 31), date(2021, 4, 1)), strict=True
        )
    ]
    year = date(2020, 4, 1), date(2021, 3, 31)
    with store.view() as work:
        received = work.ombudsman.received_between(*year)
        assert [one.received_on for one in received] == [days[1], days[2]]
        assert work.ombudsman.decided_between(*year) == (decided[0], decided[1])
