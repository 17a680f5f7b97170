"""What Slack's Web API can do to a call, from a server that does it (mail.md E33)."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from slack_sdk import WebClient

from bot.channel_watch import ChannelWatch
from bot.sandbox import Person, Sandbox
from bot.slack_api import WebSlack
from handlers.slack.api import Saying
from models.errors import AnswerLost, Misconfigured
from models.store import open_store
from tests.support.council import utc
from tests.support.office import everything_waiting


@pytest.fixture
def cut_short() -> Iterator[str]:
    """Hangs up in the middle of an answer; gives its URL."""
    answer = (
        b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{"ok"'
    )
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection = listener.accept()[0]
            with connection:
                connection.recv(65536)
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/api/"
        thread.join()


def test_e33_an_answer_of_slack_that_is_cut_short_is_a_lost_answer(cut_short: str) -> None:
    slack = WebSlack(WebClient(token="xoxb-1", base_url=cut_short, timeout=5, retry_handlers=[]))
    with pytest.raises(AnswerLost):
        slack.post("C1", Saying("text", ()), {"key": "k"})


def test_an_app_that_lacks_a_scope_stops_the_start_and_is_told_which() -> None:
    people = [Person("priya", "Priya Shah")]
    given = ("channels:read", "groups:read", "chat:write")
    with Sandbox(channels=["triage"], people=people, scopes=given) as sandbox:
        client = WebClient(sandbox.bot_token, base_url=sandbox.api_url, retry_handlers=[])
        sandbox.workspace.join("triage", sandbox.bot_user)
        WebSlack(client, given).connect({"slack.triage_channel": "triage"})
        with pytest.raises(
            Misconfigured, match=r"lacks files:read, files:write\. .*install it again"
        ):
            WebSlack(client, (*given, "files:write", "files:read")).connect({})


@pytest.fixture
def workspace() -> Iterator[Sandbox]:
    people = [Person("priya", "Priya Shah"), Person("sam", "Sam Okafor")]
    private = ["private-safeguarding"]
    with Sandbox(channels=["triage", "waste"], private_channels=private, people=people) as sandbox:
        yield sandbox


def slack_of(sandbox: Sandbox) -> WebSlack:
    return WebSlack(WebClient(sandbox.bot_token, base_url=sandbox.api_url, retry_handlers=[]))


CHANNELS = {
    "slack.triage_channel": "triage",
    "service waste: channel": "waste",
    "slack.private.safeguarding": "private-safeguarding",
}


def test_a_private_channel_that_everybody_can_read_stops_the_start_before_it_is_joined(
    workspace: Sandbox,
) -> None:
    bot = workspace.bot_user
    workspace.workspace.change_channel(
        "private-safeguarding", is_private=False, members=frozenset()
    )
    with pytest.raises(
        Misconfigured, match=r"slack\.private\.safeguarding = 'private-safeguarding': .*public"
    ):
        slack_of(workspace).connect(CHANNELS)
    joined = [c.name for c in workspace.workspace.channels.values() if bot in c.members]
    assert "private-safeguarding" not in joined


@pytest.mark.parametrize(
    ("name", "setting"),
    [
        ("waste", "service waste: channel"),
        ("triage", r"slack\.triage_channel"),
        ("private-safeguarding", r"slack\.private\.safeguarding"),
    ],
)
def test_a_channel_of_cards_that_is_shared_with_another_organisation_stops_the_start(
    workspace: Sandbox, name: str, setting: str
) -> None:
    workspace.workspace.change_channel(name, is_ext_shared=True)
    with pytest.raises(Misconfigured, match=rf"{setting} = '{name}': .*another organisation"):
        slack_of(workspace).connect(CHANNELS)


def test_a_channel_that_names_staff_may_be_shared_for_no_case_stands_there(
    workspace: Sandbox,
) -> None:
    workspace.workspace.change_channel("waste", is_ext_shared=True)
    slack_of(workspace).connect({"staff: #waste": "waste"})


def test_what_becomes_of_a_channel_while_carebot_runs_is_told_to_the_lead_once_a_day(
    workspace: Sandbox, tmp_path: Path
) -> None:
    slack, now = slack_of(workspace), utc(2026, 11, 27, 10)
    slack.connect(CHANNELS)
    with closing(open_store(f"sqlite:///{tmp_path / 'carebot.db'}")) as store:
        watch = ChannelWatch(slack, store, "lead", now)
        workspace.workspace.change_channel("private-safeguarding", is_private=False)
        workspace.workspace.leave("waste", workspace.bot_user)
        assert not watch.look(now + timedelta(minutes=59)), (
            "it was looked at when carebot connected"
        )
        assert watch.look(now + timedelta(minutes=61))
        assert not watch.look(now + timedelta(minutes=122))
        first, second = (str(alarm.payload["text"]) for alarm in everything_waiting(store))
        assert first.startswith("slack.private.safeguarding = 'private-safeguarding': ")
        assert "public" in first
        assert second.startswith("service waste: channel = 'waste': ")
        assert "not in" in second
        assert watch.look(now + timedelta(days=1)), "it is still so the next day"
