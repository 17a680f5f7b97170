"""A message between being read and finding its place."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from models.case import Case
from models.council import Council
from models.ledger import Arrival
from models.message import Message, Origin
from models.people import CAREBOT, Actor
from models.ports import Letters
from models.prediction import Prediction
from models.store_port import Work


@dataclass(frozen=True)
class Arriving:
    """A message on its way through the places; a machine's has no prediction.

    `origin` is where it was found; taken in again, or taken down by a person, it has none, and `by`
    says at whose word. `stub` is the case that stood for it while it could not be read. `by_hand`:
    a person wants a case of it, so nothing leaves by itself.
    """

    work: Work
    letters: Letters
    council: Council
    message: Message
    prediction: Prediction | None
    now: datetime
    origin: Origin | None = None
    by: Actor = CAREBOT
    stub: Case | None = None
    by_hand: bool = False

    @cached_property
    def case_of_its_id(self) -> str | None:
        """The case of an earlier message, or letter of ours, with the same Message-ID."""
        message_id = self.message.message_id
        return self.work.messages.case_answered_by([message_id]) if message_id else None


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of it; `reason` says why where it is no case."""

    arrival: Arrival
    reference: str | None
    reason: str = ""
