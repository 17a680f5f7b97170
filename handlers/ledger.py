"""Every message accounted for, every day: what arrived where, what became of it, what waits.

A message that came to two places (a copy to a second mailbox, the same mail twice) is counted once,
where it was booked first; the other place counts it as a copy. So of every folder, and of all:
arrived = cases + replies + automatic + bounces + quarantined, and arrived + copies are the places in
the mailbox. Days are the council's local days, and a message belongs to the day it was booked on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from models.council import Council
from models.folders import FolderState, Role, of_the_settings
from models.ledger import IGNORED, Arrival, Booking, Tally
from models.quarantine import Quarantined
from models.store_port import Store, Work

_WORDS = {
    Arrival.CASE: ("case", "cases"),
    Arrival.REPLY: ("reply", "replies"),
    Arrival.AUTOMATIC: ("automatic", "automatic"),
    Arrival.BOUNCE: ("bounce", "bounces"),
    Arrival.QUARANTINED: ("quarantined", "quarantined"),
}
_ALWAYS = (Arrival.CASE, Arrival.REPLY, Arrival.AUTOMATIC, Arrival.QUARANTINED)


@dataclass(frozen=True, slots=True)
class Period:
    """From the beginning of a local day to the beginning of another (aware UTC, `until` excluded)."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Account:
    """The ledger of a period beside how things stand now.

    `unaccounted` are bookings of the period of which the store does not hold what they say;
    `open` is what is in quarantine and waits for somebody, whenever it came.
    """

    period: Period
    tallies: tuple[Tally, ...]
    folders: tuple[FolderState, ...]
    unaccounted: tuple[Booking, ...]
    open: tuple[Quarantined, ...]

    @property
    def total(self) -> Tally:
        """All places together."""
        counts: dict[Arrival, int] = {}
        for tally in self.tallies:
            for arrival, n in tally.counts.items():
                counts[arrival] = counts.get(arrival, 0) + n
        return Tally("", "", counts, sum(tally.overruled for tally in self.tallies))

    @property
    def watched(self) -> tuple[FolderState, ...]:
        """The folders that are taken in."""
        return tuple(folder for folder in self.folders if folder.role is Role.WATCHED)

    @property
    def waiting(self) -> int:
        """What lay in the watched folders at the last look and is not in the ledger."""
        return sum(folder.waiting for folder in self.watched)

    @property
    def junk(self) -> int:
        """What lies in the junk folders."""
        return sum(folder.waiting for folder in self.folders if folder.role is Role.JUNK)

    def differences(self) -> tuple[str, ...]:
        """What does not add up, a sentence each; empty where everything is accounted for."""
        said = [
            f"{folder.waiting} in {folder.folder} of {folder.account} and not in the ledger"
            for folder in self.watched
            if folder.waiting
        ]
        if self.unaccounted:
            numbers = ", ".join(str(booking.number) for booking in self.unaccounted[:20])
            said.append(
                f"{len(self.unaccounted)} booked of which the store does not hold what the ledger "
                f"says: number {numbers}"
            )
        return tuple(said)


def account_for(
    work: Work, period: Period, watched: frozenset[tuple[str, str]] = frozenset()
) -> Account:
    """The ledger of a period. `watched` as in models.council.Council: what waits in a folder that
    is no longer in the settings is not counted.
    """
    return Account(
        period,
        work.ledger.tallies(period.since, period.until),
        of_the_settings(work.folders.all(), watched),
        work.ledger.unaccounted(period.since, period.until),
        work.quarantine.unsettled(),
    )


def ignored(store: Store, period: Period) -> tuple[Booking, ...]:
    """What was made no case of on purpose in the period, with the reasons, oldest first."""
    with store.view() as work:
        return work.ledger.listed(IGNORED, period.since, period.until)


def days(council: Council, first: date, last: date) -> Period:
    """From the first local day to the end of the last."""
    return Period(_midnight(council, first), _midnight(council, last + timedelta(days=1)))


def since_last_working_day(council: Council, today: date) -> tuple[date, Period]:
    """What a morning list tells of: from the last working day before `today` to the end of
    yesterday, so that every day is told of once. Gives the first day, too.
    """
    first = today - timedelta(days=1)
    while not council.calendar.is_working_day(first):
        first -= timedelta(days=1)
    return first, days(council, first, today - timedelta(days=1))


def summary(tally: Tally, waiting: int) -> str:
    """The line of requirement 4: `41 arrived: 36 cases, 3 replies, …, 0 waiting`, and the copies."""
    parts = [_counted(arrival, tally.counts.get(arrival, 0)) for arrival in _shown(tally)]
    line = f"{tally.arrived} arrived: {', '.join([*parts, f'{waiting} waiting'])}"
    if tally.copies:
        line += f"; {tally.copies} further {'copy' if tally.copies == 1 else 'copies'}"
    return line


def _shown(tally: Tally) -> Sequence[Arrival]:
    return [a for a in _WORDS if a in _ALWAYS or tally.counts.get(a)]


def _counted(arrival: Arrival, count: int) -> str:
    return f"{count} {_WORDS[arrival][count != 1]}"


def _midnight(council: Council, day: date) -> datetime:
    return datetime.combine(day, time(), council.zone).astimezone(UTC)
