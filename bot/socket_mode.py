"""Socket Mode over websocket-client: a dead line is noticed within seconds, and a stop is quick."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from slack_bolt import App
from slack_bolt.adapter.socket_mode.internals import run_bolt_app, send_response
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.websocket_client import SocketModeClient

from models.errors import Misconfigured, Unavailable

_LINES = 2
_OK = 200
_OPEN_SECONDS = 15.0
_CLOSE_SECONDS = 3.0
# Slack closes a line that it asked us to renew by itself, within this time.
_OLD_LINE_SECONDS = 10.0
_PING_EVERY_SECONDS = 5
_PONG_WITHIN_SECONDS = 2


class SocketMode:
    """The connections over which Slack hands us clicks, commands and mentions.

    Two, because one can go blind for seconds when Slack asks it to reconnect.
    """

    def __init__(self, app: App, app_token: str) -> None:
        """Nothing is open before `open`."""
        self._lines = [_Line(app, app_token) for _ in range(_LINES)]

    def open(self) -> None:
        """Open them; from then on they reopen by themselves. Raises Unavailable otherwise."""
        try:
            for line in self._lines:
                line.connect()
            for line in self._lines:
                line.wait_open()
        except (Unavailable, Misconfigured):
            self.close()
            raise

    def close(self) -> None:
        """Close them, at once: the library's own threads take up to a second to end."""
        with ThreadPoolExecutor(_LINES) as pool:
            list(pool.map(_Line.close, self._lines))


class _Client(SocketModeClient):
    """Without a time for the pong the library sleeps ten seconds in select: through a dead line,
    and through a close. And where Slack asks for a new line it closes the old one before the new one
    is open: what Slack sends meanwhile reaches nobody.
    """

    renew: Callable[["_Client"], None]

    def connect_to_new_endpoint(self, force: bool = False) -> None:
        """`force`: Slack asked for it, and the line still stands."""
        if force and self.is_connected():
            threading.Thread(target=self.renew, args=(self,), name="new line", daemon=True).start()
        else:
            super().connect_to_new_endpoint(force)

    def _run_current_session(self) -> None:
        session = self.current_session
        if session is None or self.closed:
            return
        session.run_forever(
            ping_interval=self.ping_interval,
            ping_timeout=_PONG_WITHIN_SECONDS,
            http_proxy_host=self.http_proxy_host,
            http_proxy_port=self.http_proxy_port,
            http_proxy_auth=self.http_proxy_auth,
            proxy_type=self.proxy_type,
        )


class _Line:
    """One connection. Bolt's own handler would start, and have to end, a client without a pong."""

    def __init__(self, app: App, app_token: str) -> None:
        self._app, self._token = app, app_token
        self._opened = threading.Event()
        self._lock = threading.Lock()
        self._closed = False
        self._client = self._made(self._opened)

    def _made(self, opened: threading.Event) -> _Client:
        client = _Client(
            app_token=self._token, web_client=self._app.client, ping_interval=_PING_EVERY_SECONDS
        )
        client.renew = self._renew
        handle: Any = self._handle  # narrower than the SDK declares, as Bolt's own is
        client.socket_mode_request_listeners.append(handle)
        client.on_open_listeners.append(lambda _session: opened.set())
        return client

    def _handle(self, _client: SocketModeClient, request: SocketModeRequest) -> None:
        """What came over an old line may be answered over the new one."""
        started = time.time()
        response = run_bolt_app(self._app, request)
        send_response(self._client, request, response, started)

    def _renew(self, old: _Client) -> None:
        """Open the new line, then let go of the old one; without a new one it goes on as it was."""
        opened = threading.Event()
        new = self._made(opened)
        try:
            new.connect()
            stands = opened.wait(_OPEN_SECONDS)
        except Exception:  # noqa: BLE001  # whatever Slack answers: the old client tries by itself
            stands = False
        if not stands or not self._swapped(old, new):
            _end(new)
            return
        ended = threading.Event()
        old.on_close_listeners.append(lambda _session: ended.set())
        old.auto_reconnect_enabled = old.default_auto_reconnect_enabled = False
        ended.wait(_OLD_LINE_SECONDS)
        _end(old)

    def _swapped(self, old: _Client, new: _Client) -> bool:
        with self._lock:
            if self._closed or self._client is not old:
                return False
            self._client = new
            return True

    def connect(self) -> None:
        try:
            self._client.connect()
        except SlackApiError as error:
            if error.response.status_code == _OK:
                raise Misconfigured(f"SLACK_APP_TOKEN: {error.response['error']}") from error
            raise Unavailable("Socket Mode did not open") from error
        except Exception as error:
            raise Unavailable(f"Socket Mode did not open ({type(error).__name__})") from error

    def wait_open(self) -> None:
        if not self._opened.wait(_OPEN_SECONDS):
            raise Unavailable("Socket Mode did not open in time")

    def close(self) -> None:
        """No line, and none anew."""
        with self._lock:
            self._closed = True
        _end(self._client)


def _end(client: _Client) -> None:
    """End the line itself first, which wakes the reader; then close what the library holds."""
    ended = threading.Event()
    client.on_close_listeners.append(lambda _session: ended.set())
    client.auto_reconnect_enabled = client.default_auto_reconnect_enabled = False
    line = getattr(getattr(client.current_session, "sock", None), "sock", None)
    if line is not None:
        with contextlib.suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)
        ended.wait(_CLOSE_SECONDS)
    client.close()
