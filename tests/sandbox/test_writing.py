"""What people do to messages after they were sent, and what is late, doubled or gone."""

from queue import Queue

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox import NotPossible, Sandbox
from bot.sandbox.events import ALL_EVENTS
from tests.sandbox.conftest import PEOPLE, Running
from tests.sandbox.kit import actions, button, modal


def events(sandbox):
    return [each.payload["event"] for each in sandbox.deliveries() if each.type == "events_api"]


@pytest.fixture
def said(joined):
    """A thread with a reply by Amina; the ts of both."""
    joined.say("ben", "triage", "Parent")
    parent = joined.messages("triage")[0].ts
    joined.say("amina", "triage", "I called the depot", thread_ts=parent)
    return parent, joined.replies("triage", parent)[0].ts


def test_an_edit_tells_the_app_what_it_was_and_what_it_is(joined, said):
    parent, reply = said
    delivery = joined.edit_message("amina", "triage", reply, "I called <b>@ben</b>")
    event = delivery.payload["event"]
    ben = joined.workspace.person("ben").id
    assert (event["type"], event["subtype"]) == ("message", "message_changed")
    assert event["message"]["text"] == f"I called &lt;b&gt;<@{ben}>&lt;/b&gt;"
    assert event["message"]["ts"] == reply
    assert event["message"]["edited"]["user"] == joined.workspace.person("amina").id
    assert event["message"]["thread_ts"] == event["previous_message"]["thread_ts"] == parent
    assert event["previous_message"]["text"] == "I called the depot"
    assert event["channel"] == joined.workspace.channel("triage").id
    assert joined.replies("triage", parent)[0].notifies == ()


def test_a_deletion_tells_the_app_what_is_gone(joined, said):
    parent, reply = said
    event = joined.delete_message("amina", "triage", reply).payload["event"]
    assert (event["subtype"], event["deleted_ts"]) == ("message_deleted", reply)
    assert event["previous_message"]["text"] == "I called the depot"
    assert joined.replies("triage", parent) == []


def test_a_deleted_parent_of_replies_is_changed_into_a_tombstone(joined, said):
    parent, _ = said
    event = joined.delete_message("ben", "triage", parent).payload["event"]
    assert event["subtype"] == "message_changed"
    assert (event["message"]["subtype"], event["message"]["ts"]) == ("tombstone", parent)
    assert event["previous_message"]["text"] == "Parent"


def test_only_ones_own_words_can_be_changed(joined, said, client, channel):
    _, reply = said
    card = client.chat_postMessage(channel=channel, text="Card")["ts"]
    for ts in (reply, card):
        with pytest.raises(NotPossible, match="wrote yourself"):
            joined.edit_message("ben", "triage", ts, "x")
        with pytest.raises(NotPossible, match="wrote yourself"):
            joined.delete_message("ben", "triage", ts)


def test_the_app_hears_of_no_edit_where_it_is_not(sandbox):
    sandbox.say("amina", "waste", "One")
    ts = sandbox.messages("waste")[0].ts
    assert sandbox.edit_message("amina", "waste", ts, "Two") is None
    assert sandbox.delete_message("amina", "waste", ts) is None
    assert sandbox.messages("waste") == []


def test_a_reaction_is_put_and_taken_back_and_is_no_edit(joined, said, client, channel):
    parent, _ = said
    amina = joined.workspace.person("amina").id
    before = len(events(joined))
    assert joined.react("amina", "triage", parent, ":eyes:") is None
    client.reactions_add(channel=channel, timestamp=parent, name="eyes")
    assert joined.messages("triage")[0].reactions == (
        ("eyes", amina),
        ("eyes", joined.bot_user),
    )
    (shown,) = client.conversations_history(channel=channel)["messages"][0]["reactions"]
    assert (shown["name"], shown["count"]) == ("eyes", 2)
    joined.react("amina", "triage", parent, "eyes")
    assert joined.messages("triage")[0].reactions == (("eyes", joined.bot_user),)
    assert len(events(joined)) == before
    assert "reaction_added" not in ALL_EVENTS


def test_a_late_click_carries_the_message_as_it_was(running, client, channel):
    heard = []

    @running.app.action("claim")
    def _claim(ack, body):
        heard.append(body)
        ack()

    running.connect()
    ts = client.chat_postMessage(
        channel=channel, text="Open", blocks=[actions(button("claim", value="C-1/1"))]
    )["ts"]
    (stale,) = running.sandbox.messages("triage")
    client.chat_update(channel=channel, ts=ts, text="Closed", blocks=[actions(button("reopen"))])
    assert running.sandbox.click("ben", "triage", ts, "claim", seen=stale).acked
    assert heard[0]["message"]["text"] == "Open"
    assert heard[0]["actions"][0]["value"] == "C-1/1"


def test_an_event_may_come_again_under_its_own_id(running):
    heard = Queue()
    running.app.event("message")(lambda body: heard.put(body["event_id"]))
    running.connect()
    first = running.sandbox.say("amina", "triage", "Once")
    again = running.sandbox.deliver_again(first)
    assert again.acked
    assert again.envelope_id != first.envelope_id
    assert heard.get(timeout=10) == heard.get(timeout=10)


def test_who_left_is_known_but_in_no_channel_or_group(joined, client, channel):
    group = joined.workspace.add_group("leads", "Leads", ["amina", "ben"])
    amina = joined.workspace.deactivate("amina")
    assert client.users_info(user=amina.id)["user"]["deleted"]
    assert amina.id not in client.usergroups_users_list(usergroup=group.id)["users"]
    assert amina.id not in client.conversations_members(channel=channel)["members"]
    with pytest.raises(NotPossible, match="not in #triage"):
        joined.say("amina", "triage", "I am still here")


def test_a_click_that_arrives_late_has_an_old_trigger_and_the_person_is_told(
    running, client, channel
):
    ended = Queue()

    @running.app.action("open")
    def _open(ack, body, client):
        ack()
        try:
            client.views_open(trigger_id=body["trigger_id"], view=modal())
        except SlackApiError as refusal:
            ended.put(refusal.response["error"])

    running.connect()
    blocks = [actions(button("open"))]
    ts = client.chat_postMessage(channel=channel, text="Card", blocks=blocks)["ts"]
    running.sandbox.faults.delay_delivery(3.1)
    late = running.sandbox.click("amina", "triage", ts, "open")
    assert late.timed_out
    assert ended.get(timeout=10) == "expired_trigger_id"
    assert running.sandbox.open_view("amina") is None


def test_an_event_that_is_lost_on_its_way_comes_again():
    with Sandbox(channels=["triage"], people=PEOPLE, retry_after=(0.05,)) as sandbox:
        client = WebClient(sandbox.bot_token, base_url=sandbox.api_url)
        client.conversations_join(channel=sandbox.workspace.channel("triage").id)
        started = Running(sandbox, client)
        heard = Queue()
        started.app.event("message")(lambda body: heard.put(body["event"]["text"]))
        started.connect()
        sandbox.faults.lose_delivery()
        lost = sandbox.say("amina", "triage", "Once")
        assert heard.get(timeout=10) == "Once"
        assert lost.attempts == 2
        started.close()
