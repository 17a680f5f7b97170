"""`/case why REF`: a date explained day by day, weeks folded into lines that read well aloud."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

from handlers.slack import looking, wording
from handlers.slack.api import Block, Saying
from handlers.slack.desk import Desk
from handlers.slack.requests import Reply, Request, Say
from models.council import Council
from models.day_by_day import Counting, Explained, Moved, Start, explained
from models.deadlines import Promise, PromiseKind
from models.history import Event
from models.policy import CountedFrom
from models.working_days import DayCounted

_SECTION = 2_900
_MOST_MOVES = 12
_STARTS = {
    Start.RECEIVED: "received",
    Start.ROLLED: "treated as received",
    Start.ACKNOWLEDGED: "acknowledged",
    Start.TO_ACKNOWLEDGE: "the last day for the acknowledgement, which has not gone",
    Start.OLD_DATE: "the date before",
}
_KINDS = {
    PromiseKind.COMPLAINT: "a complaint is answered",
    PromiseKind.REVIEW: "a review at Level Two is answered",
    PromiseKind.ENQUIRY: "a general enquiry is answered",
    PromiseKind.MP_ENQUIRY: "an MP's enquiry is answered",
    PromiseKind.SIGNPOST: "who wrote about another body's matter is told whose it is",
}
_MOVES = {
    Event.RECLASSIFIED: "somebody decided what it is",
    Event.MESSAGE_ADDED: "the customer wrote again",
    Event.CUSTOMER_NAMED: "the customer was named",
    Event.ACKNOWLEDGED: "the acknowledgement left",
    Event.BOUNCED: "a letter came back",
    Event.EXTENDED: "it was extended",
    Event.REOPENED: "it was opened again",
    Event.ESCALATED: "it went to Level Two",
    Event.JOINED: "a case was merged into it",
    Event.TAKEN_APART: "a merge was undone",
}


def why(desk: Desk, request: Request) -> Reply:
    """`/case why REF`."""
    case = desk.case_for(request.user, looking.named(request.text, "why"))
    with desk.store.view() as work:
        history = work.cases.history(case.reference)
    return Say(saying(explained(case, desk.council, history), desk.council))


def saying(all_: Explained, council: Council) -> Saying:
    """The explanation as a message; nothing of it is a customer's words."""
    parts = [_verdict(all_), *lines(all_, council)]
    blocks: list[Block] = []
    together = ""
    for part in parts:
        if together and len(together) + len(part) > _SECTION:
            blocks.append(_section(together))
            together = ""
        together = f"{together}\n{part}" if together else part
    return Saying("\n".join(parts), [*blocks, _section(together)])


def lines(all_: Explained, council: Council) -> Iterator[str]:
    """The explanation in lines of mrkdwn."""
    acknowledgement = all_.acknowledgement
    yield (
        f"*The acknowledgement*: our promise of {wording.working_days(acknowledgement.number)}, so by "
        f"{wording.day(acknowledgement.due)}."
    )
    if all_.rolled:
        yield (
            f"Received {wording.day(all_.received_on)}, a day off, and treated as received on the "
            f"next working day. {_skipped(all_.rolled)}"
        )
    answer = all_.answer
    if answer is None:
        yield from folded(acknowledgement)
    else:
        if answer.counting.start in {Start.ACKNOWLEDGED, Start.TO_ACKNOWLEDGE}:
            yield from folded(acknowledgement)
        yield f"*The answer*: our promise is that {_rule(answer.promise)}."
        yield from folded(answer.counting)
    if not all_.agrees:
        yield _differs(all_)
    yield from _extension(all_)
    yield from _moves(all_.moved, council)


def folded(counting: Counting) -> Iterator[str]:
    """The days from day 0 on, a line for each run of working days with what was skipped behind it."""
    first, *rest = counting.days
    line = f"{wording.day(first.day)} {_STARTS[counting.start]}: day 0."
    for is_skipped, run in groupby(rest, key=lambda day: day.number is None):
        days = list(run)
        if is_skipped:
            line += f" {_skipped(days)}"
        else:
            if line:
                yield line
            line = _counted(days)
    yield line


def _verdict(all_: Explained) -> str:
    if all_.due is None:
        return f"*{all_.reference}*: no answer is promised."
    extended = ", extended" if all_.extended_to else ""
    verb = "was" if all_.ended else "is"
    return f"*{all_.reference}*: the answer {verb} due *{wording.day(all_.due)}*{extended}." + (
        " Nobody has decided yet what it is, so the earliest date that it may have runs."
        if all_.undecided
        else ""
    )


def _rule(promise: Promise) -> str:
    start = {
        CountedFrom.RECEIPT: "from the day of receipt",
        CountedFrom.ACKNOWLEDGEMENT: "from the acknowledgement",
    }[promise.counted_from]
    return f"{_KINDS[promise.kind]} within {wording.working_days(promise.days)} {start}"


def _differs(all_: Explained) -> str:
    kept = wording.day(all_.kept) if all_.kept else "none"
    answer = all_.answer
    due = wording.day(answer.counting.due) if answer else "none"
    return (
        f"*Please note*: by today's rules and calendar the date would be {due}. The case keeps {kept}, "
        "the date that was set."
    )


def _extension(all_: Explained) -> Iterator[str]:
    if all_.extended_to is None:
        return
    if all_.extension is None:
        yield f"*Extended* to {wording.day(all_.extended_to)}, as the holding reply says."
        return
    yield f"*Extended* by {wording.working_days(all_.extension.number)} with a holding reply."
    yield from folded(all_.extension)


def _moves(moved: Sequence[Moved], council: Council) -> Iterator[str]:
    if moved:
        yield "*Earlier dates*"
    for one in moved[-_MOST_MOVES:]:
        because = _MOVES.get(one.event, one.event.value.replace("_", " "))
        yield (
            f"• {_or_none(one.was)} became {_or_none(one.to)} on "
            f"{wording.day(council.local_date(one.at))}: {because}."
        )


def _or_none(day: date | None) -> str:
    return wording.day(day) if day else "no date"


def _counted(days: Sequence[DayCounted]) -> str:
    first, last = days[0], days[-1]
    if first is last:
        return f"{_short(first.day)}: day {first.number}."
    # A run may cross the end of a month.
    same = first.day.month == last.day.month
    begin = f"{first.day:%a} {first.day.day}" if same else _short(first.day)
    to = "and" if len(days) == 2 else "to"
    return f"{begin} {to} {_short(last.day)}: days {first.number} {to} {last.number}."


def _skipped(days: Sequence[DayCounted]) -> str:
    named = [_off(day) for day in days]
    return f"{', '.join(named)} skipped."


def _off(day: DayCounted) -> str:
    weekend = day.why_skipped == f"{day.day:%A}"
    because = "" if weekend else f" ({wording.escape(wording.one_line(day.why_skipped or '', 60))})"
    return f"{day.day:%a} {day.day.day}{because}" if weekend else f"{_short(day.day)}{because}"


def _short(day: date) -> str:
    return f"{day:%a} {day.day} {day:%B}"


def _section(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}
