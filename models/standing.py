"""How the work stands, in a few counts for those who do it; the reports have figures of their own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from models.prediction import Category


@dataclass(frozen=True, slots=True)
class Standing:
    """How one owner's cases stand now; `service` None stands for other bodies' matters.

    `overdue` counts cases of which an acknowledgement or answer is past its date.
    """

    service: str | None
    open: int
    overdue: int
    unclaimed: int
    undecided: int


@dataclass(frozen=True, slots=True)
class Answer:
    """When an answer to a complaint left (aware UTC), and the local date at whose end it was due."""

    answered_at: datetime
    due: date


class Standings(Protocol):
    """Counts over all cases, private ones too: they name nobody."""

    def received(self, since: datetime, until: datetime) -> Mapping[Category, int]:
        """How many cases were received from `since` to before `until`, by category."""
        ...

    def now(self, today: date) -> tuple[Standing, ...]:
        """How the open cases stand, by service."""
        ...

    def answers(self, since: datetime, until: datetime) -> tuple[Answer, ...]:
        """Answers to complaints that left from `since` to before `until`."""
        ...
