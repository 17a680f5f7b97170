"""The example council's channels in the sandbox, and carebot's real client connected to them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from slack_sdk import WebClient

from bot.config import read_council_file
from bot.council_of_settings import channels_of
from bot.sandbox import Person, Sandbox
from bot.slack_api import WebSlack
from tests.support.council import EXAMPLE


@contextmanager
def workspace(people: Sequence[Person]) -> Iterator[tuple[Sandbox, WebSlack]]:
    """The running sandbox and the client; carebot is in every channel, the people are as they come."""
    file = read_council_file(EXAMPLE)
    channels = channels_of(file)
    private = set(file.slack.private.values())
    with Sandbox(
        channels=sorted(set(channels.values()) - private),
        private_channels=sorted(private),
        people=people,
    ) as sandbox:
        client = WebClient(sandbox.bot_token, base_url=sandbox.api_url, retry_handlers=[])
        slack = WebSlack(client)
        slack.connect(channels)
        yield sandbox, slack
