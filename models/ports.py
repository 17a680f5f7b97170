"""What the use cases need of the outside, as verbs of intent. The store's are in `store_port`."""

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from models.letter import Letter, LetterFacts, LetterKind
from models.message import Message, Origin, RawMessage
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


class Mailbox(Protocol):
    """A mailbox that is watched. Every method raises Unavailable when the server does not answer."""

    def waiting(self, known: Callable[[Origin], bool]) -> Iterator[RawMessage]:
        """What lies in the watched folder, oldest first, left unread; `known` origins are skipped."""
        ...

    def file(self, origin: Origin, *, quarantined: bool = False) -> None:
        """Move a message that is safely stored out of the way; no error if a person moved it."""
        ...

    def wait(self, seconds: float) -> None:
        """Return when something may have arrived, or after `seconds`."""
        ...

    def interrupt(self) -> None:
        """Make a `wait` under way in another thread return soon."""
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
        """The email exactly as it will leave, with a Message-ID of its own.

        Raises Refused where there is no text or the address is not one address.
        """
        ...


class Letterbox(Protocol):
    """Where letters leave."""

    def send(self, letter: Letter) -> None:
        """Hand the letter over.

        Raises Unavailable (nothing left), AnswerLost (it may have left) or Undeliverable
        (refused for good).
        """
        ...
