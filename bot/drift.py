"""Once a month: do staff still agree with the model? If less than before, the lead is told."""

from datetime import date, datetime, timedelta

from models import outbox
from models.council import Council
from models.store_port import Store

MARK = "agreement"
"""The mark of when the last look was."""

_A_YEAR = timedelta(days=400)


def look_at_agreement(store: Store, council: Council, now: datetime) -> bool:
    """Compare the last whole month with the year before it, at the first tick of a month in working
    hours; whether the lead was told. A month is told of once, whatever is restarted.
    """
    if not _is_time(store, council, now):
        return False
    from classifier.agreement import drift, month_before, month_of  # noqa: PLC0415  # needs scipy, once a month

    month = month_before(month_of(council.local_date(now)))
    with store.view() as work:
        decided = work.decisions.decided(now - _A_YEAR)
        opened = work.decisions.opened(now - _A_YEAR)
    found = drift(decided, opened, month, council.local_date)
    with store.work() as work:
        work.vitals.mark(MARK, now)
        if not found:
            return False
        named = f"{date.fromisoformat(f'{month}-01'):%B %Y}"
        text = (
            f"The model did worse in {named} than in the year before. {' '.join(found)} "
            "Ask whoever runs carebot to let it learn what staff corrected (`carebot learn`) "
            "and to look at the months (`carebot learn --agreement`)."
        )
        return work.outbox.add(outbox.alarm(f"{MARK}:{month}", council.channels.lead, text), now)


def _is_time(store: Store, council: Council, now: datetime) -> bool:
    today, time, reminding = council.local_date(now), council.local_time(now), council.reminding
    if not council.calendar.is_working_day(today):
        return False
    if not reminding.opens <= time < reminding.closes:
        return False
    with store.view() as work:
        looked = work.vitals.marked(MARK)
    return looked is None or council.local_date(looked).replace(day=1) < today.replace(day=1)
