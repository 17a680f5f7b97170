"""A message between being read and finding its place."""

from dataclasses import dataclass
from datetime import datetime

from models.council import Council
from models.message import Message
from models.ports import Letters
from models.prediction import Prediction
from models.store_port import Arrival, Work


@dataclass(frozen=True, slots=True)
class Arriving:
    """A message on its way through the places; a machine's has no prediction."""

    work: Work
    letters: Letters
    council: Council
    message: Message
    prediction: Prediction | None
    now: datetime


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of it; `reason` says why where it is no case."""

    arrival: Arrival
    reference: str | None
    reason: str = ""
