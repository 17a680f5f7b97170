"""The loop of one watched folder: look, take in, file, reconcile, wait (mail.md A1-A14).

A message is moved only after it is stored. Nothing that one message, or the line, does stops the
others; what to make of a failure is decided in handlers/fetching.py.
"""

import hashlib
import time
from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta
from itertools import islice

import structlog

from bot.clock import Clock
from bot.mailboxes import Watched
from handlers import fetching
from handlers.fetching import Looked
from handlers.intake import Intake, TakenIn
from models.errors import NotMoved, Unavailable
from models.fetching import Trouble
from models.folders import Role
from models.ledger import Arrival
from models.message import Origin, RawMessage
from models.store_port import Store

_log = structlog.get_logger(__name__)

_BATCH = 16
_RECONCILED_EVERY = timedelta(hours=1)
_RECONCILED_AGAIN = timedelta(minutes=5)
_STRAYS_AT_ONCE = 500
_NOTED_AT_ONCE = 64
_SAID_EVERY = 10.0
# Where the server refuses to move messages, so many refusals end the filing of one pass.
_REFUSALS = 20


class MailLoop:
    """One folder's loop. `look` is one pass; the thread that calls it decides about the next."""

    def __init__(
        self,
        watched: Watched,
        intake: Intake,
        clock: Clock,
        *,
        stopping: Callable[[], bool],
        taken_in: Callable[[], None],
    ) -> None:
        """`taken_in` is called after each message that is stored; what must leave can leave then.

        `looked_at` is the monotonic time, in seconds, of the last sign that looking works.
        """
        self.watched = watched
        self._mailbox = watched.mailbox
        self._intake, self._clock = intake, clock
        self._store: Store = intake.store
        self._lead = intake.council.channels.lead
        self._stopping, self._taken_in = stopping, taken_in
        self._pass = _Pass()
        self._reconcile_at = clock.now()
        self._unfetched: dict[Origin, Trouble] = {}
        self._handed_over_at: datetime | None = None
        self.looked_at = time.monotonic()

    def expect(self) -> None:
        """Note that the folder is to be watched, before the first look."""
        fetching.expect(self._store, self._mailbox.account, self._mailbox.folder, self._clock.now())

    def look(self) -> None:
        """Take in what waits, file it, and wait for more. Raises Unavailable."""
        try:
            try:
                self._look()
            finally:
                self._note_filed()
            if self._is_reconcile_due():
                self._reconcile_guarded()
            if not self._stopping():
                self._mailbox.wait(self.watched.poll_seconds)
        except Unavailable as error:
            if not self._stopping():
                self._could_not(error)
            raise

    def _look(self) -> None:
        self._pass = _Pass()
        troubles = self._troubles()
        last = troubles.keys() | self._begun()
        waiting = self._mailbox.waiting(self._known(troubles), self._failed, last)
        self._take_in(waiting)
        if self._stopping():
            return
        self._give_up(troubles)
        for origin, arrival in self._pass.booked:
            self._file(origin, arrival)
        self._forget()
        self._say(ended=True)

    def _known(self, troubles: dict[Origin, Trouble]) -> Callable[[Origin], bool]:
        """Whether a message is left alone in this pass: booked, or tried too lately."""
        now, this = self._clock.now(), self._pass

        def known(origin: Origin) -> bool:
            with self._store.view() as work:
                arrival = work.ledger.booked_as(origin)
            if arrival is not None:
                this.booked.append((origin, arrival))
                return True
            this.listed.add(origin)
            return origin in troubles and troubles[origin].next_at > now

        return known

    def _take_in(self, raws: Iterable[RawMessage]) -> None:
        for taken in self._intake.take_in_all(raws, self._clock.now, _BATCH):
            self._note(taken)
            self._file(taken.raw.origin, taken.arrival)
            self._say()
            if self._stopping():
                return

    def _note(self, taken: TakenIn) -> None:
        self._handed_over_at = self._clock.now()
        self._pass.listed.discard(taken.raw.origin)
        self._taken_in()
        _log.info("taken_in", arrival=taken.arrival, case=taken.reference, reason=taken.reason)

    def _file(self, origin: Origin, arrival: Arrival) -> None:
        this = self._pass
        if this.refusals >= _REFUSALS:
            return
        try:
            at = self._mailbox.file(origin, quarantined=arrival is Arrival.QUARANTINED)
        except NotMoved as error:
            this.refusals += 1
            this.error = str(error)
            _log.warning("not_moved", uid=origin.uid, reason=str(error))
            return
        if at is not None:
            this.filed.append(at)
        if len(this.filed) >= _NOTED_AT_ONCE:
            self._note_filed()

    def _note_filed(self) -> None:
        """Keep where we filed what, so that a reconcile need not fetch it again."""
        filed = self._pass.filed
        if filed:
            with self._store.work() as work:
                for at in filed:
                    work.filed.add(at)
            filed.clear()

    # Messages that make trouble

    def _troubles(self) -> dict[Origin, Trouble]:
        with self._store.view() as work:
            found = work.troubles.of(self._mailbox.account, self._mailbox.folder)
        return {trouble.origin: trouble for trouble in found}

    def _begun(self) -> frozenset[Origin]:
        """What a process of before has ended in the reading of."""
        with self._store.view() as work:
            return work.readings.of(self._mailbox.account, self._mailbox.folder)

    def _failed(self, origin: Origin, why: str) -> None:
        trouble = fetching.could_not_fetch(self._store, origin, why, self._clock.now())
        _log.warning("could_not_fetch", uid=origin.uid, tries=trouble.tries, reason=why)

    def _give_up(self, before: dict[Origin, Trouble]) -> None:
        """What was tried often enough is taken in as what can be had of it, for a person."""
        now, tries = self._clock.now(), self.watched.tries
        for origin, trouble in self._troubles().items():
            tried = origin in self._pass.listed and trouble != before.get(origin)
            if tried and fetching.is_given_up(trouble, tries, self._handed_over_at, now):
                raw = self._mailbox.remains(origin, trouble.error)
                handed_over_at = self._handed_over_at
                self._take_in([raw])
                self._handed_over_at = handed_over_at

    def _forget(self) -> None:
        """What was taken in or is gone makes no trouble any more."""
        over = [origin for origin in self._troubles() if origin not in self._pass.listed]
        if over:
            with self._store.work() as work:
                for origin in over:
                    work.troubles.over(origin)

    # Reconciling

    def _is_reconcile_due(self) -> bool:
        due = self.watched.is_first and self._clock.now() >= self._reconcile_at
        return due and not self._stopping()

    def _reconcile_guarded(self) -> None:
        """What the processed or the junk folder does wrong must not keep mail from being taken in."""
        now = self._clock.now()
        try:
            if self._reconcile():
                again = _RECONCILED_AGAIN if self._unfetched else _RECONCILED_EVERY
                self._reconcile_at = now + again
        except Unavailable as error:
            self._reconcile_at = now + _RECONCILED_AGAIN
            _log.warning("not_reconciled", folder=self._mailbox.folder, reason=str(error))

    def _reconcile(self) -> bool:
        """Find what lies in the processed folder and is in no book; count the junk (A8, A13).

        Whether that is done: where much is unknown, new mail comes first in between.
        """
        with self._store.view() as work:
            state = work.folders.get(self._mailbox.account, self._mailbox.folder)
        since = state.first_looked_at if state else self._clock.now()
        seen = found = 0
        failed: dict[Origin, Trouble] = {}

        def note_failed(origin: Origin, why: str) -> None:
            before = self._unfetched.get(origin)
            failed[origin] = fetching.failed_again(before, origin, why, self._clock.now())

        strays = self._mailbox.strays(since, self._books, note_failed)
        for raw in islice(strays, _STRAYS_AT_ONCE):
            seen += 1
            if not self._is_booked(raw):
                found += 1
                self._note(self._intake.take_in(raw, self._clock.now()))
            self._say()
            if self._stopping():
                return False
        self._unfetched = failed
        self._give_up_strays()
        if found:
            _log.warning("reconciled", account=self._mailbox.account, found=found)
        self._count_junk()
        return seen < _STRAYS_AT_ONCE

    def _give_up_strays(self) -> None:
        """A stray that cannot be had stays where it is; a person is told of it all the same."""
        now, tries = self._clock.now(), self.watched.tries
        for origin, trouble in tuple(self._unfetched.items()):
            _log.warning(
                "could_not_fetch", uid=origin.uid, tries=trouble.tries, reason=trouble.error
            )
            if fetching.is_given_up(trouble, tries, self._handed_over_at, now):
                raw = self._mailbox.remains(origin, trouble.error)
                self._note(self._intake.take_in(raw, now))
                del self._unfetched[origin]

    def _count_junk(self) -> None:
        junk, name = self._mailbox.junk_count(), self._mailbox.junk_folder
        if junk is not None and name is not None:
            look = Looked(self._mailbox.account, name, Role.JUNK, waiting=junk)
            fetching.looked(self._store, self._lead, look, self._clock.now())

    def _books(self, folder: str, uidvalidity: int) -> Collection[int]:
        with self._store.view() as work:
            return work.filed.known_uids(self._mailbox.account, folder, uidvalidity)

    def _is_booked(self, raw: RawMessage) -> bool:
        """Whether it was taken in, wherever it lay then; that is noted for the next time."""
        sha256 = hashlib.sha256(raw.content).hexdigest()
        with self._store.work() as work:
            if work.ledger.booked_as(raw.origin) is not None:
                return True
            known = work.filed.has_bytes(sha256)
            if known:
                work.filed.add(raw.origin)
        return known

    # How it stands

    def _say(self, *, ended: bool = False) -> None:
        """Keep that the folder was looked at; within a long pass now and then."""
        passed = time.monotonic() - self.looked_at
        if not ended and passed < _SAID_EVERY:
            return
        waiting = self._pass.listed
        oldest = [t.first_at for o, t in self._troubles().items() if o in waiting]
        look = Looked(
            self._mailbox.account,
            self._mailbox.folder,
            waiting=len(waiting),
            oldest_waiting=min(oldest, default=None),
            error=self._pass.error,
        )
        fetching.looked(self._store, self._lead, look, self._clock.now())
        self.looked_at = time.monotonic()

    def _could_not(self, error: Unavailable) -> None:
        look = Looked(self._mailbox.account, self._mailbox.folder, error=str(error))
        for_a_person = error.retry_after is not None
        fetching.could_not_look(
            self._store, self._lead, look, self._clock.now(), for_a_person=for_a_person
        )


class _Pass:
    """What one pass has seen so far."""

    def __init__(self) -> None:
        self.listed: set[Origin] = set()
        self.booked: list[tuple[Origin, Arrival]] = []
        self.filed: list[Origin] = []
        self.refusals = 0
        self.error = ""
