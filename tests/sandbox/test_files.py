"""Files as slack_sdk's files_upload_v2 sends them, and as a bare HTTP client gets them back."""

from urllib.error import HTTPError

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox import NotPossible, Sandbox
from bot.sandbox.limits import view_problems
from tests.sandbox.conftest import PEOPLE
from tests.sandbox.kit import actions, button, entry, modal

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


def file_modal(**limits):
    return modal(entry("b1", {"type": "file_input", "action_id": "files", **limits}, optional=True))


@pytest.fixture
def asked_for_files(running, client, channel):
    """Opens a modal that asks for files and keeps the states in which it is submitted."""
    states = []

    def opened(view):
        @running.app.action("open")
        def _open(ack, body, client):
            ack()
            client.views_open(trigger_id=body["trigger_id"], view=view)

        @running.app.view("modal")
        def _submitted(ack, view):
            states.append(view["state"]["values"]["b1"]["files"])
            ack()

        running.connect()
        ts = client.chat_postMessage(channel=channel, text="A", blocks=[actions(button("open"))])[
            "ts"
        ]
        running.sandbox.click("amina", "triage", ts, "open")
        running.sandbox.wait_for(lambda seen: seen.open_view("amina"))
        return states

    return opened


def test_files_put_into_a_modal_can_be_got_by_the_app(asked_for_files, running, client):
    states = asked_for_files(file_modal(max_files=2))
    given = {"Letter.PDF": LETTER, "note.txt": b"A note"}
    running.sandbox.fill_and_submit("amina", {"files": given})
    (state,) = states
    assert state["type"] == "file_input"
    letter, note = state["files"]
    assert (letter["name"], letter["mimetype"]) == ("Letter.PDF", "application/pdf")
    assert (note["size"], note["filetype"]) == (6, "txt")
    assert letter["user"] == running.sandbox.workspace.person("amina").id
    assert held(running.sandbox, letter["url_private_download"]).content == LETTER
    assert client.files_info(file=letter["id"])["file"]["name"] == "Letter.PDF"
    assert refused(client.files_delete, file=letter["id"]) == "cant_delete_file"


def test_no_file_is_an_empty_list(asked_for_files, running):
    states = asked_for_files(file_modal())
    running.sandbox.fill_and_submit("amina", {})
    assert states == [{"type": "file_input", "files": []}]


def test_a_modal_takes_only_the_files_that_it_asked_for(asked_for_files, running):
    states = asked_for_files(file_modal(filetypes=["pdf"], max_files=1))
    with pytest.raises(NotPossible, match="run.exe: only pdf"):
        running.sandbox.fill_and_submit("amina", {"files": {"run.exe": b"MZ"}})
    with pytest.raises(NotPossible, match="at most 1"):
        running.sandbox.fill_and_submit("amina", {"files": {"a.pdf": b"1", "b.pdf": b"2"}})
    with pytest.raises(NotPossible, match="is empty"):
        running.sandbox.fill_and_submit("amina", {"files": {"a.pdf": b""}})
    assert states == []


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        ({"max_files": 11}, "a number from 1 to 10"),
        ({"max_files": 0}, "a number from 1 to 10"),
        ({"filetypes": "pdf"}, "must be an array"),
        ({"initial_value": "x"}, "invalid additional property"),
    ],
)
def test_a_file_input_has_limits_and_stands_in_an_input_alone(limits, reason):
    assert view_problems(file_modal()) == []
    (problem,) = view_problems(file_modal(**limits))
    assert reason in problem
    alone = actions({"type": "file_input", "action_id": "files"})
    assert "unsupported type: file_input" in view_problems(modal(alone))[0]


def test_a_person_may_send_a_file_with_a_message(joined, client, channel):
    joined.say("amina", "triage", "See the photo", files={"bin.png": b"png"})
    (message,) = client.conversations_history(channel=channel)["messages"]
    (event,) = [each.payload["event"] for each in joined.deliveries()]
    assert message["files"][0]["name"] == event["files"][0]["name"] == "bin.png"
    assert event["subtype"] == "file_share"
    assert "subtype" not in message
    assert held(joined, message["files"][0]["url_private"]).content == b"png"


def test_what_lies_in_a_channel_without_the_app_is_no_file_for_it(sandbox, client):
    sandbox.say("amina", "triage", "Not for carebot", files={"a.txt": b"x"})
    (file,) = sandbox.messages("triage")[0].files
    assert refused(client.files_info, file=file.id) == "file_not_found"
    client.conversations_join(channel=sandbox.workspace.channel("triage").id)
    assert client.files_info(file=file.id)["file"]["name"] == "a.txt"


def test_only_who_may_read_files_may_ask_for_them():
    with Sandbox(channels=["triage"], people=PEOPLE, scopes=("chat:write",)) as sandbox:
        client = WebClient(sandbox.bot_token, base_url=sandbox.api_url)
        amina = sandbox.workspace.person("amina").id
        with pytest.raises(SlackApiError) as refusal:
            client.views_open(trigger_id=sandbox.workspace.grants.trigger(amina), view=file_modal())
        assert refusal.value.response["needed"] == "files:read"
