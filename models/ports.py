"""What the use cases need of the outside, as verbs of intent. The store's are in `store_port`."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from models.enclosures import Enclosure
from models.letter import Letter, LetterFacts, LetterKind
from models.message import Message, Origin, RawMessage, Scanned
from models.prediction import Prediction


class Reader(Protocol):
    """Reads raw bytes into a message."""

    def __call__(self, raw: RawMessage) -> Message:
        """Never raises for hostile bytes: what cannot be read is named in `defects`.

        Raises Unreadable only where not even a text can be shown; the message is then quarantined.
        """
        ...


class Triage(Protocol):
    """The model with the council's map."""

    def predict(self, subject: str, body: str, sender: str = "") -> Prediction:
        """One message's prediction; any text is accepted, the empty one too."""
        ...

    def predict_many(self, texts: Iterable[tuple[str, str, str]]) -> Iterator[Prediction]:
        """Predictions of (subject, body, sender) in the same order, lazily, faster in batches."""
        ...


Failed = Callable[[Origin, str], None]
"""Told of a message that the mailbox lists and does not hand over, and why."""


def unheard(_origin: Origin, _why: str) -> None:
    """For whoever does not ask which messages could not be had."""


class Mailbox(Protocol):
    """One watched folder. Every method raises Unavailable when the server does not answer; one
    with a `retry_after` is for a person to end (a password, a certificate, a folder's name).
    """

    account: str
    folder: str
    junk_folder: str | None

    def waiting(
        self,
        known: Callable[[Origin], bool],
        failed: Failed = unheard,
        troubled: Collection[Origin] = (),
    ) -> Iterator[RawMessage]:
        """What lies in the folder, oldest first, left unread; `known` origins are skipped, and
        those that are `troubled` come last. `known` is asked of all that lies there before the
        first is given.
        """
        ...

    def remains(self, origin: Origin, why: str) -> RawMessage:
        """What stands for a message that cannot be had, for a person (`unfetchable`)."""
        ...

    def strays(
        self,
        since: datetime,
        known: Callable[[str, int], Collection[int]],
        failed: Failed = unheard,
    ) -> Iterator[RawMessage]:
        """What came after `since` and lies in the processed folder without being in the books.

        `known` gives the numbers in the books, of a folder and its UIDVALIDITY. What cannot be had
        is told to `failed`; nothing is made or changed.
        """
        ...

    def junk_count(self) -> int | None:
        """How many messages lie in the junk folder; None where there is no such folder."""
        ...

    def file(self, origin: Origin, *, quarantined: bool = False) -> Origin | None:
        """Move a message that is safely stored out of the way; no error if a person moved it.

        Gives where it lies now, if that is known. Raises NotMoved where the mailbox refuses.
        """
        ...

    def wait(self, seconds: float) -> None:
        """Return when something may have arrived, or after `seconds`."""
        ...

    def interrupt(self) -> None:
        """Make a `wait` under way in another thread return soon."""
        ...

    def abandon(self, after: float) -> None:
        """Make what has been under way in another thread for `after` seconds fail soon; never
        raises or blocks.
        """
        ...

    def close(self) -> None:
        """Log out; never raises."""
        ...


class Letters(Protocol):
    """Templates: the words a customer gets."""

    def draft(self, kind: LetterKind, facts: LetterFacts) -> str:
        """The template's plain text, for a person to change or for an acknowledgement as it is."""
        ...

    def finish(self, kind: LetterKind, facts: LetterFacts, text: str) -> Letter:
        """The letter exactly as it will leave, with a Message-ID of its own.

        Raises Refused where there is no text or the address is not one address.
        """
        ...

    def enclosure(self, name: str, content: bytes) -> Enclosure:
        """A file as it goes with a letter. Raises Refused where it cannot."""
        ...

    def document(self, letter: Letter) -> bytes:
        """A letter on paper as a print-ready document (DOCX)."""
        ...

    @property
    def own_domain(self) -> str:
        """The domain of the council's own address."""
        ...


@dataclass(frozen=True, slots=True)
class Taken:
    """A letterbox took a letter. `name` is what to ask for its fate by; None where bounces tell."""

    name: str | None


class Letterbox(Protocol):
    """Where letters leave. A try whose answer was lost is looked for before the next."""

    def send(self, letter: Letter, files: Sequence[bytes] = ()) -> Taken:
        """Hand the letter over, with the bytes of its attachments in their order.

        Raises Unavailable (nothing left, and no other letter would), NotYet (this one is put
        off), AnswerLost (it may have left) or Undeliverable (refused for good).
        """
        ...

    def find(self, letter: Letter) -> Taken | None:
        """Whether an earlier try of unknown end was taken; None where it certainly was not.

        Raises Unavailable, and Undeliverable where nobody can tell.
        """
        ...

    def arrived(self, name: str) -> None:
        """Return once the letter taken under this name has arrived, as far as anybody will know.

        Raises NotYet while it is under way, Undeliverable where it will not arrive, Unavailable.
        """
        ...


class Scanner(Protocol):
    """Looks for viruses."""

    def scan(self, content: bytes) -> Scanned:
        """A verdict. Raises Unavailable where there is none, now: it is asked again later."""
        ...
