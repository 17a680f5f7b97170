"""/case and the mention: looking things up. Only the person who asked sees the answer."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta

from handlers.slack import away, cards, digest, log_note, wording
from handlers.slack.api import Saying
from handlers.slack.background import background
from handlers.slack.desk import Desk
from handlers.slack.requests import Reply, Request, Say, say
from models.case import State
from models.errors import Refused
from models.store_port import Query

_REFERENCE = re.compile(r"(?:cc-)?(\d{4})-(\d{1,7})", re.IGNORECASE)
_OPEN = frozenset({State.TRIAGE, State.OPEN})
_DUE_WITHIN = 5
_MOST = 1_000


def command(desk: Desk, request: Request) -> Reply:
    """`/case WORD`: a reference, or one of the words of `help`."""
    desk.staff.actor(request.user)
    word = request.text.strip().lower()
    known = _WORDS.get(word)
    if known is not None:
        return known(desk, request)
    found = _REFERENCE.fullmatch(word)
    if found:
        return _one(desk, request, f"CC-{found[1]}-{int(found[2]):05d}")
    raise Refused(f"I do not know “{wording.escape(wording.one_line(word, 60))}”.\n{wording.HELP}")


def mention(desk: Desk, request: Request) -> Reply:
    """`@carebot status` in a case's thread; elsewhere what `/case` takes."""
    desk.staff.actor(request.user)
    word = request.text.strip().lower()
    if word not in {"", "status"}:
        return command(desk, request)
    if request.thread is None or request.channel is None:
        raise Refused(f"Ask for the status in a case's thread.\n{wording.HELP}")
    with desk.store.view() as work:
        reference = work.places.case_at(request.channel, request.thread)
    if reference is None:
        raise Refused("This thread belongs to no case.")
    return _one(desk, request, reference)


def _one(desk: Desk, request: Request, reference: str) -> Reply:
    case = desk.case_for(request.user, reference)
    with desk.store.view() as work:
        known = background(work, case, desk.council)
    drawn = cards.card(case, desk.council, desk.today(), known)
    looked_up = [block for block in drawn.blocks if block["type"] != "actions"]
    return Say(Saying(drawn.text, looked_up))


def _mine(desk: Desk, request: Request) -> Reply:
    return _list(desk, "You hold", Query(states=_OPEN, holder=request.user, limit=_MOST))


def _due(desk: Desk, _request: Request) -> Reply:
    today = desk.today()
    until = desk.council.calendar.add(today, _DUE_WITHIN)
    with desk.store.view() as work:
        due = [deadline for deadline in work.cases.due(until) if deadline.due >= today]
    heading = f"Due within {wording.working_days(_DUE_WITHIN)}"
    return Say(digest.due_list(heading, due, desk.council, today))


def _overdue(desk: Desk, _request: Request) -> Reply:
    today = desk.today()
    with desk.store.view() as work:
        due = work.cases.due(today - timedelta(days=1))
    return Say(digest.due_list("Overdue", due, desk.council, today))


def _triage(desk: Desk, _request: Request) -> Reply:
    query = Query(states=frozenset({State.TRIAGE}), limit=_MOST)
    return _list(desk, "Waiting for a decision", query)


def _help(_desk: Desk, _request: Request) -> Reply:
    return say(wording.HELP)


def _list(desk: Desk, heading: str, query: Query) -> Reply:
    with desk.store.view() as work:
        cases = work.cases.find(query)
    return Say(digest.case_list(heading, cases, desk.council, desk.today()))


_WORDS: Mapping[str, Callable[[Desk, Request], Reply]] = {
    "mine": _mine,
    "due": _due,
    "overdue": _overdue,
    "triage": _triage,
    "log": log_note.open_log,
    "away": away.open_away,
    "help": _help,
    "": _help,
}
