"""Earlier contact on the matter of a case, as it is kept with it (requirement 12)."""

from dataclasses import dataclass
from enum import StrEnum


class By(StrEnum):
    """What an earlier case has in common with a new one, beside the matter: the sender, or else a
    place (the kinds of `models.locations.PlaceKind`).
    """

    SENDER = "sender"
    ADDRESS = "address"
    POSTCODE = "postcode"
    STREET = "street"
    NAMED = "named"


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier case, by its reference. Whoever shows it asks first whether it may be named there."""

    reference: str
    by: By


@dataclass(frozen=True, slots=True)
class Contact:
    """What was found when a case was opened: earlier cases on the same matter, those of the sender
    first, then the newest first. `failed_again` is the one that should have been the end of it: a
    person decides whether the new case is a complaint.
    """

    earlier: tuple[Earlier, ...] = ()
    failed_again: str | None = None
