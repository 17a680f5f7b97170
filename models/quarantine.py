"""Messages that could not be read: kept with their bytes, each with a case, until somebody ends it.

A quarantined message is `open` until it was read after all (`replayed`) or a person has put it
aside (`dismissed`, which can be undone). Its case is a stub: in triage, without a text, its clock
running, so that it stands on the morning list (mail.md A12).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from models.message import Origin

STUB_SUBJECT = "A message that could not be read"
"""The subject of a stub case; what the message says of itself is not to be trusted yet."""


NEVER_FETCHED = "the mail server does not hand over this message"
"""How `why` begins where the bytes are not the message, only what could be had of it (A2)."""


class QuarantineState(StrEnum):
    """Where a quarantined message stands."""

    OPEN = "open"
    REPLAYED = "replayed"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class Quarantined:
    """One of them. `number` is its booking's in the ledger; `reference` is its stub case.

    `why` and `tries` are of the last try to read it. `folded`: it came in a flood, so no card of its
    own was posted. `lacking` and `unfetchable` are as in models.message.RawMessage. Times are
    aware UTC, `size` is in bytes; `ended_by` is an actor as text and `reason` what a person gave
    for putting it aside.
    """

    number: int
    sha256: str
    reference: str
    why: str
    origin: Origin
    received_at: datetime
    quarantined_at: datetime
    size: int
    tries: int = 1
    folded: bool = False
    lacking: str = ""
    unfetchable: bool = False
    state: QuarantineState = QuarantineState.OPEN
    ended_at: datetime | None = None
    ended_by: str = ""
    reason: str = ""


class QuarantineStore(Protocol):
    """The quarantine."""

    def add(self, quarantined: Quarantined) -> None:
        """Keep a new one."""
        ...

    def of(self, sha256: str) -> Quarantined | None:
        """The one with these bytes."""
        ...

    def of_case(self, reference: str) -> Quarantined | None:
        """The one for which this case stands, or stood."""
        ...

    def get(self, number: int) -> Quarantined | None:
        """The one with this number."""
        ...

    def listed(self, *states: QuarantineState) -> tuple[Quarantined, ...]:
        """Those in these states (in any, if none is named), oldest first."""
        ...

    def unsettled(self) -> tuple[Quarantined, ...]:
        """Those that are open and whose case still waits for somebody, oldest first."""
        ...

    def count_since(self, since: datetime) -> int:
        """How many came into quarantine since then (included)."""
        ...

    def count_folded(self, since: datetime, until: datetime) -> int:
        """How many of the period came in a flood (until is excluded)."""
        ...

    def failed_again(self, number: int, why: str) -> None:
        """Another try to read it failed."""
        ...

    def end(
        self, number: int, state: QuarantineState, by: str, now: datetime, reason: str = ""
    ) -> None:
        """It was replayed or dismissed."""
        ...

    def reopen(self, number: int) -> None:
        """It is open again; that it was dismissed stands in its case's history."""
        ...
