"""One email, form, letter or phone note, as received and as read."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Source(StrEnum):
    """How a message came."""

    WEBSITE = "website"
    EMAIL = "email"
    LETTER = "letter"
    PHONE = "phone"
    FACE_TO_FACE = "face_to_face"
    STAFF_PORTAL = "staff_portal"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a raw message was found: a mailbox place, or a file.

    For IMAP `account`, `folder`, `uidvalidity` and `uid` name it; for a file `folder` is its path
    and the numbers are 0.
    """

    account: str
    folder: str
    uidvalidity: int = 0
    uid: int = 0


@dataclass(frozen=True, slots=True)
class RawMessage:
    """The bytes as handed over, where they were found, and when the server received them (aware).

    `received_at` is the mailbox's own date (INTERNALDATE, a file's time), never the Date header.
    `lacking` says, as a sentence, what of the message is not in the bytes and where to open it;
    empty where they are whole. `unfetchable`: not even a text could be had, a person must open it.
    """

    content: bytes
    origin: Origin
    received_at: datetime
    lacking: str = ""
    unfetchable: bool = False


@dataclass(frozen=True, slots=True)
class Sender:
    """Who wrote: an address to answer to, or None where nobody can be answered by email."""

    name: str
    address: str | None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part that is not the message's text. `name` is safe to show and to use as a file name.

    `content` is there when the message was just read; the store keeps it apart, under `sha256`.
    """

    name: str
    content_type: str
    size: int
    sha256: str
    content: bytes = field(default=b"", repr=False, compare=False)


class Verdict(StrEnum):
    """What a virus scanner said of a content. `too_large`: it will not look at so much."""

    NOT_SCANNED = "not_scanned"
    CLEAN = "clean"
    INFECTED = "infected"
    TOO_LARGE = "too_large"


@dataclass(frozen=True, slots=True)
class Scanned:
    """A verdict; `named` is the scanner's name for what it found, empty where it found nothing."""

    verdict: Verdict
    named: str = ""


@dataclass(frozen=True, slots=True)
class Forwarded:
    """Who wrote what was forwarded, as the forwarder's mail program says: offered, never trusted.

    `address` is None and `dated` (aware UTC) too where they cannot be read.
    """

    name: str
    address: str | None
    dated: datetime | None
    subject: str

    @property
    def sender(self) -> "Sender":
        """As somebody to answer to."""
        return Sender(self.name, self.address)


class MachineKind(StrEnum):
    """Why a message is a machine's: none of these is ever acknowledged.

    `bulk` was sent by a machine, but a person's matter may be in it (a reporting portal, a mailing
    list): it becomes a case. The others are filed.
    """

    AUTOMATIC = "automatic"
    BOUNCE = "bounce"
    OWN = "own"
    BULK = "bulk"


@dataclass(frozen=True, slots=True)
class Failure:
    """What a bounce says of one recipient (RFC 3464): the status (RFC 3463) such as 5.1.1, empty
    where it gives none, and whether trying again cannot help.
    """

    recipient: str
    status: str
    permanent: bool


@dataclass(frozen=True, slots=True)
class Machine:
    """The verdict that a machine wrote it, with the header or sign that says so.

    Of a bounce, a delay or a receipt: the Message-IDs of the letters that it is about, and what
    became of which recipient.
    """

    kind: MachineKind
    reason: str
    failed_message_ids: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()


def mailbox_of(address: str) -> str:
    """By which an address is told apart and counted: lower case, without a plus token (RFC 5233),
    so that no new token makes a new person.
    """
    local, at, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain}"


class Mark(StrEnum):
    """How a message names a case, the surest first.

    `signed`: in a Message-ID, plus address or header that only carebot can have written. `bare`: in
    its subject, or in a plus address without the check. `quoted`: in its text. The last two anybody
    can write.
    """

    SIGNED = "signed"
    BARE = "bare"
    QUOTED = "quoted"


@dataclass(frozen=True, slots=True)
class Named:
    """A case reference that a message names; whether there is such a case is not known yet."""

    reference: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class Message:
    """A message as read. `text` is all the person wrote, `new_text` without quotes and signature.

    `references` are the Message-IDs it answers, nearest first. `named` are the cases it
    names, the surest first. `machine` is None for a person's message. `forwarded` is
    the original of a message that was passed on. `authentication` is what our own mail server found
    (Authentication-Results, RFC 8601), shown and never a ground for trust. `defects` name what could
    not be read.
    """

    sha256: str
    message_id: str | None
    references: tuple[str, ...]
    sender: Sender
    reply_to: str | None
    recipients: tuple[str, ...]
    subject: str
    text: str
    new_text: str
    received_at: datetime
    dated: datetime | None
    source: Source
    attachments: tuple[Attachment, ...] = ()
    named: tuple[Named, ...] = ()
    machine: Machine | None = None
    forwarded: Forwarded | None = None
    authentication: str = ""
    defects: tuple[str, ...] = field(default=())

    @property
    def own_words(self) -> str:
        """What the person wrote this time: of a recognised form every field, else `new_text`."""
        return self.new_text if self.source is Source.EMAIL else self.text

    @property
    def is_automatic(self) -> bool:
        """Whether a machine wrote it and no matter of a person's can be in it."""
        return self.machine is not None and self.machine.kind is not MachineKind.BULK
