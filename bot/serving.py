"""A small web server in a thread of its own: the health page, and Slack's requests by HTTP."""

import asyncio
import socket
import threading
from collections.abc import Sequence

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from models.errors import Misconfigured


class Serving:
    """Serves some routes from `start` to `stop`. It takes no header of a proxy for true."""

    def __init__(
        self, section: str, routes: Sequence[Route], host: str, port: int, *, patience: int = 1
    ) -> None:
        """Take the port at once; `patience` is how many seconds what is under way has at the end.

        Raises Misconfigured, naming `section`'s host and port (`health.` or `slack.http_`), where
        somebody has it, or there is no such host.
        """
        try:
            family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
            self._listener = socket.create_server((host, port), family=family)
        except OSError as error:
            raise Misconfigured(
                f"{section}host = {host!r}, {section}port = {port}: cannot listen there: "
                f"{error.strerror or error}"
            ) from None
        self.port: int = self._listener.getsockname()[1]
        self._server = uvicorn.Server(
            uvicorn.Config(
                Starlette(routes=routes),
                http="h11",
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                log_level="critical",
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=patience,
            )
        )
        self._thread = threading.Thread(target=self._serve, name=f"{section}server")

    def start(self) -> None:
        """Serve from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Answer what is under way, and end; harmless where nothing was started."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        asyncio.run(self._server.serve(sockets=[self._listener]))
