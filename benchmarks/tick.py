"""A tick of the clock with the same cases due, among few and among many that are open."""

import shutil
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path

from benchmarks.figures import Row, Sizes, median, seconds_of
from benchmarks.town import example
from bot.council_of_settings import council_of
from handlers.reminders import remind
from models.actions import Report, acknowledged, acknowledging, open_case
from models.case import Change
from models.council import Council
from models.message import Sender, Source
from models.people import CAREBOT
from models.prediction import Category, Intent, Prediction, Reason
from models.store import open_store

_SUBJECT = "tick"
# A Wednesday without a holiday near, after the morning lists' time.
_TODAY = date(2026, 10, 14)
_AT = time(10)
_UNIT = 2_000
_MOST_DAYS_AGO = 90
_PREDICTION = Prediction(
    category=Category.COMPLAINT,
    service="waste_recycling",
    authority=None,
    secondary_authority=None,
    flags=(),
    topic="missed_bin",
    intent=Intent.COMPLAINT,
    confidence=0.93,
    needs_person=False,
    reasons=tuple(Reason(word, 1.0) for word in ("bin", "missed", "emptied", "again", "not")),
    model="benchmark",
)


def measure(folder: Path, sizes: Sizes) -> list[Row]:
    """The rows; filling the stores is not counted."""
    council = council_of(example())
    few = _median_tick(folder / "few.db", council, sizes.few_cases, sizes)
    many = _median_tick(folder / "many.db", council, sizes.many_cases, sizes)
    due = f"{sizes.due_cases} due"
    times = sizes.many_cases / sizes.few_cases
    return [
        Row(_SUBJECT, f"{sizes.few_cases:,} open cases, {due}", few * 1e3, "ms",
            note=f"median of {sizes.tick_runs}, each over a fresh copy of the store"),
        Row(_SUBJECT, f"{sizes.many_cases:,} open cases, {due}", many * 1e3, "ms",
            many / few, f"the time among {times:.0f} times fewer"),
    ]  # fmt: skip


def _median_tick(file: Path, council: Council, cases: int, sizes: Sizes) -> float:
    _fill(file, council, cases, sizes.due_cases)
    copy = file.with_suffix(".copy")
    times = []
    # The first is not counted: it also reads what a running program has read long ago.
    for _ in range(1 + sizes.tick_runs):
        shutil.copyfile(file, copy)
        times.append(_tick(copy, council, sizes.due_cases))
        copy.unlink()
    file.unlink()
    return median(times[1:])


def _tick(file: Path, council: Council, due: int) -> float:
    now = datetime.combine(_TODAY, _AT, council.zone)
    queued: list[int] = []
    store = open_store(f"sqlite:///{file}")
    try:
        seconds = seconds_of(lambda: queued.append(remind(store, council, now)))
    finally:
        store.close()
    if queued[0] < due:
        raise ValueError(f"{queued[0]} reminders for {due} cases that are due")
    return seconds


def _fill(file: Path, council: Council, cases: int, due: int) -> None:
    store = open_store(f"sqlite:///{file}")
    try:
        opened = _cases(council, cases, due)
        while unit := list(islice(opened, _UNIT)):
            with store.work() as work:
                for first, then in unit:
                    work.cases.add(first)
                    work.cases.save(then)
    finally:
        store.close()


def _cases(council: Council, cases: int, due: int) -> Iterator[tuple[Change, Change]]:
    """Acknowledged complaints: some due in two working days, half of the others overdue."""
    soon, overdue, later = _days(council)
    for number in range(cases):
        if number < due:
            received_on = soon
        else:
            choices = overdue if number % 2 else later
            received_on = choices[number // 2 % len(choices)]
        received_at = datetime.combine(received_on, _AT, council.zone)
        report = Report(
            reference=f"CC-{received_on.year}-{number:06}",
            subject="The bin was not emptied",
            customer=Sender("Jo Pike", f"jo.{number}@post.example"),
            source=Source.EMAIL,
            received_at=received_at,
            prediction=_PREDICTION,
        )
        first = acknowledging(open_case(report, council, received_at), received_at)
        yield first, acknowledged(first.case, council, CAREBOT, received_at)


def _days(council: Council) -> tuple[date, list[date], list[date]]:
    """Days of receipt: what is due in two working days, what is overdue, what is due later."""
    calendar, days = council.calendar, council.policy.respond_days
    last_reminded = calendar.add(_TODAY, max(council.reminding.days_before))
    two_days = calendar.add(_TODAY, 2)
    soon: list[date] = []
    overdue: list[date] = []
    later: list[date] = []
    for ago in range(_MOST_DAYS_AGO):
        day = _TODAY - timedelta(days=ago)
        respond_by = calendar.add(day, days)
        if respond_by < _TODAY:
            overdue.append(day)
        elif respond_by > last_reminded:
            later.append(day)
        elif respond_by == two_days:
            soon.append(day)
    return soon[0], overdue, later
