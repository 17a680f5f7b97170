"""A case: what the council answers under one reference, its states, and which actions fit them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from models.agreed import Agreed
from models.contact import Contact
from models.deadlines import DeadlineKind
from models.errors import Stale
from models.history import Entry
from models.letter import LetterKind
from models.message import Forwarded, Sender, Source
from models.points import Point
from models.praise import Praise
from models.prediction import Category, Flag, Prediction


class State(StrEnum):
    """Where a case stands."""

    TRIAGE = "triage"
    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


class Level(StrEnum):
    """The level of a complaint; `undetermined` until a person has decided."""

    UNDETERMINED = "undetermined"
    GENERAL_ENQUIRY = "general_enquiry"
    LEVEL_ONE = "level_one"
    LEVEL_TWO = "level_two"


class Outcome(StrEnum):
    """How a stage ended."""

    UPHELD = "upheld"
    PARTLY_UPHELD = "partly_upheld"
    NOT_UPHELD = "not_upheld"
    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"


class Action(StrEnum):
    """What a member of staff can do to a case."""

    CLAIM = "claim"
    ASSIGN = "assign"
    CONFIRM = "confirm"
    CHANGE = "change"
    ACKNOWLEDGE = "acknowledge"
    EXTEND = "extend"
    RESPOND = "respond"
    POST = "post"
    CLOSE = "close"
    REOPEN = "reopen"
    ESCALATE = "escalate"
    OMBUDSMAN = "ombudsman"
    LESSON = "lesson"
    REMEDY = "remedy"
    DONE = "done"
    NAME = "name"
    SPLIT = "split"
    LINK = "link"
    UNLINK = "unlink"
    MERGE = "merge"
    UNMERGE = "unmerge"
    PASS_ON = "pass_on"  # noqa: S105  # it is no password
    UNDO = "undo"
    POINTS = "points"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Leaving:
    """A letter that a person sent by email and may still take back: it leaves at `at` (aware UTC);
    None where that has passed and it waits for the mail server. `version` of the case is that on which
    it was approved; with the kind it names the letter.
    """

    kind: LetterKind
    at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class Stage:
    """One run of the clock, counted from `started_on`, day 0. Dates are local and due until their
    end; times are aware UTC.

    `respond_by` is None where nothing is promised. The `…approved_at` are when a letter was put
    into the outbox (by a person's Send, or by rule for the acknowledgement), `acknowledged_at`
    and `answered_at` when it left. `extended_to` is there only once the holding reply with that
    date has left. `to_post` are the letters on paper that are approved and not yet posted.
    `promised` is the date of the answer that the acknowledgement told, once it left; the date that
    the rules give may have moved since. `leaving` are the letters that may be taken back, the one
    that was sent last at the end. `counted_from` is the local day from which the acknowledgement of
    another case counts, where that is this one's too (split or merged); None where it has its own.
    """

    number: int
    started_on: date
    acknowledge_by: date
    respond_by: date | None
    acknowledgement_approved_at: datetime | None = None
    acknowledged_at: datetime | None = None
    answer_approved_at: datetime | None = None
    answered_at: datetime | None = None
    outcome: Outcome | None = None
    extension_approved_at: datetime | None = None
    extended_to: date | None = None
    to_post: tuple[LetterKind, ...] = ()
    promised: date | None = None
    leaving: tuple[Leaving, ...] = ()
    counted_from: date | None = None

    def is_on_its_way(self, kind: LetterKind) -> bool:
        """Whether a letter of this kind was approved and has not left yet."""
        approved, left = {
            LetterKind.ACKNOWLEDGEMENT: (self.acknowledgement_approved_at, self.acknowledged_at),
            LetterKind.HOLDING_REPLY: (self.extension_approved_at, self.extended_to),
        }.get(kind, (self.answer_approved_at, self.answered_at))
        again = kind in self.to_post or any(one.kind is kind for one in self.leaving)
        return again or (approved is not None and left is None)

    @property
    def told_outcome(self) -> Outcome | None:
        """The outcome that an answer told, once it left."""
        return None if self.answered_at is None else self.outcome

    @property
    def answer_by(self) -> date | None:
        """The date at whose end the answer is due: `respond_by`, or what it was extended to."""
        return self.respond_by and (self.extended_to or self.respond_by)


@dataclass(frozen=True, slots=True)
class Case:
    """What the council answers under one reference. `version` grows with every change.

    `service` is None exactly for another body's matter, which `authority` names. `holder` is the
    Slack user id of whoever claimed it. `original` is who wrote what a member of staff forwarded,
    until a person has named them as the complainant. `contact` is what was found of earlier contact;
    None where nobody looked. `points` are the checklist of its answer, `praise` what was recorded of
    a compliment, `merged_into` the case that goes on in its stead, `agreed` its lessons and
    remedies in the order of their numbers. `referred`: the register of the Ombudsman has it;
    `linked`: a person linked it with another case.
    `lessons_owed` are the levels at which an earlier stage ended upheld (`models.owing`).
    """

    reference: str
    version: int
    state: State
    category: Category
    service: str | None
    authority: str | None
    secondary_authority: str | None
    flags: tuple[Flag, ...]
    level: Level | None
    topic: str
    subject: str
    customer: Sender
    source: Source
    received_at: datetime
    holder: str | None
    stage: Stage
    prediction: Prediction
    original: Forwarded | None = None
    contact: Contact | None = None
    points: tuple[Point, ...] = ()
    praise: Praise | None = None
    merged_into: str | None = None
    agreed: tuple[Agreed, ...] = ()
    referred: bool = False
    linked: bool = False
    lessons_owed: tuple[Level, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something about it."""
        return self.state in {State.TRIAGE, State.OPEN}

    @property
    def needs_level(self) -> bool:
        """Whether its level must be decided. An MP's enquiry is counted apart and needs none, unless
        somebody has said that it is the constituent's own complaint (requirement 11).
        """
        undecided = self.level in {None, Level.UNDETERMINED}
        apart = undecided and Flag.MP_ENQUIRY in self.flags
        return self.category is Category.COMPLAINT and not apart

    @property
    def is_exhausted(self) -> bool:
        """Whether it has been through every stage: the review at Level Two was the last."""
        return self.level is Level.LEVEL_TWO and not self.is_open


@dataclass(frozen=True, slots=True)
class Change:
    """A case as it is after an action, and the history entries the action made."""

    case: Case
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Classification:
    """What a person says a case is. `service` is None exactly for another body's matter. `flags` None
    leaves the flags as they are.
    """

    category: Category
    service: str | None
    authority: str | None
    level: Level | None
    flags: tuple[Flag, ...] | None = None


def open_deadlines(case: Case) -> Mapping[DeadlineKind, date]:
    """What is still due on the case, and when. Who gave no address cannot be acknowledged, save
    by post who wrote a letter.
    """
    stage, due = case.stage, dict[DeadlineKind, date]()
    if not case.is_open:
        return due
    reachable = case.customer.address is not None or case.source is Source.LETTER
    if stage.acknowledged_at is None and reachable:
        due[DeadlineKind.ACKNOWLEDGE] = stage.acknowledge_by
    if stage.answered_at is None and stage.answer_by is not None:
        due[DeadlineKind.RESPOND] = stage.answer_by
    return due


def check_fresh(case: Case, seen_version: int) -> None:
    """Raises Stale where the case has moved on since the version a person saw."""
    if case.version != seen_version:
        raise Stale(case.reference, seen_version, case.version)
