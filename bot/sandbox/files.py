"""Files: uploaded in three steps, shared in messages, handed out to whoever holds the bot's token."""

import mimetypes
import secrets
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any, Final

from bot.sandbox.caller import Caller
from bot.sandbox.chat import thread_of, writable
from bot.sandbox.conversations import file_json
from bot.sandbox.records import Channel, File, Json, Message, SlackError, slack_id
from bot.sandbox.workspace import BOT_ID, BOT_USER_ID, TEAM_ID, Workspace

LARGEST: Final = 1_000_000_000
MOST_IN_A_MESSAGE: Final = 10


def upload_url(caller: Caller) -> Json:
    """files.getUploadURLExternal: where to send the bytes to, and the id that they will have"""
    name = caller.required("filename")
    length = caller.number("length", 0)
    if length <= 0:
        raise SlackError("invalid_arguments", response_metadata={
            "messages": ["[ERROR] must be greater than 0 [json-pointer:/length]"]})  # fmt: skip
    if length > LARGEST:
        raise SlackError("file_too_large")
    file = made(caller.workspace, name, b"", BOT_USER_ID, alt_txt=caller.text("alt_txt") or "")
    ticket = caller.workspace.files.expect(file, length)
    return {"upload_url": f"{caller.url}/upload/v1/{ticket}", "file_id": file.id}


def complete_upload(caller: Caller) -> Json:
    """files.completeUploadExternal: share what was uploaded, or keep it unshared"""
    workspace = caller.workspace
    wanted = _entries(caller.structure("files", "invalid_arguments"))
    places = [writable(workspace, name) for name in _channels(caller)]
    thread = thread_of(workspace, places[0], caller.text("thread_ts")) if places else None
    files = workspace.files.complete(wanted)
    for place in places:
        workspace.post(
            Message(
                place.id,
                "",
                caller.text("initial_comment") or "",
                thread_ts=thread,
                bot_id=BOT_ID,
                files=files,
            )
        )
    # Slack shares a moment later: where the file went is told by files.info, not here.
    return {"files": [file_json(caller.workspace, each) for each in files]}


def info(caller: Caller) -> Json:
    """files.info"""
    file = visible_file(caller.workspace, caller.required("file", "file_not_found"))
    return {
        "file": file_json(caller.workspace, file) | _shares(caller.workspace, file),
        "comments": [],
        "response_metadata": {"next_cursor": ""},
    }


def delete(caller: Caller) -> Json:
    """files.delete: only the app's own; messages keep a stub of what was there"""
    file = visible_file(caller.workspace, caller.required("file", "file_not_found"))
    if file.user != BOT_USER_ID:
        raise SlackError("cant_delete_file")
    remove(caller.workspace, file)
    return {}


def made(workspace: Workspace, name: str, content: bytes, user: str, alt_txt: str = "") -> File:
    """A file that nothing keeps yet; Slack drops what is before the last slash of its name."""
    name = PurePosixPath(name).name or "file"
    return File(
        slack_id("F", secrets.token_hex(8)),
        name,
        name,
        mimetypes.guess_type(name)[0] or "application/octet-stream",
        content,
        user,
        int(workspace.clock()),
        alt_txt,
    )


def visible_file(workspace: Workspace, name: str) -> File:
    """The file, if it is the app's, was given to it in a modal, or lies in a channel of its."""
    with workspace.lock:
        file = workspace.files.find(name)
        if file.deleted:
            raise SlackError("file_deleted")
        own = file.user == BOT_USER_ID or file.for_app
        if own or any(BOT_USER_ID in place.members for place, _ in _sharing(workspace, file)):
            return file
    raise SlackError("file_not_found")


def remove(workspace: Workspace, file: File) -> None:
    """Forget the content; what shows the file shows that it is gone."""
    with workspace.lock:
        gone = workspace.files.forget(file)
        for _, message in _sharing(workspace, file):
            left = tuple(gone if each.id == file.id else each for each in message.files)
            workspace.edit(message, replace(message, files=left))
    workspace.changed()


def _entries(value: Any) -> list[tuple[str, str | None]]:
    """The ids and titles of what is to be completed."""
    known = isinstance(value, list) and all(isinstance(each, dict) for each in value)
    if not known or not 0 < len(value) <= MOST_IN_A_MESSAGE:
        raise SlackError("invalid_arguments")
    return [(str(each.get("id") or ""), each.get("title")) for each in value]


def _channels(caller: Caller) -> list[str]:
    one, several = caller.text("channel_id"), caller.text("channels")
    return [one] if one else several.split(",") if several else []


def _sharing(workspace: Workspace, file: File) -> list[tuple[Channel, Message]]:
    return [
        (channel, message)
        for channel in workspace.channels.values()
        for message in workspace.everything(channel.id)
        if any(each.id == file.id for each in message.files)
    ]


def _shares(workspace: Workspace, file: File) -> Json:
    shares: dict[str, dict[str, list[Json]]] = {}
    with workspace.lock:
        for channel, message in _sharing(workspace, file):
            share: Json = {"ts": message.ts, "channel_name": channel.name, "team_id": TEAM_ID}
            if message.thread_ts:
                share["thread_ts"] = message.thread_ts
            kind = "private" if channel.is_private else "public"
            shares.setdefault(kind, {}).setdefault(channel.id, []).append(share)
    return {"shares": shares}
