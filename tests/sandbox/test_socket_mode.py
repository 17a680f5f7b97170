"""Socket Mode as an unmodified client and a bare WebSocket see it."""

import contextlib
import json
import threading

import pytest
import websocket
from slack_sdk.errors import SlackApiError
from slack_sdk.web import WebClient

from bot.sandbox import Sandbox
from tests.sandbox.conftest import PEOPLE


def address(sandbox):
    return WebClient(base_url=sandbox.api_url).apps_connections_open(app_token=sandbox.app_token)[
        "url"
    ]


@contextlib.contextmanager
def opened(sandbox):
    """A socket whose first frame has not been read yet."""
    bare = websocket.create_connection(address(sandbox), timeout=5)
    try:
        yield bare
    finally:
        bare.shutdown()


@contextlib.contextmanager
def connect(sandbox):
    with opened(sandbox) as bare:
        assert frame(bare)["type"] == "hello"
        yield bare


@pytest.fixture
def bare(joined):
    with connect(joined) as connection:
        yield connection


def frame(bare):
    return json.loads(bare.recv())


def acting(act):
    """People wait for the app, which is the test itself: so they act in a thread of their own."""
    results = []
    thread = threading.Thread(target=lambda: results.append(act()))
    thread.start()

    def result():
        thread.join(10)
        return results[0]

    return result


def test_hello_comes_first_and_counts_the_connections(joined):
    with connect(joined), opened(joined) as second:
        hello = frame(second)
    assert hello["num_connections"] == 2
    assert hello["connection_info"]["app_id"].startswith("A")
    assert hello["debug_info"]["approximate_connection_time"] > 0


def test_a_ticket_opens_one_socket_only(joined):
    url = address(joined)
    with contextlib.closing(websocket.create_connection(url, timeout=5)):
        with pytest.raises(websocket.WebSocketBadStatusException) as refused:
            websocket.create_connection(url, timeout=5)
        assert refused.value.status_code == 403


def test_a_pong_echoes_the_ping(bare):
    bare.ping("session:1732700000")
    opcode, payload = bare.recv_data(control_frame=True)
    assert opcode == websocket.ABNF.OPCODE_PONG
    assert payload == b"session:1732700000"


def test_an_ack_may_come_by_another_connection(joined, bare):
    with connect(joined) as other:
        result = acting(lambda: joined.slash("amina", "triage", "/case", "overdue"))
        joined.wait_for(lambda seen: seen.deliveries())
        envelope_id = joined.deliveries()[0].envelope_id
        for connection in (bare, other):
            connection.send(json.dumps({"envelope_id": envelope_id, "payload": {"text": "two"}}))
        delivery = result()
    assert delivery.acked
    assert delivery.response == {"text": "two"}
    assert [each.text for each in joined.ephemerals("amina")] == ["two"]


def test_what_is_no_ack_is_ignored(joined, bare):
    for text in ("no json", "[]", "{}", '{"envelope_id": "unknown"}', '{"envelope_id": 3}'):
        bare.send(text)
    result = acting(lambda: joined.slash("amina", "triage", "/case", ""))
    envelope = frame(bare)
    bare.send(json.dumps({"envelope_id": envelope["envelope_id"]}))
    assert result().acked
    assert envelope["type"] == "slash_commands"
    assert envelope["accepts_response_payload"] is True


def test_the_eleventh_connection_is_refused(joined):
    with contextlib.ExitStack() as stack:
        for _ in range(10):
            stack.enter_context(connect(joined))
        joined.wait_for(lambda seen: seen.connected == 10)
        with opened(joined) as extra:
            assert frame(extra)["reason"] == "too_many_websockets"
        assert joined.connected == 10


def test_payloads_go_round_the_connections(joined, bare):
    with connect(joined) as other:
        joined.wait_for(lambda seen: seen.connected == 2)
        for connection in (bare, other) if joined.sockets._turn % 2 else (other, bare):
            result = acting(lambda: joined.slash("amina", "triage", "/case", ""))
            connection.send(json.dumps({"envelope_id": frame(connection)["envelope_id"]}))
            assert result().acked


def test_a_refresh_keeps_the_old_socket_for_acks_in_flight(joined, bare):
    result = acting(lambda: joined.slash("amina", "triage", "/case", ""))
    envelope = frame(bare)
    joined.faults.refresh_sockets()
    assert frame(bare)["reason"] == "refresh_requested"
    bare.send(json.dumps({"envelope_id": envelope["envelope_id"]}))
    assert result().acked
    opcode, _ = bare.recv_data(control_frame=True)
    assert opcode == websocket.ABNF.OPCODE_CLOSE


def test_a_cut_is_a_reset_without_a_word(joined, bare):
    joined.faults.cut_sockets()
    with pytest.raises(ConnectionError):
        bare.recv()
    assert joined.connected == 0


def test_the_bolt_client_comes_back_after_a_refresh_and_after_a_cut(running):
    running.app.command("/case")(lambda ack: ack("done"))
    running.connect()
    for disturb in (running.sandbox.faults.refresh_sockets, running.sandbox.faults.cut_sockets):
        disturb()
        # Most often half a second. When the SDK's closing thread reads the closing frame first,
        # its reading thread sleeps on in a select of ten seconds before it connects anew.
        running.sandbox.wait_for(lambda seen: seen.connected == 1, timeout=20)
        assert running.sandbox.slash("amina", "triage", "/case", "").acked


def test_a_command_without_a_connection_fails_at_once(joined):
    delivery = joined.slash("amina", "triage", "/case", "overdue")
    assert delivery.timed_out
    assert not delivery.acked
    assert "did not respond" in joined.ephemerals("amina")[0].text


def test_an_ack_after_three_seconds_is_too_late(joined, bare):
    delivery = joined.slash("amina", "triage", "/case", "overdue")
    assert delivery.timed_out
    bare.send(json.dumps({"envelope_id": frame(bare)["envelope_id"], "payload": {"text": "late"}}))
    joined.wait_for(lambda _: delivery.acked)
    assert delivery.ms > 3000
    assert "late" not in [each.text for each in joined.ephemerals("amina")]


def test_an_event_that_nobody_took_is_sent_again_with_its_number():
    with Sandbox(
        channels=[], private_channels=["seniors"], people=PEOPLE, retry_after=(1, 1, 1)
    ) as sandbox:
        event = sandbox.say("amina", "seniors", "nobody is connected")
        with connect(sandbox) as bare:
            again = frame(bare)
            assert again["retry_attempt"] >= 1
            assert again["retry_reason"] == "connection_failed"
            assert again["payload"] == event.payload
            bare.send(json.dumps({"envelope_id": again["envelope_id"]}))
            sandbox.wait_for(lambda _: event.acked)


def test_an_event_that_nobody_ever_took_is_given_up():
    with Sandbox(
        channels=[], private_channels=["seniors"], people=PEOPLE, retry_after=(0.01, 0.01)
    ) as sandbox:
        event = sandbox.say("amina", "seniors", "nobody is connected")
        sandbox.wait_for(lambda _: event.timed_out)
    assert event.attempts == 3


def test_only_the_app_token_opens_a_connection(sandbox):
    with pytest.raises(SlackApiError) as refused:
        WebClient(base_url=sandbox.api_url).apps_connections_open(app_token=sandbox.bot_token)
    assert refused.value.response["error"] == "not_allowed_token_type"


def test_an_app_token_needs_its_scope():
    with Sandbox(channels=[], people=PEOPLE, app_scopes=()) as sandbox:
        with pytest.raises(SlackApiError) as refused:
            address(sandbox)
        assert refused.value.response["error"] == "missing_scope"
        assert refused.value.response["needed"] == "connections:write"
