"""Empties the outbox: in order within a case, again after a failure, nothing twice."""

import secrets
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from handlers import leaving
from handlers.gate import Held, let_through
from models import actions
from models.council import Council
from models.errors import AnswerLost, NotYet, Unacceptable, Unavailable, Undeliverable
from models.extending import extended
from models.letter import Letter, LetterKind
from models.outbox import Delivered, Dropped, Item, Kind, Lane, Parcel, State
from models.people import CAREBOT
from models.recording import parts_follow, record, reopen_for_what_came_since
from models.store_port import Store, Work
from models.taking_back import left_all_the_same, no_longer

_log = structlog.get_logger(__name__)

# Longer than an attempt can take: what is still under way must not look abandoned.
_LEASE = {Lane.SLACK: timedelta(seconds=20), Lane.EMAIL: timedelta(minutes=5)}
# What is claimed waits for the end of its lease when the bot is killed: few letters at a time.
_BATCH = {Lane.SLACK: 50, Lane.EMAIL: 5}
_FIRST_RETRY = timedelta(seconds=2)
_LONGEST_RETRY = {Lane.SLACK: timedelta(minutes=1), Lane.EMAIL: timedelta(minutes=10)}
# What breaks off for a reason that nobody foresaw may be mended within hours, by a restart or by
# whoever answers; a bug is not.
_FIRST_REST = timedelta(seconds=30)
_LONGEST_REST = timedelta(hours=1)
_BREAKS = 10


class _LaneDown(Exception):
    """The other side of a lane does not answer: nothing more of it is tried in this pass."""


class Courier(Protocol):
    """Carries items of some kinds."""

    def deliver(self, item: Item, now: datetime) -> Delivered | Dropped:
        """Carry it. Raises Unavailable, AnswerLost or Undeliverable."""
        ...

    def find(self, item: Item, now: datetime) -> Delivered | None:
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

    def deliver_due(
        self,
        lane: Lane,
        now: Callable[[], datetime],
        stopping: Callable[[], bool] = lambda: False,
    ) -> Counter[State]:
        """Deliver a lane until nothing in it may leave now; how many items ended in which state.

        PENDING counts what is to be tried again or is in other hands by now. Where the other side
        does not answer, or `stopping` says so, the pass ends and what was not begun is given back.
        Raises Unavailable where the store cannot be used.
        """
        ended: Counter[State] = Counter()
        while True:
            with self.store.work() as work:
                items = work.outbox.claim(lane, now(), _BATCH[lane], _LEASE[lane])
            if not items:
                return ended
            left = deque(items)
            answers = True
            while left and answers and not stopping():
                try:
                    ended[self._deliver(left.popleft(), now)] += 1
                except _LaneDown:
                    ended[State.PENDING] += 1
                    answers = False
            if left or not answers:
                with self.store.work() as work:
                    work.outbox.release(list(left))
                return ended

    def _deliver(self, item: Item, now: Callable[[], datetime]) -> State:
        """What breaks off one item holds up no other."""
        ready = item
        try:
            made = self._made_ready(item, now)
            if isinstance(made, State):
                return made
            ready = replace(made, begun=True)
            return self._attempt(made, now)
        except (_LaneDown, Unavailable):
            raise
        except Exception as error:  # noqa: BLE001  # a bug with one item must not starve the others
            return self._broke_off(ready, error, now())

    def _made_ready(self, item: Item, now: Callable[[], datetime]) -> Item | State:
        """The item with its attempt begun, or how it ended without one."""
        # A letter that may have left already is looked for first: that it is stale by now would
        # be the wrong thing to say of it.
        why_not = None if _is_unsure(item) else self._why_no_longer(item.parcel, now())
        if why_not is not None:
            return self._drop(item, why_not, now())
        with self.store.work() as work:
            held = self._held_at_the_gate(work, item, now())
            if held is None:
                begun = work.outbox.begin(item, now(), _LEASE[item.parcel.lane])
                if begun is not None and item.parcel.kind is Kind.LETTER:
                    work.departures.add(Letter.from_json(item.parcel.payload), now())
        if held is not None:
            return self._hold(item, held, now())
        return begun or State.PENDING

    def _attempt(self, item: Item, now: Callable[[], datetime]) -> State:
        courier, unsure = self.couriers[item.parcel.kind], _is_unsure(item)
        try:
            if unsure:
                leaving.check_that_it_can_be_found(item, now())
            found: Delivered | Dropped | None = courier.find(item, now()) if item.begun else None
            if found is None and unsure:
                item = replace(item, begun=False)
                why_not = self._why_no_longer(item.parcel, now())
                found = Dropped(why_not) if why_not is not None else None
            result = courier.deliver(item, now()) if found is None else found
        except NotYet as error:
            return self._try_again(item, error, now())
        except Unavailable as error:
            self._try_again(item, error, now())
            raise _LaneDown from error
        except Undeliverable as error:
            return self._refused(item, error, now())
        if isinstance(result, Dropped):
            return self._drop(item, result.why, now())
        with self.store.work() as work:
            if not work.outbox.sent(item, result, now()):
                return _in_other_hands(item, State.SENT)
            if item.parcel.kind is Kind.LETTER:
                self._letter_left(work, Letter.from_json(item.parcel.payload), now())
        return State.SENT

    def _broke_off(self, item: Item, error: Exception, now: datetime) -> State:
        """Nobody knows what it did, so what is begun stays begun. In the end a person must look."""
        reference = secrets.token_hex(4)
        _log.exception("delivery_broke_off", item=item.parcel.key, reference=reference)
        why = f"carebot failed at it ({type(error).__name__}); the log has {reference}"
        if item.broken_off + 1 < _BREAKS:
            rest = min(_FIRST_REST * 2**item.broken_off, _LONGEST_REST)
            with self.store.work() as work:
                work.outbox.retry(item, now + rest, why, begun=item.begun, broken_off=True)
            return State.PENDING
        try:
            return self._give_up(item, why, now)
        except Unavailable:
            raise
        except Exception:  # noqa: BLE001  # nor can its case be told: health counts it
            _log.exception("case_not_told", item=item.parcel.key, reference=reference)
            return self._give_up(item, why, now, tell=False)

    def _why_no_longer(self, parcel: Parcel, now: datetime) -> str | None:
        if parcel.kind is Kind.LETTER:
            why_not = leaving.why_held_back(parcel, self.council, now)
            if why_not is not None:
                return why_not
        if parcel.good_until is not None and now > parcel.good_until:
            return "its time has passed"
        if parcel.kind is Kind.LETTER:
            with self.store.view() as work:
                return leaving.overtaken(work, Letter.from_json(parcel.payload))
        return None

    def _held_at_the_gate(self, work: Work, item: Item, now: datetime) -> Held | None:
        """Nothing leaves for a customer but through here."""
        if item.parcel.kind is not Kind.LETTER:
            return None
        letter = Letter.from_json(item.parcel.payload)
        # Asked again in the transaction in which it begins: the case may have gone on this instant.
        why_not = None if _is_unsure(item) else leaving.overtaken(work, letter)
        if why_not is not None:
            return Held(why_not)
        return let_through(work, letter, self.council, now, since=item.added_at)

    def _hold(self, item: Item, held: Held, now: datetime) -> State:
        if held.wait is None:
            return self._drop(item, held.why, now)
        seconds = held.wait / timedelta(seconds=1)
        return self._try_again(item, NotYet(held.why, retry_after=seconds), now)

    def _drop(self, item: Item, why: str, now: datetime) -> State:
        with self.store.work() as work:
            if not work.outbox.dropped(item, why, now):
                return _in_other_hands(item, State.DROPPED)
            if item.parcel.kind is Kind.LETTER:
                self._letter_failed(work, item, why, now)
        return State.DROPPED

    def _try_again(self, item: Item, error: Unavailable, now: datetime) -> State:
        if leaving.has_waited_too_long(item, error, self.council, now):
            return self._refused(item, leaving.given_up(self.council, error), now)
        wait = min(_FIRST_RETRY * 2 ** min(item.attempts - 1, 10), _LONGEST_RETRY[item.parcel.lane])
        if error.retry_after is not None:
            wait = timedelta(seconds=error.retry_after)
        # These go in several posts: some may stand there although the last was refused.
        in_parts = item.parcel.kind in {Kind.WORDS, Kind.BEFORE, Kind.PAPER}
        begun = item.begun or in_parts or isinstance(error, AnswerLost)
        _log.info("put_off", item=item.parcel.key, reason=str(error))
        with self.store.work() as work:
            if not work.outbox.retry(item, now + wait, str(error), begun=begun):
                return _in_other_hands(item, State.PENDING)
            leaving.say_that_it_waits(work, item, str(error), self.council, now)
        return State.PENDING

    def _refused(self, item: Item, error: Undeliverable, now: datetime) -> State:
        """A letter is a person's to look at. What Slack refuses is tried again, for a channel can
        be mended and a case must not stay unseen; only content that it will never take is not.
        """
        letter = item.parcel.kind is Kind.LETTER
        if item.parcel.kind is Kind.LETTER_STATUS:
            with self.store.work() as work:
                leaving.did_not_arrive(work, item, str(error), self.council, now)
            return State.FAILED
        if not letter and not isinstance(error, Unacceptable):
            return self._try_again(item, Unavailable(str(error)), now)
        return self._give_up(item, str(error), now)

    def _give_up(self, item: Item, why: str, now: datetime, *, tell: bool = True) -> State:
        letter = item.parcel.kind is Kind.LETTER
        ended = State.UNKNOWN if letter and item.begun else State.FAILED
        _log.error("given_up", item=item.parcel.key, reason=why)
        with self.store.work() as work:
            if not work.outbox.give_up(item, why, now, unknown=ended is State.UNKNOWN):
                return _in_other_hands(item, ended)
            if letter and tell:
                self._letter_failed(work, item, why, now)
        return ended

    def _letter_failed(self, work: Work, item: Item, why: str, now: datetime) -> None:
        letter = Letter.from_json(item.parcel.payload)
        case = work.cases.get(letter.reference)
        if case is not None:
            earlier = leaving.is_of_another_time(work, case, letter)
            history = work.cases.history(case.reference)
            change = actions.letter_failed(
                case, letter.kind, why, now, history, unknown=item.begun, earlier=earlier
            )
            change = actions.redated_by_level(case, change, self.council)
            record(work, change if earlier else no_longer(change, letter.kind), now)

    def _letter_left(self, work: Work, letter: Letter, now: datetime) -> None:
        case = work.cases.get(letter.reference)
        if case is None:
            return
        if leaving.is_of_another_time(work, case, letter):
            record(work, left_all_the_same(case, letter, now), now)
            return
        if letter.kind is LetterKind.ACKNOWLEDGEMENT:
            change = actions.acknowledged(
                case, self.council, CAREBOT, now, promised=letter.promises
            )
        elif letter.extension is not None:
            change = extended(case, letter.extension, self.council, CAREBOT, now)
        else:
            change = actions.answered(case, now, len(letter.attachments))
        after = record(work, no_longer(change, letter.kind), now)
        parts_follow(work, case, after, self.council, now)
        reopen_for_what_came_since(work, after, self.council, now)


def _is_unsure(item: Item) -> bool:
    """Whether it is a letter that may have left already."""
    return item.begun and item.parcel.kind is Kind.LETTER


def _in_other_hands(item: Item, ended: State) -> State:
    """The attempt outlasted its lease: whoever has the item now says how it ends."""
    _log.error("outlasted_its_lease", item=item.parcel.key, ended=ended)
    return State.PENDING
