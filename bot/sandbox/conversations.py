"""Web API methods that read channels, their members and what was written in them."""

import base64
import binascii
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Final, TypeVar
from urllib.parse import quote

from bot.sandbox.caller import Caller
from bot.sandbox.records import Channel, File, Json, Message, SlackError
from bot.sandbox.workspace import APP_ID, BOT_ID, BOT_USER_ID, TEAM_ID, Workspace

T = TypeVar("T")
MOST: Final = 999


def visible_channel(workspace: Workspace, name: str) -> Channel:
    """The channel, unless the app may not know that it exists. The Web API takes ids only, or
    `#name` where Slack still takes it.
    """
    if name in workspace.people:
        return workspace.direct_channel(name)
    channel = workspace.channel(name)
    if name != channel.id and not name.startswith("#"):
        raise SlackError("channel_not_found")
    if channel.is_private and BOT_USER_ID not in channel.members:
        raise SlackError("channel_not_found")
    return channel


def listing(caller: Caller) -> Json:
    """conversations.list"""
    kinds = set((caller.text("types") or "public_channel").replace(" ", "").split(","))
    unknown = kinds - {"public_channel", "private_channel", "im", "mpim"}
    if unknown:
        raise SlackError("invalid_types")
    if "public_channel" in kinds:
        caller.need("channels:read")
    if "private_channel" in kinds:
        caller.need("groups:read")
    channels = [
        channel
        for channel in caller.workspace.channels.values()
        if _kind(channel) in kinds
        and not (caller.flag("exclude_archived") and channel.is_archived)
        and (not channel.is_private or BOT_USER_ID in channel.members)
    ]
    page, cursor = paged(channels, caller)
    return {"channels": [channel_json(each) for each in page], **cursor}


def info(caller: Caller) -> Json:
    """conversations.info"""
    channel = visible_channel(caller.workspace, caller.required("channel"))
    caller.need(f"{_family(channel)}:read")
    answer = channel_json(channel)
    if not caller.flag("include_num_members"):
        del answer["num_members"]
    return {"channel": answer}


def join(caller: Caller) -> Json:
    """conversations.join"""
    channel = visible_channel(caller.workspace, caller.required("channel"))
    if channel.is_private:
        raise SlackError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise SlackError("is_archived")
    if BOT_USER_ID in channel.members:
        return {"channel": channel_json(channel), "warning": "already_in_channel"}
    return {"channel": channel_json(caller.workspace.join(channel.id, BOT_USER_ID))}


def members(caller: Caller) -> Json:
    """conversations.members"""
    channel = visible_channel(caller.workspace, caller.required("channel"))
    caller.need(f"{_family(channel)}:read")
    page, cursor = paged(sorted(channel.members), caller)
    return {"members": page, **cursor}


def history(caller: Caller) -> Json:
    """conversations.history: newest first"""
    channel = _readable(caller)
    wanted = _within(caller, caller.workspace.messages(channel.id))
    page, cursor = paged(wanted[::-1], caller)
    more = bool(cursor["response_metadata"]["next_cursor"])
    shown = [message_json(caller.workspace, each, caller.flag(METADATA)) for each in page]
    return {"messages": shown, "has_more": more, "pin_count": 0, **cursor}


def replies(caller: Caller) -> Json:
    """conversations.replies: the parent, then its replies, oldest first"""
    channel = _readable(caller)
    wanted = caller.required("ts")
    try:
        asked = caller.workspace.message(channel.id, wanted)
    except SlackError:
        raise SlackError("thread_not_found") from None
    root = asked.thread_ts or asked.ts
    thread = [
        message for message in caller.workspace.messages(channel.id) if message.ts == root
    ] + _within(caller, caller.workspace.replies(channel.id, root))
    page, cursor = paged(thread, caller)
    more = bool(cursor["response_metadata"]["next_cursor"])
    shown = [message_json(caller.workspace, each, caller.flag(METADATA)) for each in page]
    return {"messages": shown, "has_more": more, **cursor}


METADATA: Final = "include_all_metadata"


def paged(items: Sequence[T], caller: Caller) -> tuple[list[T], Json]:
    """One page and where the next one starts; cursors are opaque, as Slack's are."""
    size = caller.number("limit", 100)
    if not 0 < size <= MOST + 1:
        raise SlackError("invalid_limit")
    start = 0
    if cursor := caller.text("cursor"):
        try:
            start = int(base64.urlsafe_b64decode(cursor).decode().removeprefix("next:"))
        except (binascii.Error, ValueError):
            raise SlackError("invalid_cursor") from None
    end = start + size
    following = (
        base64.urlsafe_b64encode(f"next:{end}".encode()).decode() if end < len(items) else ""
    )
    return list(items[start:end]), {"response_metadata": {"next_cursor": following}}


def channel_json(channel: Channel) -> Json:
    """The channel as the Web API describes it."""
    answer: Json = {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": not channel.is_private,
        "is_group": False,
        "is_im": channel.im_user is not None,
        "is_mpim": False,
        "is_private": channel.is_private,
        "is_archived": channel.is_archived,
        "is_general": False,
        "is_shared": channel.is_ext_shared,
        "is_ext_shared": channel.is_ext_shared,
        "is_org_shared": False,
        "is_member": BOT_USER_ID in channel.members,
        "created": channel.created,
        "context_team_id": TEAM_ID,
        "num_members": len(channel.members),
    }
    if channel.im_user is not None:
        answer["user"] = channel.im_user
    return answer


def message_json(workspace: Workspace, message: Message, with_metadata: bool = False) -> Json:
    """The message as the Web API and events show it."""
    answer: Json = {"type": "message", "ts": message.ts, "text": message.text, "team": TEAM_ID}
    answer |= _written_by(message)
    optional = {
        "blocks": list(message.blocks),
        "thread_ts": message.thread_ts,
        "subtype": "thread_broadcast" if message.is_broadcast else None,
        "metadata": message.metadata if with_metadata else None,
        "reactions": _reactions(message),
        "files": [file_json(workspace, each) for each in message.files],
    }
    answer |= {name: value for name, value in optional.items() if value}
    if message.files:
        answer["upload"] = True
    if message.edited_ts:
        answer["edited"] = {"user": answer["user"], "ts": message.edited_ts}
    if not message.is_reply and not message.ephemeral_to:
        answer |= _thread(message, workspace.replies(message.channel, message.ts))
    return answer


def file_json(workspace: Workspace, file: File) -> Json:
    """The file as messages, views and the Web API show it."""
    if file.deleted:
        return {"id": file.id, "mode": "tombstone"}
    kind = PurePosixPath(file.name).suffix.lstrip(".").lower() or "binary"
    address, name = f"{workspace.url}/files-pri/{TEAM_ID}-{file.id}", quote(file.name, safe="")
    return {
        "id": file.id,
        "created": file.created,
        "timestamp": file.created,
        "name": file.name,
        "title": file.title,
        "mimetype": file.mimetype,
        "filetype": kind,
        "pretty_type": kind.upper(),
        "user": file.user,
        "user_team": TEAM_ID,
        "editable": False,
        "size": file.size,
        "mode": "hosted",
        "is_external": False,
        "is_public": False,
        "file_access": "visible",
        "alt_txt": file.alt_txt,
        "url_private": f"{address}/{name}",
        "url_private_download": f"{address}/download/{name}",
    }


def _written_by(message: Message) -> Json:
    if message.deleted:
        return {"subtype": "tombstone", "hidden": True, "user": "USLACKBOT"}
    if message.bot_id:
        return {"user": BOT_USER_ID, "bot_id": BOT_ID, "app_id": APP_ID}
    return {"user": message.user}


def _thread(message: Message, below: list[Message]) -> Json:
    if not below:
        return {}
    authors = {reply.user or BOT_USER_ID for reply in below}
    return {
        "thread_ts": message.ts,
        "reply_count": len(below),
        "reply_users_count": len(authors),
        "reply_users": sorted(authors),
        "latest_reply": below[-1].ts,
    }


def _reactions(message: Message) -> list[Json]:
    names = dict.fromkeys(name for name, _ in message.reactions)
    users = {name: [user for each, user in message.reactions if each == name] for name in names}
    return [{"name": name, "users": users[name], "count": len(users[name])} for name in names]


def _readable(caller: Caller) -> Channel:
    channel = visible_channel(caller.workspace, caller.required("channel"))
    caller.need(f"{_family(channel)}:history")
    if BOT_USER_ID not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def _within(caller: Caller, messages: list[Message]) -> list[Message]:
    oldest, latest = caller.text("oldest") or "0", caller.text("latest") or "9" * 10
    try:
        first, last = float(oldest), float(latest)
    except ValueError:
        raise SlackError("invalid_ts_oldest") from None
    if caller.flag("inclusive"):
        return [each for each in messages if first <= float(each.ts) <= last]
    return [each for each in messages if first < float(each.ts) < last]


def _kind(channel: Channel) -> str:
    if channel.im_user is not None:
        return "im"
    return "private_channel" if channel.is_private else "public_channel"


def _family(channel: Channel) -> str:
    if channel.im_user is not None:
        return "im"
    return "groups" if channel.is_private else "channels"
