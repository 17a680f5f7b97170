"""Lessons recorded later, remedies, and what was agreed: until it is done it is chased."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from handlers.seen import Seen, fresh
from models import lessons
from models.agreed import Finished, Redress, Task
from models.case import Case, Change
from models.council import Council
from models.errors import Refused
from models.lessons import Learned
from models.people import Actor
from models.recording import record
from models.store_port import Store, Work


@dataclass(frozen=True, slots=True)
class Agreeing:
    """What agreeing needs. Each use case raises Refused or Stale."""

    store: Store
    council: Council

    def record_lesson(self, seen: Seen, learned: Learned, actor: Actor, now: datetime) -> Case:
        """The lesson of an upheld complaint that has ended, or its correction."""
        return self._change(
            seen,
            now,
            lambda _, case: lessons.record_lesson(case, learned, self.council, actor, now),
        )

    def agree_remedy(
        self, seen: Seen, redress: Redress, task: Task, actor: Actor, now: datetime
    ) -> Case:
        """Something is done for the customer; a referral that asked for it is the case's."""

        def act(work: Work, case: Case) -> Change:
            theirs = _theirs(work, case, redress.referral)
            return lessons.agree_remedy(case, redress, task, self.council, actor, now, theirs)

        return self._change(seen, now, act)

    def finish(
        self, seen: Seen, number: int, finished: Finished, actor: Actor, now: datetime
    ) -> Case:
        """What was agreed under this number is done."""
        return self._change(
            seen,
            now,
            lambda _, case: lessons.finish(case, number, finished, self.council, actor, now),
        )

    def _change(self, seen: Seen, now: datetime, act: Callable[[Work, Case], Change]) -> Case:
        with self.store.work() as work:
            case = fresh(work, seen)
            return record(work, act(work, case), now)


def _theirs(work: Work, case: Case, referral: int | None) -> str | None:
    if referral is None:
        return None
    known = {one.number: one.theirs for one in work.ombudsman.of_case(case.reference)}
    if referral not in known:
        raise Refused(f"{case.reference} has no such referral. Please start from the card.")
    return known[referral]
