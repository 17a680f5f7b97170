"""The sandbox over HTTP, for the page and for another process; and the waits of a test."""

import threading

import httpx
import pytest

from bot.sandbox import Sandbox
from tests.sandbox.conftest import PEOPLE
from tests.sandbox.kit import actions, button


def ask(sandbox, path, **body):
    return httpx.post(f"{sandbox.url}/sandbox/{path}", json=body)


def look(sandbox, path, **query):
    return httpx.get(f"{sandbox.url}/sandbox/{path}", params=query)


def test_another_process_acts_and_looks_by_json(running, client, channel):
    running.app.action("press")(lambda ack: ack())
    running.app.event("message")(lambda: None)
    running.app.command("/case")(lambda ack: ack("three are overdue"))
    running.connect()
    sandbox = running.sandbox
    ts = client.chat_postMessage(channel=channel, text="A", blocks=[actions(button("press"))])["ts"]
    place = {"user": "amina", "channel": "triage"}
    assert ask(sandbox, "click", **place, ts=ts, action_id="press").json()["acked"] is True
    assert ask(sandbox, "slash", **place, command="/case", text="overdue").json()["acked"] is True
    assert ask(sandbox, "say", **place, text="a reply", thread_ts=ts).json()["kind"] == "message"
    assert look(sandbox, "messages", channel="triage").json()[0]["ts"] == ts
    assert look(sandbox, "replies", channel="triage", thread_ts=ts).json()[0]["text"] == "a reply"
    assert look(sandbox, "ephemerals", user="amina").json()[0]["text"] == "three are overdue"
    assert look(sandbox, "view", user="amina").json() is None
    kinds = {each["kind"] for each in look(sandbox, "deliveries").json()}
    assert {"block_actions", "slash_commands", "message"} <= kinds
    assert "chat.postMessage" in [each["method"] for each in look(sandbox, "calls").json()]


def test_a_refusal_is_said_in_words(sandbox):
    place = {"user": "amina", "channel": "triage"}
    gone = ask(sandbox, "click", **place, ts="1.0", action_id="x").json()
    in_thread = ask(sandbox, "slash", **place, command="/case", text="", thread_ts="1.0").json()
    assert gone == {"ok": False, "error": "amina sees no message 1.0 in #triage"}
    assert in_thread["error"] == "/case is not supported in threads. Sorry!"
    assert ask(sandbox, "click").status_code == 400
    assert look(sandbox, "messages", channel="none").status_code == 404
    assert "no demo" in ask(sandbox, "demo/next-sample").json()["error"]


def test_a_page_from_elsewhere_is_not_obeyed(sandbox):
    form = httpx.post(f"{sandbox.url}/sandbox/say", data={"user": "amina"})
    rebound = httpx.get(f"{sandbox.url}/sandbox/state", headers={"Host": "evil.example"})
    assert (form.status_code, rebound.status_code) == (403, 403)


def test_the_state_of_the_page_shows_only_what_the_person_may_see(sandbox, client):
    seniors = sandbox.workspace.channel("seniors").id
    client.chat_postMessage(channel=seniors, text="secret")
    amina = sandbox.workspace.person("amina").id
    assert look(sandbox, "state", user=amina, channel="seniors").json()["messages"]
    sandbox.workspace.leave("seniors", amina)
    state = look(sandbox, "state", user=amina, channel="seniors").json()
    assert state["messages"] == []
    assert "seniors" not in [each["name"] for each in state["channels"]]


def test_unread_messages_are_counted_until_they_are_read(joined, client, channel):
    for number in range(2):
        client.chat_postMessage(channel=channel, text=str(number))

    amina = joined.workspace.person("amina").id

    def unread():
        channels = look(joined, "state", user=amina).json()["channels"]
        return {each["name"]: each["unread"] for each in channels}

    assert unread()["triage"] == 2
    ask(joined, "read", user=amina, channel="triage")
    assert unread()["triage"] == 0


def test_a_wait_wakes_on_the_change_that_it_waits_for(joined, client, channel):
    post = threading.Timer(0.05, client.chat_postMessage, kwargs={"channel": channel, "text": "x"})
    post.start()
    message = joined.wait_for(lambda seen: seen.messages("triage")[0])
    post.join()
    assert message.text == "x"


def test_a_wait_in_vain_says_what_there_is(joined, client, channel):
    client.chat_postMessage(channel=channel, text="Something else")
    with pytest.raises(TimeoutError, match="Something else"):
        joined.wait_for(lambda seen: seen.open_view("amina"), timeout=0.05)


def test_a_taken_port_is_an_error_and_a_stop_may_come_twice(sandbox):
    second = Sandbox(port=sandbox.port, channels=[], people=PEOPLE)
    with pytest.raises(OSError, match="in use"):
        second.start()
    second.stop()
    sandbox.stop()
    sandbox.stop()
