"""A reader that cannot read what a test names, until it is mended: the bytes stay as they are."""

from handlers.mail.parse import MailReader
from models.errors import Unreadable
from models.message import Message, RawMessage

POISON = b"#poison"


class PoisonedReader:
    """Implements models.ports.Reader over the real one. `mended` is an upgrade that helped.

    No bytes are known that the real reader cannot read (tests/mail/test_mutations.py looks for
    them), so its failure is told, in both forms: a named one and a bug.
    """

    def __init__(self, reader: MailReader) -> None:
        self._reader = reader
        self.mended = False

    def __call__(self, raw: RawMessage) -> Message:
        if POISON in raw.content and not self.mended:
            if POISON + b"-bug" in raw.content:
                raise RecursionError("too deep")
            raise Unreadable("not even a text can be shown")
        return self._reader(raw)
