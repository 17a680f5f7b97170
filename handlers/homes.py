"""Somebody looks at their home tab."""

from datetime import datetime

from models import outbox
from models.store_port import Store


def open_home(store: Store, user: str, now: datetime) -> None:
    """From now on the home of this person is kept up to date; it is drawn at once where it was not,
    or shows something else by now.
    """
    with store.work() as work:
        work.homes.opened(user, now)
        work.outbox.add(outbox.home(user, now), now)
