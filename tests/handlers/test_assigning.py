"""A case is given to a colleague, or back to its service."""

from datetime import date

import pytest

from handlers.assigning import Assigning
from handlers.levels import Levels
from handlers.seen import Seen
from models.absence import Absence
from models.case import Case
from models.errors import Refused, Stale
from models.history import Event
from models.levels import ReviewRequest
from models.outbox import Kind
from models.people import staff
from tests.support.casework import OFFICER, answer, close, entry, events, seen
from tests.support.council import utc
from tests.support.office import TestOffice, email

NOW = utc(2020, 6, 1)
REFERENCE = "CC-2020-00001"


@pytest.fixture
def assigning(office: TestOffice) -> Assigning:
    office.receive(email(), NOW)
    return Assigning(office.store, office.council)


def give(assigning: Assigning, office: TestOffice, to: str | None) -> Case:
    return assigning.assign(seen(office, REFERENCE), to, OFFICER, NOW)


def test_who_gets_a_case_holds_it_with_from_and_to_in_its_history(
    assigning: Assigning, office: TestOffice
) -> None:
    assert give(assigning, office, "U2").holder == "U2"
    assert give(assigning, office, "U3").holder == "U3"
    assert entry(office, REFERENCE, Event.ASSIGNED).details == {"from": "U2", "to": "U3"}
    notes = [p.payload["event"] for p in office.waiting(Kind.NOTE)]
    assert notes.count(Event.ASSIGNED) == 2


def test_what_is_given_back_nobody_holds_and_anybody_can_claim(
    assigning: Assigning, office: TestOffice
) -> None:
    with pytest.raises(Refused, match="Nobody holds"):
        give(assigning, office, None)
    give(assigning, office, "U2")
    assert give(assigning, office, None).holder is None
    assert events(office, REFERENCE)[-1] is Event.RELEASED
    assert office.casework.claim(REFERENCE, OFFICER, NOW).holder == OFFICER.id


def test_a_second_assignment_to_the_same_person_and_a_stale_one_change_nothing(
    assigning: Assigning, office: TestOffice
) -> None:
    old = seen(office, REFERENCE)
    give(assigning, office, "U2")
    with pytest.raises(Refused, match="<@U2> already holds"):
        give(assigning, office, "U2")
    with pytest.raises(Stale):
        assigning.assign(old, "U3", OFFICER, NOW)
    with pytest.raises(Refused, match="no case"):
        assigning.assign(Seen("CC-2020-00009", 1), "U3", OFFICER, NOW)
    assert office.case(REFERENCE).holder == "U2"


def test_nobody_gets_a_case_who_is_away_that_day(assigning: Assigning, office: TestOffice) -> None:
    with office.store.work() as work:
        work.absences.put(Absence("U2", date(2020, 6, 1), date(2020, 6, 1)), "U2", NOW)
    with pytest.raises(Refused, match="<@U2> is away now"):
        give(assigning, office, "U2")
    assert assigning.assign(seen(office, REFERENCE), "U2", OFFICER, utc(2020, 6, 2)).holder == "U2"


def test_a_closed_case_is_given_to_nobody(assigning: Assigning, office: TestOffice) -> None:
    close(office, REFERENCE, NOW)
    with pytest.raises(Refused, match="is closed"):
        give(assigning, office, "U2")


def test_a_review_at_level_two_is_given_only_to_somebody_who_was_not_involved(
    assigning: Assigning, office: TestOffice
) -> None:
    answer(office, REFERENCE, NOW)
    asked = ReviewRequest(reason="not content", asked_on=NOW.date())
    case = Levels(office.store, office.council).escalate(
        seen(office, REFERENCE), asked, staff("U9"), NOW
    )
    assert OFFICER.id in assigning.involved(case)
    with pytest.raises(Refused, match="not involved"):
        assigning.assign(Seen(REFERENCE, case.version), OFFICER.id, staff("U9"), NOW)
    assert assigning.assign(Seen(REFERENCE, case.version), "U5", staff("U9"), NOW).holder == "U5"
