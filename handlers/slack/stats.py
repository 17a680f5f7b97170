"""`/case stats`: how the work stands, in a few counts. The reports have figures of their own."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

from handlers.slack import wording
from handlers.slack.aloud import together
from handlers.slack.api import Block, Saying
from handlers.slack.desk import Desk
from handlers.slack.requests import Reply, Request, Say
from models.council import Council
from models.prediction import Category
from models.standing import Standing
from models.store_port import Work

_KINDS = {
    Category.COMPLIMENT: ("compliment", "compliments"),
    Category.COMPLAINT: ("complaint", "complaints"),
    Category.GENERAL_ENQUIRY: ("general enquiry", "general enquiries"),
    Category.NON_COUNCIL: ("not the council's", "not the council's"),
}


_MOST_CHARACTERS = 9_000


def stats(desk: Desk, _request: Request) -> Reply:
    """How this month and the last went, and how all services stand now."""
    today = desk.today()
    this = today.replace(day=1)
    last = (this - timedelta(days=1)).replace(day=1)
    following = (this + timedelta(days=31)).replace(day=1)
    council = desk.council
    with desk.store.view() as work:
        lines = [
            *_month(work, this, following, council, " so far, not complete"),
            *_month(work, last, this, council, ""),
            *_now(work.standings.now(today), council),
        ]
    return Say(_saying(lines))


def _saying(lines: Sequence[str]) -> Saying:
    """In as many sections as a large council's services take; what Slack would not take is counted."""
    left, shown = _MOST_CHARACTERS, list[str]()
    for line in lines:
        left -= len(line)
        if left < 0:
            shown.append(f"…and {len(lines) - len(shown)} more services.")
            break
        shown.append(line)
    return Saying("\n".join(shown), [_section(part) for part in together(shown)])


def _section(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def _month(work: Work, first: date, until: date, council: Council, note: str) -> Iterator[str]:
    begins, ends = (_midnight(day, council) for day in (first, until))
    received = work.standings.received(begins, ends)
    answers = work.standings.answers(begins, ends)
    in_time = sum(council.local_date(one.answered_at) <= one.due for one in answers)
    kinds = [
        f"{count} {_KINDS[category][count != 1]}"
        for category, count in sorted(received.items(), key=lambda item: -item[1])
    ]
    said = f": {', '.join(kinds)}" if kinds else ""
    yield f"*{first:%B %Y}{note}*"
    yield f"Received {sum(received.values())}{said}."
    yield (
        f"Complaints answered: {len(answers)}, in time {in_time}/{len(answers)}."
        if answers
        else "No complaint was answered."
    )


def _now(standings: Sequence[Standing], council: Council) -> Iterator[str]:
    yield "*Now*"
    yield _counts(
        sum(one.open for one in standings),
        sum(one.overdue for one in standings),
        sum(one.unclaimed for one in standings),
        sum(one.undecided for one in standings),
    )
    for one in sorted(standings, key=lambda each: (-each.overdue, -each.open)):
        name = (
            council.catalogue.owner_name(one.service, None)
            if one.service
            else "Other bodies' matters"
        )
        yield f"• {wording.escape(name)}: {one.open} open{_more(one)}."


def _more(one: Standing) -> str:
    """What is not nought: ten services are read on a phone."""
    counts = {
        "overdue": one.overdue,
        "not claimed": one.unclaimed,
        "waiting for a decision": one.undecided,
    }
    return "".join(f", {count} {what}" for what, count in counts.items() if count)


def _counts(open_: int, overdue: int, unclaimed: int, undecided: int) -> str:
    return (
        f"{open_} open, {overdue} overdue, {unclaimed} not claimed, "
        f"{undecided} waiting for a decision."
    )


def _midnight(day: date, council: Council) -> datetime:
    return datetime.combine(day, time(), council.zone)
