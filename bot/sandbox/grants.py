"""What Slack lends an app for a moment: triggers, response URLs and socket tickets."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from bot.sandbox.limits import LIMITS
from bot.sandbox.records import SlackError

TICKET_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True)
class Trigger:
    """What one act of a person allows: to open one view within three seconds."""

    user: str
    issued: float
    in_view: str | None = None
    used: bool = False


@dataclass(frozen=True, slots=True)
class ResponseUrl:
    """What one act of a person allows: a few answers within half an hour."""

    user: str
    channel: str
    issued: float
    message_ts: str | None = None
    thread_ts: str | None = None
    is_ephemeral: bool = False
    uses: int = 0


class Grants:
    """Issues and takes back; the caller holds the workspace's lock."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._triggers: dict[str, Trigger] = {}
        self._response_urls: dict[str, ResponseUrl] = {}
        self._tickets: dict[str, float] = {}

    def trigger(self, user: str, in_view: str | None = None) -> str:
        """A trigger_id for what the person just did."""
        name = f"{secrets.randbelow(10**13)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._triggers[name] = Trigger(user, self._clock(), in_view)
        return name

    def exchange(self, trigger_id: str) -> Trigger:
        """Use a trigger up, or refuse as Slack does."""
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if self._clock() - trigger.issued > LIMITS["trigger.seconds"]:
            raise SlackError("expired_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        self._triggers[trigger_id] = replace(trigger, used=True)
        return trigger

    def response_url(
        self,
        user: str,
        channel: str,
        *,
        message_ts: str | None = None,
        thread_ts: str | None = None,
        is_ephemeral: bool = False,
    ) -> str:
        """The path of a response URL for what the person just did."""
        name = secrets.token_urlsafe(24)
        self._response_urls[name] = ResponseUrl(
            user, channel, self._clock(), message_ts, thread_ts, is_ephemeral
        )
        return f"/actions/{name}"

    def use_response_url(self, name: str) -> ResponseUrl:
        """Count one answer, or refuse a sixth one and one after half an hour."""
        url = self._response_urls.get(name)
        if url is None or self._clock() - url.issued > LIMITS["response_url.seconds"]:
            raise SlackError("expired_url")
        if url.uses >= LIMITS["response_url.uses"]:
            raise SlackError("used_url")
        self._response_urls[name] = replace(url, uses=url.uses + 1)
        return url

    def ticket(self) -> str:
        """A ticket that opens one socket."""
        name = secrets.token_urlsafe(24)
        self._tickets[name] = self._clock()
        return name

    def redeem(self, ticket: str) -> bool:
        """Whether the ticket opens a socket; it never does so twice."""
        issued = self._tickets.pop(ticket, None)
        return issued is not None and self._clock() - issued <= TICKET_SECONDS
