"""Carries what the outbox holds for email."""

from dataclasses import dataclass
from datetime import datetime

from models.errors import Undeliverable
from models.letter import Letter
from models.outbox import Delivered, Item
from models.ports import Letterbox


@dataclass(frozen=True, slots=True)
class EmailCourier:
    """See handlers.delivery.Courier."""

    letterbox: Letterbox

    def deliver(self, item: Item, _now: datetime) -> Delivered:
        """Hand the letter over as it was frozen."""
        self.letterbox.send(Letter.from_json(item.parcel.payload))
        return Delivered()

    def find(self, item: Item, _now: datetime) -> None:
        """A mail server cannot be asked what it took: a letter is not sent a second time unasked."""
        raise Undeliverable(
            f"attempt {item.attempts - 1} ended before the mail server had said that it took it"
        )
