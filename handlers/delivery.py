"""Empties the outbox: in order within a case, again after a failure, nothing twice."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from models import actions
from models.case import Case
from models.council import Council
from models.errors import AnswerLost, NotYet, Unavailable, Undeliverable
from models.history import Event
from models.letter import Letter, LetterKind
from models.outbox import Delivered, Dropped, Item, Kind, Lane, State
from models.people import CAREBOT
from models.ports import Store, Work
from models.recording import record

# Longer than an attempt can take: what is still under way must not look abandoned.
_LEASE = {Lane.SLACK: timedelta(seconds=15), Lane.EMAIL: timedelta(seconds=120)}
_BATCH = 50
_FIRST_RETRY = timedelta(seconds=2)
_LONGEST_RETRY = {Lane.SLACK: timedelta(minutes=1), Lane.EMAIL: timedelta(minutes=10)}


def _written_since(work: Work, case: Case) -> datetime | None:
    """When the customer wrote after the answer had been approved, if so."""
    approved = case.stage.answer_approved_at
    late = [
        entry.at
        for entry in work.cases.history(case.reference)
        if entry.event is Event.MESSAGE_ADDED and approved is not None and entry.at > approved
    ]
    return late[-1] if late else None


class _LaneDown(Exception):
    """The other side of a lane does not answer: nothing more of it is tried in this pass."""


class Courier(Protocol):
    """Carries items of some kinds."""

    def deliver(self, item: Item, now: datetime) -> Delivered | Dropped:
        """Carry it. Raises Unavailable, AnswerLost or Undeliverable."""
        ...

    def find(self, item: Item) -> Delivered | None:
        """Where an earlier attempt of unknown end left it. Raises Undeliverable where nobody can
        tell: the item must then not be repeated by itself.
        """
        ...


@dataclass(frozen=True, slots=True)
class Delivery:
    """What delivering needs: the store, who carries which kind, the council for re-dating."""

    store: Store
    couriers: Mapping[Kind, Courier]
    council: Council

    def deliver_due(self, lane: Lane, now: Callable[[], datetime]) -> Counter[State]:
        """Deliver a lane until nothing in it may leave now; how many items ended in which state.

        PENDING counts what is to be tried again. Where the other side does not answer, the pass
        ends: the next one tries again.
        """
        ended: Counter[State] = Counter()
        while True:
            with self.store.work() as work:
                items = work.outbox.claim(lane, now(), _BATCH, _LEASE[lane])
            if not items:
                return ended
            for item in items:
                try:
                    ended[self._deliver(item, now)] += 1
                except _LaneDown:
                    ended[State.PENDING] += 1
                    return ended

    def _deliver(self, item: Item, now: Callable[[], datetime]) -> State:
        parcel = item.parcel
        if parcel.good_until is not None and now() > parcel.good_until:
            return self._drop(item, "its time has passed", now())
        courier = self.couriers[parcel.kind]
        with self.store.work() as work:
            if not work.outbox.begin(item, now() + _LEASE[parcel.lane]):
                return State.PENDING
        try:
            found = courier.find(item) if item.begun else None
            result = courier.deliver(item, now()) if found is None else found
        except NotYet as error:
            return self._try_again(item, error, now(), begun=item.begun)
        except Unavailable as error:
            begun = item.begun or isinstance(error, AnswerLost)
            self._try_again(item, error, now(), begun=begun)
            raise _LaneDown from error
        except Undeliverable as error:
            return self._give_up(item, str(error), now())
        if isinstance(result, Dropped):
            return self._drop(item, result.why, now())
        with self.store.work() as work:
            work.outbox.sent(item, result, now())
            if parcel.kind is Kind.LETTER:
                self._letter_left(work, Letter.from_json(parcel.payload), now())
        return State.SENT

    def _drop(self, item: Item, why: str, now: datetime) -> State:
        with self.store.work() as work:
            work.outbox.dropped(item, why, now)
        return State.DROPPED

    def _try_again(self, item: Item, error: Unavailable, now: datetime, *, begun: bool) -> State:
        wait = min(_FIRST_RETRY * 2 ** min(item.attempts - 1, 10), _LONGEST_RETRY[item.parcel.lane])
        if error.retry_after is not None:
            wait = timedelta(seconds=error.retry_after)
        with self.store.work() as work:
            work.outbox.retry(item, now + wait, str(error), begun=begun)
        return State.PENDING

    def _give_up(self, item: Item, error: str, now: datetime) -> State:
        """A letter is a person's to look at; what Slack refuses is tried again, for a channel can
        be mended and a case must not stay unseen.
        """
        if item.parcel.kind is not Kind.LETTER:
            return self._try_again(item, Unavailable(error), now, begun=False)
        letter = Letter.from_json(item.parcel.payload)
        with self.store.work() as work:
            work.outbox.give_up(item, error, now, unknown=item.begun)
            case = work.cases.get(letter.reference)
            if case is not None:
                change = actions.letter_failed(case, letter.kind, error, now, unknown=item.begun)
                record(work, change, now)
        return State.UNKNOWN if item.begun else State.FAILED

    def _letter_left(self, work: Work, letter: Letter, now: datetime) -> None:
        case = work.cases.get(letter.reference)
        if case is None:
            return
        if letter.kind is LetterKind.ACKNOWLEDGEMENT:
            change = actions.acknowledged(case, self.council, CAREBOT, now)
        else:
            since = _written_since(work, case)
            change = actions.answered(case, self.council, now, written_since=since)
        record(work, change, now)
