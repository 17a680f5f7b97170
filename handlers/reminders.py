"""The clock: what must be said now, from the store and the time handed in. It repeats nothing.

What is due is found by date ranges, so a tick's cost grows with what is due, not with what is open.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from handlers.absence import begin_day, queue_uncovered
from handlers.days_left import draw_days_left
from models import agreed, outbox
from models.channels import all_channels
from models.council import Council
from models.store_port import DueCase, Store, Work

TICK = "tick"
"""The mark that each tick leaves, for whoever watches the clock."""


def remind(store: Store, council: Council, now: datetime) -> int:
    """Queue what is to be said and drawn anew at `now` (aware); how many were new. Places that nobody
    asks for any more are forgotten.

    Only in working hours of working days. After a stop the latest reminder that applies is said,
    late, and those before it are not; a list is posted late on its own day only.
    """
    with store.work() as work:
        work.vitals.mark(TICK, now)
        work.locations.forget(now - council.replying.places_kept_for)
    today, time = council.local_date(now), council.local_time(now)
    reminding = council.reminding
    if not council.calendar.is_working_day(today):
        return 0
    if not reminding.opens <= time < reminding.closes:
        return 0
    with store.work() as work:
        queued = begin_day(work, council, now)
        queued += _queue_reminders(work, council, today, now)
        queued += _queue_agreed(work, council, today, now)
        if time >= reminding.list_at:
            lists = _queue_morning_lists(work, council, today, now)
            # With the first lists of the day: what is long late need not be read at each tick.
            queued += lists + (_queue_late(work, today, now) if lists else 0)
            queued += queue_uncovered(work, council, now)
        queued += draw_days_left(work, council, now)
    return queued


def _queue_reminders(work: Work, council: Council, today: date, now: datetime) -> int:
    queued = 0
    for days_before, due_from, due_until in _windows(council, today):
        for deadline in work.cases.to_remind(due_from, due_until, days_before):
            if not _fits_the_period(council, deadline, days_before):
                continue
            work.cases.reminded(deadline, days_before)
            parcel = outbox.reminder(
                deadline.case.reference,
                deadline.kind,
                deadline.due,
                deadline.case.stage.number,
                days_before,
            )
            queued += work.outbox.add(parcel, now)
    return queued


def _queue_agreed(work: Work, council: Council, today: date, now: datetime) -> int:
    """What was agreed is chased like a deadline, whether its case is closed or not."""
    queued = 0
    for days_before, due_from, due_until in _windows(council, today):
        for owed in work.agreed.to_remind(due_from, due_until, days_before):
            task = owed.agreed.task
            if council.calendar.count(owed.agreed.on, task.due) <= days_before:
                continue
            work.agreed.reminded(owed, days_before)
            parcel = outbox.agreed(
                owed.reference, owed.agreed.number, task.owner, task.due, days_before, today
            )
            queued += work.outbox.add(parcel, now)
    return queued


def _queue_late(work: Work, today: date, now: datetime) -> int:
    """What was agreed and is late is chased once in each week after its date, until it is done."""
    queued = 0
    for owed in work.agreed.due(today - timedelta(days=agreed.WEEK)):
        task = owed.agreed.task
        late = agreed.weeks_late(task.due, today)
        parcel = outbox.agreed(
            owed.reference, owed.agreed.number, task.owner, task.due, -agreed.WEEK * late, "late"
        )
        queued += work.outbox.add(parcel, now)
    return queued


def _windows(council: Council, today: date) -> Iterator[tuple[int, date, date]]:
    """For each configured number of days before: the due dates to which it applies today.

    A deadline with three working days left belongs to the five, if that was not said in time.
    """
    after = today - timedelta(days=1)
    for days_before in sorted(set(council.reminding.days_before)):
        until = council.calendar.add(today, days_before)
        yield days_before, after + timedelta(days=1), until
        after = until


def _fits_the_period(council: Council, deadline: DueCase, days_before: int) -> bool:
    """Nobody is reminded five days before of what had three days in all."""
    whole = council.calendar.count(deadline.case.stage.started_on, deadline.due)
    return whole > days_before


def _queue_morning_lists(work: Work, council: Council, today: date, now: datetime) -> int:
    """One list for each channel and the whole for the lead; an empty one is dropped when drawn."""
    closes = datetime.combine(today, council.reminding.closes, council.zone)
    lists = [outbox.morning_list(council.channels.lead, today, closes, whole=True)]
    lists += [
        outbox.morning_list(channel, today, closes, whole=False)
        for channel in all_channels(council)
    ]
    return sum(work.outbox.add(parcel, now) for parcel in lists)
