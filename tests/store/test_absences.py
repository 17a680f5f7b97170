from datetime import date

from models.absence import Absence
from models.store_port import Store
from tests.support.council import utc

NOW = utc(2026, 6, 1)


def june(first: int, last: int, user: str = "U1", cover: str | None = "U2") -> Absence:
    return Absence(user, date(2026, 6, first), date(2026, 6, last), cover)


def keep(store: Store, *absences: Absence) -> None:
    with store.work() as work:
        for absence in absences:
            work.absences.put(absence, "U1", NOW)


def test_absences_come_back_as_they_were_kept_the_earliest_first(store: Store) -> None:
    keep(store, june(20, 21), june(1, 3), june(2, 9, "U3", None))
    with store.view() as work:
        assert work.absences.of("U1", date(2026, 6, 3)) == (june(1, 3), june(20, 21))
        assert work.absences.of("U1", date(2026, 6, 4)) == (june(20, 21),)
        assert work.absences.on(date(2026, 6, 2)) == (june(1, 3), june(2, 9, "U3", None))
        assert work.absences.since(date(2026, 6, 10)) == (june(20, 21),)


def test_a_new_absence_stands_in_the_place_of_what_overlaps_and_of_nothing_else(
    store: Store,
) -> None:
    keep(store, june(1, 3), june(5, 9), june(2, 8, "U3"), june(3, 5, cover=None))
    with store.view() as work:
        assert work.absences.of("U1", date(2026, 6, 1)) == (june(3, 5, cover=None),)
        assert work.absences.of("U3", date(2026, 6, 1)) == (june(2, 8, "U3"),)


def test_what_was_taken_out_or_ended_long_ago_is_gone(store: Store) -> None:
    keep(store, june(1, 3), june(20, 21), june(1, 2, "U3"))
    with store.work() as work:
        work.absences.take_out("U1", date(2026, 6, 20))
        work.absences.forget(date(2026, 6, 3))
        assert work.absences.since(date(2026, 1, 1)) == (june(1, 3),)
