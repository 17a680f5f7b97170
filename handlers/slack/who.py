"""Who may act: colleagues of the own workspace, in the groups that the settings name, and in private
channels only their members.

Decided from what Slack tells us of a user, never from what a payload claims.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Generic, TypeVar

import structlog

from handlers.slack.api import Person, SlackApi
from models.allowed import role_for
from models.case import Action, Case, State
from models.channels import channel_for, is_private
from models.council import Council
from models.errors import Refused, Unavailable, Undeliverable
from models.people import Actor, Role, staff
from models.searching import Sight

_log = structlog.get_logger(__name__)

_TRUSTED_FOR = timedelta(minutes=5)
# Slack tells of some hundred users a minute, one at a time, and waits three seconds for an answer:
# more people than these are looked for in its list of all.
_ONE_BY_ONE = 10
_AT_ONCE = 10
_V = TypeVar("_V")
_ONLY = {
    Role.OFFICER: "Only those who work on such cases can do this to {reference}: {groups}.",
    Role.LEAD: "Only a team leader can do this to {reference}: {groups}.",
    Role.SENIOR: "Only a senior officer can do this to {reference}: {groups}.",
}


@dataclass
class _Remembered(Generic[_V]):
    """What was asked of Slack, for five minutes."""

    ask: Callable[[str], _V]
    now: Callable[[], datetime]
    known: dict[str, tuple[datetime, _V]] = field(default_factory=dict)

    def get(self, name: str) -> _V:
        now = self.now()
        found = self.known.get(name)
        if found is not None and now - found[0] < _TRUSTED_FOR:
            return found[1]
        value = self.ask(name)
        self.known[name] = (now, value)
        return value


@dataclass(frozen=True, slots=True)
class Colleagues:
    """Colleagues by name, and how many people there are besides of whom Slack did not tell in time."""

    people: tuple[Person, ...]
    untold: int = 0


class Staff:
    """Answers who may act; what Slack said of a person or a group is trusted for five minutes.

    Nobody is in a channel or group of which Slack says that carebot cannot ask.
    """

    def __init__(self, api: SlackApi, council: Council, now: Callable[[], datetime]) -> None:
        """Ask `api`; the groups are those of `council.staffing`."""
        self._api, self._council = api, council
        self._people = _Remembered(api.person, now)
        self._groups = _Remembered(self._members, now)
        self._everybody = _Remembered(lambda _: {one.id: one for one in api.people()}, now)

    def actor(self, user: str) -> Actor:
        """The colleague with this id. Raises Refused for guests, strangers and bots."""
        person = self.person(user)
        if person.is_stranger or person.is_guest:
            raise Refused("Only the council's own staff can use carebot; guests cannot.")
        if person.is_bot or person.is_deleted:
            raise Refused("Only people can use carebot.")
        return staff(user)

    def person(self, user: str) -> Person:
        """What Slack tells of a user."""
        return self._people.get(user)

    def check_may_see(self, user: str, case: Case) -> None:
        """Raises Refused where the case stands in a private channel that `user` is not in."""
        if not self.may_see(user, case):
            raise Refused(
                f"{case.reference} is handled in a private channel that you are not in. Ask your team leader."
            )

    def may_see(self, user: str, case: Case) -> bool:
        """Whether `user` is where the case's words stand."""
        if not is_private(case, self._council):
            return True
        return self.is_in(user, channel_for(case, self._council))

    def is_in(self, user: str, channel: str) -> bool:
        """Whether `user` is in a channel, as the settings name it."""
        try:
            return self._api.is_member(user, self._api.channel_id(channel))
        except Undeliverable as error:
            _log.warning("channel_cannot_be_asked", channel=channel, reason=str(error))
            return False

    def seeing(self, user: str) -> Callable[[Case], bool]:
        """Whether `user` may see a case, for many cases at once: Slack is asked once for each private
        channel.
        """
        is_in = cache(lambda channel: self.is_in(user, channel))
        council = self._council
        return lambda case: not is_private(case, council) or is_in(channel_for(case, council))

    def sight(self, user: str) -> Sight:
        """Which private cases `user` may see, by the flags that keep them private."""
        private = self._council.channels.private
        channels = sorted(set(private.values()))
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            answers = pool.map(lambda channel: self.is_in(user, channel), channels)
            theirs = dict(zip(channels, answers, strict=True))
        return Sight(tuple((flag, theirs[channel]) for flag, channel in private.items()))

    def stands_in(self, case: Case, channel: str | None) -> bool:
        """Whether a channel (an id) is the one in which the case stands."""
        return channel == self.channel_of(case)

    def channel_of(self, case: Case) -> str:
        """The id of the channel in which the card of the case stands."""
        return self._api.channel_id(channel_for(case, self._council))

    def check_may(self, user: str, action: Action, case: Case) -> None:
        """Raises Refused, naming the groups that may, where `user` has not the role for it."""
        self.check_has(user, role_for(action, case), case)

    def check_has(self, user: str, role: Role, case: Case) -> None:
        """The same for a role."""
        if not self.has(user, role, case):
            named = self._named(role, case)
            groups = ", ".join(sorted(named))
            raise Refused(_ONLY[role].format(reference=case.reference, groups=groups))

    def has(self, user: str, role: Role, case: Case) -> bool:
        """Whether a colleague has the role on this case (`models.council.Staffing`)."""
        named = self._named(role, case)
        if not named:
            return role is Role.OFFICER or self.has(user, Role.OFFICER, case)
        return self._is_in(user, named)

    def is_lead(self, user: str) -> bool:
        """Whether a colleague is a team leader, whatever the case; nobody is where none are named."""
        staffing = self._council.staffing
        return self._is_in(user, (*staffing.leads, *staffing.senior))

    def team(self, case: Case) -> frozenset[str]:
        """Who works where the case stands: in its private channel, in triage, or for its service."""
        if is_private(case, self._council):
            return self.members(f"#{channel_for(case, self._council)}")
        if case.state is State.TRIAGE or case.service is None:
            return self.members(f"#{self._council.channels.triage}")
        return self.team_of(case.service)

    def team_of(self, service: str) -> frozenset[str]:
        """Who works for a service: its groups of the settings, or who is in its channel."""
        named = self._council.staffing.by_service.get(service)
        channel = self._council.catalogue.services[service].channel
        groups = named or (f"#{channel}",)
        return frozenset[str]().union(*map(self.members, groups))

    def members(self, group: str) -> frozenset[str]:
        """Who is in a user group (`@handle`) or a channel (`#name`), all kinds of users."""
        return self._groups.get(group)

    def colleagues(self, users: Iterable[str]) -> Colleagues:
        """Those of the users who are colleagues."""
        asked = set(users)
        listed = self._listed() if len(asked) > _ONE_BY_ONE else {}
        found = [listed[user] for user in asked if user in listed]
        rest = sorted(asked - listed.keys())
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            told = list(pool.map(self._told_of, rest[:_ONE_BY_ONE]))
        found += [one for one in told if isinstance(one, Person)]
        people = sorted(filter(_is_colleague, found), key=lambda one: (one.name.casefold(), one.id))
        return Colleagues(tuple(people), len(rest[_ONE_BY_ONE:]) + told.count(None))

    def _listed(self) -> Mapping[str, Person]:
        try:
            return self._everybody.get("")
        except (Unavailable, Undeliverable) as error:
            _log.warning("people_not_listed", reason=str(error))
            return {}

    def _told_of(self, user: str) -> Person | None:
        try:
            return self.person(user)
        except (Unavailable, Undeliverable):
            return None

    def check_can_work_on(self, user: str, case: Case) -> None:
        """Raises Refused, naming them, where somebody is no colleague or may not work on the case."""
        name = self.person(user).name
        try:
            self.actor(user)
        except Refused:
            raise Refused(f"{name} is not one of the council's own staff.") from None
        if not self.may_see(user, case):
            raise Refused(f"{name} is not in the private channel of {case.reference}.")
        role = role_for(Action.CLAIM, case)
        if not self.has(user, role, case):
            named = self._named(role, case) or self._named(Role.OFFICER, case)
            groups = ", ".join(sorted(named))
            raise Refused(f"{name} does not work on such cases; these do: {groups}.")

    def can_work_on(self, user: str, case: Case) -> bool:
        """Whether a colleague who sees the case may work on it."""
        return self.has(user, role_for(Action.CLAIM, case), case)

    def _named(self, role: Role, case: Case) -> tuple[str, ...]:
        """Who has the role; empty where nobody is named for it."""
        staffing = self._council.staffing
        if role is Role.SENIOR:
            return staffing.senior
        if role is Role.LEAD:
            return staffing.leads and (*staffing.leads, *staffing.senior)
        own = (*staffing.officers, *staffing.by_service.get(case.service or "", ()))
        return own and (*own, *staffing.leads, *staffing.senior)

    def _members(self, group: str) -> frozenset[str]:
        try:
            return self._api.group_members(group)
        except Undeliverable as error:
            _log.warning("group_cannot_be_asked", group=group, reason=str(error))
            return frozenset()

    def _is_in(self, user: str, groups: Collection[str]) -> bool:
        return any(user in self._groups.get(group) for group in groups)


def _is_colleague(one: Person) -> bool:
    return not (one.is_stranger or one.is_guest or one.is_bot or one.is_deleted)
