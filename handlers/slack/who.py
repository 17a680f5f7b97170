"""Who may act: colleagues of the own workspace, and in private channels only their members.

Decided from what Slack tells us of a user, never from what a payload claims.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from handlers.slack.api import Person, SlackApi
from models.case import Case
from models.channels import channel_for, is_private
from models.council import Council
from models.errors import Refused
from models.people import Actor, staff

_TRUSTED_FOR = timedelta(minutes=5)


@dataclass
class Staff:
    """Answers who may act; what Slack said of a person is trusted for five minutes."""

    api: SlackApi
    council: Council
    now: Callable[[], datetime]
    _people: dict[str, tuple[datetime, Person]] = field(default_factory=dict)

    def actor(self, user: str) -> Actor:
        """The colleague with this id. Raises Refused for guests, strangers and bots."""
        person = self._person(user)
        if person.is_stranger or person.is_guest:
            raise Refused("Only the council's own staff can use carebot; guests cannot.")
        if person.is_bot or person.is_deleted:
            raise Refused("Only people can use carebot.")
        return staff(user)

    def check_may_see(self, user: str, case: Case) -> None:
        """Raises Refused where the case stands in a private channel that `user` is not in."""
        if not is_private(case, self.council):
            return
        channel = self.api.channel_id(channel_for(case, self.council))
        if not self.api.is_member(user, channel):
            raise Refused(f"{case.reference} is handled in a private channel that you are not in.")

    def _person(self, user: str) -> Person:
        now = self.now()
        known = self._people.get(user)
        if known is not None and now - known[0] < _TRUSTED_FOR:
            return known[1]
        person = self.api.person(user)
        self._people[user] = (now, person)
        return person
