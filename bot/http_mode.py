"""Slack over signed HTTP, for who can let requests in: every delivery is a POST to one path.

Slack signs each request with the app's signing secret (`v0` over time and body, five minutes old at
most); Bolt checks it before any listener runs. TLS is the reverse proxy's business.
"""

import asyncio
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import uvicorn
from slack_bolt import App
from slack_bolt.adapter.starlette.handler import to_bolt_request, to_starlette_response
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from models.errors import Misconfigured

PATH = "/slack/events"
"""Where Slack's requests are taken: the one Request URL of the app's manifest."""

# Bolt's dispatch waits for the listener's ack, so as many wait as there are listeners.
_WAITING = 40
_LARGEST = 4_000_000


class HttpMode:
    """Takes Slack's requests from `open` to `close`."""

    def __init__(self, app: App, host: str, port: int) -> None:
        """Take the port at once. Raises Misconfigured where somebody has it, or there is no host."""
        self._app = app
        try:
            family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
            self._listener = socket.create_server((host, port), family=family, backlog=128)
        except OSError as error:
            raise Misconfigured(
                f"slack.http_host = {host!r}, slack.http_port = {port}: cannot listen there: "
                f"{error.strerror or error}"
            ) from None
        self.port: int = self._listener.getsockname()[1]
        self._server = uvicorn.Server(
            uvicorn.Config(
                Starlette(routes=[Route(PATH, self._take, methods=["POST"])]),
                http="h11",
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                log_level="critical",
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=3,
            )
        )
        self._thread = threading.Thread(target=self._serve, name="slack-http")
        self._waiting = ThreadPoolExecutor(_WAITING, "slack-request")

    def open(self) -> None:
        """Take requests from now on."""
        self._thread.start()

    def close(self) -> None:
        """Answer what is under way, and end."""
        self._server.should_exit = True
        self._thread.join()
        self._waiting.shutdown()
        self._listener.close()

    def _serve(self) -> None:
        asyncio.run(self._server.serve(sockets=[self._listener]))

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
