"""A letterbox that keeps what it is given, and the delivery that fills it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from handlers.delivery import Delivery
from handlers.mail.courier import EmailCourier
from models.letter import Letter
from models.outbox import Kind, Lane
from models.ports import Taken
from tests.support.office import TestOffice


@dataclass
class KeepingLetterbox:
    """Implements models.ports.Letterbox."""

    letters: list[Letter] = field(default_factory=list)

    def send(self, letter: Letter, _files: Sequence[object] = ()) -> Taken:
        self.letters.append(letter)
        return Taken(None)


def delivered(office: TestOffice, at: datetime) -> list[Letter]:
    """Deliver the letters that may leave at this time; those that left."""
    box = KeepingLetterbox()
    delivery = Delivery(
        office.store, {Kind.LETTER: EmailCourier(box, office.store)}, office.council
    )
    delivery.deliver_due(Lane.EMAIL, lambda: at)
    return box.letters
