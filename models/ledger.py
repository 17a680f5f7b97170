"""The mailbox's book: what arrived where, what became of it, and what waits (requirement 4).

A *booking* is one place in a mailbox (account, folder, UIDVALIDITY, UID) with what became of the
message that lay there; its number is what people name it by. A *message* is counted once, in the
place where it was booked first. A further copy of it, in the same mailbox or in another, is booked
too, as a `duplicate`: so every place is accounted for, and in every count

    arrived (messages) = cases + replies + automatic + bounces + quarantined
    booked (places)    = arrived + copies
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from models.message import Origin


class Arrival(StrEnum):
    """What became of a message: each that arrives is exactly one of these."""

    CASE = "case"
    REPLY = "reply"
    DUPLICATE = "duplicate"
    AUTOMATIC = "automatic"
    BOUNCE = "bounce"
    QUARANTINED = "quarantined"


IGNORED = (Arrival.DUPLICATE, Arrival.AUTOMATIC, Arrival.BOUNCE)
"""What is made no case of on purpose: the reason is kept, and a person can make a case of it."""


@dataclass(frozen=True, slots=True)
class Overruled:
    """What a booking became later, by a replay or by a person's word: the first booking stays.

    `by` is who did it (models.people.Actor as text), `at` when (aware UTC).
    """

    arrival: Arrival
    reference: str | None
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Booking:
    """One line of the book. `reason` says why where it is no case; `booked_at` is aware UTC."""

    number: int
    origin: Origin
    sha256: str
    arrival: Arrival
    reason: str
    booked_at: datetime
    overruled: Overruled | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of each arrived in a place; `overruled` counts those that became something else."""

    account: str
    folder: str
    counts: Mapping[Arrival, int]
    overruled: int = 0

    @property
    def booked(self) -> int:
        """Places in the mailbox that were booked."""
        return sum(self.counts.values())

    @property
    def copies(self) -> int:
        """Further copies of messages that are counted where they were booked first."""
        return self.counts.get(Arrival.DUPLICATE, 0)

    @property
    def arrived(self) -> int:
        """Messages, each once."""
        return self.booked - self.copies


class Ledger(Protocol):
    """The mailbox's book: every place a message was found at, and what became of it."""

    def booked_as(self, origin: Origin) -> Arrival | None:
        """What became of what lies there; None where it was not booked."""
        ...

    def book(
        self, origin: Origin, sha256: str, arrival: Arrival, reason: str, now: datetime
    ) -> int:
        """Book it, the same bytes at the same place once, and give the booking's number; `reason`
        says why where it is no case.
        """
        ...

    def places_of(self, *sha256s: str) -> frozenset[Origin]:
        """Every place where one of these bytes was found."""
        ...

    def booking(self, number: int) -> Booking | None:
        """The booking with this number."""
        ...

    def overrule(self, number: int, overruled: Overruled) -> None:
        """Note what a booking became after all; the first booking stays as it is."""
        ...

    def counts(self, since: datetime, until: datetime) -> Mapping[Arrival, int]:
        """How many of each were booked in the period (until is excluded)."""
        ...

    def tallies(self, since: datetime, until: datetime) -> tuple[Tally, ...]:
        """The same by account and folder, in this order; all files of an account are one folder,
        which has the account's name.
        """
        ...

    def listed(
        self, arrivals: Sequence[Arrival], since: datetime, until: datetime
    ) -> tuple[Booking, ...]:
        """The period's bookings of these kinds, oldest first."""
        ...

    def unaccounted(self, since: datetime, until: datetime) -> tuple[Booking, ...]:
        """The period's bookings of which the store does not hold what they say, oldest first.

        Each must have its raw bytes; a case, reply, automatic message or bounce its message as
        read; a case and a reply the case; a quarantined message its stub case.
        """
        ...
