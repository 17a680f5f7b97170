"""`/case away`: who is away from when until when, and who covers for them."""

import json
from collections.abc import Iterable, Sequence
from datetime import date

from handlers.absence import WrongAbsence
from handlers.slack import absence_lines, fields, modals, wording
from handlers.slack.api import Block
from handlers.slack.desk import Desk
from handlers.slack.requests import FieldErrors, OpenModal, Reply, Request, ShowInstead
from models.absence import Absence, stands_in
from models.errors import Refused, Unavailable, Undeliverable

AWAY = "away_record"
END = "away_end"
_FIRST, _LAST, _COVER, _WHOM = "away_first", "away_last", "away_cover", "away_whom"
_FIELDS = {"first": _FIRST, "last": _LAST, "cover": _COVER}
_MOST = 20


def open_away(desk: Desk, request: Request) -> Reply:
    """`/case away`."""
    desk.staff.actor(request.user)
    return OpenModal(_modal(desk, request.user, ""))


def record(desk: Desk, request: Request) -> Reply:
    """The absence was submitted. A lead may record one for somebody else."""
    actor = desk.staff.actor(request.user)
    whom = request.field(_WHOM) or request.user
    cover = request.field(_COVER) or None
    try:
        first, last = (date.fromisoformat(request.field(name)) for name in (_FIRST, _LAST))
    except ValueError:
        return FieldErrors({_LAST: "Choose the first and the last day."})
    wrong = _check_people(desk, request.user, whom, cover)
    if wrong:
        return FieldErrors(wrong)
    try:
        desk.absences.record(Absence(whom, first, last, cover), actor, desk.now())
    except WrongAbsence as error:
        return FieldErrors({_FIELDS[error.field]: str(error)})
    said = "\n".join((_recorded(whom, request.user), *_not_theirs(desk, whom, cover)))
    return ShowInstead(_recorded_modal(desk, request.user, said))


def end(desk: Desk, request: Request) -> Reply:
    """I am back, or Delete, was pressed; a lead may end somebody else's, for a wrong person is soon
    chosen.
    """
    actor = desk.staff.actor(request.user)
    try:
        carried = json.loads(request.value)
        first = date.fromisoformat(str(carried["first"]))
        whom = str(carried.get("user", request.user))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Refused("This button is from another time. Please ask again.") from None
    if whom != request.user and not desk.staff.is_lead(request.user):
        raise Refused("Only a team leader can end somebody else's absence.")
    desk.absences.end(whom, first, actor, desk.now())
    again = "you" if whom == request.user else absence_lines.MENTION(whom)
    return ShowInstead(_modal(desk, request.user, f"*Ended*: reminders go to {again} again."))


def modal(
    own: Sequence[Absence],
    covered: Sequence[Absence],
    today: date,
    said: str = "",
    *,
    for_others: bool = False,
    others: Sequence[Absence] = (),
) -> Block:
    """What is recorded for its reader, whom they cover for, and a new absence to record; with a lead's
    `others`, whose they may end.
    """
    blocks = [
        *recorded(own, covered, today, said, others),
        fields.day(_FIRST, "First day away", today),
        fields.day(_LAST, "Last day away", today),
        fields.hinted(
            fields.person(_COVER, "Who covers", None, optional=True),
            "Reminders of your cases go to them. Without anybody they go to the service and the lead.",
        ),
    ]
    if for_others:
        label = "For whom, if not for yourself"
        blocks.append(fields.person(_WHOM, label, None, optional=True))
    return fields.modal(AWAY, "Away", "Record", "{}", blocks)


def recorded(
    own: Sequence[Absence],
    covered: Sequence[Absence],
    today: date,
    said: str = "",
    others: Sequence[Absence] = (),
) -> list[Block]:
    """What is recorded for its reader, and whom they cover for, below a sentence if there is one."""
    blocks: list[Block] = [_section(said)] if said else []
    blocks += [_own(one, today) for one in own[:_MOST]]
    if covered:
        blocks.append(_section("\n".join(map(_covering, covered[:_MOST]))))
    if others:
        blocks.append(_section("*Your colleagues*"))
        blocks += [_other(one, today) for one in others[:_MOST]]
    if len(others) > _MOST:
        blocks.append(_section(f"…and {len(others) - _MOST} more, which begin later."))
    return blocks


def _recorded_modal(desk: Desk, user: str, said: str) -> Block:
    """There is nothing more to fill in, and nothing to press save Close."""
    own, covered, known = _known(desk, user)
    warned = _with_warning(said, own, known)
    blocks = recorded(own, covered, desk.today(), warned, _others(desk, user, known))
    return {**modals.notice(said, "Away"), "blocks": blocks}


def _known(desk: Desk, user: str) -> tuple[list[Absence], list[Absence], Sequence[Absence]]:
    """Somebody's own absences, those that they cover, and everybody's."""
    known = desk.absences.known(desk.now())
    own = [one for one in known if one.user == user]
    return own, [one for one in known if one.cover == user], known


def _modal(desk: Desk, user: str, said: str) -> Block:
    own, covered, known = _known(desk, user)
    lead = desk.staff.is_lead(user)
    warned, others = _with_warning(said, own, known), _others(desk, user, known)
    return modal(own, covered, desk.today(), warned, for_others=lead, others=others)


def _others(desk: Desk, user: str, known: Iterable[Absence]) -> list[Absence]:
    """What a lead may end, that which begins first first; nothing for anybody else."""
    if not desk.staff.is_lead(user):
        return []
    return sorted((one for one in known if one.user != user), key=lambda one: (one.first, one.user))


def _with_warning(said: str, own: Iterable[Absence], known: Sequence[Absence]) -> str:
    """The same, with what somebody should know whose absence nobody covers."""
    gaps = [one for one in own if stands_in(known, one.user, one.first).who is None]
    warning = (
        "*Nobody covers for you then*: reminders go to the service and the lead." if gaps else ""
    )
    return "\n".join(filter(None, (said, warning)))


def _own(absence: Absence, today: date) -> Block:
    name = "I am back" if absence.first <= today else "Delete"
    return _recorded_one(absence, f"You are away {_when(absence)}", name, name)


def _other(absence: Absence, today: date) -> Block:
    name = "Is back" if absence.first <= today else "Delete"
    text = f"{absence_lines.MENTION(absence.user)} is away {_when(absence)}"
    return _recorded_one(absence, text, name, f"{name}, a colleague's")


def _when(absence: Absence) -> str:
    cover = f"{absence_lines.MENTION(absence.cover)} covers" if absence.cover else "nobody covers"
    return f"from {wording.day(absence.first)} to {wording.day(absence.last)}; {cover}"


def _recorded_one(absence: Absence, text: str, name: str, label: str) -> Block:
    button: Block = {
        "type": "button",
        "action_id": END,
        "text": fields.plain(name),
        "value": json.dumps({"user": absence.user, "first": absence.first.isoformat()}),
        "accessibility_label": f"{label}, absence from {wording.day(absence.first)}",
    }
    return {**_section(text), "accessory": button}


def _covering(absence: Absence) -> str:
    first, last = wording.day(absence.first), wording.day(absence.last)
    return f"You cover for {absence_lines.MENTION(absence.user)} from {first} to {last}"


def _check_people(desk: Desk, user: str, whom: str, cover: str | None) -> dict[str, str]:
    """What is wrong with who was chosen, by field."""
    if whom != user and not desk.staff.is_lead(user):
        return {_WHOM: "Only a team leader can record this for somebody else."}
    for field, person in ((_WHOM, whom), (_COVER, cover)):
        if person is None:
            continue
        try:
            desk.staff.actor(person)
        except Refused:
            name = desk.staff.person(person).name
            return {field: f"{name} is not one of the council's own staff."}
    return {}


def _not_theirs(desk: Desk, whom: str, cover: str | None) -> list[str]:
    """The cases of somebody that the cover may not look after, to be known before they go."""
    if cover is None:
        return []
    held, sees = desk.absences.held(whom, _MOST), desk.staff.seeing(cover)
    try:
        name = wording.escape(desk.staff.person(cover).name)
        may = {c.reference: sees(c) and desk.staff.can_work_on(cover, c) for c in held}
    except (Unavailable, Undeliverable):
        return ["Slack does not say now whether who covers may work on all of these cases."]
    refused = [reference for reference, is_theirs in may.items() if not is_theirs]
    if not refused:
        return []
    named = ", ".join(refused)
    return [f"*{name} may not work on {named}*: reminders of that go to the service and the lead."]


def _recorded(whom: str, user: str) -> str:
    if whom == user:
        return "*Recorded.* The cards of your cases say so."
    return f"*Recorded* for {absence_lines.MENTION(whom)}."


def _section(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}
