"""Watches those who watch the mailboxes, from a thread of its own (mail.md A8, F36)."""

import threading
import time
from collections.abc import Callable, Sequence
from datetime import timedelta

import structlog

from bot.clock import Clock
from bot.mail_loop import MailLoop
from handlers import fetching
from models.store_port import Store

_log = structlog.get_logger(__name__)

_LONGEST_REST = 30.0


class Watchdog:
    """Tells the `lead` channel of a folder whose loop has not looked for too long, whatever the
    loop is doing, and cuts the line under a call that never ends.

    Time is the monotonic clock's: neither a clock that is set nor a machine that slept alarms.
    """

    def __init__(
        self,
        loops: Sequence[MailLoop],
        store: Store,
        lead: str,
        clock: Clock,
        told: Callable[[], None],
    ) -> None:
        """`told` is called after something was put into the outbox."""
        self._loops, self._store, self._lead = loops, store, lead
        self._clock, self._told = clock, told
        shortest = min(loop.watched.patience for loop in loops)
        self._rest = min(_LONGEST_REST, shortest / timedelta(seconds=4))

    def run(self, stopping: threading.Event) -> None:
        """Look after the loops until `stopping` is set."""
        while not stopping.wait(self._rest):
            for loop in self._loops:
                try:
                    self._look_after(loop)
                except Exception:  # noqa: BLE001  # the last to watch must not end
                    _log.exception("watchdog_failed")

    def _look_after(self, loop: MailLoop) -> None:
        mailbox, patience = loop.watched.mailbox, loop.watched.patience
        silence = timedelta(seconds=time.monotonic() - loop.looked_at)
        mailbox.abandon(patience / timedelta(seconds=1))
        if silence < patience:
            return
        _log.error("nobody_looks", folder=mailbox.folder, seconds=round(silence.total_seconds()))
        now = self._clock.now()
        if fetching.nobody_looked(
            self._store, self._lead, mailbox.account, mailbox.folder, silence, now, patience
        ):
            self._told()
