"""The Web API as slack_sdk calls it, and as a bare HTTP client does."""

import time

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox import Sandbox
from tests.sandbox.conftest import PEOPLE
from tests.sandbox.kit import actions, button, modal, section


def refused(call, *args, **kwargs):
    with pytest.raises(SlackApiError) as refusal:
        call(*args, **kwargs)
    return refusal.value.response


def bare(sandbox, method, **request):
    headers = {"Authorization": f"Bearer {sandbox.bot_token}"}
    return httpx.post(f"{sandbox.api_url}{method}", headers=headers, **request)


def test_auth_test_names_the_bot_and_the_scopes_of_its_token(client):
    answer = client.auth_test()
    assert answer["user_id"].startswith("U")
    assert answer["bot_id"].startswith("B")
    assert "chat:write" in answer.headers["x-oauth-scopes"].split(",")


@pytest.mark.parametrize("content_type", ["application/json", "application/x-www-form-urlencoded"])
def test_an_empty_body_is_no_mistake(sandbox, content_type):
    headers = {"Authorization": f"Bearer {sandbox.bot_token}", "Content-Type": content_type}
    assert httpx.post(f"{sandbox.api_url}auth.test", headers=headers).json()["ok"]


def test_parameters_may_be_a_form_or_json(sandbox, channel):
    blocks = '[{"type": "divider"}]'
    form = bare(sandbox, "chat.postMessage", data={"channel": channel, "blocks": blocks}).json()
    as_json = {"channel": channel, "text": "x", "blocks": [{"type": "divider"}]}
    body = bare(sandbox, "chat.postMessage", json=as_json).json()
    assert form["message"]["blocks"][0]["type"] == "divider"
    assert body["message"]["blocks"][0]["type"] == "divider"
    broken = httpx.post(
        f"{sandbox.api_url}api.test", content=b"{", headers={"Content-Type": "application/json"}
    )
    assert broken.json()["error"] == "invalid_json"


@pytest.mark.parametrize(
    ("token", "error"),
    [("", "not_authed"), ("xoxb-wrong", "invalid_auth"), ("app", "not_allowed_token_type")],
)
def test_a_wrong_token_is_refused(sandbox, token, error):
    token = sandbox.app_token if token == "app" else token
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = httpx.post(f"{sandbox.api_url}auth.test", headers=headers)
    assert (answer.status_code, answer.json()) == (200, {"ok": False, "error": error})


def test_a_missing_scope_is_named():
    with Sandbox(channels=["triage"], people=PEOPLE, scopes=("channels:read",)) as sandbox:
        client = WebClient(sandbox.bot_token, base_url=sandbox.api_url)
        answer = refused(client.chat_postMessage, channel="C1", text="x")
        assert answer["error"] == "missing_scope"
        assert (answer["needed"], answer["provided"]) == ("chat:write", "channels:read")
        private = refused(client.conversations_list, types="public_channel,private_channel")
        assert private["needed"] == "groups:read"


def test_an_unknown_method_is_refused(client):
    assert refused(client.api_call, "chat.shout")["error"] == "unknown_method"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"channel": "C0000000000"}, "channel_not_found"),
        ({"channel": ""}, "channel_not_found"),
        ({"text": ""}, "no_text"),
        ({"text": "   "}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"blocks": '{"type": "divider"}'}, "invalid_blocks_format"),
        ({"blocks": "not json"}, "invalid_blocks_format"),
        ({"thread_ts": "1.000001"}, "thread_not_found"),
        ({"metadata": "{"}, "invalid_metadata_format"),
        ({"metadata": '{"event_type": "x"}'}, "invalid_metadata_schema"),
    ],
)
def test_a_bad_post_is_refused(joined, channel, change, error):
    ask = {"channel": channel, "text": "Hello", **change}
    assert bare(joined, "chat.postMessage", data=ask).json()["error"] == error
    assert joined.messages("triage") == []


def test_the_app_posts_only_where_it_is_a_member(sandbox, client):
    triage = sandbox.workspace.channel("triage").id
    assert refused(client.chat_postMessage, channel=triage, text="x")["error"] == "not_in_channel"
    assert client.conversations_join(channel=triage)["channel"]["is_member"]
    assert client.chat_postMessage(channel=triage, text="x")["ok"]
    sandbox.workspace.change_channel("triage", is_archived=True)
    assert refused(client.chat_postMessage, channel=triage, text="x")["error"] == "is_archived"


def test_a_private_channel_without_the_app_does_not_exist_for_it(sandbox, client):
    seniors = sandbox.workspace.channel("seniors").id
    assert client.chat_postMessage(channel=seniors, text="x")["ok"]
    sandbox.workspace.leave("seniors", sandbox.bot_user)
    answer = refused(client.chat_postMessage, channel=seniors, text="x")
    assert answer["error"] == "channel_not_found"
    listed = client.conversations_list(types="private_channel")["channels"]
    assert listed == []


def test_a_person_can_be_written_to_directly(sandbox, client):
    amina = sandbox.workspace.person("amina").id
    answer = client.chat_postMessage(channel=amina, text="Just you")
    assert answer["channel"].startswith("D")
    assert [each.text for each in sandbox.messages(answer["channel"])] == ["Just you"]


def test_metadata_is_read_back_only_on_request(client, channel):
    metadata = {"event_type": "case_card", "event_payload": {"case": "C-1"}}
    client.chat_postMessage(channel=channel, text="Card", metadata=metadata)
    without = client.conversations_history(channel=channel)["messages"][0]
    with_it = client.conversations_history(channel=channel, include_all_metadata=True)
    assert "metadata" not in without
    assert with_it["messages"][0]["metadata"] == metadata


def test_an_update_keeps_ts_and_metadata_and_notifies_nobody(joined, client, channel):
    metadata = {"event_type": "case_card", "event_payload": {"case": "C-1"}}
    amina = joined.workspace.person("amina").id
    ts = client.chat_postMessage(channel=channel, text="One", metadata=metadata)["ts"]
    client.chat_update(channel=channel, ts=ts, text=f"Two <@{amina}>")
    (message,) = joined.messages("triage")
    assert (message.ts, message.text, message.notifies) == (ts, f"Two <@{amina}>", ())
    assert message.edited_ts > ts
    assert message.metadata == metadata
    client.chat_update(channel=channel, ts=ts, text="Three", metadata={})
    assert joined.messages("triage")[0].metadata is None


def test_an_update_keeps_blocks_only_without_a_text(joined, client, channel):
    ts = client.chat_postMessage(channel=channel, text="One", blocks=[section("One")])["ts"]
    client.chat_update(channel=channel, ts=ts, blocks=[section("Two")], text="Two")
    assert joined.messages("triage")[0].blocks[0]["text"]["text"] == "Two"
    client.chat_update(channel=channel, ts=ts, text="Plain")
    assert joined.messages("triage")[0].blocks == ()


def test_only_the_apps_own_messages_can_be_changed(joined, client, channel):
    joined.say("amina", "triage", "mine")
    ts = joined.messages("triage")[0].ts
    update = refused(client.chat_update, channel=channel, ts=ts, text="yours")
    delete = refused(client.chat_delete, channel=channel, ts=ts)
    gone = refused(client.chat_update, channel=channel, ts="1.000001", text="x")
    assert update["error"] == "cant_update_message"
    assert delete["error"] == "cant_delete_message"
    assert gone["error"] == "message_not_found"


def test_a_deleted_parent_leaves_a_tombstone(joined, client, channel):
    parent = client.chat_postMessage(channel=channel, text="Parent")["ts"]
    alone = client.chat_postMessage(channel=channel, text="Alone")["ts"]
    client.chat_postMessage(channel=channel, text="Reply", thread_ts=parent)
    client.chat_delete(channel=channel, ts=parent)
    client.chat_delete(channel=channel, ts=alone)
    (tombstone,) = joined.messages("triage")
    assert tombstone.deleted
    assert "Parent" not in tombstone.text


def test_a_thread_counts_its_replies_and_a_reply_has_no_thread_of_its_own(client, channel):
    parent = client.chat_postMessage(channel=channel, text="Parent")["ts"]
    reply = client.chat_postMessage(channel=channel, text="Reply", thread_ts=parent)["ts"]
    client.chat_postMessage(channel=channel, text="Both", thread_ts=parent, reply_broadcast=True)
    thread = client.conversations_replies(channel=channel, ts=parent)["messages"]
    assert [each["text"] for each in thread] == ["Parent", "Reply", "Both"]
    assert thread[0]["reply_count"] == 2
    history = client.conversations_history(channel=channel)["messages"]
    assert [each["text"] for each in history] == ["Both", "Parent"]
    deeper = refused(client.chat_postMessage, channel=channel, text="x", thread_ts=reply)
    assert deeper["error"] == "cannot_reply_to_message"


def test_lists_come_in_pages(client, channel):
    sent = [client.chat_postMessage(channel=channel, text=str(number)) for number in range(5)]
    found = [
        ([each["text"] for each in page["messages"]], page["has_more"])
        for page in client.conversations_history(channel=channel, limit=2)
    ]
    assert found == [(["4", "3"], True), (["2", "1"], True), (["0"], False)]
    since = client.conversations_history(channel=channel, oldest=sent[2]["ts"], inclusive=True)
    assert [each["text"] for each in since["messages"]] == ["4", "3", "2"]
    before = client.conversations_history(channel=channel, latest=sent[2]["ts"])
    assert [each["text"] for each in before["messages"]] == ["1", "0"]
    names = [
        each["name"] for page in client.conversations_list(limit=1) for each in page["channels"]
    ]
    assert names == ["triage", "waste"]
    assert refused(client.conversations_list, cursor="?")["error"] == "invalid_cursor"


def test_timestamps_are_unique_and_rise_even_when_the_clock_stands_still():
    with Sandbox(channels=["triage"], people=PEOPLE, clock=lambda: 1_800_000_000.0) as sandbox:
        stamps = [sandbox.workspace.next_ts() for _ in range(100)]
    assert stamps == sorted(set(stamps))


def test_people_are_found_by_id_and_email(sandbox, client):
    amina = sandbox.workspace.person("amina")
    assert client.users_info(user=amina.id)["user"]["real_name"] == "Amina Khan"
    assert client.users_lookupByEmail(email=amina.email)["user"]["id"] == amina.id
    stranger = client.users_info(user=sandbox.workspace.person("stranger").id)["user"]
    assert stranger["is_stranger"]
    assert stranger["team_id"] != client.auth_test()["team_id"]
    assert client.users_info(user=sandbox.workspace.person("guest").id)["user"]["is_restricted"]
    assert refused(client.users_info, user="U0")["error"] == "user_not_found"
    assert refused(client.users_lookupByEmail, email="x@y")["error"] == "users_not_found"
    everyone = [each["name"] for page in client.users_list(limit=2) for each in page["members"]]
    assert everyone == ["amina", "ben", "guest", "stranger", "carebot"]


def test_usergroups_name_their_people(sandbox, client):
    group = sandbox.workspace.add_group("leads", "Team leaders", ["amina"])
    (listed,) = client.usergroups_list(include_users=True)["usergroups"]
    assert listed["handle"] == "leads"
    assert client.usergroups_users_list(usergroup=group.id)["users"] == listed["users"]
    assert refused(client.usergroups_users_list, usergroup="S0")["error"] == "no_such_subteam"


def test_members_info_permalink_and_reactions(joined, client, channel):
    assert joined.bot_user in client.conversations_members(channel=channel)["members"]
    assert client.conversations_info(channel=channel)["channel"]["name"] == "triage"
    ts = client.chat_postMessage(channel=channel, text="x")["ts"]
    link = client.chat_getPermalink(channel=channel, message_ts=ts)["permalink"]
    assert link.endswith(f"/archives/{channel}/p{ts.replace('.', '')}")
    client.reactions_add(channel=channel, timestamp=ts, name="eyes")
    again = refused(client.reactions_add, channel=channel, timestamp=ts, name="eyes")
    assert again["error"] == "already_reacted"
    assert joined.messages("triage")[0].reactions == (("eyes", joined.bot_user),)


def test_an_ephemeral_is_for_one_member_and_is_not_kept(joined, client, channel):
    amina = joined.workspace.person("amina").id
    answer = client.chat_postEphemeral(channel=channel, user=amina, text="Only you")
    assert [each.text for each in joined.ephemerals("amina")] == ["Only you"]
    assert joined.ephemerals("ben") == []
    assert client.conversations_history(channel=channel)["messages"] == []
    ts = answer["message_ts"]
    assert refused(client.chat_update, channel=channel, ts=ts, text="x")["error"] == (
        "message_not_found"
    )


class Hands:
    """A trigger in the hand, on a clock that the test turns."""

    def __init__(self):
        self.time = time.time()
        self.sandbox = Sandbox(channels=["triage"], people=PEOPLE, clock=lambda: self.time)

    def trigger(self, in_view=None):
        amina = self.sandbox.workspace.person("amina").id
        return self.sandbox.workspace.grants.trigger(amina, in_view)

    @property
    def client(self):
        return WebClient(self.sandbox.bot_token, base_url=self.sandbox.api_url)


@pytest.fixture
def hands():
    held = Hands()
    with held.sandbox:
        yield held


def test_a_trigger_opens_one_view_within_three_seconds(hands):
    trigger = hands.trigger()
    assert hands.client.views_open(trigger_id=trigger, view=modal())["view"]["hash"]
    used = refused(hands.client.views_open, trigger_id=trigger, view=modal())
    late = hands.trigger()
    hands.time += 3.1
    expired = refused(hands.client.views_open, trigger_id=late, view=modal())
    invented = refused(hands.client.views_open, trigger_id="1.2.a", view=modal())
    assert used["error"] == "exchanged_trigger_id"
    assert expired["error"] == "expired_trigger_id"
    assert invented["error"] == "invalid_trigger_id"


def test_a_view_is_pushed_only_from_within_one_and_three_deep(hands):
    client = hands.client
    outside = refused(client.views_push, trigger_id=hands.trigger(), view=modal())
    assert outside["error"] == "invalid_trigger_id"
    view = client.views_open(trigger_id=hands.trigger(), view=modal())["view"]
    for _ in range(2):
        client.views_push(trigger_id=hands.trigger(view["id"]), view=modal())
    fourth = refused(client.views_push, trigger_id=hands.trigger(view["id"]), view=modal())
    assert fourth["error"] == "push_limit_reached"


def test_an_update_with_an_old_hash_conflicts(hands):
    client = hands.client
    view = client.views_open(trigger_id=hands.trigger(), view=modal(external_id="mine"))["view"]
    second = client.views_update(view_id=view["id"], hash=view["hash"], view=modal(title="Two"))
    old = refused(client.views_update, view_id=view["id"], hash=view["hash"], view=modal())
    assert old["error"] == "hash_conflict"
    assert second["view"]["id"] == view["id"]
    assert refused(client.views_update, view_id="V0", view=modal())["error"] == "not_found"


def test_an_external_id_is_unique(hands):
    client = hands.client
    client.views_open(trigger_id=hands.trigger(), view=modal(external_id="mine"))
    taken = refused(client.views_open, trigger_id=hands.trigger(), view=modal(external_id="mine"))
    updated = client.views_update(external_id="mine", view=modal(external_id="mine", title="Two"))
    assert taken["error"] == "duplicate_external_id"
    assert updated["view"]["title"]["text"] == "Two"


def test_a_home_tab_is_published_with_a_hash(hands):
    amina = hands.sandbox.workspace.person("amina").id
    home = {"type": "home", "blocks": [actions(button("press"))]}
    first = hands.client.views_publish(user_id=amina, view=home)["view"]
    hands.client.views_publish(user_id=amina, view=home, hash=first["hash"])
    old = refused(hands.client.views_publish, user_id=amina, view=home, hash=first["hash"])
    assert old["error"] == "hash_conflict"


def test_every_call_is_written_down_without_its_token(joined, channel):
    ask = {"channel": channel, "text": "x", "token": joined.bot_token}
    httpx.post(f"{joined.api_url}chat.postMessage", data=ask)
    method, params = joined.calls[-1]
    assert (method, params) == ("chat.postMessage", {"channel": channel, "text": "x"})
    assert joined.calls[-1].error is None
