"""Figures by which carebot's health is told (mail.md F36)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from models.outbox import Lane


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits in a lane of the outbox, and since when the oldest does (aware UTC).

    What is meant to wait (reminders and morning lists for working hours, the question what became
    of a letter for its answer) does not count.
    """

    waiting: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class LetterCounts:
    """Letters that did not simply leave: refused for good, of unknown end, tried again later."""

    failed: int
    unknown: int
    put_off: int


class Vitals(Protocol):
    """Counts over everything that is kept, and marks of what was last done when."""

    def backlog(self, lane: Lane) -> Backlog:
        """What waits in a lane."""
        ...

    def letters(self) -> LetterCounts:
        """Letters that did not simply leave, ever, and those that are put off now."""
        ...

    def unsettled_letters(self) -> int:
        """Letters that failed or are of unknown end, whose case still waits for somebody and has no
        later letter of their kind.
        """
        ...

    def mark(self, name: str, now: datetime) -> None:
        """Note that something that recurs was done."""
        ...

    def marked(self, name: str) -> datetime | None:
        """When it was last done (aware UTC); None where it never was."""
        ...

    def withheld(self, since: datetime) -> Mapping[str, int]:
        """How many acknowledgements were withheld since then, by the reason."""
        ...
