"""Assign: a case is given to a colleague who is in, or back to the service."""

from collections.abc import Sequence

from handlers.slack import absence_lines, fields, wording
from handlers.slack.api import Block, Person
from handlers.slack.cards import button_value
from handlers.slack.desk import Desk
from handlers.slack.requests import Done, FieldErrors, OpenModal, Reply, Request
from models.absence import StandIn, stands_in
from models.case import Action, Case
from models.errors import Refused

ASSIGN = "case_assign_to"
_WHO, _OTHER, _BACK = "assign_who", "assign_other", "nobody"
# Slack takes a hundred options of a select; one of them gives the case back.
_MOST = 99
_MOST_AWAY = 20
_WHO_NOW = "Who looks after it from now on"
_ELSE = "Or somebody else: one of the two is needed"


def open_assign(desk: Desk, request: Request) -> Reply:
    """Assign was pressed."""
    case = desk.acting(request, Action.ASSIGN, fresh=False).case
    away, involved = desk.assigning.away(desk.now()), desk.assigning.involved(case)
    colleagues = desk.staff.colleagues(desk.staff.team(case))
    team = [
        one
        for one in colleagues.people
        if one.id not in {case.holder, *involved} and desk.staff.can_work_on(one.id, case)
    ]
    found = [(one, stands_in(away, one.id, desk.today())) for one in team]
    in_now = [one for one, stand_in in found if not stand_in.away]
    names = [(wording.escape(one.name), stand_in) for one, stand_in in found if stand_in.away]
    return OpenModal(modal(case, request.user, in_now, names, colleagues.untold))


def modal(
    case: Case,
    user: str,
    in_now: Sequence[Person],
    away: Sequence[tuple[str, StandIn]],
    untold: int = 0,
) -> Block:
    """Who is in, the one who asks first, and below them by name who is away. Who has no place there,
    or of whom Slack did not tell (`untold`), is counted, and may be chosen all the same.
    """
    blocks: list[Block] = [
        {"type": "section", "text": fields.plain(f"{wording.title(case)}\n{wording.subject(case)}")}
    ]
    options = {one.id: _name(one, user) for one in sorted(in_now, key=lambda p: p.id != user)}
    left_out = untold + max(0, len(options) - _MOST)
    options = dict(list(options.items())[:_MOST])
    if case.holder is not None:
        options[_BACK] = "Nobody: give it back to the service"
    if options:
        blocks.append(
            fields.select(_WHO, f"{_WHO_NOW}: here or below", options, None, optional=True)
        )
    somebody = _ELSE if options else _WHO_NOW
    blocks.append(fields.person(_OTHER, somebody, None, optional=bool(options)))
    if left_out:
        blocks.append({"type": "context", "elements": [fields.plain(_not_listed(left_out))]})
    if away:
        said = f"*Away now*\n{absence_lines.names_away(away[:_MOST_AWAY])}"
        blocks.append({"type": "section", "text": {"type": "mrkdwn", "text": said}})
    title = f"Assign {case.reference}"
    return fields.modal(ASSIGN, title, "Assign", button_value(case), blocks)


def assign(desk: Desk, request: Request) -> Reply:
    """The assignment was submitted."""
    acting = desk.acting(request, Action.ASSIGN)
    chosen, other = request.field(_WHO), request.field(_OTHER)
    if bool(chosen) is bool(other):
        where = _OTHER if other or not chosen else _WHO
        return FieldErrors({where: "Choose one person, above or here."})
    to = other or chosen
    if to == _BACK:
        desk.assigning.assign(acting.seen, None, acting.actor, desk.now())
        return Done()
    try:
        desk.staff.check_can_work_on(to, acting.case)
        _check_in(desk, to)
        desk.assigning.assign(acting.seen, to, acting.actor, desk.now())
    except Refused as refused:
        return FieldErrors({_OTHER if other else _WHO: _in_names(desk, to, str(refused))})
    return Done()


def _check_in(desk: Desk, to: str) -> None:
    found = stands_in(desk.assigning.away(desk.now()), to, desk.today())
    if not found.away:
        return
    name = desk.staff.person(to).name
    covers = f"{desk.staff.person(found.who).name} covers" if found.who else "nobody covers"
    until = absence_lines.until(found.away[0])
    raise Refused(f"{name} is {until}; {covers}. Choose somebody who is in.")


def _not_listed(count: int) -> str:
    others = "1 more of the team is" if count == 1 else f"{count} more of the team are"
    return f"{others} not in the list above: search for the name under “{_ELSE}”."


def _in_names(desk: Desk, to: str, said: str) -> str:
    """A sentence at a field is plain text, in which a mention would show an id."""
    return said.replace(absence_lines.MENTION(to), desk.staff.person(to).name)


def _name(one: Person, user: str) -> str:
    return f"You ({one.name})" if one.id == user else one.name
