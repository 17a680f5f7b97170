"""Cards say how many days are left: each working day they are drawn anew, a few at a time."""

from datetime import datetime, timedelta

from models.council import Council
from models.redrawing import redraw_card
from models.store_port import Work

DRAWN = "days_left"
"""The mark of the working day on which every card was drawn."""
# Slack takes some fifty changes of messages a minute, and a tick is every twenty seconds: what
# people press meanwhile must not wait behind.
_AT_A_TIME = 5
_MOST = 500
_AHEAD = timedelta(days=60)


def draw_days_left(work: Work, council: Council, now: datetime) -> int:
    """Queue the redraw of the cards on which something is due, those due first first; how many were
    new. Each is drawn once a day, and after the last nothing more is looked for on that day.
    """
    today, drawn = council.local_date(now), work.vitals.marked(DRAWN)
    if drawn is not None and council.local_date(drawn) >= today:
        return 0
    queued = 0
    for due in work.cases.due(today + _AHEAD)[:_MOST]:
        queued += redraw_card(work, due.case, f"day:{today.isoformat()}", now)
        if queued >= _AT_A_TIME:
            return queued
    if not queued:
        work.vitals.mark(DRAWN, now)
    return queued
