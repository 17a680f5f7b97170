"""Slack over signed HTTP, for who can let requests in: every delivery is a POST to one path.

Slack signs each request with the app's signing secret (`v0` over time and body, five minutes old at
most); Bolt checks it before any listener runs. TLS is the reverse proxy's business.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from slack_bolt import App
from slack_bolt.adapter.starlette.handler import to_bolt_request, to_starlette_response
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.serving import Serving

PATH = "/slack/events"
"""Where Slack's requests are taken: the one Request URL of the app's manifest."""

# Bolt's dispatch waits for the listener's ack, so as many wait as there are listeners.
_WAITING = 40
_LARGEST = 4_000_000
# Slack gives up after three seconds.
_PATIENCE = 3


class HttpMode:
    """Takes Slack's requests from `open` to `close`."""

    def __init__(self, app: App, host: str, port: int) -> None:
        """Take the port at once. Raises Misconfigured where somebody has it, or there is no host."""
        self._app = app
        routes = [Route(PATH, self._take, methods=["POST"])]
        self._serving = Serving("slack.http_", routes, host, port, patience=_PATIENCE)
        self.port = self._serving.port
        self._waiting = ThreadPoolExecutor(_WAITING, "slack-request")

    def open(self) -> None:
        """Take requests from now on."""
        self._serving.start()

    def close(self) -> None:
        """Answer what is under way, and end."""
        self._serving.stop()
        self._waiting.shutdown()

    async def _take(self, request: Request) -> Response:
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > _LARGEST:
                return PlainTextResponse("too large", 413)
        asked = to_bolt_request(request, body)
        loop = asyncio.get_running_loop()
        return to_starlette_response(
            await loop.run_in_executor(self._waiting, self._app.dispatch, asked)
        )
