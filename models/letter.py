"""What is written to a customer: drafts that a person may still change, and letters ready to leave."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum

from models.council import Authority
from models.enclosures import Enclosure
from models.prediction import Category

REASON_LINE = "[The reason, as you give it above]"
"""Where the reason stands in the text of a holding reply that is being written."""


class LetterKind(StrEnum):
    """What a letter is for."""

    ACKNOWLEDGEMENT = "acknowledgement"
    HOLDING_REPLY = "holding_reply"
    RESPONSE = "response"
    SIGNPOST = "signpost"


class Way(StrEnum):
    """How a letter goes: by email, or on paper by post."""

    EMAIL = "email"
    LETTER = "letter"


@dataclass(frozen=True, slots=True)
class Going:
    """How a letter is to go. `postal_address` has a line for each of its lines, the name first;
    it is empty for an email, which goes to the customer's own address.
    """

    way: Way = Way.EMAIL
    postal_address: str = ""


@dataclass(frozen=True, slots=True)
class Extension:
    """What a holding reply promises: the new local date of the answer, and why it is later.

    `although` is why a team leader extends against the rule, for the history; else empty.
    """

    to: date
    reason: str
    although: str = ""


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """What a template may say of a case. Dates are local dates; None where there is no such date.

    `subject` is the customer's own, untrusted; `answers` and `thread` are the Message-IDs for
    In-Reply-To and References. `authority` is given for a matter of another body. `decided` is
    False while a person still has to say what the message is. `extension` is a holding reply's.
    `ombudsman` holds the kinds of letter in which the policy wants the Ombudsman named, and `final`
    says that no further stage of the council's own follows. `written_on` is the day of writing.
    `enclosures` are the files that go with it.
    `respond_by` is what an acknowledgement promises, and in a holding reply what it did promise.
    `received_on` is the day of receipt, at Level Two that on which the review was asked for.
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
    going: Going = Going()
    extension: Extension | None = None
    ombudsman: frozenset[LetterKind] = frozenset()
    final: bool = False
    written_on: date | None = None
    enclosures: tuple[Enclosure, ...] = ()


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter exactly as it will leave: one recipient, frozen when it was approved.

    An email goes to `recipient`, `way` LETTER on paper to `postal_address`, dated `written_on`; its
    subject is the heading. `automatic` is True for what no person wrote (Auto-Submitted:
    auto-replied, RFC 3834), `approved` where it leaves only at a person's Send. `reply_token` names
    the case in the address for answers (handlers/mail/own.py). `promises` is the
    date of the answer that an acknowledgement tells, `extension` what a holding reply promises.
    `attachments` go with it: as attachments of the email, as enclosures on paper.
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
    reply_token: str = ""
    approved: bool = False
    way: Way = Way.EMAIL
    postal_address: str = ""
    written_on: date | None = None
    extension: Extension | None = None
    promises: date | None = None
    attachments: tuple[Enclosure, ...] = ()

    def to_json(self) -> dict[str, object]:
        """As the outbox and a draft keep it."""
        extension = self.extension
        return asdict(self) | {
            "written_on": self.written_on.isoformat() if self.written_on else None,
            "promises": self.promises.isoformat() if self.promises else None,
            "extension": (
                asdict(extension) | {"to": extension.to.isoformat()} if extension else None
            ),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> "Letter":
        """The inverse of `to_json`, also after a round through JSON, and of what was kept before
        letters could go by post.
        """
        thread = data["thread"]
        assert isinstance(thread, list | tuple)
        answers, written_on, promises = (
            data.get(name) for name in ("answers", "written_on", "promises")
        )
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
            reply_token=str(data.get("reply_token", "")),
            approved=bool(data.get("approved", False)),
            way=Way(str(data.get("way", Way.EMAIL))),
            postal_address=str(data.get("postal_address", "")),
            written_on=date.fromisoformat(str(written_on)) if written_on else None,
            extension=_extension(data.get("extension")),
            promises=date.fromisoformat(str(promises)) if promises else None,
            attachments=tuple(_attachments(data.get("attachments"))),
        )


@dataclass(frozen=True, slots=True)
class Departed:
    """A letter that left at `at` (aware UTC), by email or, where `posted_on` has a local date, on paper."""

    letter: Letter
    at: datetime
    posted_on: date | None = None


def _extension(data: object) -> Extension | None:
    if not isinstance(data, Mapping):
        return None
    although = str(data.get("although", ""))
    return Extension(date.fromisoformat(str(data["to"])), str(data["reason"]), although)


def _attachments(data: object) -> Iterator[Enclosure]:
    for one in data if isinstance(data, list | tuple) else ():
        assert isinstance(one, Mapping)
        name, kind, sha256 = (str(one[key]) for key in ("name", "content_type", "sha256"))
        yield Enclosure(name, kind, sha256, int(one["size"]))
