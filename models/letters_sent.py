"""What was written to customers and what left, as replies, bounces and limits need it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from models.letter import Letter, LetterKind


@dataclass(frozen=True, slots=True)
class SentLetter:
    """A letter that was put into the outbox, while its case was in the stage with this number; 0
    where nobody noted that. `last`: nothing for the same purpose was written for the case since,
    by email or on paper.
    """

    reference: str
    kind: LetterKind
    stage: int
    last: bool


class LettersSent(Protocol):
    """What was written to customers, for replies, bounces and limits."""

    def add(self, letter: Letter, now: datetime) -> None:
        """Remember a letter that was put into the outbox, with the stage that its case is in."""
        ...

    def taken_back(self, letter: Letter) -> None:
        """Forget a letter that was taken back before it left: nobody was written to."""
        ...

    def first_of(self, message_ids: Sequence[str]) -> SentLetter | None:
        """The first of these that is a letter of ours."""
        ...

    def count_to(self, recipient: str, since: datetime) -> int:
        """How many automatic letters went to an address since then."""
        ...


class Departures(Protocol):
    """The book of what was handed over to leave by email: the gate's (D27)."""

    def add(self, letter: Letter, now: datetime) -> None:
        """An attempt to send it begins; noted once, however often it is tried."""
        ...

    def count_to(self, recipient: str, since: datetime) -> int:
        """How many automatic letters left for an address since then."""
        ...

    def many_since(self, since: datetime, limit: int, *, automatic: bool) -> bool:
        """Whether at least `limit` letters left since then: automatic ones, or all."""
        ...

    def passed(self, message_id: str) -> bool:
        """Whether an attempt to send this letter was begun before."""
        ...

    def acknowledged(self, reference: str, message_id: str) -> bool:
        """Whether another acknowledgement than this one has left for the case, ever."""
        ...
