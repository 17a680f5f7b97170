"""Who looked at a case's text outside its channel, when and how (requirement 33)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from models.people import Actor


class How(StrEnum):
    """How a case's text was opened. `search`: some of its words stood among what was found, whatever
    was looked for: the words of a search may be a person's name, so they are not kept. `step`: some
    of its words stood in the modal of an action.
    """

    CARD = "card"
    WORDS = "words"
    SEARCH = "search"
    NOTES = "notes"
    STEP = "step"


@dataclass(frozen=True, slots=True)
class Look:
    """One person's look at one case; `at` is aware UTC."""

    reference: str
    by: Actor
    at: datetime
    how: How


class LookStore(Protocol):
    """Every look, kept in the transaction in which the text was read."""

    def add(self, looks: Collection[Look]) -> None:
        """Keep looks."""
        ...

    def of_case(self, reference: str, limit: int) -> tuple[Look, ...]:
        """Looks at a case, the latest first."""
        ...

    def count(self, reference: str) -> int:
        """How many looks at a case there were."""
        ...
