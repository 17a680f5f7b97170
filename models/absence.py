"""Who is away, and who stands in for them: through a chain, never in a circle."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

LONGEST = timedelta(days=366)
"""Nobody is recorded as away for longer at once: that is most likely a wrong year."""


@dataclass(frozen=True, slots=True)
class Absence:
    """Somebody (a Slack user id) is away from the first to the last local date, both included.
    `cover` is who looks after their cases meanwhile; None where nobody was named.
    """

    user: str
    first: date
    last: date
    cover: str | None = None

    def is_on(self, day: date) -> bool:
        """Whether it holds on a local date."""
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class StandIn:
    """Who gets what is meant for somebody; None where it is nobody.

    `away` are the absences on the way there, that of who was asked for first; empty where they are
    in. `in_circle`: nobody, because those who are away cover for each other.
    """

    who: str | None
    away: tuple[Absence, ...] = ()
    in_circle: bool = False


def stands_in(
    absences: Iterable[Absence],
    user: str,
    on: date,
    may: Callable[[str], bool] = lambda _: True,
) -> StandIn:
    """Who stands in for `user` on a local date: the user where they are in, else their cover, or
    the cover's cover. It is somebody who is in, and of whom `may` says that they can, or nobody.
    """
    now_away = {one.user: one for one in sorted(absences, key=_weight) if one.is_on(on)}
    who: str | None = user
    way = list[Absence]()
    passed = set[str]()
    while who in now_away:
        if who in passed:
            return StandIn(None, tuple(way), in_circle=True)
        passed.add(who)
        way.append(now_away[who])
        who = now_away[who].cover
    if way and who is not None and not may(who):
        who = None
    return StandIn(who, tuple(way))


def uncovered_from(absences: Iterable[Absence], absence: Absence, today: date) -> StandIn | None:
    """How it stands on the first day of an absence, from `today` on, on which nobody stands in;
    None where somebody does on each. `absence` itself counts with the others.
    """
    known = [one for one in absences if not _overlap(one, absence)] + [absence]
    day = max(absence.first, today)
    while day <= absence.last:
        found = stands_in(known, absence.user, day)
        if found.who is None:
            return found
        day += timedelta(days=1)
    return None


def _overlap(one: Absence, other: Absence) -> bool:
    return one.user == other.user and one.first <= other.last and other.first <= one.last


def _weight(absence: Absence) -> tuple[bool, date]:
    """Of two that hold at once, one with a cover counts, and the longer one."""
    return absence.cover is not None, absence.last


class AbsenceStore(Protocol):
    """Who is away when."""

    def put(self, absence: Absence, by: str, now: datetime) -> None:
        """Keep an absence, in the place of what overlaps with it; `by` is who recorded it."""
        ...

    def take_out(self, user: str, first: date) -> None:
        """The absence that begins on this date was not one."""
        ...

    def of(self, user: str, since: date) -> tuple[Absence, ...]:
        """Those of a person that end on this date or later, the earliest first."""
        ...

    def since(self, day: date) -> tuple[Absence, ...]:
        """Everybody's that end on this date or later, the earliest first."""
        ...

    def on(self, day: date) -> tuple[Absence, ...]:
        """Everybody's that hold on a date."""
        ...

    def forget(self, before: date) -> None:
        """Take out what ended before a date: nobody asks for it any more."""
        ...
