"""The checklist of an answer: the points that the customer raises, written by an officer."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from handlers.gathering import messages_of
from handlers.seen import Seen, fresh
from models.case import Case
from models.ledger import Arrival
from models.people import Actor
from models.points import suggested, written
from models.recording import record
from models.store_port import Store
from models.ticking import write_points

_WRITTEN = frozenset({Arrival.CASE, Arrival.REPLY})


@dataclass(frozen=True, slots=True)
class Pointing:
    """What keeping a case's points needs."""

    store: Store

    def suggested(self, reference: str) -> tuple[str, ...]:
        """What the customer's own words seem to ask, to start from."""
        with self.store.view() as work:
            messages = messages_of(work, reference)
        theirs = [one.message for one in messages if one.arrival in _WRITTEN]
        return suggested(message.new_text or message.text for message in theirs)

    def write(
        self, seen: Seen, text: str, answered: Collection[int], actor: Actor, now: datetime
    ) -> Case:
        """The points of the case are the lines of `text`; `answered` are the numbers, from 0, of the
        present ones that are ticked. Raises Refused or Stale.
        """
        with self.store.work() as work:
            case = fresh(work, seen)
            points = written(text, case.points, answered)
            return record(work, write_points(case, points, actor, now), now)
