"""The case that somebody acts on: it is there, and it is as they saw it."""

from dataclasses import dataclass

from models.case import Case, check_fresh
from models.errors import Refused
from models.store_port import Work


@dataclass(frozen=True, slots=True)
class Seen:
    """The case an officer acts on and the version they saw."""

    reference: str
    version: int


def existing(work: Work, reference: str) -> Case:
    """A case as it is now. Raises Refused where there is none."""
    case = work.cases.get(reference)
    if case is None:
        raise Refused(f"There is no case {reference}.")
    return case


def fresh(work: Work, seen: Seen) -> Case:
    """The case, on the version that was seen. Raises Refused, or Stale where it moved on since."""
    case = existing(work, seen.reference)
    check_fresh(case, seen.version)
    return case
