"""Which home tabs and cards are to be drawn anew, since something that they show has changed."""

from collections.abc import Collection, Iterable
from datetime import datetime

from models import outbox
from models.absence import stands_in
from models.case import Case, State
from models.homes import LEAD, scopes_of
from models.store_port import Query, Work

_WORKED_ON = frozenset({State.TRIAGE, State.OPEN})
_MOST = 1_000


def redraw_homes(work: Work, before: Case | None, after: Case, now: datetime) -> None:
    """A case was opened (`before` is None) or changed: the homes of who holds it and held it, of who
    stands in for them, of who agreed to do something, of its services and of the leads.
    """
    homes = work.homes.all()
    if not homes:
        return
    cases = [after] if before is None else [before, after]
    people = with_stand_ins(work, {case.holder for case in cases if case.holder}, now)
    people |= {one.task.owner for case in cases for one in case.agreed}
    scopes = frozenset[str]().union(*map(scopes_of, cases))
    for home in homes:
        if home.user in people or home.scope & scopes:
            work.outbox.add(outbox.home(home.user, now), now)


def redraw_homes_of(work: Work, users: Collection[str], now: datetime) -> None:
    """The homes of these people, where they ever opened one, and of the leads."""
    for home in work.homes.all():
        if home.user in users or LEAD in home.scope:
            work.outbox.add(outbox.home(home.user, now), now)


def redraw_every_home(work: Work, now: datetime) -> int:
    """Every home that was ever opened, for the days that are left change; how many are queued."""
    return sum(work.outbox.add(outbox.home(home.user, now), now) for home in work.homes.all())


def redraw_cards_held_by(work: Work, users: Iterable[str], why: str, now: datetime) -> None:
    """The cards of the open cases of these people; `why` tells the occasion apart for ever."""
    for user in users:
        for case in held_by(work, user):
            redraw_card(work, case, why, now)


def redraw_card(work: Work, case: Case, why: str, now: datetime) -> bool:
    """A card that stands somewhere, once for `why` and the version of the case; whether it is queued.
    Of what came in a flood no card stands, and none is posted for a redraw.
    """
    if work.places.get(f"card:{case.reference}") is None:
        return False
    return work.outbox.add(outbox.card_again(case.reference, case.version, why), now)


def held_by(work: Work, user: str, limit: int = _MOST) -> tuple[Case, ...]:
    """The open cases of a person, those due first first."""
    return work.cases.find(Query(states=_WORKED_ON, holder=user, limit=limit))


def with_stand_ins(work: Work, users: Collection[str], now: datetime) -> frozenset[str]:
    """These people and who stands in for each. The date of UTC will do: at night nobody looks."""
    away = work.absences.on(now.date()) if users else ()
    found = {stands_in(away, user, now.date()).who for user in users}
    return frozenset(users) | {one for one in found if one is not None}
