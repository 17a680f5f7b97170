"""The council's catalogue: who answers what here. The map from topics is its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

from models.enclosures import EnclosureRules
from models.errors import Misconfigured
from models.policy import Policy
from models.prediction import Flag
from models.topics import AUTHORITIES, SERVICES, TOPICS, default_owners
from models.working_days import WorkingCalendar


class CouncilType(StrEnum):
    """The kind of council: it picks the default map from topics to owners."""

    DISTRICT = "district"
    COUNTY = "county"
    UNITARY = "unitary"
    LONDON_BOROUGH = "london_borough"
    METROPOLITAN = "metropolitan"


@dataclass(frozen=True, slots=True)
class Service:
    """A part of the council that answers, with its Slack channel (a name without #, or an id)."""

    id: str
    name: str
    channel: str


@dataclass(frozen=True, slots=True)
class Authority:
    """Another body, and what a customer is told about it: why it is theirs, and how to reach it."""

    id: str
    name: str
    signpost: str
    contact: str


@dataclass(frozen=True, slots=True)
class Owner:
    """Who answers a topic here: a service of the council, or (never both) an authority."""

    service: str | None = None
    authority: str | None = None


class Catalogue:
    """Services, authorities and the map of topics to owners, checked when it is made."""

    def __init__(
        self,
        kind: CouncilType,
        services: tuple[Service, ...],
        authorities: tuple[Authority, ...],
        differing: Mapping[str, str] | None = None,
    ) -> None:
        """Start from the default map of `kind`; `differing` maps a topic to another owner's id.

        Raises Misconfigured where a topic or owner is unknown, or an owner has no entry.
        """
        self.kind = kind
        self.services = MappingProxyType({service.id: service for service in services})
        self.authorities = MappingProxyType({a.id: a for a in authorities})
        owners = dict(default_owners(kind.value))
        for topic, owner in (differing or {}).items():
            if topic not in TOPICS:
                raise Misconfigured(f"topics.{topic}: no such topic; allowed: {', '.join(TOPICS)}")
            owners[topic] = owner
        self._owners = MappingProxyType({t: self._owner(t, o) for t, o in owners.items()})

    def _owner(self, topic: str, owner: str) -> Owner:
        if owner in self.services:
            return Owner(service=owner)
        if owner in self.authorities:
            return Owner(authority=owner)
        known = [*self.services, *self.authorities]
        raise Misconfigured(
            f"topics.{topic} = {owner!r}: no [[service]] or [[authority]] has this id; "
            f"there are: {', '.join(known)}"
        )

    def owner(self, topic: str) -> Owner:
        """Who answers `topic` here. Raises KeyError for a topic that topics.py does not know."""
        return self._owners[topic]

    def owners(self) -> Mapping[str, Owner]:
        """The whole map, read-only."""
        return self._owners

    def owner_name(self, service: str | None, authority: str | None) -> str:
        """The name for people of a service or an authority id; the id itself where unknown."""
        if service is not None:
            found = self.services.get(service)
            return found.name if found else service
        body = self.authorities.get(authority or "")
        return body.name if body else (authority or "nobody")


def default_catalogue(kind: CouncilType) -> Catalogue:
    """The catalogue of a council of this kind before it has configured anything."""
    return Catalogue(
        kind,
        tuple(Service(id_, name, id_.replace("_", "-")) for id_, name in SERVICES.items()),
        tuple(Authority(id_, name, "", "") for id_, name in AUTHORITIES.items()),
    )


@dataclass(frozen=True, slots=True)
class Channels:
    """Slack channels beside the services' own (names without #, or ids).

    `triage` gets what a person must decide and what is another body's; `lead` gets the whole
    morning list; `private` maps a flag to the channel that alone sees such cases.
    """

    triage: str
    lead: str
    private: Mapping[Flag, str]


@dataclass(frozen=True, slots=True)
class Reminding:
    """When people are told: days before a deadline, working hours, the time of the morning list."""

    days_before: tuple[int, ...] = (5, 2, 1, 0)
    opens: time = time(9)
    closes: time = time(17)
    list_at: time = time(9)
    soon_days: int = 3

    def point(self, days_left: int) -> int | None:
        """Which of the configured days before a deadline is said with so many left; None where
        the deadline is further away, or past.
        """
        if days_left < 0:
            return None
        return min((days for days in self.days_before if days >= days_left), default=None)


@dataclass(frozen=True, slots=True)
class Acknowledging:
    """When an acknowledgement leaves by itself: never for old mail, never often to one address,
    and no more in all than a council's mailbox ever needs (mail.md D27).

    `per_minute` and `per_hour` count the automatic letters to anybody; `letters_per_hour` counts
    all that leave, those that a person approved too. For mail to `silent_accounts`, as the books
    call the mailboxes, none leaves by itself.
    """

    within_days: int = 3
    per_address_per_hour: int = 3
    per_address_per_day: int = 5
    per_minute: int = 120
    per_hour: int = 1000
    letters_per_hour: int = 2000
    silent_accounts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Replying:
    """What becomes of a customer's further messages, in days.

    A reply opens an answered or closed case again for `reopen_within_days` after its end; later it
    is a case of its own. A new message on the topic of an open case of the same customer that is
    not older than `same_matter_within_days` is pointed out. What the same customer wrote on a matter
    within `same_sender_within_days`, or anybody on the same matter at the same place within
    `same_place_within_days`, is earlier contact; 0 looks for none.
    """

    reopen_within_days: int = 60
    same_matter_within_days: int = 30
    same_sender_within_days: int = 365
    same_place_within_days: int = 90

    @property
    def places_kept_for(self) -> timedelta:
        """How long it is asked where a case was."""
        return timedelta(days=max(self.same_sender_within_days, self.same_place_within_days))


@dataclass(frozen=True, slots=True)
class Sending:
    """How long a letter may wait for its way out before people are told, and before it is theirs to
    look at. `quiet`: nothing leaves to customers. `undo_for`: how long what a person sent by email
    stays, so that they can take it back. `enclosures`: what may go with letters.
    """

    quiet: bool = False
    say_after: timedelta = timedelta(hours=4)
    give_up_after: timedelta = timedelta(hours=72)
    undo_for: timedelta = timedelta(seconds=60)
    enclosures: EnclosureRules = field(default_factory=EnclosureRules)


@dataclass(frozen=True, slots=True)
class Staffing:
    """Who may do what, each a Slack user group (`@waste-team`) or a channel (`#waste`).

    `officers` work on every case, those in `by_service` on the cases of that service (by its id).
    `leads` may overrule a rule with a reason, `senior` review at Level Two; both work on every case.
    Where nobody is named for a role, every officer has it; where no officer is named at all for a
    case, every colleague is one.
    """

    officers: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()
    senior: tuple[str, ...] = ()
    by_service: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def named(self) -> frozenset[str]:
        """Every group and channel that is named."""
        of_services = (one for named in self.by_service.values() for one in named)
        return frozenset((*self.officers, *self.leads, *self.senior, *of_services))


@dataclass(frozen=True, slots=True)
class Council:
    """One council: its catalogue, promises, calendar, channels and habits.

    `staff_domains` (lower case): whose mail is staff's, so that what they forward is a resident's.
    `watched`: account and folder of what is taken in; empty stands for all ever looked at.
    """

    name: str
    catalogue: Catalogue
    policy: Policy
    calendar: WorkingCalendar
    zone: ZoneInfo
    channels: Channels
    reminding: Reminding = Reminding()
    acknowledging: Acknowledging = Acknowledging()
    staff_domains: frozenset[str] = frozenset()
    sending: Sending = Sending()
    replying: Replying = Replying()
    watched: frozenset[tuple[str, str]] = frozenset()
    staffing: Staffing = Staffing()

    def local_date(self, at: datetime) -> date:
        """The council's date at an aware time."""
        return at.astimezone(self.zone).date()

    def local_time(self, at: datetime) -> time:
        """The council's time of day at an aware time."""
        return at.astimezone(self.zone).time()
