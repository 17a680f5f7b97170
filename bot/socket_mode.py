"""Socket Mode over websocket-client: it notices a cut line in half a second, and closes at once."""

import contextlib
import socket
import threading

from slack_bolt import App
from slack_bolt.adapter.socket_mode.websocket_client import SocketModeHandler

from models.errors import Unavailable

_LINES = 2
_OPEN_SECONDS = 15.0
_CLOSE_SECONDS = 2.0


class SocketMode:
    """The connections over which Slack hands us clicks, commands and mentions.

    Two, because one goes blind for up to ten seconds when Slack asks it to reconnect.
    """

    def __init__(self, app: App, app_token: str) -> None:
        """Nothing is open before `open`."""
        self._lines = [_Line(app, app_token) for _ in range(_LINES)]

    def open(self) -> None:
        """Open them; from then on they reopen by themselves. Raises Unavailable otherwise."""
        try:
            for line in self._lines:
                line.open()
        except Unavailable:
            self.close()
            raise

    def close(self) -> None:
        """Close them."""
        for line in self._lines:
            line.close()


class _Line:
    """One connection."""

    def __init__(self, app: App, app_token: str) -> None:
        self._handler = SocketModeHandler(app, app_token)
        self._opened = threading.Event()
        self._ended = threading.Event()
        self._handler.client.on_open_listeners.append(lambda _session: self._opened.set())
        self._handler.client.on_close_listeners.append(lambda _session: self._ended.set())

    def open(self) -> None:
        try:
            self._handler.connect()  # type: ignore[no-untyped-call]  # Bolt leaves its types out
        except Exception as error:
            raise Unavailable(f"Socket Mode did not open ({type(error).__name__})") from error
        if not self._opened.wait(_OPEN_SECONDS):
            raise Unavailable("Socket Mode did not open in time")

    def close(self) -> None:
        """The library's own close waits up to ten seconds for a reader asleep in select: the line
        itself is ended first, which wakes the reader.
        """
        client = self._handler.client
        client.auto_reconnect_enabled = False
        client.default_auto_reconnect_enabled = False
        line = getattr(getattr(client.current_session, "sock", None), "sock", None)
        if line is not None:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            self._ended.wait(_CLOSE_SECONDS)
        self._handler.close()  # type: ignore[no-untyped-call]  # Bolt leaves its types out
