"""Looks while carebot runs whether the channels of the settings are still fit for cases."""

from datetime import datetime, timedelta

import structlog

from bot.slack_api import WebSlack
from models import outbox
from models.store_port import Store

_log = structlog.get_logger(__name__)

_EVERY = timedelta(hours=1)


class ChannelWatch:
    """Tells the `lead` channel once a day of each setting whose channel everybody, or another
    organisation, can read by now, or that carebot was taken out of.
    """

    def __init__(self, slack: WebSlack, store: Store, lead: str, now: datetime) -> None:
        """`now` is when `slack` connected, which looks too."""
        self._slack, self._store, self._lead = slack, store, lead
        self._looked_at = now

    def look(self, now: datetime) -> bool:
        """Look, where the last look was an hour ago; whether something was told. Raises as SlackApi."""
        if now < self._looked_at + _EVERY:
            return False
        self._looked_at = now
        found = self._slack.unfit_channels()
        told = False
        with self._store.work() as work:
            for setting, why in found:
                _log.error("channel_unfit", setting=setting)
                key = f"channel:{setting}:{now.date().isoformat()}"
                told |= work.outbox.add(outbox.alarm(key, self._lead, f"{why}."), now)
        return told
