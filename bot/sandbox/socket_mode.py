"""Socket Mode: the app's WebSocket connections, and what goes over them."""

import asyncio
import contextlib
import json
from collections.abc import Callable
from typing import Any, Final

from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.sandbox.limits import LIMITS
from bot.sandbox.records import Json
from bot.sandbox.workspace import APP_ID, Workspace

OLD_SOCKET_SECONDS: Final = 1.0
CONNECTION_SECONDS: Final = 18_060
CLOSED: Final = object()


class Connection:
    """One socket of the app; what is sent from any thread leaves in order."""

    def __init__(self, websocket: WebSocket, loop: asyncio.AbstractEventLoop) -> None:
        self.websocket = websocket
        self.draining = False
        self._loop = loop
        self._outgoing: asyncio.Queue[Any] = asyncio.Queue()

    def send(self, frame: Json) -> None:
        """Queue a frame."""
        self._call(self._outgoing.put_nowait, json.dumps(frame))

    def close_later(self, seconds: float) -> None:
        """Close after a while, so that acks in flight still arrive."""
        self._call(self._loop.call_later, seconds, self._outgoing.put_nowait, CLOSED)

    async def write(self) -> None:
        """Send what is queued until the socket is to be closed."""
        while (frame := await self._outgoing.get()) is not CLOSED:
            await self.websocket.send_text(frame)
        await self.websocket.close()

    def _call(self, act: Callable[..., Any], *arguments: Any) -> None:
        # The loop is closed when the sandbox stopped in this very moment.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(act, *arguments)


class SocketMode:
    """The app's connections; each payload goes to one of them, in turn."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self.acknowledge: Callable[[str, Json | None], None] = lambda _name, _answer: None
        self._connections: list[Connection] = []
        self._turn = 0

    @property
    def connected(self) -> int:
        """How many connections take payloads."""
        with self._workspace.lock:
            return sum(not each.draining for each in self._connections)

    def connections(self) -> list[Connection]:
        """A copy of the list, oldest first."""
        with self._workspace.lock:
            return list(self._connections)

    def send(self, envelope: Json) -> bool:
        """Send to the next connection; False when there is none."""
        with self._workspace.lock:
            fresh = [each for each in self._connections if not each.draining]
            usable = fresh or self._connections
            if not usable:
                return False
            self._turn += 1
            usable[self._turn % len(usable)].send(envelope)
            return True

    def refresh(self) -> None:
        """Ask for new connections and keep the old ones for a second."""
        for connection in self.connections():
            connection.draining = True
            connection.send(goodbye("refresh_requested"))
            connection.close_later(OLD_SOCKET_SECONDS)
        self._workspace.changed()

    def forget(self) -> set[tuple[str, int]]:
        """Give every connection up at once; the addresses of those to be broken."""
        with self._workspace.lock:
            lost, self._connections = self._connections, []
        self._workspace.changed()
        clients = [each.websocket.client for each in lost]
        return {(client.host, client.port) for client in clients if client is not None}

    async def endpoint(self, websocket: WebSocket) -> None:
        """Serve one connection from its ticket to its end."""
        with self._workspace.lock:
            welcome = self._workspace.grants.redeem(websocket.query_params.get("ticket", ""))
        if not welcome:
            await websocket.close()  # before accept(): the handshake is answered with 403
            return
        await websocket.accept()
        connection = Connection(websocket, asyncio.get_running_loop())
        if len(self.connections()) >= LIMITS["sockets"]:
            await websocket.send_json(goodbye("too_many_websockets"))
            await websocket.close()
            return
        with self._workspace.lock:
            connection.send(self._hello())  # queued before any payload can be
            self._connections.append(connection)
        writer = asyncio.create_task(connection.write())
        self._workspace.changed()
        try:
            await self._read(websocket)
        finally:
            with self._workspace.lock, contextlib.suppress(ValueError):
                self._connections.remove(connection)  # unless it was given up before
            writer.cancel()
            with contextlib.suppress(asyncio.CancelledError, RuntimeError, WebSocketDisconnect):
                await writer
            self._workspace.changed()

    async def _read(self, websocket: WebSocket) -> None:
        while True:
            message = await websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            text = message.get("text") or (message.get("bytes") or b"").decode("utf-8", "replace")
            try:
                frame = json.loads(text)
            except ValueError:
                continue
            if isinstance(frame, dict) and isinstance(frame.get("envelope_id"), str):
                self.acknowledge(frame["envelope_id"], frame.get("payload"))

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self.connections()) + 1,
            "debug_info": {
                "host": "sandbox",
                "build_number": 1,
                "approximate_connection_time": CONNECTION_SECONDS,
            },
            "connection_info": {"app_id": APP_ID},
        }


def goodbye(reason: str) -> Json:
    """The frame that asks the app to connect anew."""
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}}
