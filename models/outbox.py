"""What must leave, as rows written in the transaction of the change that calls for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from models.letter import Departed, Letter, LetterKind

Payload = Mapping[str, object]

_BEFORE = ":before:"


class Kind(StrEnum):
    """What an item is. Each kind is rendered at delivery, save a letter, frozen when approved."""

    CARD = "card"
    MOVED = "moved"
    CLEARED = "cleared"
    UNNAMED = "unnamed"
    BEFORE = "before"
    COMPARED = "compared"
    PRAISE = "praise"
    WORDS = "words"
    PAPER = "paper"
    NOTE = "note"
    REMINDER = "reminder"
    AGREED = "agreed"
    MORNING_LIST = "morning_list"
    QUARANTINE = "quarantine"
    ALARM = "alarm"
    LETTER = "letter"
    LETTER_STATUS = "letter_status"
    HOME = "home"
    UNCOVERED = "uncovered"


_BY_EMAIL = frozenset({Kind.LETTER, Kind.LETTER_STATUS})


class Lane(StrEnum):
    """Items of one case leave in order within a lane; a dead Slack does not hold up email."""

    SLACK = "slack"
    EMAIL = "email"


class State(StrEnum):
    """Where an item stands; the words are for operators too.

    `unknown`: the attempt may have been carried out and must not be repeated without a person.
    `dropped`: it was no longer true when its turn came.
    """

    PENDING = "pending"
    SENT = "sent"
    DROPPED = "dropped"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Parcel:
    """Something to put into the outbox. `key` tells it apart for ever: a second one is ignored.

    `good_until` (aware UTC) is when it stops being worth saying; it leaves no earlier than
    `not_before` (aware UTC), and at once where there is none.
    """

    key: str
    kind: Kind
    reference: str | None
    payload: Payload = field(default_factory=dict)
    good_until: datetime | None = None
    not_before: datetime | None = None

    @property
    def lane(self) -> Lane:
        """Which way it leaves."""
        return Lane.EMAIL if self.kind in _BY_EMAIL else Lane.SLACK


@dataclass(frozen=True, slots=True)
class Item:
    """A parcel on its way, held until `lease` (aware UTC).

    `begun` says that an earlier attempt may have been carried out. `added_at` and `first_tried_at`
    are aware UTC; the latter is None where no attempt has begun yet. `broken_off` counts the
    attempts that ended in a way that nobody foresaw.
    """

    id: int
    parcel: Parcel
    attempts: int
    begun: bool
    lease: datetime
    added_at: datetime
    first_tried_at: datetime | None = None
    broken_off: int = 0


@dataclass(frozen=True, slots=True)
class Posting:
    """Where something stands in Slack: `key` (for a card `card:CC-…`), channel id and ts."""

    key: str
    reference: str | None
    channel: str
    ts: str


def former_key(posting: Posting) -> str:
    """The key under which the place of a card is remembered once it stands elsewhere."""
    return f"former:{posting.reference}:{posting.channel}:{posting.ts}"


@dataclass(frozen=True, slots=True)
class Delivered:
    """The item left; `postings` are the places in Slack to remember, `then` is what follows.

    Both are written in the transaction that notes the end of the item.
    """

    postings: tuple[Posting, ...] = ()
    then: tuple[Parcel, ...] = ()


@dataclass(frozen=True, slots=True)
class Dropped:
    """The item was not sent because it is no longer true; says why."""

    why: str


def card(reference: str, version: int) -> Parcel:
    """The card of a case, to be posted or redrawn as the case is at delivery."""
    return Parcel(f"card:{reference}:{version}", Kind.CARD, reference)


def card_again(reference: str, version: int, why: str) -> Parcel:
    """The same card once more, for something beside the case that it tells has changed."""
    return Parcel(f"card:{reference}:{version}:{why}", Kind.CARD, reference)


def moved(reference: str, channel: str, ts: str) -> Parcel:
    """What becomes of a card at its old place, once the case stands elsewhere."""
    payload = {"channel": channel, "ts": ts}
    return Parcel(f"moved:{reference}:{channel}:{ts}", Kind.MOVED, reference, payload)


def praise(reference: str, channel: str, passed_on_at: datetime) -> Parcel:
    """What a compliment says, for the channel of its service; once for each time that it was passed
    on (aware UTC).
    """
    at = passed_on_at.isoformat()
    payload = {"case": reference, "channel": channel, "at": at}
    return Parcel(f"praise:{reference}:{at}", Kind.PRAISE, None, payload)


def cleared(reference: str, channel: str, ts: str, card_ts: str) -> Parcel:
    """All that we said under a former card goes, for the case became private: its card is `card_ts`."""
    payload = {"channel": channel, "ts": ts}
    key = f"cleared:{reference}:{channel}:{ts}:{card_ts}"
    return Parcel(key, Kind.CLEARED, reference, payload)


def unnamed(reference: str, channel: str, ts: str, card_ts: str) -> Parcel:
    """Lines of ours that name a case which became private go: from the thread of another case, or with
    an empty `ts` from what stands in the channel itself.
    """
    payload = {"channel": channel, "ts": ts}
    key = f"unnamed:{reference}:{channel}:{ts}:{card_ts}"
    return Parcel(key, Kind.UNNAMED, reference, payload)


def unnamed_before(parcel: Parcel, ts: str) -> Parcel:
    """The same for what stands in the channel before the message of this ts."""
    payload = {**parcel.payload, "before": ts}
    key = f"{parcel.key.partition(_BEFORE)[0]}{_BEFORE}{ts}"
    return Parcel(key, Kind.UNNAMED, parcel.reference, payload)


def before(reference: str, version: int, card_ts: str) -> Parcel:
    """What happened to a case before this version of it, once more, under a further card."""
    return Parcel(f"before:{reference}:{card_ts}", Kind.BEFORE, reference, {"version": version})


def compared(reference: str, channel: str, thread: str, now: datetime) -> Parcel:
    """The messages of a thread that are notes are compared with what stands there, once a start."""
    payload = {"channel": channel, "thread": thread}
    key = f"compared:{channel}:{thread}:{now.isoformat()}"
    return Parcel(key, Kind.COMPARED, reference, payload)


def words(reference: str, message_id: int, card_ts: str = "") -> Parcel:
    """A message's own words, for the thread of its case; again under each further card."""
    key = f"words:{reference}:{message_id}" + (f":{card_ts}" if card_ts else "")
    return Parcel(key, Kind.WORDS, reference, {"message": message_id})


def paper(reference: str, letter: LetterKind, version: int, card_ts: str = "") -> Parcel:
    """The files of a letter on paper that was approved on a version, for the thread of its case; again
    under each further card.
    """
    key = f"paper:{reference}:{letter}:{version}" + (f":{card_ts}" if card_ts else "")
    payload = {"letter": letter.value, "version": version}
    return Parcel(key, Kind.PAPER, reference, payload)


def note(reference: str, version: int, event: str) -> Parcel:
    """A line of history, for the thread of its case."""
    payload = {"version": version, "event": event}
    return Parcel(f"note:{reference}:{version}:{event}", Kind.NOTE, reference, payload)


def one_of_several(reference: str, version: int, event: str, details: Payload) -> Parcel:
    """The line of an entry of which several may stand on one version: `details` tell it apart."""
    payload = {"version": version, "event": event, "details": dict(details)}
    key = ":".join(map(str, ("note", reference, version, event, *details.values())))
    return Parcel(key, Kind.NOTE, reference, payload)


def letter(
    letter: Letter,
    version: int = 1,
    good_until: datetime | None = None,
    not_before: datetime | None = None,
) -> Parcel:
    """A letter as it will leave, once for the version of the case it was approved on; an
    acknowledgement that leaves by itself has that of the opening. Before `not_before` it can be
    taken back, after `good_until` it is not sent any more.
    """
    key = letter_key(letter.reference, letter.kind, version)
    return Parcel(key, Kind.LETTER, letter.reference, letter.to_json(), good_until, not_before)


def letter_key(reference: str, kind: LetterKind, version: int) -> str:
    """The key of a letter, by the version of the case that it was approved on."""
    return f"letter:{reference}:{kind}:{version}"


def letter_status(letter: Letter, name: str, good_until: datetime) -> Parcel:
    """The question what became of a letter, asked by `name` until it is known."""
    payload = {"name": name, "letter": letter.kind.value, "message_id": letter.message_id}
    key = f"letter_status:{name}"
    return Parcel(key, Kind.LETTER_STATUS, letter.reference, payload, good_until)


def reminder(reference: str, kind: str, due: date, stage: int, days_before: int) -> Parcel:
    """A reminder of a deadline, once for each point before it, for the thread of its case."""
    key = f"reminder:{reference}:{stage}:{kind}:{due.isoformat()}:{days_before}"
    payload = {"kind": kind, "due": due.isoformat(), "stage": stage, "days_before": days_before}
    return Parcel(key, Kind.REMINDER, reference, payload)


def agreed(
    reference: str, number: int, owner: str, due: date, days_before: int | None, since: object
) -> Parcel:
    """What an owner has to do by when, for the thread of its case: at each point before it, with less
    than nought in each week after it, and with None when it is agreed. `since` tells apart what may
    come back to the same owner with the same date: the version of the case that agreed on it, or the
    local date of the reminder.
    """
    point = "told" if days_before is None else days_before
    key = f"agreed:{reference}:{number}:{owner}:{due.isoformat()}:{point}:{since}"
    payload = {"number": number, "owner": owner, "due": due.isoformat(), "days_before": days_before}
    return Parcel(key, Kind.AGREED, reference, payload)


def morning_list(channel: str, day: date, good_until: datetime, *, whole: bool) -> Parcel:
    """The list of a channel on a working morning; `whole` is the lead's, over all services."""
    payload = {"channel": channel, "day": day.isoformat(), "whole": whole}
    key = f"morning_list:{'whole' if whole else channel}:{day.isoformat()}"
    return Parcel(key, Kind.MORNING_LIST, None, payload, good_until)


def quarantined(reference: str, number: int) -> Parcel:
    """What is to be known of a message that could not be read, for the thread of its stub case."""
    return Parcel(f"quarantine:{number}", Kind.QUARANTINE, reference, {"number": number})


def quarantine_flood(now: datetime, number: int) -> Parcel:
    """The one post that counts what could not be read in an hour; `number` is the latest."""
    hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0).isoformat()
    return Parcel(f"quarantine:{hour}:{number}", Kind.QUARANTINE, None, {"hour": hour})


def alarm(key: str, channel: str, text: str) -> Parcel:
    """A sentence for whoever keeps carebot running, said once for each `key`, at any hour."""
    return Parcel(f"alarm:{key}", Kind.ALARM, None, {"channel": channel, "text": text})


def home(user: str, now: datetime) -> Parcel:
    """The home tab of a person, to be drawn as things stand at delivery; one that waits stands for
    a second.
    """
    return Parcel(f"home:{user}:{now.isoformat()}", Kind.HOME, None, {"user": user})


def uncovered(channel: str, user: str, day: date, good_until: datetime) -> Parcel:
    """That nobody covers for a person who is away and holds cases; once a day, for the lead."""
    payload = {"channel": channel, "user": user, "day": day.isoformat()}
    key = f"uncovered:{user}:{day.isoformat()}"
    return Parcel(key, Kind.UNCOVERED, None, payload, good_until)


class Outbox(Protocol):
    """What must leave."""

    def add(self, parcel: Parcel, now: datetime) -> bool:
        """Put a parcel in; False where its key is there already, or what waits stands for it."""
        ...

    def claim(self, lane: Lane, now: datetime, limit: int, lease: timedelta) -> tuple[Item, ...]:
        """Take the oldest of a lane that may leave, at most one per case, for the lease's time."""
        ...

    def begin(self, item: Item, now: datetime, lease: timedelta) -> Item | None:
        """Note that the attempt starts now: whatever happens, it may have been carried out.

        Gives the item with the lease renewed; None where it is no longer ours.
        """
        ...

    def release(self, items: Sequence[Item]) -> None:
        """Give back what was claimed and not begun."""
        ...

    def take_back(self, key: str, why: str, now: datetime) -> Letter | None:
        """Take a letter out, and give it back: only while it waits and no attempt of it may have
        been carried out; else None, and nothing changes.
        """
        ...

    # How an attempt ended counts only while the item is pending and under the lease it has here:
    # these four give False, and change nothing, where it ended meanwhile or another bot has it.

    def sent(self, item: Item, delivered: Delivered, now: datetime) -> bool:
        """It left; the places in Slack are kept, and what follows is put in."""
        ...

    def dropped(self, item: Item, why: str, now: datetime) -> bool:
        """It was not sent, and why."""
        ...

    def retry(
        self, item: Item, at: datetime, error: str, *, begun: bool, broken_off: bool = False
    ) -> bool:
        """It is tried again at a time; `begun` where the failed attempt may have been carried out,
        `broken_off` where it ended in a way that nobody foresaw.
        """
        ...

    def give_up(self, item: Item, error: str, now: datetime, *, unknown: bool) -> bool:
        """It is not tried again by itself: refused for good, or of unknown end."""
        ...

    def letters_of(self, reference: str) -> tuple[Letter, ...]:
        """The letters of a case that were ever put in, oldest first."""
        ...

    def emails_left(self, reference: str) -> tuple[Departed, ...]:
        """The letters of a case that left by email, with their times, oldest first."""
        ...

    def counts(self) -> Mapping[str, int]:
        """How many items are in each state."""
        ...

    def sent_by_kind(self) -> Mapping[Kind, int]:
        """How many items of each kind have left."""
        ...

    def next_at(self, lane: Lane) -> datetime | None:
        """When the next pending item of a lane may leave; None where nothing is pending."""
        ...


class Places(Protocol):
    """Where things stand in Slack."""

    def forget(self, key: str) -> None:
        """It stands nowhere any more."""
        ...

    def put(self, posting: Posting) -> None:
        """Remember a place, in the stead of an earlier one of the same key."""
        ...

    def get(self, key: str) -> Posting | None:
        """Where this stands."""
        ...

    def formers(self, reference: str) -> tuple[Posting, ...]:
        """Where the card of a case stood before."""
        ...

    def case_at(self, channel: str, ts: str) -> str | None:
        """The case whose card stands there, or stood there before."""
        ...
