"""What the use cases need of the store, as verbs of intent, with the values that go in and out."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from models.absence import AbsenceStore
from models.agreed import AgreedStore
from models.case import Case, Change, State
from models.deadlines import DeadlineKind
from models.decisions import Decisions
from models.fetching import FiledPlaces, Readings, Troubles
from models.folders import Folders
from models.history import Entry
from models.homes import HomeStore
from models.ledger import Arrival, Ledger
from models.letter import Letter, LetterKind
from models.letters_sent import Departures, LettersSent
from models.locations import LocationStore
from models.looks import LookStore
from models.message import Message, Scanned
from models.notes import NoteStore
from models.ombudsman import OmbudsmanRegister
from models.outbox import Outbox, Places
from models.prediction import Prediction
from models.quarantine import QuarantineStore
from models.searching import SearchStore
from models.standing import Standings
from models.vitals import Vitals


@dataclass(frozen=True, slots=True)
class Filed:
    """A message that is stored: its number, and the case it belongs to, if any."""

    id: int
    reference: str | None


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """A message with its number and what the model said of it. `vouched`: not only a reference that
    anybody can write speaks for its sender.
    """

    id: int
    message: Message
    arrival: Arrival
    prediction: Prediction | None
    vouched: bool = True


@dataclass(frozen=True, slots=True)
class DueCase:
    """An open deadline with its case."""

    case: Case
    kind: DeadlineKind
    due: date


@dataclass(frozen=True, slots=True)
class Query:
    """Which cases are asked for; None asks nothing of that field."""

    states: frozenset[State] | None = None
    holder: str | None = None
    limit: int = 50
    after: int = 0


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter that a person is looking at before it leaves, with what Send will do.

    `version` is the case's when the draft was made; `details` are the choices made with it.
    `warnings`, and the points that it leaves open, are for the eyes that look at it now, and not kept.
    """

    id: str
    reference: str
    version: int
    officer: str
    letter: Letter
    details: Mapping[str, str]
    warnings: tuple[str, ...] = ()
    open_points: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Paper:
    """A letter on paper: the document (DOCX) as it was approved on a version of the case.

    `posted_on` is the local date of posting; it waits while that and `withdrawn_at` are None.
    """

    letter: Letter
    version: int
    document: bytes = field(repr=False)
    approved_at: datetime
    posted_on: date | None = None
    withdrawn_at: datetime | None = None


class MessageStore(Protocol):
    """Messages as received and as read."""

    def keep_raw(self, sha256: str, content: bytes) -> None:
        """Keep the bytes; the same bytes twice are kept once."""
        ...

    def raw(self, sha256: str) -> bytes | None:
        """The bytes kept under this hash."""
        ...

    def add(
        self,
        message: Message,
        arrival: Arrival,
        reference: str | None,
        prediction: Prediction | None,
        now: datetime,
        *,
        vouched: bool = True,
    ) -> int:
        """Keep a message as read, and what came attached; gives its number."""
        ...

    def same_as(self, message: Message) -> Filed | None:
        """The first message that this one is a copy of (C24).

        The same bytes; the same Message-ID with the same content; without a Message-ID the same
        content from the same address, written within minutes. Bytes that have neither a Message-ID
        nor a Date are compared within minutes too: nothing else tells a copy from a second message.
        """
        ...

    def same_words(self, message: Message, since: datetime) -> bool:
        """Whether its sender has sent the same words since then, whatever the subject."""
        ...

    def case_answered_by(self, message_ids: Sequence[str]) -> str | None:
        """The case of the first of these Message-IDs that we sent or received."""
        ...

    def get(self, id_: int) -> StoredMessage | None:
        """The message with this number."""
        ...

    def with_bytes(self, sha256: str) -> StoredMessage | None:
        """The first message read from these bytes."""
        ...

    def of_case(self, reference: str) -> tuple[StoredMessage, ...]:
        """A case's messages, oldest first."""
        ...

    def participants(self, reference: str) -> frozenset[str]:
        """Who is known on a case, as `models.message.mailbox_of` tells people apart: whom we wrote
        to, and who wrote on it, save those of whom only a reference speaks, which anybody can write
        (`vouched`).
        """
        ...


class ContentStore(Protocol):
    """What came attached, each content once, under its SHA-256 in hex."""

    def put(self, content: bytes) -> None:
        """Keep the bytes of a file that staff put with a letter; equal ones once."""
        ...

    def get(self, sha256: str) -> bytes | None:
        """The bytes with this hash; nobody hands them out without a look at the verdict."""
        ...

    def verdicts(self, hashes: Sequence[str]) -> Mapping[str, Scanned]:
        """What the scanner said of each of these that is kept."""
        ...

    def not_scanned(self, limit: int) -> tuple[str, ...]:
        """The hashes of contents without a verdict, those that came first first."""
        ...

    def put_off(self, sha256: str, now: datetime) -> None:
        """Its turn comes behind the others that wait: there was no verdict on it."""
        ...

    def judge(self, sha256: str, scanned: Scanned, now: datetime) -> None:
        """Keep what the scanner said of a content."""
        ...

    def came_with(self, sha256: str) -> tuple[Filed, ...]:
        """The messages that this content came with, each with its case, if any."""
        ...


class CaseStore(Protocol):
    """Cases; each save writes its history in the same transaction."""

    def new_reference(self, year: int) -> str:
        """The next reference of a year, such as CC-2026-00042; never given twice."""
        ...

    def add(self, change: Change) -> None:
        """Keep a new case."""
        ...

    def save(self, change: Change) -> None:
        """Keep a changed case. Raises Stale where the stored one is not the version before."""
        ...

    def get(self, reference: str) -> Case | None:
        """A case as it is now."""
        ...

    def find(self, query: Query) -> tuple[Case, ...]:
        """Cases, those due first first."""
        ...

    def count(self, query: Query) -> int:
        """How many cases are asked for, whatever the page."""
        ...

    def of_customer(
        self, address: str, topics: Collection[str], since: datetime, limit: int
    ) -> tuple[Case, ...]:
        """Cases of this customer on these topics that were received since then, the newest first."""
        ...

    def due(self, until: date) -> tuple[DueCase, ...]:
        """Deadlines of open cases that are not met and fall on or before `until`, earliest first."""
        ...

    def due_page(
        self, due_from: date, due_until: date, limit: int, after: int
    ) -> tuple[tuple[DueCase, ...], int]:
        """A page of the unmet deadlines in the period, earliest first, and how many there are in all."""
        ...

    def to_remind(self, due_from: date, due_until: date, days_before: int) -> tuple[DueCase, ...]:
        """Unmet deadlines in the period of which nobody was reminded at this or a later point."""
        ...

    def reminded(self, deadline: DueCase, days_before: int) -> None:
        """Note that somebody was reminded of a deadline so many working days before."""
        ...

    def tell(self, entry: Entry) -> None:
        """Keep an entry of what changed nothing of the case itself, whose version stays."""
        ...

    def naming(self, reference: str) -> tuple[str, ...]:
        """The cases that have this one among their earlier contact."""
        ...

    def history(self, reference: str) -> tuple[Entry, ...]:
        """What happened to a case, oldest first."""
        ...


class Drafts(Protocol):
    """Letters under a person's eyes."""

    def put(self, draft: Draft, now: datetime) -> None:
        """Keep a draft."""
        ...

    def take(self, id_: str) -> Draft | None:
        """Take a draft out: it can be sent once."""
        ...


class Papers(Protocol):
    """Letters on paper."""

    def add(self, paper: Paper) -> None:
        """Keep a document that was approved; it waits to be posted."""
        ...

    def waiting(self, reference: str, kind: LetterKind) -> Paper | None:
        """The letter of this kind that waits to be posted."""
        ...

    def of_case(self, reference: str) -> tuple[Paper, ...]:
        """Every letter on paper of a case, oldest first."""
        ...

    def posted(self, paper: Paper, on: date) -> None:
        """Note the local date of posting."""
        ...

    def withdrawn(self, paper: Paper, now: datetime) -> None:
        """Note that it was taken back."""
        ...


class Work(Protocol):
    """One unit of work: everything in it happens, or nothing."""

    @property
    def messages(self) -> MessageStore:
        """Messages as received and as read."""
        ...

    @property
    def contents(self) -> ContentStore:
        """What came attached."""
        ...

    @property
    def ledger(self) -> Ledger:
        """The mailbox's book."""
        ...

    @property
    def vitals(self) -> Vitals:
        """Figures by which carebot's health is told."""
        ...

    @property
    def quarantine(self) -> QuarantineStore:
        """Messages that could not be read."""
        ...

    @property
    def folders(self) -> Folders:
        """How the folders of the mailboxes stand."""
        ...

    @property
    def troubles(self) -> Troubles:
        """Messages that could not be fetched yet."""
        ...

    @property
    def readings(self) -> Readings:
        """Messages whose reading was begun."""
        ...

    @property
    def filed(self) -> FiledPlaces:
        """Where messages were moved to."""
        ...

    @property
    def cases(self) -> CaseStore:
        """Cases."""
        ...

    @property
    def decisions(self) -> Decisions:
        """What staff decided of cases beside what the model said of them."""
        ...

    @property
    def agreed(self) -> AgreedStore:
        """What is agreed on cases and not done."""
        ...

    @property
    def ombudsman(self) -> OmbudsmanRegister:
        """What went to the Ombudsman."""
        ...

    @property
    def locations(self) -> LocationStore:
        """Where cases were."""
        ...

    @property
    def search(self) -> SearchStore:
        """Full text of every case."""
        ...

    @property
    def looks(self) -> LookStore:
        """Who looked at a case's text."""
        ...

    @property
    def standings(self) -> Standings:
        """How the work stands, in counts."""
        ...

    @property
    def absences(self) -> AbsenceStore:
        """Who is away when."""
        ...

    @property
    def homes(self) -> HomeStore:
        """The home tabs that people have opened."""
        ...

    @property
    def notes(self) -> NoteStore:
        """What staff filed as notes."""
        ...

    @property
    def outbox(self) -> Outbox:
        """What must leave."""
        ...

    @property
    def places(self) -> Places:
        """Where things stand in Slack."""
        ...

    @property
    def drafts(self) -> Drafts:
        """Letters under a person's eyes."""
        ...

    @property
    def papers(self) -> Papers:
        """Letters on paper."""
        ...

    @property
    def letters(self) -> LettersSent:
        """What was written to customers."""
        ...

    @property
    def departures(self) -> Departures:
        """What left by email."""
        ...


class Store(Protocol):
    """Where everything is kept."""

    def work(self) -> AbstractContextManager[Work]:
        """A unit of work that writes: committed at the end, rolled back when anything is raised."""
        ...

    def view(self) -> AbstractContextManager[Work]:
        """A consistent look that writes nothing."""
        ...

    def seal_key(self) -> bytes:
        """The key that signs the marks on our letters: made once, kept with the cases."""
        ...

    def close(self) -> None:
        """Close every connection."""
        ...
