"""What is remembered of fetching beside the ledger: which messages make trouble, what we filed where."""

from collections.abc import Collection, Mapping
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


class Readings(Protocol):
    """How often the reading of a message was begun, and has not come to an end (mail.md A2).

    A number is left over only where the process ended in the midst of it.
    """

    def tries(self, origins: Collection[Origin]) -> Mapping[Origin, int]:
        """Of those of them whose reading was begun."""
        ...

    def of(self, account: str, folder: str) -> frozenset[Origin]:
        """Those in a folder, or of the files in it, whose reading was begun."""
        ...

    def begin(self, origins: Collection[Origin]) -> None:
        """Count one more for each."""
        ...

    def over(self, origins: Collection[Origin]) -> None:
        """They were read, whatever became of them."""
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
