"""What Slack's Web API can do to a call, from a server that does it (mail.md E33)."""

import socket
import threading
from collections.abc import Iterator

import pytest
from slack_sdk import WebClient

from bot.sandbox import Person, Sandbox
from bot.slack_api import WebSlack
from handlers.slack.api import Saying
from models.errors import AnswerLost, Misconfigured


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
