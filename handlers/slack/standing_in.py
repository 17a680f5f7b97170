"""Who is told of what is due on a case, where whoever holds it is away; and the lead of nobody."""

from dataclasses import dataclass
from datetime import datetime

from handlers.absence import told_lead
from handlers.slack import absence_lines, threads, wording
from handlers.slack.placing import KEY, Placing
from handlers.slack.who import Staff
from models.absence import StandIn, stands_in
from models.case import Case, State
from models.channels import is_private
from models.council import Council
from models.errors import Refused, Undeliverable
from models.involvement import check_reviewer
from models.outbox import Delivered, Dropped, Item, Parcel
from models.redrawing import held_by
from models.store_port import Query

_NAMED = 10
_MOST_HELD = 1_000
_WORKED_ON = frozenset({State.TRIAGE, State.OPEN})


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whom a reminder begins with, in words and mentions, and what the lead is told then."""

    words: str
    then: tuple[Parcel, ...] = ()


def addressee(at: Placing, case: Case, now: datetime) -> Addressee:
    """Who holds the case, else who stands in for them and may work on it; where that is nobody, the
    service in words, and the lead once a day. mrkdwn.
    """
    if case.holder is None:
        return Addressee("Nobody has claimed this case yet")
    found = _stand_in(at, case, now)
    if found.who == case.holder:
        return Addressee(absence_lines.MENTION(case.holder))
    name, why = _name(at, case.holder), _why(found)
    if found.who is not None:
        return Addressee(f"{absence_lines.MENTION(found.who)} (for {name}, {why})")
    owner = wording.escape(wording.owner(case, at.council))
    words = f"Nobody covers for {name}, who is {why}. {owner}, please look"
    return Addressee(words, (told_lead(at.council, case.holder, now),))


def uncovered(at: Placing, item: Item, now: datetime) -> Delivered | Dropped:
    """Say in the lead's channel who is away with open cases and nobody to look after them."""
    payload = item.parcel.payload
    user, today = str(payload["user"]), at.council.local_date(now)
    with at.store.view() as work:
        found = stands_in(work.absences.on(today), user, today)
        cases = held_by(work, user)
    left = [case for case in cases if _stand_in(at, case, now).who is None]
    if not left:
        return Dropped("somebody covers by now, or there is nothing to look after")
    lines = [_line(case, at.council, now) for case in left[:_NAMED]]
    if len(left) > _NAMED:
        lines.append(f"…and {len(left) - _NAMED} more.")
    cases_in_words = "1 open case" if len(left) == 1 else f"{len(left)} open cases"
    name, why = _name(at, user), _why(found)
    if found.away and found.who is not None:
        said = (
            f"*{_name(at, found.who)} covers for {name}*, {why}, and may not work on {cases_in_words} "
            f"of theirs. Please assign {'it' if len(left) == 1 else 'them'}:"
        )
    else:
        said = (
            f"*Nobody covers for {name}*, {why}, who holds {cases_in_words}. "
            "Please assign them, or record a cover with `/case away`."
        )
    channel = at.api.channel_id(str(payload["channel"]))
    at.api.post(channel, threads.line("\n".join([said, *lines])), {KEY: item.parcel.key})
    return Delivered()


def departed(at: Placing, now: datetime) -> tuple[Parcel, ...]:
    """What tells the lead of those who hold open cases, have left the council and were not recorded as
    away.
    """
    with at.store.view() as work:
        cases = work.cases.find(Query(states=_WORKED_ON, limit=_MOST_HELD))
        away = {one.user for one in work.absences.on(at.council.local_date(now))}
    holders = {case.holder for case in cases if case.holder is not None} - away
    return tuple(told_lead(at.council, u, now) for u in sorted(holders) if _has_left(at, u))


def _line(case: Case, council: Council, now: datetime) -> str:
    due = wording.answer_due(case, council, council.local_date(now))
    about = "private" if is_private(case, council) else f"“{wording.subject(case, 60)}”"
    return f"• {case.reference} {wording.escape(about)}: answer {due}"


def _stand_in(at: Placing, case: Case, now: datetime) -> StandIn:
    assert case.holder is not None
    today, staff = at.council.local_date(now), Staff(at.api, at.council, lambda: now)

    def may(user: str) -> bool:
        try:
            staff.check_can_work_on(user, case)
            with at.store.view() as work:
                check_reviewer(work, case, user, at.council)
        except Refused:
            return False
        return True

    with at.store.view() as work:
        away = work.absences.on(today)
    found = stands_in(away, case.holder, today, may)
    return found if found.away or not _has_left(at, case.holder) else StandIn(None)


def _why(found: StandIn) -> str:
    """Why a holder is not told: they are away, or were not recorded as away and have left."""
    return absence_lines.until(found.away[0]) if found.away else "no longer here"


def _has_left(at: Placing, user: str) -> bool:
    try:
        return at.api.person(user).is_deleted
    except Undeliverable:
        return True


def _name(at: Placing, user: str) -> str:
    try:
        return wording.escape(at.api.person(user).name)
    except Undeliverable:
        return "somebody"
