"""Who is away and who covers, and what a new day changes."""

from datetime import date, datetime, timedelta

import pytest

from handlers.absence import Absences, WrongAbsence, begin_day
from handlers.reminders import remind
from models.absence import Absence, stands_in
from models.errors import Refused
from models.homes import LEAD, Home
from models.outbox import Kind, Posting
from models.people import staff
from tests.support.council import utc
from tests.support.office import TestOffice, email

NOW = utc(2020, 6, 1)  # a Monday
TODAY = NOW.date()
DAY = timedelta(days=1)
PRIYA = staff("U1")
REFERENCE = "CC-2020-00001"


@pytest.fixture
def absences(office: TestOffice) -> Absences:
    return Absences(office.store, office.council)


def away(user: str = "U1", cover: str | None = "U2", first: int = 0, last: int = 2) -> Absence:
    return Absence(user, TODAY + first * DAY, TODAY + last * DAY, cover)


def held(office: TestOffice) -> None:
    office.receive(email(), NOW)
    office.casework.claim(REFERENCE, PRIYA, NOW)
    with office.store.work() as work:
        work.places.put(Posting(f"card:{REFERENCE}", REFERENCE, "C1", "1.0"))


def kinds(office: TestOffice, kind: Kind) -> list[str]:
    return [parcel.key for parcel in office.waiting(kind)]


def drain(office: TestOffice, at: datetime) -> None:
    from models.outbox import Lane

    with office.store.work() as work:
        while items := work.outbox.claim(Lane.SLACK, at, 99, DAY):
            for item in items:
                work.outbox.dropped(item, "", at)


@pytest.mark.parametrize(
    ("absence", "field"),
    [
        (away(first=2, last=1), "last"),
        (away(first=-3, last=-1), "last"),
        (away(last=400), "last"),
        (away(cover="U1"), "cover"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    absences: Absences, absence: Absence, field: str
) -> None:
    with pytest.raises(WrongAbsence) as refused:
        absences.record(absence, PRIYA, NOW)
    assert refused.value.field == field
    assert absences.known(NOW) == ()


def test_a_cover_with_whom_nobody_would_be_in_is_refused(absences: Absences) -> None:
    absences.record(away("U2", "U1"), PRIYA, NOW)
    with pytest.raises(WrongAbsence, match="for each other"):
        absences.record(away(), PRIYA, NOW)
    absences.record(away("U2", None), PRIYA, NOW)
    with pytest.raises(WrongAbsence, match="nobody covers for them"):
        absences.record(away(), PRIYA, NOW)
    absences.record(away(cover=None), PRIYA, NOW)
    absences.record(away(first=3, last=4), PRIYA, NOW)
    assert len(absences.known(NOW)) == 3


def test_who_ends_an_absence_early_is_in_from_today_on(absences: Absences) -> None:
    absences.record(away(), PRIYA, NOW)
    tomorrow = NOW + DAY
    absences.end("U1", TODAY, PRIYA, tomorrow)
    assert absences.known(tomorrow) == ()
    assert stands_in(absences.known(NOW), "U1", TODAY).who == "U2"
    with pytest.raises(Refused, match="ended already"):
        absences.end("U1", TODAY, PRIYA, tomorrow)


def test_an_absence_that_is_to_come_is_taken_out_whole(absences: Absences) -> None:
    absences.record(away(first=5, last=9), PRIYA, NOW)
    absences.end("U1", TODAY + 5 * DAY, PRIYA, NOW)
    assert absences.known(NOW) == ()


def test_cards_of_whoever_is_away_are_drawn_again_and_no_others(
    office: TestOffice, absences: Absences
) -> None:
    held(office)
    drain(office, NOW)
    absences.record(away("U3"), PRIYA, NOW)
    absences.record(away(first=2, last=3), PRIYA, NOW)
    assert kinds(office, Kind.CARD) == []
    absences.record(away(), PRIYA, NOW)
    (card,) = kinds(office, Kind.CARD)
    assert card.startswith(f"card:{REFERENCE}:2:away:")


def test_a_new_day_redraws_what_begins_and_ends_with_it_once(
    office: TestOffice, absences: Absences
) -> None:
    held(office)
    absences.record(away(first=1, last=1), PRIYA, NOW)
    drain(office, NOW)
    drawn: list[date] = []
    for hour in range(24 * 5):
        now = utc(2020, 6, 1, 0) + timedelta(hours=hour)
        with office.store.work() as work:
            begin_day(work, office.council, now)
        drawn += [office.council.local_date(now)] * len(kinds(office, Kind.CARD))
        drain(office, now)
    assert drawn == [date(2020, 6, 2), date(2020, 6, 3)]


def test_every_home_that_was_opened_is_drawn_once_on_a_working_morning(office: TestOffice) -> None:
    with office.store.work() as work:
        work.homes.opened("U1", NOW)
    at = []
    for hour in range(24 * 7):  # to Sunday
        now = utc(2020, 6, 1, 0) + timedelta(hours=hour)
        remind(office.store, office.council, now)
        at += [now] * len(kinds(office, Kind.HOME))
        drain(office, now)
    assert [(one.day, one.hour) for one in at] == [(day, 8) for day in range(1, 6)]


def test_the_lead_is_told_each_working_day_of_who_is_away_with_cases_and_no_cover(
    office: TestOffice, absences: Absences
) -> None:
    held(office)
    absences.record(away(cover=None, last=6), PRIYA, NOW)
    absences.record(away("U3", None, last=6), PRIYA, NOW)
    absences.record(away("U4", "U5", last=6), PRIYA, NOW)
    for day in range(9):
        for hour in (9, 10, 15):
            remind(office.store, office.council, NOW + day * DAY - timedelta(hours=12 - hour))
    assert kinds(office, Kind.UNCOVERED) == [f"uncovered:U1:2020-06-0{day}" for day in range(1, 6)]


def test_somebody_away_is_asked_about_although_a_cover_is_in_for_the_cover_may_not_act(
    office: TestOffice, absences: Absences
) -> None:
    held(office)
    absences.record(away(last=6), PRIYA, NOW)
    remind(office.store, office.council, NOW)
    assert kinds(office, Kind.UNCOVERED) == ["uncovered:U1:2020-06-01"]


@pytest.mark.parametrize(("last", "refused"), [(3, False), (4, True), (9, True)])
def test_who_is_away_until_the_day_it_is_due_is_not_given_a_task(
    absences: Absences, last: int, refused: bool
) -> None:
    absences.record(away(last=last), PRIYA, NOW)
    absences.check_can_do("U2", TODAY + 4 * DAY, NOW)
    if refused:
        with pytest.raises(Refused, match="<@U1> is away until"):
            absences.check_can_do("U1", TODAY + 4 * DAY, NOW)
    else:
        absences.check_can_do("U1", TODAY + 4 * DAY, NOW)


def test_a_change_of_a_case_redraws_the_homes_that_it_concerns_and_no_others(
    office: TestOffice, absences: Absences
) -> None:
    scopes = {
        "U1": set[str](),  # will hold it
        "U2": set[str](),  # covers for who will hold it
        "U3": {"waste_recycling"},
        "U4": {"housing"},
        "U5": {LEAD},
        "U6": set[str](),
    }
    with office.store.work() as work:
        for user, scope in scopes.items():
            work.homes.opened(user, NOW)
            work.homes.published(Home(user, frozenset(scope), "", NOW))
    absences.record(away(), PRIYA, NOW)
    drain(office, NOW)
    office.receive(email(), NOW)
    assert {p.payload["user"] for p in office.waiting(Kind.HOME)} == {"U3", "U5"}
    drain(office, NOW)
    office.casework.claim(REFERENCE, PRIYA, NOW)
    assert {p.payload["user"] for p in office.waiting(Kind.HOME)} == {"U1", "U2", "U3", "U5"}
