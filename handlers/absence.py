"""Somebody is away, and somebody covers for them; what a new day changes in that."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from models import outbox
from models.absence import LONGEST, Absence, stands_in, uncovered_from
from models.case import Case
from models.council import Council
from models.errors import Refused
from models.outbox import Parcel
from models.people import Actor
from models.redrawing import held_by, redraw_cards_held_by, redraw_every_home, redraw_homes_of
from models.store_port import Store, Work

DAY = "day"
"""The mark that the first tick of each working day leaves."""
_KEPT_FOR = timedelta(days=30)


class WrongAbsence(Refused):
    """It cannot be recorded like that; `field` is what is wrong: first, last or cover."""

    def __init__(self, field: str, said: str) -> None:
        """Say what is wrong with which field."""
        super().__init__(said)
        self.field = field


@dataclass(frozen=True, slots=True)
class Absences:
    """What recording absences needs."""

    store: Store
    council: Council

    def known(self, now: datetime) -> tuple[Absence, ...]:
        """Everybody's, of today and later."""
        with self.store.view() as work:
            return work.absences.since(self.council.local_date(now))

    def held(self, user: str, limit: int) -> tuple[Case, ...]:
        """The open cases of a person, those due first first."""
        with self.store.view() as work:
            return held_by(work, user, limit)

    def check_can_do(self, user: str, due: date, now: datetime) -> None:
        """Raises Refused where somebody is away from now until the local date on which a task is due."""
        with self.store.view() as work:
            away = [
                one for one in work.absences.on(self.council.local_date(now)) if one.user == user
            ]
        last = max((one.last for one in away), default=None)
        if last is not None and last >= due:
            raise Refused(
                f"<@{user}> is away until {last.day} {last:%B %Y}: choose somebody who is in, or a "
                "later day."
            )

    def record(self, absence: Absence, by: Actor, now: datetime) -> None:
        """Somebody is away, in the place of what overlaps with it; cards and homes that tell of it
        are drawn anew. Raises WrongAbsence where the dates are wrong, or nobody would cover
        although somebody was named.
        """
        today = self.council.local_date(now)
        with self.store.work() as work:
            _check(absence, work.absences.since(today), today)
            before = work.absences.on(today)
            work.absences.put(absence, by.id, now)
            self._show(work, before, {absence.user}, now)

    def end(self, user: str, first: date, by: Actor, now: datetime) -> None:
        """Who was recorded as away from `first` is in from today on. Raises Refused where nothing
        of the kind is recorded.
        """
        today = self.council.local_date(now)
        with self.store.work() as work:
            ended = [one for one in work.absences.of(user, today) if one.first == first]
            if not ended:
                raise Refused("That has ended already.")
            before = work.absences.on(today)
            work.absences.take_out(user, first)
            if first < today:
                past = Absence(user, first, today - timedelta(days=1), ended[0].cover)
                work.absences.put(past, by.id, now)
            self._show(work, before, {user}, now)

    def _show(
        self, work: Work, before: Collection[Absence], users: Collection[str], now: datetime
    ) -> None:
        today = self.council.local_date(now)
        after = work.absences.on(today)
        changed = _changed(before, today, after, today)
        redraw_cards_held_by(work, changed, f"away:{now.isoformat()}", now)
        covers = {one.cover for one in (*before, *after) if one.cover is not None}
        redraw_homes_of(work, {*users, *changed, *covers}, now)


def begin_day(work: Work, council: Council, now: datetime) -> int:
    """What a working day that has begun changes: the days that are left on every home, and who is in;
    how much was queued. Nothing on a day on which it was done.
    """
    today, marked = council.local_date(now), work.vitals.marked(DAY)
    last = today - timedelta(days=1) if marked is None else council.local_date(marked)
    if last >= today:
        return 0
    work.vitals.mark(DAY, now)
    absences = work.absences.since(last)
    changed = _changed(absences, last, absences, today)
    redraw_cards_held_by(work, changed, f"day:{today.isoformat()}", now)
    work.absences.forget(today - _KEPT_FOR)
    return redraw_every_home(work, now)


def queue_uncovered(work: Work, council: Council, now: datetime) -> int:
    """Ask once a day of each person who is away with open cases whether nobody looks after them; how
    much was queued. Whether a cover may act on each case is asked where the lead is told.
    """
    users = {one.user for one in work.absences.on(council.local_date(now))}
    return sum(
        work.outbox.add(told_lead(council, user, now), now)
        for user in sorted(users)
        if held_by(work, user, 1)
    )


def check_is_in(work: Work, council: Council, user: str, now: datetime) -> None:
    """Raises Refused where somebody is away today."""
    if any(one.user == user for one in work.absences.on(council.local_date(now))):
        raise Refused(f"<@{user}> is away now: choose somebody who is in.")


def told_lead(council: Council, user: str, now: datetime) -> Parcel:
    """That nobody covers for a person, for the lead's channel: once a day, on that day."""
    today = council.local_date(now)
    closes = datetime.combine(today, council.reminding.closes, council.zone)
    return outbox.uncovered(council.channels.lead, user, today, closes)


def _changed(
    before: Iterable[Absence], then: date, after: Iterable[Absence], now: date
) -> frozenset[str]:
    """Of whom it is told otherwise than before whether they are in and who stands in for them."""
    was, became = tuple(before), tuple(after)
    users = {one.user for one in (*was, *became)}
    return frozenset(
        user for user in users if stands_in(was, user, then) != stands_in(became, user, now)
    )


def _check(absence: Absence, known: Collection[Absence], today: date) -> None:
    if absence.last < absence.first:
        raise WrongAbsence("last", "The last day is before the first.")
    if absence.last < today:
        raise WrongAbsence("last", "That is past already.")
    if absence.last - absence.first > LONGEST:
        raise WrongAbsence("last", "That is longer than a year: please check the date.")
    if absence.cover is None:
        return
    if absence.cover == absence.user:
        raise WrongAbsence("cover", "Somebody else has to cover.")
    gap = uncovered_from(known, absence, today)
    if gap is not None and gap.in_circle:
        raise WrongAbsence(
            "cover",
            "They are away too, and in the end you would cover for each other. Choose another.",
        )
    if gap is not None:
        raise WrongAbsence(
            "cover", "They are away too, and nobody covers for them. Choose another."
        )
