"""Lists of cases for the one who asked, ten a page: what they hold, what is due, overdue, undecided.

A button carries which list, what was asked and the page, and nothing is believed of it beyond that:
the list is made anew for whoever clicks.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from handlers.slack import fields, flag_lines, wording
from handlers.slack.api import Block, Saying
from handlers.slack.cards import button_value
from handlers.slack.desk import Desk
from handlers.slack.requests import Request
from models.case import Case, State, open_deadlines
from models.council import Council
from models.deadlines import DeadlineKind
from models.errors import Refused
from models.store_port import Query

EARLIER = "list_earlier"
NEXT = "list_next"
OPEN = "list_open"
ROWS = 10

_OPEN_STATES = frozenset({State.TRIAGE, State.OPEN})
_DUE_WITHIN = 5
_LONGEST_DUE = 60
_LAST_PAGE = 100_000


@dataclass(frozen=True, slots=True)
class Asked:
    """Which list, the words behind its name, and the page, from 1."""

    name: str
    words: str
    page: int = 1

    @property
    def after(self) -> int:
        """How many rows stand before the page."""
        return (self.page - 1) * ROWS

    def value(self, page: int) -> str:
        """What the button to a page carries."""
        return json.dumps({"list": self.name, "words": self.words, "page": page})


@dataclass(frozen=True, slots=True)
class Row:
    """A case on a list: what is said behind its name (mrkdwn), and perhaps some of its words."""

    case: Case
    said: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A heading (mrkdwn), how many there are in all, and the rows of one page."""

    heading: str
    total: int
    rows: Sequence[Row]


Lister = Callable[[Desk, Request, Asked], Page]


def asked(value: str) -> Asked:
    """What a button carried. Raises Refused for anything else."""
    try:
        carried = json.loads(value)
        page = int(carried["page"])
        return Asked(str(carried["list"]), str(carried["words"]), min(max(page, 1), _LAST_PAGE))
    except (ValueError, KeyError, TypeError, OverflowError):
        raise Refused("This button is from another time. Please ask again.") from None


def drawn(page: Page, of: Asked, council: Council, seen: Callable[[Case], bool]) -> Saying:
    """A page of a list. A case that its reader may not see (`seen`) is named without its subject and
    without a button.
    """
    heading = page.heading
    if not page.total:
        return Saying(f"{heading}: nothing.", [_section(f"*{heading}*: nothing.")])
    pages = -(-page.total // ROWS)
    where = f", page {of.page} of {pages}" if pages > 1 else ""
    text = [f"{heading}: {page.total}{where}."]
    blocks = [
        _section(f"*{heading}* ({page.total})" + (f" · Page {of.page} of {pages}" if where else ""))
    ]
    for row in page.rows:
        is_seen = seen(row.case)
        line = f"{_named(row.case, council, is_seen=is_seen)}: {row.said}"
        text.append(line)
        blocks.append(_row(row.case, line) if is_seen else _section(line))
        if row.words and is_seen:
            text.append(f"“{wording.escape(row.words)}”")
            blocks.append({"type": "context", "elements": [fields.plain(row.words)]})
    turns = _turns(of, pages)
    return Saying("\n".join(text), [*blocks, turns] if turns else blocks)


def mine(desk: Desk, request: Request, of: Asked) -> Page:
    """What the one who asks holds."""
    return _cases(desk, "You hold", Query(states=_OPEN_STATES, holder=request.user), of)


def triage(desk: Desk, _request: Request, of: Asked) -> Page:
    """What somebody has to decide."""
    query = Query(states=frozenset({State.TRIAGE}))
    return _cases(desk, "Waiting for a decision", query, of)


def due(desk: Desk, _request: Request, of: Asked) -> Page:
    """What is due within so many working days. Raises Refused for what is no such number."""
    days, today = _days(of.words), desk.today()
    until = desk.council.calendar.add(today, days)
    return _due_cases(f"Due within {wording.working_days(days)}", today, until, desk, of)


def overdue(desk: Desk, _request: Request, of: Asked) -> Page:
    """What is past its date."""
    return _due_cases("Overdue", date.min, desk.today() - timedelta(days=1), desk, of)


def standing(case: Case, council: Council, today: date) -> str:
    """What is due next, when, with the days left, and who holds it. mrkdwn."""
    deadlines = open_deadlines(case)
    if not deadlines:
        return wording.state(case) if not case.is_open else f"no date promised, {holder(case)}"
    kind = min(deadlines, key=lambda one: (deadlines[one], one))
    return _due_line(case, kind, deadlines[kind], council, today)


def holder(case: Case) -> str:
    """Who holds it. mrkdwn."""
    return f"held by <@{case.holder}>" if case.holder else "not claimed"


def _days(words: str) -> int:
    if not words:
        return _DUE_WITHIN
    number = int(words) if words.isascii() and words.isdecimal() and len(words) < 4 else 0
    if not 1 <= number <= _LONGEST_DUE:
        raise Refused(
            f"Say for how many working days, from 1 to {_LONGEST_DUE}, such as `/case due 10`."
        )
    return number


def _cases(desk: Desk, heading: str, query: Query, of: Asked) -> Page:
    with desk.store.view() as work:
        found = work.cases.find(replace(query, limit=ROWS, after=of.after))
        total = work.cases.count(query)
    today = desk.today()
    return Page(heading, total, [Row(case, standing(case, desk.council, today)) for case in found])


def _due_cases(heading: str, due_from: date, until: date, desk: Desk, of: Asked) -> Page:
    today = desk.today()
    with desk.store.view() as work:
        found, total = work.cases.due_page(due_from, until, ROWS, of.after)
    rows = [
        Row(one.case, _due_line(one.case, one.kind, one.due, desk.council, today)) for one in found
    ]
    return Page(heading, total, rows)


def _due_line(case: Case, kind: DeadlineKind, due: date, council: Council, today: date) -> str:
    when = f"{wording.day(due)}, {wording.days_left(council, due, today)}"
    return f"{wording.DEADLINES[kind]} due {when}; {holder(case)}"


def _named(case: Case, council: Council, *, is_seen: bool) -> str:
    owner = wording.escape(wording.owner(case, council))
    if not is_seen:
        return f"*{case.reference}* (private), {owner}"
    subject = wording.escape(wording.subject(case, 60))
    named = f"*{case.reference}*{flag_lines.warning(case)}"
    if wording.is_undecided(case):
        return f"{named} “{subject}”"
    perhaps = "perhaps " if case.state is State.TRIAGE else ""
    return f"{named} “{subject}”, {perhaps}{owner}"


def _row(case: Case, line: str) -> Block:
    button = {
        "type": "button",
        "action_id": OPEN,
        "text": fields.plain("Open"),
        "value": button_value(case),
        "accessibility_label": f"Open case {case.reference}",
    }
    return {**_section(line), "accessory": button}


def _turns(of: Asked, pages: int) -> Block | None:
    buttons = []
    if of.page > 1:
        buttons.append(_turn(EARLIER, "Earlier", of, of.page - 1))
    if of.page < pages:
        buttons.append(_turn(NEXT, "Next", of, of.page + 1))
    return {"type": "actions", "elements": buttons} if buttons else None


def _turn(action: str, name: str, of: Asked, page: int) -> Block:
    return {
        "type": "button",
        "action_id": action,
        "text": fields.plain(name),
        "value": of.value(page),
        "accessibility_label": f"{name}: page {page}",
    }


def _section(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}
