"""Carries what the outbox holds for email."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from models import outbox
from models.errors import Undeliverable
from models.letter import Letter
from models.outbox import Delivered, Item, Kind
from models.ports import Letterbox, Taken
from models.store_port import Store

# GOV.UK Notify goes on trying for three days; nobody knows more of a letter after four.
_FATE_KNOWN = timedelta(days=4)


@dataclass(frozen=True, slots=True)
class EmailCourier:
    """See handlers.delivery.Courier."""

    letterbox: Letterbox
    store: Store

    def deliver(self, item: Item, now: datetime) -> Delivered:
        """Hand the letter over as it was frozen, or ask what became of one handed over before."""
        if item.parcel.kind is Kind.LETTER_STATUS:
            self.letterbox.arrived(str(item.parcel.payload["name"]))
            return Delivered()
        letter = Letter.from_json(item.parcel.payload)
        return _taken(letter, self.letterbox.send(letter, self._files(letter)), now)

    def find(self, item: Item, now: datetime) -> Delivered | None:
        """Whether an earlier try was taken. Raises Undeliverable where nobody can tell: a letter is
        not sent a second time unasked (E33).
        """
        if item.parcel.kind is Kind.LETTER_STATUS:
            return None
        letter = Letter.from_json(item.parcel.payload)
        taken = self.letterbox.find(letter)
        return None if taken is None else _taken(letter, taken, now)

    def _files(self, letter: Letter) -> list[bytes]:
        """The bytes of what goes with it. Raises Undeliverable where they are not kept any more."""
        files = []
        with self.store.view() as work:
            for attachment in letter.attachments:
                content = work.contents.get(attachment.sha256)
                if content is None:
                    raise Undeliverable(f"the file {attachment.name} is not kept any more")
                files.append(content)
        return files


def email_kinds() -> Iterator[Kind]:
    """The kinds of item that go by email."""
    return iter((Kind.LETTER, Kind.LETTER_STATUS))


def _taken(letter: Letter, taken: Taken, now: datetime) -> Delivered:
    if taken.name is None:
        return Delivered()
    status = outbox.letter_status(letter, taken.name, good_until=now + _FATE_KNOWN)
    return Delivered(then=(status,))
