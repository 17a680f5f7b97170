"""What is agreed on a complaint: the lesson of one that is upheld, remedies for the customer, and who
does it by when (requirement 22).
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol


class Cause(StrEnum):
    """Why a complaint was upheld. Figures are counted by these."""

    DELAY = "delay"
    QUALITY = "quality"
    CONDUCT = "conduct"
    INFORMATION = "information"
    POLICY = "policy"
    COMMUNICATION = "communication"
    CONTRACTOR = "contractor"
    OTHER = "other"


class Remedy(StrEnum):
    """What is done for the customer."""

    APOLOGY = "apology"
    PAYMENT = "payment"
    REPAIR = "repair"
    REVIEW = "review"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a complaint teaches: why it came to it, in one word and in the officer's own."""

    cause: Cause
    text: str


@dataclass(frozen=True, slots=True)
class Redress:
    """What sort of remedy it is; `pence` only, and always, of a payment. `referral` is the number in
    the Ombudsman's register (`models.ombudsman`) of the referral that asked for it, if one did.
    """

    remedy: Remedy
    pence: int | None = None
    referral: int | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be done, by whom (a Slack user id), until the end of which local date."""

    what: str
    owner: str
    due: date


@dataclass(frozen=True, slots=True)
class Finished:
    """The local date on which it was done, who says so (a Slack user id), and what was done."""

    on: date
    by: str
    note: str


@dataclass(frozen=True, slots=True)
class Agreed:
    """A task agreed on a case, the `number`th of it: the action of a lesson, or a remedy.

    `level` is the word of the level (`models.case.Level`) that the case had, `on` the local date
    of the agreement. Exactly one of `lesson` and `redress` is there.
    """

    number: int
    level: str | None
    on: date
    task: Task
    lesson: Lesson | None = None
    redress: Redress | None = None
    finished: Finished | None = None


@dataclass(frozen=True, slots=True)
class Owed:
    """Something agreed that is not done, with the reference of its case."""

    reference: str
    agreed: Agreed


WEEK = 7
"""Calendar days: what is late is chased as often."""


def weeks_late(due: date, today: date) -> int:
    """How many whole weeks have passed since a task was due."""
    return max((today - due).days, 0) // WEEK


def still_open(agreed: tuple[Agreed, ...]) -> tuple[Agreed, ...]:
    """Those that nobody has done yet, the one due first first."""
    return tuple(sorted((a for a in agreed if a.finished is None), key=lambda a: a.task.due))


class AgreedStore(Protocol):
    """What is agreed on any case and not done. Adding and finishing is a change of the case and
    saved with it.
    """

    def due(self, until: date) -> tuple[Owed, ...]:
        """What is due on or before a date, earliest first."""
        ...

    def to_remind(self, due_from: date, due_until: date, days_before: int) -> tuple[Owed, ...]:
        """What is due in the period and whose owner was not reminded at this or a later point."""
        ...

    def reminded(self, owed: Owed, days_before: int) -> None:
        """Note that its owner was reminded so many working days before. A new date or a new owner
        starts the reminders anew.
        """
        ...
