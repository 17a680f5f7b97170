"""Draws somebody's home tab from what is so now, and publishes it where it shows something new."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import structlog

from handlers.homes import open_home
from handlers.slack import home
from handlers.slack.api import Block, SlackApi
from handlers.slack.desk import Desk
from handlers.slack.home import Contents, Lead, Row, ServiceRow
from handlers.slack.requests import Done, Reply, Request
from handlers.slack.who import Staff
from models.absence import Absence, stands_in
from models.case import Case, Level, State
from models.channels import channel_for, is_private
from models.council import Council
from models.errors import NotYet, Refused, Unacceptable, Undeliverable
from models.homes import LEAD, TRIAGE, Home
from models.involvement import involved_in
from models.outbox import Delivered, Dropped, Item
from models.redrawing import held_by
from models.store_port import DueCase, Query, Store, Work

_log = structlog.get_logger(__name__)

_EVERY = timedelta(seconds=30)
"""Slack takes some hundred views a minute, and a council has fifty officers."""
_MOST = 500


def opened(desk: Desk, request: Request) -> Reply:
    """Somebody looks at their home tab."""
    desk.staff.actor(request.user)
    open_home(desk.store, request.user, desk.now())
    return Done()


@dataclass(frozen=True, slots=True)
class HomeCourier:
    """See handlers.delivery.Courier."""

    store: Store
    api: SlackApi
    staff: Staff
    council: Council

    def deliver(self, item: Item, now: datetime) -> Delivered | Dropped:
        """Publish the home, unless it shows the same already. Who is no longer there is forgotten."""
        user = str(item.parcel.payload["user"])
        with self.store.view() as work:
            known = work.homes.get(user)
        if known is None:
            return Dropped("nobody has opened it")
        if known.published_at is not None and now < known.published_at + _EVERY:
            wait = known.published_at + _EVERY - now
            raise NotYet("it was drawn just now", retry_after=wait / timedelta(seconds=1))
        try:
            self.staff.actor(user)
        except (Refused, Undeliverable) as error:
            return self._forgotten(user, error)
        scope, today = self._scope(user), self.council.local_date(now)
        with self.store.view() as work:
            contents = self._contents(work, user, scope, today)
        view = home.view(contents, self.council, today)
        try:
            return self._published(replace(known, scope=scope), view, now)
        except Unacceptable:
            raise
        except Undeliverable as error:
            return self._forgotten(user, error)

    def find(self, _item: Item, _now: datetime) -> Delivered | None:
        """Nothing is looked for: to draw it again is harmless."""
        return None

    def _published(self, known: Home, view: Block, now: datetime) -> Delivered | Dropped:
        shown = _hash(view)
        is_new = shown != known.shown
        if is_new:
            self.api.publish_home(known.user, view)
        at = now if is_new else known.published_at
        with self.store.work() as work:
            work.homes.published(replace(known, shown=shown, published_at=at))
        return Delivered() if is_new else Dropped("it shows that already")

    def _forgotten(self, user: str, error: Refused | Undeliverable) -> Dropped:
        _log.warning("home_forgotten", reason=str(error))
        with self.store.work() as work:
            work.homes.forget(user)
        return Dropped(str(error))

    def _scope(self, user: str) -> frozenset[str]:
        """What stands on the home of a person beside their own cases."""
        channels = self.council.channels
        services = {
            service
            for service in self.council.catalogue.services
            if user in self.staff.team_of(service)
        }
        triage = {TRIAGE} if self._is_in(user, channels.triage) else set[str]()
        is_lead = self.staff.is_lead(user) or self._is_in(user, channels.lead)
        return frozenset({*services, *triage, *({LEAD} if is_lead else set[str]())})

    def _is_in(self, user: str, channel: str) -> bool:
        return user in self.staff.members(f"#{channel}")

    def _contents(self, work: Work, user: str, scope: frozenset[str], today: date) -> Contents:
        away = work.absences.on(today)
        services = scope - {LEAD, TRIAGE}
        covering = _covering(away, user, today)
        mine = home.in_order(held_by(work, user, _MOST))
        covered = home.in_order(case for one in covering for case in held_by(work, one.user, _MOST))
        others = TRIAGE in scope
        unclaimed = home.in_order(
            case
            for case in work.homes.unclaimed(services, _MOST, others=others)
            if _may_take(work, case, user)
        )
        return Contents(
            mine=self._rows(user, mine),
            covering=covering,
            covered=self._rows(user, covered),
            waiting=(
                *self._letters(user, (*mine, *covered)),
                *self._agreed(work, user, today),
            ),
            services=services,
            unclaimed=home.at_risk_first(self._rows(user, unclaimed)),
            undecided=self._undecided(work, user) if TRIAGE in scope else None,
            lead=self._lead(work, user, today) if LEAD in scope else None,
            away=stands_in(away, user, today),
        )

    def _rows(self, user: str, cases: Iterable[Case]) -> tuple[Row, ...]:
        return tuple(Row(case, self._may_name(user, case)) for case in cases)

    def _may_name(self, user: str, case: Case) -> bool:
        """The subject of a private case is for members of its channel only."""
        private = is_private(case, self.council)
        return not private or self._is_in(user, channel_for(case, self.council))

    def _letters(self, user: str, cases: Iterable[Case]) -> Iterable[Row]:
        return [
            Row(case, self._may_name(user, case), note)
            for case in cases
            if (note := home.to_post(case))
        ]

    def _agreed(self, work: Work, user: str, today: date) -> Iterable[Row]:
        """What they agreed to do, whether its case has ended or not."""
        for owed in work.agreed.due(date.max):
            case = work.cases.get(owed.reference) if owed.agreed.task.owner == user else None
            if case is not None and self._may_name(user, case):
                yield Row(case, True, home.to_do(owed.agreed, self.council, today))

    def _undecided(self, work: Work, user: str) -> tuple[Row, ...]:
        triage = frozenset({State.TRIAGE})
        found = home.in_order(work.cases.find(Query(states=triage, limit=_MOST)))
        return home.at_risk_first(self._rows(user, found))

    def _lead(self, work: Work, user: str, today: date) -> Lead:
        sunday = today + timedelta(days=6 - today.weekday())
        due = _once(work.cases.due(sunday))
        overdue = [one.case for one in due if one.due < today]
        services = tuple(
            ServiceRow(
                standing,
                sum(one.due >= today and one.case.service == standing.service for one in due),
            )
            for standing in work.standings.now(today)
        )
        return Lead(services, self._rows(user, overdue))


def _may_take(work: Work, case: Case, user: str) -> bool:
    """Whether the case is one for them: who was involved before a review may not claim it."""
    return case.level is not Level.LEVEL_TWO or user not in involved_in(work, case)


def _covering(away: Iterable[Absence], user: str, today: date) -> tuple[Absence, ...]:
    """The absences of those for whom a person stands in today, through any chain."""
    known = tuple(away)
    return tuple(
        one for one in known if one.user != user and stands_in(known, one.user, today).who == user
    )


def _once(due: Iterable[DueCase]) -> list[DueCase]:
    """Each case with what is due on it first."""
    first = dict[str, DueCase]()
    for one in due:
        first.setdefault(one.case.reference, one)
    return list(first.values())


def _hash(view: Block) -> str:
    return hashlib.sha256(json.dumps(view, sort_keys=True).encode()).hexdigest()
