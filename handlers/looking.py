"""Looking at a case's text: from outside its channel only with a note of who looked (requirement 33)."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from handlers import letters_left
from handlers.gathering import messages_of, shown_with
from models.case import Case, check_fresh
from models.ledger import Arrival
from models.letter import Departed
from models.looks import How, Look
from models.people import Actor
from models.searching import Hits, Sight, Wanted
from models.store_port import Store, StoredMessage, Work

_WRITTEN = frozenset({Arrival.CASE, Arrival.REPLY})


@dataclass(frozen=True, slots=True)
class Looking:
    """A look and the note of it are one transaction: where that fails, nothing is handed out."""

    store: Store

    @contextmanager
    def opening(
        self, case: Case, how: How, by: Actor, now: datetime, *, outside: bool
    ) -> Iterator[Work]:
        """A unit of work to read the text of a case in; `outside` its channel the look is noted.

        Raises Stale where the case has changed since it was seen that `by` may see it.
        """
        with self.store.work() if outside else self.store.view() as work:
            current = work.cases.get(case.reference)
            check_fresh(current or case, case.version)
            if outside:
                work.looks.add([Look(case.reference, by, now, how)])
            yield work

    def words(
        self, case: Case, by: Actor, now: datetime, *, outside: bool
    ) -> tuple[tuple[StoredMessage, ...], tuple[Departed, ...]]:
        """What was written on a case, and on those merged into it, and the letters that left for it,
        each oldest first. Raises Stale.
        """
        with self.opening(case, How.WORDS, by, now, outside=outside) as work:
            messages = messages_of(work, case.reference)
            letters = letters_left.of_cases(work, shown_with(work, case.reference))
        return tuple(one for one in messages if one.arrival in _WRITTEN), letters

    def last_words(self, case: Case) -> StoredMessage | None:
        """What was written last, for a step whose look is noted already. Raises Stale."""
        with self.store.view() as work:
            check_fresh(work.cases.get(case.reference) or case, case.version)
            messages = messages_of(work, case.reference)
        written = [one for one in messages if one.arrival in _WRITTEN]
        return written[-1] if written else None

    def search(
        self,
        wanted: Sequence[Wanted],
        sight: Sight,
        by: Actor,
        now: datetime,
        *,
        limit: int,
        after: int,
        outside: Callable[[Case], bool],
    ) -> Hits:
        """What is found; of each case on the page that is looked at from outside it is noted."""
        with self.store.work() as work:
            hits = work.search.find(wanted, sight, limit, after)
            looked_at = [hit.case.reference for hit in hits.page if outside(hit.case)]
            work.looks.add([Look(reference, by, now, How.SEARCH) for reference in looked_at])
        return hits

    def looks(self, reference: str, limit: int) -> tuple[tuple[Look, ...], int]:
        """The latest looks at a case from outside its channel, and how many there were in all."""
        with self.store.view() as work:
            return work.looks.of_case(reference, limit), work.looks.count(reference)
