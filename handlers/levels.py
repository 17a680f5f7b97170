"""Between the levels: a case is opened again, or reviewed at Level Two."""

from dataclasses import dataclass
from datetime import date, datetime

from handlers.absence import check_is_in
from handlers.seen import Seen, fresh
from models import levels
from models.case import Case
from models.council import Council
from models.history import Entry
from models.involvement import check_independent
from models.levels import ReviewRequest
from models.people import Actor
from models.recording import record
from models.store_port import Store, Work


@dataclass(frozen=True, slots=True)
class Levels:
    """What moving between the levels needs."""

    store: Store
    council: Council

    def check_reopen(self, seen: Seen) -> None:
        """Raises Refused where the case cannot be opened again, or Stale."""
        with self.store.view() as work:
            case, history = _fresh(work, seen)
        levels.check_reopen(case, history)

    def reopen(self, seen: Seen, reason: str, actor: Actor, now: datetime) -> Case:
        """A person opens an ended case again. Raises Refused or Stale."""
        with self.store.work() as work:
            case, history = _fresh(work, seen)
            change = levels.reopen(case, reason, history, self.council, actor, now)
            return record(work, change, now)

    def earliest_request(self, seen: Seen) -> date | None:
        """The first local day on which a review can have been asked for. Raises Refused where none
        can follow, or Stale.
        """
        with self.store.view() as work:
            case, history = _fresh(work, seen)
        levels.check_escalate(case)
        return levels.first_ended_on(history, self.council)

    def check_reviewer(self, seen: Seen, reviewer: str, actor: Actor, now: datetime) -> None:
        """Raises Refused where `reviewer` is away, or was involved in the case, with what they did; or
        Stale.
        """
        with self.store.view() as work:
            case, _ = _fresh(work, seen)
            check_is_in(work, self.council, reviewer, now)
            check_independent(work, case, reviewer, self.council, asking=actor.id)

    def escalate(self, seen: Seen, asked: ReviewRequest, actor: Actor, now: datetime) -> Case:
        """Level Two begins. That the reviewer has the role is asked by the caller, that they are in
        and were not involved is asked here. Raises Refused or Stale.
        """
        with self.store.work() as work:
            case, history = _fresh(work, seen)
            if asked.reviewer is not None:
                check_is_in(work, self.council, asked.reviewer, now)
                check_independent(work, case, asked.reviewer, self.council, asking=actor.id)
            change = levels.escalate(case, asked, history, self.council, actor, now)
            return record(work, change, now)


def _fresh(work: Work, seen: Seen) -> tuple[Case, tuple[Entry, ...]]:
    return fresh(work, seen), work.cases.history(seen.reference)
