"""Who may act: colleagues of the own workspace, in the groups that the settings name, and in private
channels only their members.

Decided from what Slack tells us of a user, never from what a payload claims.
"""

from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from handlers.slack.api import Person, SlackApi
from models.allowed import role_for
from models.case import Action, Case, State
from models.channels import channel_for, is_private
from models.council import Council
from models.errors import Refused, Unavailable, Undeliverable
from models.people import Actor, Role, staff
from models.searching import Sight

_TRUSTED_FOR = timedelta(minutes=5)
# Slack waits three seconds, and tells of some hundred users a minute.
_MOST_ASKED = 99
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


class Staff:
    """Answers who may act; what Slack said of a person or a group is trusted for five minutes."""

    def __init__(self, api: SlackApi, council: Council, now: Callable[[], datetime]) -> None:
        """Ask `api`; the groups are those of `council.staffing`."""
        self._api, self._council = api, council
        self._people = _Remembered(api.person, now)
        self._groups = _Remembered(api.group_members, now)

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
            raise Refused(f"{case.reference} is handled in a private channel that you are not in.")

    def may_see(self, user: str, case: Case) -> bool:
        """Whether `user` is where the case's words stand."""
        if not is_private(case, self._council):
            return True
        return self.is_in(user, channel_for(case, self._council))

    def is_in(self, user: str, channel: str) -> bool:
        """Whether `user` is in a channel, as the settings name it."""
        return self._api.is_member(user, self._api.channel_id(channel))

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

    def colleagues(self, users: Iterable[str]) -> tuple[Person, ...]:
        """Those of the users who are colleagues, by name. Whom Slack does not tell of in time is
        left out.
        """
        asked = sorted(users)[:_MOST_ASKED]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            found = [one for one in pool.map(self._colleague, asked) if one is not None]
        return tuple(sorted(found, key=lambda one: (one.name.casefold(), one.id)))

    def _colleague(self, user: str) -> Person | None:
        try:
            self.actor(user)
            return self.person(user)
        except (Refused, Unavailable, Undeliverable):
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

    def _is_in(self, user: str, groups: Collection[str]) -> bool:
        return any(user in self._groups.get(group) for group in groups)
