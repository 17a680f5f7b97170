"""Files from Slack: the token goes to Slack alone, and nobody waits for ever."""

from collections.abc import Iterator

import pytest
from slack_sdk import WebClient

from bot import slack_files
from bot.sandbox import Person, Sandbox
from bot.slack_api import WebSlack
from models.errors import Unavailable, Undeliverable

MOST = 1_000


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(channels=["triage"], people=[Person("priya", "Priya Shah")]) as started:
        started.workspace.join("triage", started.bot_user)
        yield started


def slack(sandbox: Sandbox) -> WebSlack:
    client = WebClient(sandbox.bot_token, base_url=sandbox.api_url, retry_handlers=[])
    return WebSlack(client)


def sent(sandbox: Sandbox, **files: bytes) -> list[str]:
    sandbox.say("priya", "triage", "Here", files=files)
    return [file.id for file in sandbox.messages("triage")[-1].files]


def test_files_come_in_their_order_whatever_comes_first(sandbox: Sandbox) -> None:
    ids = sent(sandbox, one=b"1", two=b"22", three=b"333")
    sandbox.faults.delay("files.download", 0.2)
    assert slack(sandbox).download(ids, MOST) == (b"1", b"22", b"333")
    assert slack(sandbox).download([], MOST) == ()


def test_more_than_is_allowed_is_not_taken(sandbox: Sandbox) -> None:
    with pytest.raises(Undeliverable, match="larger"):
        slack(sandbox).download(sent(sandbox, one=b"x" * 1_001), MOST)
    with pytest.raises(Undeliverable, match="larger"):
        slack(sandbox).download(sent(sandbox, one=b"x" * 600, two=b"x" * 600), MOST)


def test_who_may_not_have_files_is_told_what_is_missing() -> None:
    people = [Person("priya", "Priya Shah")]
    with Sandbox(channels=["triage"], people=people) as sandbox:
        sandbox.workspace.join("triage", sandbox.bot_user)
        url = sandbox.url
        (id_,) = sent(sandbox, one=b"1")
        file = {"url_private_download": f"{url}/files-pri/T-{id_}/one"}
        with pytest.raises(Undeliverable, match="files:read"):
            slack_files.fetched(lambda _: file, "xoxb-other", f"{url}/api/", [id_], MOST)


@pytest.mark.parametrize(
    ("fault", "arguments"), [("fail", {"status": 503}), ("rate_limit", {"retry_after": 5})]
)
def test_slacks_own_trouble_passes(sandbox: Sandbox, fault: str, arguments: object) -> None:
    ids = sent(sandbox, one=b"1")
    getattr(sandbox.faults, fault)("files.download", **arguments)
    with pytest.raises(Unavailable):
        slack(sandbox).download(ids, MOST)
    assert slack(sandbox).download(ids, MOST) == (b"1",)


def test_what_takes_too_long_is_given_up_in_time(sandbox: Sandbox) -> None:
    (id_,) = sent(sandbox, one=b"1")
    sandbox.faults.delay("files.download", 0.5)
    client = WebClient(sandbox.bot_token, base_url=sandbox.api_url)
    with pytest.raises(Unavailable, match="too long"):
        slack_files.fetched(
            lambda name: client.files_info(file=name)["file"],
            sandbox.bot_token, sandbox.api_url, [id_], MOST, seconds=0.1,
        )  # fmt: skip


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/files/a",
        "https://files.slack.com.evil.example/a",
        "https://evilslack.com/a",
        "http://files.slack.com/a",
        "file:///etc/passwd",
        "",
    ],
)
def test_the_token_goes_to_no_other_host(address: str) -> None:
    with pytest.raises(Undeliverable, match="another host"):
        slack_files.fetched(
            lambda _: {"url_private_download": address}, "xoxb-1", "https://slack.com/api/", ["F1"],
            MOST,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("base", "address"),
    [
        ("https://slack.com/api/", "https://files.slack.com/files-pri/T1-F1/download/a.pdf"),
        ("https://slack-gov.com/api/", "https://files.slack-gov.com/files-pri/T1-F1/a.pdf"),
    ],
)
def test_slacks_own_hosts_are_known(base: str, address: str) -> None:
    assert slack_files.is_slacks(address, base)
