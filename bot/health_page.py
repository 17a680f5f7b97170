"""`/health` as JSON for a monitor and `/metrics` for Prometheus, from the running bot (mail.md F36).

Figures only: no name, address or word of a customer's is ever in them. It answers GET alone and
listens on this machine unless the settings say otherwise.
"""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.serving import Serving
from handlers.health import Health

_FOLDER = ("account", "folder")


class HealthPage:
    """Serves while it is entered. `look` gives how everything stands; one thread calls it, however
    many ask at once.
    """

    def __init__(self, look: Callable[[], Health], host: str, port: int) -> None:
        """Take the port at once. Raises Misconfigured where somebody has it, or there is no host."""
        self._look = look
        routes = [Route("/health", self._health), Route("/metrics", self._metrics)]
        self._serving = Serving("health.", routes, host, port)
        self.port = self._serving.port
        self._looker = ThreadPoolExecutor(1, "health-look")

    def __enter__(self) -> Self:
        """Serve from now on."""
        self._serving.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        """Answer what is under way, and end."""
        self._serving.stop()
        self._looker.shutdown()

    async def _looked(self) -> Health:
        return await asyncio.get_running_loop().run_in_executor(self._looker, self._look)

    async def _health(self, _request: Request) -> Response:
        health = await self._looked()
        return JSONResponse(health.to_json(), 200 if health.ok else 503)

    async def _metrics(self, _request: Request) -> Response:
        return Response(metrics(await self._looked()), media_type=CONTENT_TYPE_LATEST)


def metrics(health: Health) -> bytes:
    """The figures in Prometheus' text format; ages are in seconds, absent where there is none."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures(health))
    return generate_latest(registry)


class _Figures(Collector):
    def __init__(self, health: Health) -> None:
        self._health = health

    def collect(self) -> Iterator[Metric]:
        health = self._health
        yield _one("carebot_ok", "1 where nothing needs somebody", float(health.ok))
        yield from self._mailboxes()
        yield from self._outbox()
        yield _one("carebot_quarantine_open", "Unread messages that wait", health.quarantined)
        yield _one("carebot_unacknowledged", "Past their date", health.unacknowledged)
        yield _one("carebot_acknowledgements_withheld", "By a limit, in a day", health.withheld)
        yield _one("carebot_ledger_unaccounted", "Bookings that do not add up", health.unaccounted)
        if health.last_tick_age is not None:
            yield _one("carebot_last_tick_age_seconds", "Of the clock", health.last_tick_age)

    def _mailboxes(self) -> Iterator[Metric]:
        look = GaugeMetricFamily(
            "carebot_mailbox_last_look_age_seconds", "Since a look succeeded", labels=_FOLDER
        )
        waiting = GaugeMetricFamily("carebot_mailbox_waiting", "Not taken in", labels=_FOLDER)
        oldest = GaugeMetricFamily(
            "carebot_mailbox_oldest_waiting_age_seconds", "Since it came", labels=_FOLDER
        )
        failing = GaugeMetricFamily("carebot_mailbox_failing", "1 where it is", labels=_FOLDER)
        for mailbox in self._health.mailboxes:
            place = (mailbox.account, mailbox.folder)
            if mailbox.last_look_age is not None:
                look.add_metric(place, mailbox.last_look_age)
            if mailbox.oldest_waiting_age is not None:
                oldest.add_metric(place, mailbox.oldest_waiting_age)
            waiting.add_metric(place, mailbox.waiting)
            failing.add_metric(place, float(mailbox.failing))
        yield from (look, waiting, oldest, failing)

    def _outbox(self) -> Iterator[Metric]:
        waiting = GaugeMetricFamily("carebot_outbox_waiting", "What must leave", labels=["lane"])
        oldest = GaugeMetricFamily(
            "carebot_outbox_oldest_age_seconds", "Of what must leave", labels=["lane"]
        )
        for lane, backlog in self._health.backlogs.items():
            waiting.add_metric([lane], backlog.waiting)
            age = self._health.age_of(backlog)
            if age is not None:
                oldest.add_metric([lane], age)
        letters = GaugeMetricFamily("carebot_letters", "That did not leave", labels=["state"])
        for state, count in self._health.letters_by_state().items():
            letters.add_metric([state], count)
        yield from (waiting, oldest, letters)


def _one(name: str, what: str, value: float) -> Metric:
    return GaugeMetricFamily(name, what, value=value)
