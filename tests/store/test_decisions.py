"""Decided cases as the store gives them to learning."""

from dataclasses import replace
from datetime import datetime, timedelta

from models.actions import close, reclassify
from models.case import Case, Classification, Level
from models.contact import By, Contact, Earlier
from models.council import Council
from models.ledger import Arrival
from models.message import Forwarded, Sender
from models.people import staff
from models.prediction import Category, Doubt
from models.routing import undecided
from models.splitting import Part, split_off, was_split
from models.store_port import Store, Work
from tests.support.cases import message, opened
from tests.support.council import example_council, utc

COUNCIL: Council = example_council()
NOW = utc(2026, 11, 2)
DAY = timedelta(days=1)
PRIYA = staff("U1")
PARKING = Classification(Category.COMPLAINT, "parking", None, Level.LEVEL_ONE)


def keep(work: Work, number: int, at: datetime, told: str = "#missed_bin enquiry") -> Case:
    reference = f"CC-2026-{number:05}"
    change = opened(COUNCIL, at, reference, told)
    work.cases.add(change)
    work.messages.add(
        message(f"words {number}", at), Arrival.CASE, reference, change.case.prediction, at
    )
    return change.case


def test_corrected_and_confirmed_cases_come_in_the_order_of_their_decisions(store: Store) -> None:
    with store.work() as work:
        first, second, _open = (keep(work, n, NOW) for n in (1, 2, 3))
        work.messages.add(message("again", NOW), Arrival.REPLY, first.reference, None, NOW)
        work.cases.save(reclassify(first, PARKING, COUNCIL, PRIYA, NOW + 2 * DAY))
        work.cases.save(close(second, "done", None, PRIYA, NOW + DAY))
    with store.view() as work:
        agreed, corrected = work.decisions.decided()
    assert (agreed.reference, agreed.agreed, agreed.corrected) == (second.reference, True, False)
    assert (corrected.agreed, corrected.text) == (False, "words 1")
    assert corrected.prediction == first.prediction
    decision = corrected.decision
    assert (decision.category, decision.owner) == (Category.COMPLAINT, "parking")
    assert (decision.by, decision.at) == (PRIYA, NOW + 2 * DAY)


def test_since_counts_from_the_decision_not_from_the_first_touch(store: Store) -> None:
    with store.work() as work:
        case = keep(work, 1, NOW)
        once = reclassify(case, PARKING, COUNCIL, PRIYA, NOW)
        work.cases.save(once)
        roads = Classification(Category.NON_COUNCIL, None, "county_highways", None)
        work.cases.save(reclassify(once.case, roads, COUNCIL, PRIYA, NOW + 5 * DAY))
    with store.view() as work:
        (decided,) = work.decisions.decided(NOW + 4 * DAY)
        assert work.decisions.decided(NOW + 6 * DAY) == ()
    assert decided.decision.owner == "county_highways"


def test_who_may_be_named_in_the_words_comes_with_them(store: Store) -> None:
    with store.work() as work:
        change = opened(COUNCIL, NOW, "CC-2026-00001", "#missed_bin enquiry")
        case = replace(change.case, customer=Sender("Ann Lowe", "ann@post.example"))
        work.cases.add(replace(change, case=case))
        forwarded = Forwarded("Bo Hart", "bo@post.example", None, "Bins")
        words = message("see below", NOW, forwarded=forwarded)
        work.messages.add(words, Arrival.CASE, case.reference, case.prediction, NOW)
        work.cases.save(close(case, "done", None, PRIYA, NOW))
    with store.view() as work:
        (decided,) = work.decisions.decided()
    assert decided.people == ("Jo Pike", "Ann Lowe", "Bo Hart")
    assert decided.sender == Sender("Jo Pike", "jo@post.example")


def test_a_part_that_was_split_off_has_no_subject_and_the_rest_keeps_its_own(store: Store) -> None:
    with store.work() as work:
        first = keep(work, 1, NOW)
        part = Part("CC-2026-00002", "the other matter", NOW, first.prediction)
        change = split_off(first, part, COUNCIL, PRIYA, NOW)
        work.cases.add(change)
        words = message("the other matter", NOW)
        work.messages.add(words, Arrival.CASE, part.reference, first.prediction, NOW)
        work.cases.save(was_split(first, part.reference, PRIYA, NOW))
        work.cases.save(close(change.case, "done", None, PRIYA, NOW))
    with store.work() as work:
        again = work.cases.get(first.reference)
        assert again is not None
        work.cases.save(close(again, "done", None, PRIYA, NOW))
    with store.view() as work:
        assert [one.subject for one in work.decisions.decided()] == ["Bins", ""]


def test_what_should_have_ended_with_an_earlier_case_comes_with_its_case(store: Store) -> None:
    with store.work() as work:
        keep(work, 1, NOW)
        change = opened(COUNCIL, NOW, "CC-2026-00002", "#missed_bin enquiry")
        contact = Contact((Earlier("CC-2026-00001", By.SENDER),), "CC-2026-00001")
        case = replace(change.case, contact=contact)
        work.cases.add(replace(change, case=case))
        words = message("again", NOW)
        work.messages.add(words, Arrival.CASE, case.reference, case.prediction, NOW)
        complaint = Classification(Category.COMPLAINT, "waste_recycling", None, Level.LEVEL_ONE)
        work.cases.save(reclassify(case, complaint, COUNCIL, PRIYA, NOW))
        work.cases.save(close(keep(work, 3, NOW), "done", None, PRIYA, NOW))
    with store.view() as work:
        again, first_time = work.decisions.decided()
    assert (again.failed_again, again.agreed) == (True, True)
    assert not first_time.failed_again


def test_more_cases_than_a_statement_takes_values_all_come(store: Store) -> None:
    with store.work() as work:
        for number in range(1, 503):
            work.cases.save(close(keep(work, number, NOW), "done", None, PRIYA, NOW))
    with store.view() as work:
        assert len(work.decisions.decided()) == 502


def test_what_the_model_left_to_a_person_is_counted_by_when_it_came(store: Store) -> None:
    with store.work() as work:
        keep(work, 1, NOW)
        unsure = opened(COUNCIL, NOW + DAY, "CC-2026-00002", "#missed_bin enquiry unsure")
        strange = replace(unsure.case.prediction, doubts=(Doubt.NOT_SURE, Doubt.UNLIKE))
        work.cases.add(replace(unsure, case=replace(unsure.case, prediction=strange)))
        unread = undecided(COUNCIL.catalogue)
        stub = opened(COUNCIL, NOW + DAY, "CC-2026-00003")
        work.cases.add(replace(stub, case=replace(stub.case, prediction=unread)))
    with store.view() as work:
        assert [one.needs_person for one in work.decisions.opened(NOW)] == [False, True]
        assert [one.unlike for one in work.decisions.opened(NOW)] == [False, True]
        assert [one.at for one in work.decisions.opened(NOW + DAY)] == [NOW + DAY]
