"""Files as slack_sdk's files_upload_v2 sends them, and as a bare HTTP client gets them back."""

from urllib.error import HTTPError

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox import Sandbox
from tests.sandbox.conftest import PEOPLE

LETTER = b"%PDF-1.7 \x00\xff the customer's letter\n" * 40


def refused(call, *args, **kwargs):
    with pytest.raises(SlackApiError) as refusal:
        call(*args, **kwargs)
    return refusal.value.response["error"]


def held(sandbox, address, token=None):
    headers = {"Authorization": f"Bearer {token or sandbox.bot_token}"}
    return httpx.get(address, headers=headers)


def test_a_file_goes_up_in_the_sdks_three_steps_and_comes_back_byte_for_byte(
    joined, client, channel
):
    parent = client.chat_postMessage(channel=channel, text="Parent")["ts"]
    sent = client.files_upload_v2(
        channel=channel,
        thread_ts=parent,
        filename="the letter £5.pdf",
        title="The letter",
        content=LETTER,
        initial_comment="All of it",
    )
    (_, reply) = client.conversations_replies(channel=channel, ts=parent)["messages"]
    (file,) = reply["files"]
    assert reply["text"] == "All of it"
    assert (file["name"], file["title"]) == ("the letter £5.pdf", "The letter")
    assert (file["mimetype"], file["size"]) == ("application/pdf", len(LETTER))
    assert file["id"] == sent["file"]["id"]
    assert held(joined, file["url_private"]).content == LETTER
    download = held(joined, file["url_private_download"])
    assert (download.content, download.headers["content-type"]) == (LETTER, "application/pdf")
    (message,) = joined.replies("triage", parent)
    assert message.files[0].content == LETTER


def test_several_files_are_one_message_in_the_history(joined, client, channel):
    uploads = [{"filename": name, "content": name} for name in ("one.txt", "two.txt")]
    client.files_upload_v2(channel=channel, file_uploads=uploads)
    (message,) = client.conversations_history(channel=channel)["messages"]
    assert [each["title"] for each in message["files"]] == ["one.txt", "two.txt"]
    assert [each.text for each in joined.messages("triage")] == [""]


def test_where_a_file_went_is_told_by_files_info(client, channel):
    parent = client.chat_postMessage(channel=channel, text="Parent")["ts"]
    sent = client.files_upload_v2(channel=channel, thread_ts=parent, filename="a.txt", content="x")
    assert "shares" not in sent["file"]
    reply = client.conversations_replies(channel=channel, ts=parent)["messages"][1]
    (share,) = client.files_info(file=sent["file"]["id"])["file"]["shares"]["public"][channel]
    assert (share["ts"], share["thread_ts"]) == (reply["ts"], parent)


@pytest.mark.parametrize("token", ["", "xoxb-wrong", "app"])
def test_a_file_is_for_the_bots_token_alone(joined, client, channel, token):
    file = client.files_upload_v2(channel=channel, filename="a.txt", content="x")["file"]
    wrong = joined.app_token if token == "app" else token
    headers = {"Authorization": f"Bearer {wrong}"} if wrong else {}
    answer = httpx.get(file["url_private"], headers=headers)
    assert (answer.status_code, answer.content) == (302, b"")
    assert held(joined, file["url_private"].replace(file["id"], "F0")).status_code == 404


def test_both_scopes_are_asked_for():
    with Sandbox(channels=["triage"], people=PEOPLE, scopes=("channels:read",)) as sandbox:
        client = WebClient(sandbox.bot_token, base_url=sandbox.api_url)
        for call, needed in (
            (lambda: client.files_getUploadURLExternal(filename="a", length=1), "files:write"),
            (lambda: client.files_completeUploadExternal(files=[{"id": "F"}]), "files:write"),
            (lambda: client.files_info(file="F"), "files:read"),
            (lambda: client.files_delete(file="F"), "files:write"),
        ):
            with pytest.raises(SlackApiError) as refusal:
                call()
            assert refusal.value.response["needed"] == needed


def test_a_file_is_shared_only_where_the_app_may_write_and_else_waits(sandbox, client):
    triage = sandbox.workspace.channel("triage").id
    asked = client.files_getUploadURLExternal(filename="a.txt", length=1)
    httpx.post(asked["upload_url"], content=b"x")
    ready = [{"id": asked["file_id"], "title": "A"}]
    complete = client.files_completeUploadExternal
    assert refused(complete, files=ready, channel_id=triage) == "not_in_channel"
    assert refused(complete, files=ready, channel_id="C0000000000") == "channel_not_found"
    client.conversations_join(channel=triage)
    assert refused(complete, files=ready, channel_id=triage, thread_ts="1.1") == "thread_not_found"
    assert complete(files=ready, channel_id=triage)["files"][0]["title"] == "A"
    assert refused(complete, files=ready, channel_id=triage) == "file_not_found"
    sandbox.workspace.change_channel("triage", is_archived=True)
    with pytest.raises(SlackApiError, match="is_archived"):
        client.files_upload_v2(channel=triage, filename="a.txt", content="x")
    assert len(sandbox.messages("triage")) == 1


def test_bytes_that_never_came_or_came_short_make_no_file(joined, client, channel):
    asked = client.files_getUploadURLExternal(filename="a.txt", length=3)
    assert httpx.post(asked["upload_url"], content=b"toolong").status_code == 400
    assert httpx.post(f"{joined.url}/upload/v1/invented", content=b"x").status_code == 400
    missing = refused(
        client.files_completeUploadExternal, files=[{"id": asked["file_id"]}], channel_id=channel
    )
    assert missing == "file_not_found"
    assert httpx.post(asked["upload_url"], content=b"abc").text == "OK - 3"
    assert httpx.post(asked["upload_url"], content=b"abc").status_code == 400
    assert joined.messages("triage") == []


@pytest.mark.parametrize(
    ("method", "ask"),
    [
        ("files.getUploadURLExternal", {"filename": "a.txt"}),
        ("files.getUploadURLExternal", {"filename": "a.txt", "length": 0}),
        ("files.getUploadURLExternal", {"filename": "a.txt", "length": "many"}),
        ("files.getUploadURLExternal", {"length": 3}),
        ("files.completeUploadExternal", {}),
        ("files.completeUploadExternal", {"files": "[]"}),
        ("files.completeUploadExternal", {"files": '["F1"]'}),
    ],
)
def test_an_incomplete_request_is_refused(client, method, ask):
    assert refused(client.api_call, method, params=ask) == "invalid_arguments"


def test_a_deleted_file_leaves_a_stub_and_no_content(joined, client, channel):
    file = client.files_upload_v2(channel=channel, filename="a.txt", content="x")["file"]
    client.files_delete(file=file["id"])
    (message,) = client.conversations_history(channel=channel)["messages"]
    assert message["files"] == [{"id": file["id"], "mode": "tombstone"}]
    assert held(joined, file["url_private"]).status_code == 404
    assert refused(client.files_info, file=file["id"]) == "file_deleted"
    assert refused(client.files_delete, file=file["id"]) == "file_deleted"
    assert refused(client.files_info, file="F0") == "file_not_found"


def test_a_deleted_message_takes_its_files_along(joined, client, channel):
    file = client.files_upload_v2(channel=channel, filename="a.txt", content="x")["file"]
    client.chat_delete(channel=channel, ts=joined.messages("triage")[0].ts)
    assert joined.messages("triage") == []
    assert refused(client.files_info, file=file["id"]) == "file_deleted"
    assert held(joined, file["url_private"]).status_code == 404


def test_faults_reach_every_step_of_a_file(joined, channel):
    client = WebClient(joined.bot_token, base_url=joined.api_url, retry_handlers=[])
    joined.faults.fail("files.upload", status=503)
    with pytest.raises(HTTPError, match="503"):
        client.files_upload_v2(channel=channel, filename="a.txt", content="x")
    joined.faults.error("files.completeUploadExternal", "internal_error")
    with pytest.raises(SlackApiError, match="internal_error"):
        client.files_upload_v2(channel=channel, filename="a.txt", content="x")
    file = client.files_upload_v2(channel=channel, filename="a.txt", content="x")["file"]
    joined.faults.rate_limit("files.download", retry_after=2)
    limited = held(joined, file["url_private"])
    assert (limited.status_code, limited.headers["retry-after"]) == (429, "2")
    assert held(joined, file["url_private"]).content == b"x"
