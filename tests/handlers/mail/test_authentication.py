"""Authentication-Results: our own server's only (mail.md B21)."""

import pytest

from handlers.mail.parse import MailReader, ReadingRules
from models.message import Origin, RawMessage
from tests.support.council import utc

OURS = "mx.westmere.example"
FAILED = f"{OURS}; spf=softfail smtp.mailfrom=x; dkim=none; dmarc=fail (p=reject) header.from=y"


def read(*headers: str, hosts: tuple[str, ...] = (OURS,)) -> str:
    reader = MailReader(ReadingRules(("c@westmere.example",), "x.example", authserv_ids=hosts))
    lines = [f"Authentication-Results: {header}" for header in headers]
    content = "\r\n".join([*lines, "From: jo@post.example", "", "My bin."]).encode()
    return reader(RawMessage(content, Origin("a", "INBOX"), utc(2026, 11, 27))).authentication


def test_b21_what_our_own_server_found_is_kept() -> None:
    assert read(FAILED) == "dmarc=fail, spf=softfail, dkim=none"
    assert read(f"{OURS} 1;\r\n\tdmarc=pass;\r\n\tspf=pass") == "dmarc=pass, spf=pass"


def test_b21_another_hosts_word_counts_for_nothing() -> None:
    assert read("mx.sender.example; dmarc=pass; spf=pass") == ""
    assert read("mx.sender.example; dmarc=pass", FAILED) == "dmarc=fail, spf=softfail, dkim=none"


def test_b21_only_the_uppermost_of_ours_counts_because_the_sender_may_have_written_the_others() -> (
    None
):
    assert read(FAILED, f"{OURS}; dmarc=pass") == "dmarc=fail, spf=softfail, dkim=none"


def test_b21_without_a_host_of_ours_nothing_is_believed() -> None:
    assert read(FAILED, hosts=()) == ""


def test_b21_exchange_online_names_no_host() -> None:
    microsoft = (
        "spf=fail (sender IP is 192.0.2.1) smtp.mailfrom=x;\r\n dkim=none;dmarc=fail action=none"
    )
    assert read(microsoft, hosts=("microsoft365",)) == "dmarc=fail, spf=fail, dkim=none"
    assert read(microsoft) == ""


@pytest.mark.parametrize(
    "value", ["", ";", "((((", f"{OURS}", f"{OURS};", f"{OURS}; dmarc=", "=" * 9_000]
)
def test_a_broken_header_is_survived(value: str) -> None:
    assert read(value) == ""
