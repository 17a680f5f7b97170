"""What staff read of lessons, remedies and what was agreed: words, lines of history, the card's."""

import json
from collections.abc import Mapping
from datetime import date

from handlers.slack import wording
from handlers.slack.api import Block, Saying
from models.agreed import Agreed, Cause, Remedy, still_open
from models.case import Case, Level
from models.council import Council
from models.history import Entry, Event
from models.owing import owed

CAUSES: Mapping[Cause, str] = {
    Cause.DELAY: "Delay",
    Cause.QUALITY: "Quality of service",
    Cause.CONDUCT: "Staff conduct",
    Cause.INFORMATION: "Wrong or missing information",
    Cause.POLICY: "Policy or decision",
    Cause.COMMUNICATION: "Communication",
    Cause.CONTRACTOR: "Fault of a contractor",
    Cause.OTHER: "Other",
}
REMEDIES: Mapping[Remedy, str] = {
    Remedy.APOLOGY: "Apology",
    Remedy.PAYMENT: "Payment",
    Remedy.REPAIR: "Repair",
    Remedy.REVIEW: "Review of a decision",
    Remedy.OTHER: "Other",
}
NUMBER = "agreed"
"""Where the button of a reminder carries which of the things agreed it is about."""
_SHOWN = 3


def pounds(pence: int) -> str:
    """An amount of money, such as £1,250.00."""
    return f"£{pence // 100:,}.{pence % 100:02d}"


def task(agreed: Agreed, limit: int = 100) -> str:
    """What is to be done, on one line; of a remedy with its sort and amount. Not escaped."""
    what = wording.one_line(agreed.task.what, limit)
    redress = agreed.redress
    if redress is None:
        return what
    amount = f" of {pounds(redress.pence)}" if redress.pence else ""
    return f"{REMEDIES[redress.remedy]}{amount}: {what}"


def card_line(case: Case, council: Council, today: date) -> str:
    """What is agreed and not done, and the lessons that earlier stages owe, for the card; empty where
    that is nothing. mrkdwn.
    """
    waiting = still_open(case.agreed)
    lines = [
        f"*Agreed:* {wording.escape(task(one))}, by {wording.day(one.task.due)} "
        f"({wording.days_left(council, one.task.due, today)}), <@{one.task.owner}>"
        for one in waiting[:_SHOWN]
    ]
    if len(waiting) > _SHOWN:
        lines.append(f"…and {len(waiting) - _SHOWN} more agreed")
    levels = [wording.LEVELS[level] for level in case.lessons_owed if level in owed(case)]
    if levels:
        lines.append(f"*Lesson to be recorded:* {' and '.join(levels)}, which ended upheld")
    return "\n".join(lines)


def spoken(case: Case, council: Council, today: date) -> str:
    """The same to be read aloud: how many, and when the first is due."""
    waiting = still_open(case.agreed)
    if not waiting:
        return ""
    due = waiting[0].task.due
    first = f"{wording.day(due)}, {wording.days_left(council, due, today)}"
    if len(waiting) == 1:
        return f" Agreed and still to be done: by {first}."
    return f" Agreed and still to be done: {len(waiting)} things, the first by {first}."


def told(
    case: Case, agreed: Agreed, owner: str, council: Council, today: date, *, is_new: bool
) -> Saying:
    """What somebody has to do, for the thread, with a button for when it is done. It mentions
    `owner` alone: a mention of them or of who stands in, or words where that is nobody. mrkdwn.
    """
    due = agreed.task.due
    when = f"{wording.day(due)}: {wording.days_left(council, due, today)}"
    said = "agreed on" if is_new else "what was agreed on"
    text = f"{owner}: {said} {case.reference}, due on {when}. {wording.escape(task(agreed, 300))}"
    return Saying(
        text,
        [
            {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}},
            {"type": "actions", "elements": [_done_button(case, agreed)]},
        ],
    )


def _done_button(case: Case, agreed: Agreed) -> Block:
    carried = {"case": case.reference, "version": case.version, NUMBER: agreed.number}
    return {
        "type": "button",
        "action_id": "case_done",
        "text": {"type": "plain_text", "text": "Done", "emoji": False},
        "value": json.dumps(carried),
        "accessibility_label": f"Done: what was agreed on case {case.reference}",
    }


def _lesson(entry: Entry, _council: Council, who: str) -> str:
    verb = "corrected" if entry.event is Event.LESSON_CORRECTED else "recorded"
    level = (
        f" of *{wording.LEVELS[Level(str(entry.details['level']))]}*"
        if _has(entry, "level")
        else ""
    )
    cause = CAUSES[Cause(str(entry.details["cause"]))].lower() if _has(entry, "cause") else "none"
    return (
        f"{who} {verb} the lesson{level}. Cause: *{cause}*. {_text(entry, 'lesson')} "
        f"Agreed: *{_text(entry, 'what')}*, by {_day(entry, 'due')}"
    )


def _remedy(entry: Entry, _council: Council, who: str) -> str:
    named = entry.details.get("remedy")
    remedy = REMEDIES[Remedy(str(named))].lower() if named else "remedy"
    pence = entry.details.get("pence")
    amount = f" of {pounds(pence)}" if isinstance(pence, int) else ""
    asked = f", as the Ombudsman asked ({_text(entry, 'theirs')})" if _has(entry, "theirs") else ""
    return (
        f"{who} agreed on a remedy: *{remedy}{amount}*, {_text(entry, 'what')}, "
        f"by {_day(entry, 'due')}{asked}"
    )


def _done(entry: Entry, council: Council, who: str) -> str:
    late = ""
    if _has(entry, "due") and _has(entry, "done_on"):
        due, done_on = (date.fromisoformat(str(entry.details[k])) for k in ("due", "done_on"))
        if done_on > due:
            late = f", {wording.working_days(council.calendar.count(due, done_on))} late"
    return (
        f"{who} said that it is done, on {_day(entry, 'done_on')}{late}: "
        f"*{_text(entry, 'what')}*. {_text(entry, 'note')}"
    )


LINES = {
    Event.LESSON_RECORDED: _lesson,
    Event.LESSON_CORRECTED: _lesson,
    Event.REMEDY_AGREED: _remedy,
    Event.AGREED_DONE: _done,
}
"""The lines of history that a case gets from these events."""


def _has(entry: Entry, name: str) -> bool:
    return bool(entry.details.get(name))


def _text(entry: Entry, name: str) -> str:
    return wording.escape(wording.one_line(str(entry.details.get(name, "")), 500))


def _day(entry: Entry, name: str) -> str:
    value = entry.details.get(name)
    return wording.day(date.fromisoformat(str(value))) if value else "no date"
