"""A sandbox with an unmodified Bolt app connected to it over Socket Mode."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode.websocket_client import SocketModeHandler
from slack_sdk import WebClient

from bot.sandbox import Person, Sandbox

PEOPLE = (
    Person("amina", "Amina Khan"),
    Person("ben", "Ben Ward"),
    Person("guest", "Gil Guest", is_restricted=True),
    Person("stranger", "Sasha Stranger", is_stranger=True),
)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(
        channels=["triage", "waste"], private_channels=["seniors"], people=PEOPLE
    ) as started:
        yield started


@pytest.fixture
def client(sandbox) -> WebClient:
    return WebClient(sandbox.bot_token, base_url=sandbox.api_url)


@pytest.fixture
def joined(sandbox, client) -> Sandbox:
    """The sandbox, with the app in every public channel."""
    for name in ("triage", "waste"):
        client.conversations_join(channel=sandbox.workspace.channel(name).id)
    return sandbox


@pytest.fixture
def channel(joined) -> str:
    """The id of a channel that the app is in."""
    return joined.workspace.channel("triage").id


class Running:
    """A Bolt app and its connection; listeners may be added before `connect`."""

    def __init__(self, sandbox: Sandbox, client: WebClient) -> None:
        self.sandbox = sandbox
        self.pool = ThreadPoolExecutor(10)
        self.app = App(client=client, listener_executor=self.pool)
        self.handlers: list[SocketModeHandler] = []

    def connect(self, times: int = 1) -> None:
        for _ in range(times):
            before = self.sandbox.connected
            handler = SocketModeHandler(self.app, self.sandbox.app_token, ping_interval=2)
            handler.connect()
            self.handlers.append(handler)
            self.sandbox.wait_for(lambda seen, before=before: seen.connected > before)

    def close(self) -> None:
        # handler.close() alone may take ten seconds: when its thread reads the closing frame
        # before the reading thread does, the latter sleeps on in its select. A reset wakes it.
        ends = []
        for handler in self.handlers:
            handler.client.auto_reconnect_enabled = False
            ends.append(threading.Event())
            handler.client.on_close_listeners.append(lambda _, end=ends[-1]: end.set())
        self.sandbox.faults.cut_sockets()
        for handler, end in zip(self.handlers, ends, strict=True):
            end.wait(2)
            handler.close()
        self.pool.shutdown()


@pytest.fixture
def running(joined, client) -> Iterator[Running]:
    started = Running(joined, client)
    yield started
    started.close()
