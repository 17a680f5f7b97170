"""Health by the settings: what is too long, and the page where one is asked for."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from bot.clock import Clock
from bot.config import CouncilFile
from handlers.health import Limits, health_of
from models.council import Council
from models.store_port import Store


def limits_of(file: CouncilFile) -> Limits:
    """What the settings call too long."""
    return Limits(
        patience={m.account: timedelta(minutes=m.alarm_minutes) for m in file.mailboxes},
        backlog=timedelta(minutes=file.health.backlog_minutes),
    )


@contextmanager
def page_of(file: CouncilFile, council: Council, store: Store, clock: Clock) -> Iterator[None]:
    """The page while the block runs, where the settings give it a port. Raises Misconfigured."""
    section = file.health
    if section.port is None:
        yield
        return
    from bot.health_page import HealthPage  # noqa: PLC0415  # nobody else needs a web server

    limits = limits_of(file)
    with HealthPage(
        lambda: health_of(store, council, limits, clock.now()), section.host, section.port
    ):
        yield
