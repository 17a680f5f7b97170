"""What is remembered of fetching beside the ledger: which messages make trouble, what we filed where."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from models.message import Origin


@dataclass(frozen=True, slots=True)
class Trouble:
    """A message that the server lists and does not hand over (mail.md A2, A12).

    It was tried `tries` times, first at `first_at`; before `next_at` it is left alone (both aware
    UTC). `error` is of the last try.
    """

    origin: Origin
    tries: int
    first_at: datetime
    next_at: datetime
    error: str


class Troubles(Protocol):
    """The messages that could not be fetched yet."""

    def of(self, account: str, folder: str) -> tuple[Trouble, ...]:
        """Those of a folder, or of the files in it, longest known first."""
        ...

    def put(self, trouble: Trouble) -> None:
        """Keep what is known of it, in the stead of what was known before."""
        ...

    def over(self, origin: Origin) -> None:
        """It was taken in, or it is gone."""
        ...


class FiledPlaces(Protocol):
    """The places to which messages were moved after they were taken in."""

    def add(self, at: Origin) -> None:
        """Note that what lies there was taken in before it came there."""
        ...

    def known_uids(self, account: str, folder: str, uidvalidity: int) -> frozenset[int]:
        """The numbers in a folder of which the ledger or this book knows."""
        ...

    def has_bytes(self, sha256: str) -> bool:
        """Whether a message with these bytes was booked, wherever it lay."""
        ...
