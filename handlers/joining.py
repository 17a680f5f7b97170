"""Cases that belong together: looked for, linked, merged and taken apart, each in one transaction."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import islice

from handlers.gathering import messages_of
from handlers.seen import Seen, existing, fresh
from models import joining, outbox
from models.case import Case
from models.channels import may_name
from models.contact import By
from models.council import Council
from models.errors import Refused
from models.history import Entry, Event
from models.ledger import Arrival
from models.people import Actor
from models.prediction import Flag
from models.recording import record
from models.store_port import Store, Work
from models.topics import TOPICS

_WITHIN = timedelta(days=365)
_NEARBY_WITHIN = timedelta(days=90)
_LOOKED_AT = 20
_MOST = 15
_WRITTEN = frozenset({Arrival.CASE, Arrival.REPLY})
_MaySee = Callable[[Case], bool]


class Because(StrEnum):
    """Why another case may have to do with one."""

    EARLIER = "earlier"
    CUSTOMER = "customer"
    PLACE = "place"


@dataclass(frozen=True, slots=True)
class Likely:
    """Another case that may have to do with one."""

    case: Case
    because: Because


@dataclass(frozen=True, slots=True)
class Joining:
    """What joining needs."""

    store: Store
    council: Council

    def likely(self, case: Case, may_see: _MaySee) -> tuple[Likely, ...]:
        """Earlier contact first, then the customer's other cases, then those at the same place: only
        what the channel of `case` may name and the person who asks may see.
        """
        found = dict[str, Likely]()
        with self.store.view() as work:
            for one in self._related(work, case):
                other = one.case
                if other.reference == case.reference or other.merged_into is not None:
                    continue
                if may_name(case, other, self.council):
                    found.setdefault(other.reference, one)
        # Who may see it is asked of Slack: no transaction waits for that.
        return tuple(islice((one for one in found.values() if may_see(one.case)), _MOST))

    def other(self, case: Case, reference: str, may_see: _MaySee) -> Case:
        """The case that a person typed or picked. Raises Refused, in the same words where there is
        none and where they may not see it.
        """
        with self.store.view() as work:
            other = work.cases.get(reference)
        if other is None or not may_see(other):
            raise Refused(f"There is no case {reference} that you could pick here.")
        if other.reference == case.reference:
            raise Refused("That is this case: choose another one.")
        return other

    def link(self, seen: Seen, other: str, reason: str, actor: Actor, now: datetime) -> Case:
        """Both cases name each other; a private one is named by no open one. Raises Refused or Stale."""
        with self.store.work() as work:
            case, second = fresh(work, seen), existing(work, other)
            if not may_name(case, second, self.council):
                raise Refused(
                    f"{other} is private, and more people read here than may know of it. Link them "
                    "from its own card: it will name this one, and this one says nothing."
                )
            if other in joining.linked_with(work.cases.history(case.reference)):
                raise Refused(f"{case.reference} and {other} are linked already.")
            after = record(work, joining.link_by_hand(case, other, reason, actor, now), now)
            if may_name(second, case, self.council):
                record(work, joining.link_by_hand(second, case.reference, reason, actor, now), now)
            return after

    def linked(self, case: Case, may_see: _MaySee) -> tuple[Case, ...]:
        """The cases with which a person linked it, as far as its channel may name them and who asks may
        see them.
        """
        with self.store.view() as work:
            references = joining.linked_with(work.cases.history(case.reference))
            found = [one for one in map(work.cases.get, references) if one is not None]
        return tuple(one for one in found if may_name(case, one, self.council) and may_see(one))

    def unlink(self, seen: Seen, other: str, actor: Actor, now: datetime) -> Case:
        """The link is taken back on both cases. Raises Refused or Stale."""
        with self.store.work() as work:
            case, second = fresh(work, seen), existing(work, other)
            history = work.cases.history(case.reference)
            after = record(work, joining.unlink(case, other, history, actor, now), now)
            theirs = work.cases.history(other)
            if case.reference in joining.linked_with(theirs):
                record(work, joining.unlink(second, case.reference, theirs, actor, now), now)
            return after

    def check_merge(self, seen: Seen, into: str) -> tuple[Case, Case]:
        """Both cases, where they may be merged. Raises Refused or Stale."""
        with self.store.view() as work:
            case, second = fresh(work, seen), existing(work, into)
        joining.check_merge(case, second, self.council)
        return case, second

    def merge(
        self, seen: Seen, into: str, reason: str, actor: Actor, now: datetime
    ) -> tuple[Case, Case]:
        """Close a case in favour of another: gives both as they are now. Its words are said again
        in the thread of the one that goes on. Raises Refused or Stale.
        """
        with self.store.work() as work:
            case, second = fresh(work, seen), existing(work, into)
            closed, joined = joining.merge(case, second, reason, self.council, actor, now)
            # The card goes first: a flag may move it to a private channel, and the words follow.
            after = record(work, joined, now)
            for stored in messages_of(work, case.reference):
                if stored.arrival in _WRITTEN:
                    work.outbox.add(outbox.words(into, stored.id), now)
            return record(work, closed, now), after

    def take_apart(self, seen: Seen, actor: Actor, now: datetime) -> Case:
        """A merged case is one of its own again. What came since stays where it is. Raises Refused
        or Stale.
        """
        with self.store.work() as work:
            case = fresh(work, seen)
            history = work.cases.history(case.reference)
            change = joining.take_apart(case, history, self.council, actor, now)
            into = existing(work, str(case.merged_into))
            if into.merged_into is not None:
                raise Refused(f"{into.reference} is merged itself: take that apart first.")
            after = record(work, change, now)
            theirs = work.cases.history(into.reference)
            left = (one for one in joining.joined_by(theirs) if one != case.reference)
            remaining = [one for one in map(work.cases.get, left) if one is not None]
            raised = _raised_since(work, joining.since_joined(into, theirs))
            alone = joining.goes_alone(
                into, case, theirs, remaining, raised, self.council, actor, now
            )
            record(work, alone, now)
            return after

    def _related(self, work: Work, case: Case) -> Iterator[Likely]:
        for earlier in case.contact.earlier if case.contact else ():
            other = work.cases.get(earlier.reference)
            if other is not None:
                because = Because.CUSTOMER if earlier.by is By.SENDER else Because.PLACE
                yield Likely(other, because if other.is_open else Because.EARLIER)
        if case.customer.address is not None:
            since = case.received_at - _WITHIN
            found = work.cases.of_customer(case.customer.address, tuple(TOPICS), since, _LOOKED_AT)
            yield from (Likely(one, Because.CUSTOMER) for one in found if one.is_open)
        places = work.locations.of_case(case.reference)
        if places:
            since = case.received_at - _NEARBY_WITHIN
            for located in work.locations.at(places, tuple(TOPICS), since, _LOOKED_AT):
                other = work.cases.get(located.reference)
                if other is not None and other.is_open:
                    yield Likely(other, Because.PLACE)


def _raised_since(work: Work, entries: tuple[Entry, ...]) -> frozenset[Flag]:
    """What the replies among these raise, also what another case had raised already."""
    added = [entry for entry in entries if entry.event is Event.MESSAGE_ADDED]
    stored = [work.messages.get(int(str(entry.details["message"]))) for entry in added]
    read = [one.prediction for one in stored if one is not None and one.prediction is not None]
    return frozenset(flag for prediction in read for flag in prediction.flags)
