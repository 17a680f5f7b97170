"""Lists of cases: the morning list of a channel, and the whole for the lead."""

from collections.abc import Sequence
from datetime import date

from handlers.slack import agreed_lines, flag_lines, wording
from handlers.slack.aloud import aloud, together
from handlers.slack.api import Block, Saying
from models.agreed import Agreed
from models.case import Case, State
from models.channels import channel_for, is_private
from models.council import Council
from models.store_port import DueCase

# Slack refuses a message of some 13,000 characters in all.
_MOST_CHARACTERS = 9_000


def morning_list(
    due: Sequence[DueCase],
    waiting: Sequence[Case],
    council: Council,
    today: date,
    channel: str | None,
    mailbox: Sequence[str] = (),
    owed: Sequence[tuple[Case, Agreed]] = (),
) -> Saying | None:
    """What is overdue, due today, due soon and waiting for a decision; None where nothing is.

    For one channel (as configured), or with None the whole by service for the lead. A private
    case is named without its subject outside its channel. `mailbox` is what is to be said of the
    mailbox, in mrkdwn; `owed` are things agreed that are past their date.
    """
    mine = [d for d in due if channel is None or channel_for(d.case, council) == channel]
    if channel is None:
        mine.sort(key=lambda d: (_owner(d.case, council), d.due))
    late = [
        _agreed_line(case, agreed, council, today, channel)
        for case, agreed in owed
        if channel is None or channel_for(case, council) == channel
    ]
    triage = [c for c in waiting if channel is None or channel_for(c, council) == channel]
    parts = [
        ("Overdue", [_due_line(d, council, today, channel) for d in mine if d.due < today]),
        ("Due today", [_due_line(d, council, today, channel) for d in mine if d.due == today]),
        (
            f"Due within {wording.working_days(council.reminding.soon_days)}",
            [_due_line(d, council, today, channel) for d in mine if d.due > today],
        ),
        ("Agreed and overdue", late),
        ("Waiting for a decision", [_case_line(c, council, today, channel) for c in triage]),
    ]
    filled = [(name, lines) for name, lines in parts if lines]
    if not filled and not mailbox:
        return None
    counts = ", ".join(f"{len(lines)} {name.lower()}" for name, lines in filled) or "nothing due"
    where = "Every service" if channel is None else "This channel"
    said = [" ".join([f"{wording.day(today)}. {where}: {counts}.", *mailbox])]
    blocks: list[Block] = [
        {
            "type": "header",
            "text": {"type": "plain_text", "text": f"The list of {wording.day(today)}"},
        },
        _section(f"{where}: {counts}."),
        *map(_section, mailbox),
    ]
    left = _MOST_CHARACTERS
    for name, lines in filled:
        shown = _fitting(lines, left)
        left -= sum(map(len, shown))
        more = [f"…and {len(lines) - len(shown)} more."] if len(shown) < len(lines) else []
        part = [f"*{name}* ({len(lines)})", *shown, *more]
        said += part
        blocks += map(_section, [part[0], *together(part[1:])])
    return Saying(aloud(*said), blocks)


def _fitting(lines: Sequence[str], characters: int) -> list[str]:
    """The first lines, as many as fit."""
    shown: list[str] = []
    for line in lines:
        characters -= len(line)
        if characters < 0:
            break
        shown.append(line)
    return shown


def _due_line(deadline: DueCase, council: Council, today: date, channel: str | None) -> str:
    left = wording.days_left(council, deadline.due, today)
    what = wording.DEADLINES[deadline.kind]
    return f"{_name(deadline.case, council, channel)}: {what} {left}, {_holder(deadline.case)}"


def _case_line(case: Case, council: Council, today: date, channel: str | None) -> str:
    answer = "no answer promised"
    if case.stage.answer_by is not None:
        answer = f"answer due {wording.answer_due(case, council, today)}"
    return f"{_name(case, council, channel)}: {answer}, {_holder(case)}"


def _agreed_line(
    case: Case, agreed: Agreed, council: Council, today: date, channel: str | None
) -> str:
    named = _name(case, council, channel)
    if not is_private(case, council) or channel_for(case, council) == channel:
        named = f"{named}: {wording.escape(agreed_lines.task(agreed))}"
    left = wording.days_left(council, agreed.task.due, today)
    return f"{named}, {left}, <@{agreed.task.owner}>"


def _name(case: Case, council: Council, channel: str | None) -> str:
    owner = wording.escape(_owner(case, council))
    if is_private(case, council) and channel_for(case, council) != channel:
        return f"• *{case.reference}* (private), {owner}"
    named = f"• *{case.reference}*{flag_lines.warning(case)}"
    subject = wording.escape(wording.subject(case, 60))
    if wording.is_undecided(case):
        return f"{named} “{subject}”"
    if case.state is State.TRIAGE:
        return f"{named} “{subject}”, perhaps {owner}"
    return f"{named} “{subject}”, {owner}"


def _owner(case: Case, council: Council) -> str:
    return wording.owner(case, council)


def _holder(case: Case) -> str:
    return f"<@{case.holder}>" if case.holder else "not claimed"


def _section(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}
