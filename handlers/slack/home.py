"""The home tab: one's own list by days left, and for a lead how every service stands."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from handlers.slack import absence_lines, fields, flag_lines, wording
from handlers.slack.api import Block
from handlers.slack.cards import button_value
from handlers.slack.lists import OPEN
from models.absence import Absence, StandIn
from models.agreed import Agreed
from models.case import Case, State
from models.council import Council
from models.homes import next_due
from models.letter import LetterKind
from models.standing import Standing

_SECTION = 2_800
_MOST_SECTIONS = 4
_OTHERS = "Other bodies' matters"


@dataclass(frozen=True, slots=True)
class Row:
    """A case on a home. `named`: its subject may stand there. `note` is what else is to be said of
    it, in mrkdwn; where there is one, it stands in the place of what is due.
    """

    case: Case
    named: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """How a service stands; `due` is how many of its cases are due by the end of the week."""

    standing: Standing
    due: int


@dataclass(frozen=True, slots=True)
class Lead:
    """What a lead sees of every service; a case that is overdue comes once."""

    services: tuple[ServiceRow, ...]
    overdue: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Contents:
    """What stands on somebody's home. None where a part is not theirs: `undecided` is for members of
    the triage channel, `lead` for leads. `services` are those they work for, `covering` the
    absences for which they stand in.
    """

    mine: tuple[Row, ...]
    covering: tuple[Absence, ...]
    covered: tuple[Row, ...]
    waiting: tuple[Row, ...]
    services: frozenset[str]
    unclaimed: tuple[Row, ...]
    undecided: tuple[Row, ...] | None
    lead: Lead | None
    away: StandIn | None = None


def view(contents: Contents, council: Council, today: date) -> Block:
    """The home of one person, at most a hundred blocks."""
    return {"type": "home", "blocks": [*_parts(contents, council, today)]}


def in_order(cases: Iterable[Case]) -> list[Case]:
    """By what is due first on each, overdue ones first, and those with nothing due at the end."""
    return sorted(cases, key=lambda case: (_due_on(case), case.reference))


def at_risk_first(rows: Iterable[Row]) -> tuple[Row, ...]:
    """The same, with those in front where somebody may come to harm. What may not be named keeps its
    place, for that would tell its flag.
    """
    return tuple(sorted(rows, key=lambda row: not (row.named and flag_lines.is_at_risk(row.case))))


def to_post(case: Case) -> str:
    """That letters of a case wait for the post; empty where none does. mrkdwn."""
    letters = " and ".join(wording.LETTERS[LetterKind(kind)] for kind in case.stage.to_post)
    return f"*To print and post*: the {letters}" if letters else ""


def to_do(agreed: Agreed, council: Council, today: date) -> str:
    """What somebody agreed to do, and by when. mrkdwn."""
    task = agreed.task
    what = wording.escape(wording.one_line(task.what, 200))
    left = wording.days_left(council, task.due, today)
    return f"*To do*: {what}; {left} ({wording.day(task.due)})"


def _parts(contents: Contents, council: Council, today: date) -> Iterable[Block]:
    yield _context(_greeting(contents, today))
    draw = _Drawing(council, today)
    empty = "You hold no case now. What nobody has claimed yet stands below."
    yield from draw.part("Your cases", contents.mine, 20, "`/case mine`", empty)
    if contents.covering:
        yield from draw.part("You cover", contents.covered, 10, "`/case due`", "They hold no case.")
    if contents.waiting:
        yield from draw.part("Waits for you", contents.waiting, 10, "`/case mine`", "")
    yield from draw.part(
        "Not claimed yet",
        contents.unclaimed,
        12,
        "`/case due`",
        "Everything in your services is claimed. Thank you."
        if contents.services
        else "You are in no service's channel yet. Join yours in Slack, and its cases stand here.",
    )
    if contents.undecided is not None:
        empty = "Nothing waits for a decision."
        yield from draw.part("To decide", contents.undecided, 10, "`/case triage`", empty)
    if contents.lead is not None:
        yield _header("Every service")
        yield from _services(contents.lead.services, council)
        empty = "Nothing is overdue anywhere. Well done."
        yield from draw.part("Overdue", contents.lead.overdue, 12, "`/case overdue`", empty)


@dataclass(frozen=True, slots=True)
class _Drawing:
    council: Council
    today: date

    def part(
        self, name: str, rows: Sequence[Row], most: int, where: str, empty: str
    ) -> Iterable[Block]:
        """A heading that a screen reader can jump to, and its cases."""
        yield _header(f"{name} ({len(rows)})" if rows else name)
        if not rows:
            yield _section(empty)
        for row in rows[:most]:
            yield self._row(row)
        if len(rows) > most:
            yield _context(f"and {len(rows) - most} more: {where}")

    def _row(self, row: Row) -> Block:
        case = row.case
        about = wording.escape(wording.subject(case, 100)) if row.named else "(private)"
        warning = flag_lines.warning(case) if row.named else ""
        said = f"*{case.reference}*{warning} {about}\n{row.note or self._due(case)}"
        if not row.named:
            return _section(said)
        return {
            **_section(said),
            "accessory": {
                "type": "button",
                "action_id": OPEN,
                "text": fields.plain("Open"),
                "value": button_value(case),
                "accessibility_label": f"Open case {case.reference}",
            },
        }

    def _due(self, case: Case) -> str:
        found = next_due(case)
        decide = "Waiting for a decision. " if case.state is State.TRIAGE else ""
        if found is None:
            return f"{decide}Nothing is due."
        kind, due = found
        said = f"{wording.DEADLINES[kind].capitalize()}: "
        said += wording.days_left(self.council, due, self.today)
        said = f"*{said}*" if due < self.today else said
        return f"{decide}{said} ({wording.day(due)})"


def _greeting(contents: Contents, today: date) -> str:
    said = [f"{wording.day(today)}. `/case help` says what you can ask."]
    if contents.away is not None and contents.away.away:
        until = absence_lines.until(contents.away.away[0])
        covered = absence_lines.covered(contents.away)
        said.append(f"You are recorded as {until}; {covered}. Back already? `/case away`.")
    said += [
        f"You cover for {absence_lines.MENTION(one.user)}, {absence_lines.until(one)}."
        for one in contents.covering
    ]
    return "\n".join(said)[:_SECTION]


def _services(rows: Sequence[ServiceRow], council: Council) -> Iterable[Block]:
    """A line each; those without an open case together at the end."""
    services = council.catalogue.services.values()
    known = {row.standing.service for row in rows}
    lines = [_service_line(row, council) for row in rows]
    quiet = [wording.escape(service.name) for service in services if service.id not in known]
    if quiet:
        lines.append(f"Nothing open: {', '.join(quiet)}")
    together, sections = "", list[str]()
    for line in lines:
        if together and len(together) + len(line) > _SECTION:
            sections.append(together)
            together = ""
        together = f"{together}\n{line[:_SECTION]}" if together else line[:_SECTION]
    return [_section(one) for one in [*sections, together][:_MOST_SECTIONS]]


def _service_line(row: ServiceRow, council: Council) -> str:
    one = row.standing
    name = council.catalogue.owner_name(one.service, None) if one.service else _OTHERS
    counts = (
        f"{one.open} open",
        f"*{one.overdue} overdue*" if one.overdue else "none overdue",
        f"{row.due} due this week" if row.due else "",
        f"{one.unclaimed} unclaimed" if one.unclaimed else "",
        f"{one.undecided} undecided" if one.undecided else "",
    )
    return f"*{wording.escape(name)}*: {', '.join(filter(None, counts))}"


def _due_on(case: Case) -> date:
    found = next_due(case)
    return found[1] if found is not None else date.max


def _header(text: str) -> Block:
    return {"type": "header", "text": fields.plain(text)}


def _section(text: str) -> Block:
    return {"type": "section", "text": _mrkdwn(text)}


def _context(text: str) -> Block:
    return {"type": "context", "elements": [_mrkdwn(text)]}


def _mrkdwn(text: str) -> Block:
    return {"type": "mrkdwn", "text": text, "verbatim": True}
