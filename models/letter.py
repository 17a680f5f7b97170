"""What is written to a customer: drafts that a person may still change, and letters ready to leave."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum

from models.council import Authority
from models.prediction import Category


class LetterKind(StrEnum):
    """What a letter is for."""

    ACKNOWLEDGEMENT = "acknowledgement"
    RESPONSE = "response"
    SIGNPOST = "signpost"


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """What a template may say of a case. Dates are local dates; None where there is no such date.

    `subject` is the customer's own, untrusted; `answers` and `thread` are the Message-IDs for
    In-Reply-To and References. `authority` is given for a matter of another body. `decided` is
    False while a person still has to say what the message is.
    """

    reference: str
    customer_name: str
    address: str
    subject: str
    category: Category
    decided: bool
    owner_name: str
    received_on: date
    respond_by: date | None
    authority: Authority | None = None
    answers: str | None = None
    thread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Letter:
    """An email exactly as it will leave: one recipient, frozen when it was approved.

    `automatic` is True for what no person wrote (Auto-Submitted: auto-replied, RFC 3834).
    """

    kind: LetterKind
    reference: str
    recipient: str
    subject: str
    text: str
    html: str
    message_id: str
    answers: str | None
    thread: tuple[str, ...]
    automatic: bool

    def to_json(self) -> dict[str, object]:
        """As the outbox and a draft keep it."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> "Letter":
        """The inverse of `to_json`, also after a round through JSON."""
        thread = data["thread"]
        assert isinstance(thread, list | tuple)
        answers = data["answers"]
        return cls(
            kind=LetterKind(str(data["kind"])),
            reference=str(data["reference"]),
            recipient=str(data["recipient"]),
            subject=str(data["subject"]),
            text=str(data["text"]),
            html=str(data["html"]),
            message_id=str(data["message_id"]),
            answers=None if answers is None else str(answers),
            thread=tuple(str(id_) for id_ in thread),
            automatic=bool(data["automatic"]),
        )
