"""The same casework over signed HTTP: each delivery is checked, answered in its answer, and done once."""

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bot.dovecot import PrivateDovecot
from bot.sandbox.http_requests import signed
from tests.journeys.town import Town

pytestmark = pytest.mark.needs_dovecot


@pytest.fixture
def town(dovecot: PrivateDovecot, mail_user: str, tmp_path: Path) -> Iterator[Town]:
    opened = Town(dovecot, mail_user, tmp_path, receive="http")
    yield opened
    opened.close()


def test_a_complaint_is_claimed_and_answered_over_signed_http(town: Town) -> None:
    town.run()
    town.write()
    card = town.wait_card("waste-recycling")
    town.wait_thread(card, "The acknowledgement left")
    claimed = town.press("priya", card, "claim")
    assert claimed.acked
    town.wait_card("waste-recycling", "held by")
    town.settle()
    town.press("priya", town.wait_card("waste-recycling"), "respond")
    town.wait_view("priya", "Answer")
    town.sandbox.fill_and_submit("priya", {"text": "Dear Jo\n\nDone.", "outcome": "not_upheld"})
    town.wait_view("priya", "preview")
    town.sandbox.fill_and_submit("priya", {})
    town.wait_thread(card, "The answer left")
    assert len(town.letterbox.messages) == 2
    assert town.sandbox.connected == 0
    said = town.sandbox.slash("priya", "complaints-lead", "/case", "mine")
    assert "You hold" in str(said.response)
    town.sandbox.say("sam", card.channel, "@carebot status", thread_ts=card.ts)
    town.wait_whisper("sam", "CC-2026-00001")


def test_a_request_that_slack_did_not_sign_is_refused_and_changes_nothing(town: Town) -> None:
    town.run()
    town.write()
    card = town.wait_card("waste-recycling")
    town.settle()
    body = b"command=%2Fcase&text=mine&user_id=U1&channel_id=C1"
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    now = int(time.time())
    for headers in (
        {},
        signed("another secret", body, now),
        signed(town.sandbox.signing_secret, body, now - 600),
        signed(town.sandbox.signing_secret, body + b"&x=1", now),
    ):
        answer = httpx.post(town.request_url, content=body, headers=kind | headers)
        assert answer.status_code == 401
    good = signed(town.sandbox.signing_secret, body, now)
    assert httpx.post(town.request_url, content=body, headers=kind | good).status_code == 200
    assert town.cases()[0].holder is None
    assert card.ts == town.wait_card("waste-recycling").ts


def test_a_body_beyond_what_slack_sends_is_refused(town: Town) -> None:
    town.run()
    answer = httpx.post(town.request_url, content=b"x" * 4_100_000)
    assert answer.status_code == 413
    assert httpx.get(town.request_url).status_code == 405
