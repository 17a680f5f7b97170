"""Told to fail, the sandbox fails as Slack and networks do."""

import time
from http.client import RemoteDisconnected

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

POST = "chat.postMessage"


def single(joined, *handlers):
    """A client that does not try again by itself."""
    return WebClient(joined.bot_token, base_url=joined.api_url, retry_handlers=list(handlers))


def test_a_rate_limit_says_when_to_come_back_and_does_nothing(joined, channel):
    joined.faults.rate_limit(POST, retry_after=7)
    with pytest.raises(SlackApiError) as refused:
        single(joined).chat_postMessage(channel=channel, text="x")
    assert refused.value.response.status_code == 429
    assert refused.value.response["error"] == "ratelimited"
    assert refused.value.response.headers["retry-after"] == "7"
    assert joined.messages("triage") == []
    assert single(joined).chat_postMessage(channel=channel, text="x")["ok"]


def test_the_sdk_comes_back_after_a_rate_limit(joined, channel):
    joined.faults.rate_limit(POST, retry_after=0, times=2)
    patient = single(joined, RateLimitErrorRetryHandler(max_retry_count=2))
    assert patient.chat_postMessage(channel=channel, text="x")["ok"]
    assert [call.error for call in joined.calls[-3:]] == ["rate_limit", "rate_limit", None]


def test_a_server_error_does_nothing(joined, channel):
    joined.faults.fail(POST, status=503)
    with pytest.raises(SlackApiError) as refused:
        single(joined).chat_postMessage(channel=channel, text="x")
    assert refused.value.response.status_code == 503
    assert joined.messages("triage") == []


def test_a_lost_answer_is_a_post_that_was_made(joined, channel):
    joined.faults.lose_answer(POST)
    with pytest.raises((ConnectionError, RemoteDisconnected)):
        single(joined).chat_postMessage(channel=channel, text="once")
    assert [each.text for each in joined.messages("triage")] == ["once"]


def test_the_sdks_default_retry_posts_twice_after_a_lost_answer(joined, client, channel):
    joined.faults.lose_answer(POST)
    client.chat_postMessage(channel=channel, text="twice")
    assert [each.text for each in joined.messages("triage")] == ["twice", "twice"]


def test_an_error_is_slacks_own(joined, channel):
    joined.faults.error(POST, "channel_not_found")
    with pytest.raises(SlackApiError, match="channel_not_found"):
        single(joined).chat_postMessage(channel=channel, text="x")


def test_a_delay_delays_only_its_own_call(joined, channel):
    joined.faults.delay(POST, 0.3)
    before = time.monotonic()
    single(joined).chat_postMessage(channel=channel, text="x")
    assert time.monotonic() - before >= 0.3


def test_a_fault_may_hit_any_method_and_can_be_taken_back(joined, channel):
    joined.faults.fail("*", times=5)
    with pytest.raises(SlackApiError):
        single(joined).auth_test()
    joined.faults.clear()
    assert single(joined).chat_postMessage(channel=channel, text="x")["ok"]


def test_faults_can_be_ordered_from_another_process(joined, channel):
    order = {"do": "error", "method": POST, "error": "is_archived"}
    assert httpx.post(f"{joined.url}/sandbox/faults", json=order).json() is None
    with pytest.raises(SlackApiError, match="is_archived"):
        single(joined).chat_postMessage(channel=channel, text="x")
    unknown = httpx.post(f"{joined.url}/sandbox/faults", json={"do": "explode"}).json()
    assert "no such fault" in unknown["error"]
