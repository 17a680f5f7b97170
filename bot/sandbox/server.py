"""The sandbox itself: one server on this machine, and the hands to play with it."""

import asyncio
import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Self, TypeVar

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route, WebSocketRoute

from bot.sandbox.control import Control
from bot.sandbox.deliveries import RETRY_AFTER, Deliveries, Delivery
from bot.sandbox.events import ALL_EVENTS, Events
from bot.sandbox.faults import Faults
from bot.sandbox.file_routes import FileRoutes
from bot.sandbox.http_requests import HttpRequests
from bot.sandbox.interactions import Interactions
from bot.sandbox.records import Call, DemoControls, File, Given, Json, Message, Person, View
from bot.sandbox.response_urls import ResponseUrls
from bot.sandbox.socket_mode import SocketMode
from bot.sandbox.views import Views
from bot.sandbox.web_api import ALL_SCOPES, APP_SCOPES, WebApi
from bot.sandbox.workspace import BOT_USER_ID, Workspace
from bot.sandbox.writing import Writing

T = TypeVar("T")
START_SECONDS: Final = 10.0
# Made to be refused by the real Slack and by scanners for secrets alike.
BOT_TOKEN: Final = "xoxb-sandbox-carebot"  # noqa: S105 - opens nothing but this sandbox
APP_TOKEN: Final = "xapp-sandbox-carebot"  # noqa: S105 - opens nothing but this sandbox
SIGNING_SECRET: Final = "sandbox-signing-secret"  # noqa: S105 - opens nothing but this sandbox


class Sandbox:
    """A workspace on this machine that speaks Slack's Web API and Socket Mode.

    Every method may be called from any thread. People and channels go by name or id.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        channels: Sequence[str],
        people: Sequence[Person],
        private_channels: Sequence[str] = (),
        shortcuts: Mapping[str, str] | None = None,
        demo: DemoControls | None = None,
        clock: Callable[[], float] = time.time,
        scopes: Sequence[str] = ALL_SCOPES,
        app_scopes: Sequence[str] = APP_SCOPES,
        events: frozenset[str] = ALL_EVENTS,
        retry_after: Sequence[float] = RETRY_AFTER,
    ) -> None:
        """`shortcuts`: the names that a message's menu on the page shows, by callback id."""
        self.shortcuts = dict(shortcuts or {})
        self.bot_token = BOT_TOKEN
        self.app_token = APP_TOKEN
        self.signing_secret = SIGNING_SECRET
        self.url = ""
        self._port = port
        self.workspace = Workspace(
            channels=channels, private_channels=private_channels, people=people, clock=clock
        )
        changed, lock = self.workspace.changed, self.workspace.lock
        self.views = Views(self.workspace)
        self.sockets = SocketMode(self.workspace)
        self._posts = HttpRequests(SIGNING_SECRET)
        self._deliveries = Deliveries(self._send, changed, lock, retry_after)
        self.sockets.acknowledge = self._deliveries.acknowledge
        self._posts.acknowledge = self._deliveries.acknowledge
        self._events = Events(self.workspace, self._deliveries, events)
        self.workspace.announce = self._events.message_changed
        self._interactions = Interactions(
            self.workspace, self.views, self._deliveries, self._events, lambda: self.url
        )
        self._writing = Writing(self.workspace, self._events)
        self.faults = Faults(self._cut_sockets, self.sockets.refresh)
        self._web_api = WebApi(
            self.workspace,
            self.views,
            self.faults,
            {
                self.bot_token: ("bot", frozenset(scopes)),
                self.app_token: ("app", frozenset(app_scopes)),
            },
            self._drop,
        )
        self._files = FileRoutes(self.workspace, self.faults, {self.bot_token: frozenset(scopes)})
        self._control = Control(self, demo)
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def api_url(self) -> str:
        """What SLACK_API_URL has to be."""
        return f"{self.url}/api/"

    @property
    def port(self) -> int:
        """The port that the sandbox listens on."""
        return self._port

    @property
    def bot_user(self) -> str:
        """The app's own user id, for mentions."""
        return BOT_USER_ID

    @property
    def calls(self) -> list[Call]:
        """Every Web API request so far; each unpacks into (method, params)."""
        return self._web_api.calls

    @property
    def connected(self) -> int:
        """How many Socket Mode connections the app has."""
        return self.sockets.connected

    # Running

    def start(self) -> None:
        """Listen; returns when the first request would be answered."""
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", self._port))
        except OSError:
            listener.close()
            raise
        self._port = listener.getsockname()[1]
        self.url = self._web_api.url = self.workspace.url = f"http://127.0.0.1:{self._port}"
        config = uvicorn.Config(
            self._application(),
            ws="wsproto",
            http="h11",
            lifespan="off",
            log_config=None,
            access_log=False,
            log_level="critical",
            proxy_headers=False,
            timeout_graceful_shutdown=1,
        )
        self._server = _Server(config)
        self._thread = threading.Thread(
            target=self._server.serve_until_stopped, args=(listener,), name="sandbox", daemon=True
        )
        self._thread.start()
        if not self._server.ready.wait(START_SECONDS):
            raise TimeoutError("the sandbox did not start")

    def stop(self) -> None:
        """Close every connection and stop listening; harmless when called twice."""
        if self._server is None or self._thread is None:
            return
        self._deliveries.stop()
        self._posts.stop()
        self._control.stop()
        self._server.should_exit = True
        self._thread.join(START_SECONDS)
        self._server = self._thread = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # What people see

    def messages(self, channel: str) -> list[Message]:
        """The channel's own messages, oldest first."""
        return self.workspace.messages(channel)

    def replies(self, channel: str, thread_ts: str) -> list[Message]:
        """A thread's replies, oldest first, without the parent."""
        return self.workspace.replies(channel, thread_ts)

    def ephemerals(self, user: str) -> list[Message]:
        """What only this person sees, oldest first."""
        return self.workspace.ephemerals(user)

    def open_view(self, user: str) -> View | None:
        """The modal that the person sees."""
        return self.views.top(self.workspace.person(user).id)

    def home(self, user: str) -> View | None:
        """The app's home tab as the person sees it."""
        return self.views.home(self.workspace.person(user).id)

    def deliveries(self) -> list[Delivery]:
        """Every envelope since the start, oldest first."""
        return self._deliveries.every()

    def wait_for(self, condition: Callable[["Sandbox"], T], timeout: float = 10) -> T:
        """The condition's value as soon as it is true; it is asked again after each change.

        A condition that raises LookupError (a list is still empty) counts as not yet true.
        """
        end = time.monotonic() + timeout
        while True:
            version = self.workspace.version
            with contextlib.suppress(LookupError):
                if value := condition(self):
                    return value
            left = end - time.monotonic()
            if left <= 0 or not self.workspace.wait_for_change(version, left):
                raise TimeoutError(f"not true within {timeout} s; there is:\n{self.describe()}")

    def describe(self) -> str:
        """What there is, in lines for a person who looks for the cause of a failed wait."""
        lines = [f"connections: {self.connected}"]
        for channel in list(self.workspace.channels.values()):
            for message in self.workspace.messages(channel.id):
                author = message.user or message.bot_id
                lines.append(f"#{channel.name} {message.ts} {author}: {message.text[:100]}")
                below = self.workspace.replies(channel.id, message.ts)
                lines += [f"    {reply.ts}: {reply.text[:100]}" for reply in below]
        for person in list(self.workspace.people.values()):
            alone = self.workspace.ephemerals(person.id)
            lines += [f"only to {person.name}: {each.text[:100]}" for each in alone]
            view = self.views.top(person.id)
            lines += [f"view of {person.name}: {view.title}"] if view else []
        lines += [repr(each) for each in self.deliveries()[-10:]]
        lines += [f"{each.method} {each.error or 'ok'}" for each in self.calls[-10:]]
        return "\n".join(lines)

    # What people do

    def click(
        self, user: str, channel: str, ts: str, action_id: str, seen: Message | None = None
    ) -> Delivery:
        """Press a button of a message; NoSuchElement when the person sees none of that name.

        `seen` is the message as it was, for a person whose screen has not caught up with it.
        """
        return self._interactions.act(user, channel, ts, action_id, None, seen)

    def choose(
        self, user: str, channel: str, ts: str, action_id: str, value: str | Sequence[str]
    ) -> Delivery:
        """Choose in a select or a menu of a message, by the option's value or text."""
        return self._interactions.act(user, channel, ts, action_id, value)

    def use_shortcut(self, user: str, channel: str, ts: str, callback_id: str) -> Delivery:
        """Choose a message shortcut from a message's menu."""
        return self._interactions.use_shortcut(user, channel, ts, callback_id)

    def fill_and_submit(self, user: str, values: Mapping[str, Given]) -> Delivery:
        """Fill the top view in by action_id and submit it; what is not named keeps its value.

        Files go in by name: `{"files": {"letter.pdf": b"..."}}`.
        """
        return self._interactions.submit(user, values)

    def close_view(self, user: str) -> Delivery | None:
        """Close the top view; None when it did not ask for notice."""
        return self._interactions.close(user)

    def click_in_view(
        self,
        user: str,
        action_id: str,
        value: str | Sequence[str] | None = None,
        filled: Mapping[str, Given] | None = None,
    ) -> Delivery:
        """Press or choose something in the top view, in which `filled` is filled in by then."""
        view = self.open_view(user)
        return self._interactions.act_in_view(view, action_id, value, filled or {})

    def suggest(self, user: str, action_id: str, typed: str) -> list[Json]:
        """Type into a select of the top view whose options the app gives; the options."""
        return self._interactions.suggest(user, action_id, typed)

    def click_in_home(
        self, user: str, action_id: str, value: str | Sequence[str] | None = None
    ) -> Delivery:
        """Press or choose something on the app's home tab."""
        return self._interactions.act_in_view(self.home(user), action_id, value, {})

    def open_home(self, user: str) -> Delivery:
        """Look at the app's home tab, of which the app hears."""
        return self._interactions.open_home(user)

    def slash(self, user: str, channel: str, command: str, text: str) -> Delivery:
        """Type a slash command."""
        return self._interactions.slash(user, channel, command, text)

    def say(
        self,
        user: str,
        channel: str,
        text: str,
        thread_ts: str | None = None,
        files: Mapping[str, bytes] | None = None,
    ) -> Delivery | None:
        """Send a message; the delivery is the mention's if it mentions the app, else the
        message's, and None when the app hears of neither.
        """
        return self._writing.say(user, channel, text, thread_ts, files or {})

    def upload(self, user: str, name: str, content: bytes) -> File:
        """Choose a file for a modal or a message, as the page does before it sends either."""
        return self._writing.upload(user, name, content)

    def edit_message(self, user: str, channel: str, ts: str, text: str) -> Delivery | None:
        """Change the words of one's own message; None when the app hears nothing of it."""
        return self._writing.edit(user, channel, ts, text)

    def delete_message(self, user: str, channel: str, ts: str) -> Delivery | None:
        """Delete one's own message; None when the app hears nothing of it."""
        return self._writing.delete(user, channel, ts)

    def react(self, user: str, channel: str, ts: str, name: str) -> Delivery | None:
        """Put a reaction to a message, or take it back; None when the app hears nothing of it."""
        return self._writing.react(user, channel, ts, name)

    def deliver_again(self, delivery: Delivery) -> Delivery:
        """Send a payload once more under its own event_id, as Slack does when an ack got lost."""
        again = Delivery(delivery.kind, delivery.type, delivery.payload)
        self._deliveries.start(again)
        again.wait_ack()
        return again

    def post_to(self, url: str) -> None:
        """From now on deliver by signed HTTP to this Request URL, in the stead of Socket Mode."""
        self._posts.url = url

    # How it is done

    def _send(self, envelope: Json) -> bool:
        fault = self.faults.take_of_delivery()
        if fault is None:
            return self._send_now(envelope)
        if fault.kind == "delay":
            late = threading.Timer(fault.seconds, self._send_now, (envelope,))
            late.daemon = True
            late.start()
        return True

    def _send_now(self, envelope: Json) -> bool:
        return self._posts.send(envelope) if self._posts.url else self.sockets.send(envelope)

    def _application(self) -> Starlette:
        answers = ResponseUrls(self.workspace, self._interactions)
        return Starlette(
            routes=[
                Route("/api/{method}", self._web_api.endpoint, methods=["GET", "POST"]),
                Route("/actions/{name}", answers.endpoint, methods=["POST"]),
                WebSocketRoute("/link/", self.sockets.endpoint),
                *self._files.routes(),
                *self._control.routes(),
            ]
        )

    def _cut_sockets(self) -> None:
        if self._server is not None:
            self._server.reset(self.sockets.forget())

    def _drop(self, request: Request) -> None:
        if self._server is not None and request.client is not None:
            # On the server's own thread already, and before anything of the answer leaves.
            self._server.reset_here({(request.client.host, request.client.port)})


class _Server(uvicorn.Server):
    """uvicorn in a thread, able to break single connections."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def serve_until_stopped(self, listener: socket.socket) -> None:
        asyncio.run(self.serve(sockets=[listener]))

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._loop = asyncio.get_running_loop()
        self.ready.set()

    def reset(self, clients: set[tuple[str, int]]) -> None:
        """Break the connections of those clients as a failing network does."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self.reset_here, clients)

    def reset_here(self, clients: set[tuple[str, int]]) -> None:
        """The same at once, on the server's own thread."""
        for connection in list(self.server_state.connections):
            protocol: Any = connection
            if protocol.client in clients:
                # Without lingering, closing sends a TCP reset.
                sock = protocol.transport.get_extra_info("socket")
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                protocol.transport.abort()
