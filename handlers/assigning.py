"""Somebody gives a case to a colleague, or back to the service."""

from dataclasses import dataclass
from datetime import datetime

from handlers.absence import check_is_in
from handlers.seen import Seen, fresh
from models.absence import Absence
from models.assigning import assign
from models.case import Case, Level
from models.council import Council
from models.involvement import check_reviewer, involved_in
from models.people import Actor
from models.recording import record
from models.store_port import Store


@dataclass(frozen=True, slots=True)
class Assigning:
    """What assigning needs."""

    store: Store
    council: Council

    def away(self, now: datetime) -> tuple[Absence, ...]:
        """Who is away today."""
        with self.store.view() as work:
            return work.absences.on(self.council.local_date(now))

    def involved(self, case: Case) -> frozenset[str]:
        """Who may not get the case, because they were involved before its review at Level Two."""
        if case.level is not Level.LEVEL_TWO:
            return frozenset()
        with self.store.view() as work:
            return frozenset(involved_in(work, case))

    def assign(self, seen: Seen, to: str | None, actor: Actor, now: datetime) -> Case:
        """`to`, a colleague who may act on the case, holds it from now on; None gives it back. That
        they are in, and at Level Two were not involved, is asked here. Raises Refused or Stale.
        """
        with self.store.work() as work:
            case = fresh(work, seen)
            if to is not None:
                check_is_in(work, self.council, to, now)
                check_reviewer(work, case, to, self.council, asking=actor.id)
            return record(work, assign(case, to, actor, now), now)
