"""The home tabs that people have opened in Slack, and what stands on them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from models.case import Case, State, open_deadlines
from models.deadlines import DeadlineKind

LEAD = "lead"
TRIAGE = "triage"


@dataclass(frozen=True, slots=True)
class Home:
    """Somebody's home tab. `scope` is what it showed beside their own cases: ids of services, TRIAGE
    and LEAD. `shown` is a hash of the view, empty before the first; `published_at` is aware UTC.
    """

    user: str
    scope: frozenset[str] = frozenset()
    shown: str = ""
    published_at: datetime | None = None


class HomeStore(Protocol):
    """The home tabs that people have opened."""

    def opened(self, user: str, now: datetime) -> None:
        """Remember that somebody looks at theirs."""
        ...

    def get(self, user: str) -> Home | None:
        """Somebody's; None where they never opened it."""
        ...

    def all(self) -> tuple[Home, ...]:
        """Every one that was ever opened."""
        ...

    def published(self, home: Home) -> None:
        """Keep what is shown now."""
        ...

    def forget(self, user: str) -> None:
        """They are no longer here."""
        ...

    def unclaimed(
        self, services: Collection[str], limit: int, *, others: bool = False
    ) -> tuple[Case, ...]:
        """Open cases of these services, and with `others` of other bodies, that are decided and that
        nobody holds, those due first first.
        """
        ...


def next_due(case: Case) -> tuple[DeadlineKind, date] | None:
    """What is due first on a case, and when; None where nothing is."""
    due = open_deadlines(case)
    return min(due.items(), key=lambda one: one[1], default=None)


def scopes_of(case: Case) -> frozenset[str]:
    """The scopes on whose homes a case stands, beside that of who holds it. Another body's matter
    stands where is decided, in triage.
    """
    in_triage = case.state is State.TRIAGE or case.service is None
    return frozenset({LEAD, TRIAGE if in_triage else str(case.service)})
