"""A card tells how many days are left on the day on which it is read."""

from datetime import datetime, timedelta

from handlers.reminders import remind
from models.actions import claim
from models.outbox import Kind, Lane, Posting
from models.people import staff
from tests.support.cases import opened
from tests.support.council import utc
from tests.support.office import TestOffice

NOW = utc(2020, 6, 1)
MINUTE = timedelta(minutes=1)


def fill(office: TestOffice, count: int, *, with_cards: bool = True) -> None:
    with office.store.work() as work:
        for number in range(1, count + 1):
            reference = f"CC-2020-{number:05d}"
            work.cases.add(opened(office.council, NOW, reference))
            if with_cards:
                work.places.put(Posting(f"card:{reference}", reference, "C1", f"{number}.0"))


def drawn(office: TestOffice, at: datetime) -> list[str | None]:
    """Which cards a tick at this time has drawn; they have left then."""
    remind(office.store, office.council, at)
    found = []
    with office.store.work() as work:
        while items := work.outbox.claim(Lane.SLACK, at, 99, MINUTE):
            for item in items:
                work.outbox.dropped(item, "", at)
                if item.parcel.kind is Kind.CARD:
                    found.append(item.parcel.reference)
    return found


def test_every_card_is_drawn_once_a_working_day_and_a_few_at_a_time(office: TestOffice) -> None:
    fill(office, 12)
    for day in (utc(2020, 6, 2, 8), utc(2020, 6, 3, 8)):
        ticks = [drawn(office, day + n * MINUTE) for n in range(6)]
        assert [len(tick) for tick in ticks] == [5, 5, 2, 0, 0, 0]
        assert len({reference for tick in ticks for reference in tick}) == 12
    assert drawn(office, utc(2020, 6, 6, 10)) == []  # a Saturday


def test_no_card_is_posted_for_a_case_that_has_none(office: TestOffice) -> None:
    fill(office, 3, with_cards=False)
    assert drawn(office, utc(2020, 6, 2, 8)) == []


def test_a_card_whose_case_changed_meanwhile_is_drawn_as_the_case_is(office: TestOffice) -> None:
    fill(office, 1)
    morning = utc(2020, 6, 2, 8)
    assert drawn(office, morning) == ["CC-2020-00001"]
    with office.store.work() as work:
        case = work.cases.get("CC-2020-00001")
        assert case is not None
        work.cases.save(claim(case, staff("U1"), morning))
    assert drawn(office, morning + MINUTE) == ["CC-2020-00001"]
    assert drawn(office, morning + 2 * MINUTE) == []
