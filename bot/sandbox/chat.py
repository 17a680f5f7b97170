"""Web API methods that write: messages, their edits and removals, reactions."""

import json
from dataclasses import replace
from typing import Any

from bot.sandbox.caller import Caller
from bot.sandbox.conversations import message_json, visible_channel
from bot.sandbox.limits import LIMITS, block_problems, check_blocks, view_problems
from bot.sandbox.records import Channel, Json, Message, SlackError
from bot.sandbox.workspace import BOT_ID, BOT_USER_ID, Workspace


def post_message(caller: Caller) -> Json:
    """chat.postMessage"""
    channel = writable(caller.workspace, caller.required("channel", "channel_not_found"))
    text, blocks = content(caller, LIMITS["message.text"])
    thread_ts = thread_of(caller.workspace, channel, caller.text("thread_ts"))
    message = caller.workspace.post(
        Message(
            channel.id,
            "",
            text,
            thread_ts=thread_ts,
            bot_id=BOT_ID,
            blocks=tuple(blocks or ()),
            metadata=metadata(caller),
            is_broadcast=bool(thread_ts) and caller.flag("reply_broadcast"),
        ),
        link_names=caller.flag("link_names") or caller.text("parse") == "full",
    )
    return {
        "channel": channel.id,
        "ts": message.ts,
        "message": message_json(caller.workspace, message, with_metadata=True),
    }


def post_ephemeral(caller: Caller) -> Json:
    """chat.postEphemeral"""
    channel = writable(caller.workspace, caller.required("channel", "channel_not_found"))
    user = caller.workspace.person(caller.required("user", "user_not_found"))
    if user.id not in channel.members:
        raise SlackError("user_not_in_channel")
    text, blocks = content(caller, LIMITS["message.text"])
    message = caller.workspace.post(
        Message(
            channel.id,
            "",
            text,
            thread_ts=caller.text("thread_ts"),
            bot_id=BOT_ID,
            blocks=tuple(blocks or ()),
            ephemeral_to=user.id,
        )
    )
    return {"message_ts": message.ts}


def update(caller: Caller) -> Json:
    """chat.update: blocks stay only when no text is given, and then nothing says "edited"."""
    channel = writable(caller.workspace, caller.required("channel", "channel_not_found"))
    before = own_message(caller, channel, caller.required("ts"), "cant_update_message")
    text, blocks = content(caller, LIMITS["message.update.text"])
    if blocks is None and caller.text("text") is None:
        blocks = list(before.blocks)
    has_metadata = caller.params.get("metadata") is not None
    after = caller.workspace.edit(
        before,
        replace(
            before,
            text=text,
            blocks=tuple(blocks or ()),
            edited_ts=caller.workspace.next_ts(),
            metadata=(metadata(caller) or None) if has_metadata else before.metadata,
            is_broadcast=before.is_broadcast
            or (before.is_reply and caller.flag("reply_broadcast")),
        ),
    )
    shown = message_json(caller.workspace, after, with_metadata=True)
    return {"channel": channel.id, "ts": after.ts, "text": after.text, "message": shown}


def delete(caller: Caller) -> Json:
    """chat.delete"""
    channel = visible_channel(caller.workspace, caller.required("channel", "channel_not_found"))
    message = own_message(caller, channel, caller.required("ts"), "cant_delete_message")
    caller.workspace.delete(message)
    return {"channel": channel.id, "ts": message.ts}


def permalink(caller: Caller) -> Json:
    """chat.getPermalink"""
    channel = visible_channel(caller.workspace, caller.required("channel", "channel_not_found"))
    message = caller.workspace.message(channel.id, caller.required("message_ts"))
    link = f"{caller.url}/archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.is_reply:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


def add_reaction(caller: Caller) -> Json:
    """reactions.add"""
    channel = visible_channel(caller.workspace, caller.required("channel", "channel_not_found"))
    if BOT_USER_ID not in channel.members:
        raise SlackError("not_in_channel")
    message = caller.workspace.message(
        channel.id, caller.required("timestamp", "no_item_specified")
    )
    reaction = (caller.required("name", "invalid_name").strip(":"), BOT_USER_ID)
    if reaction in message.reactions:
        raise SlackError("already_reacted")
    caller.workspace.react(message, replace(message, reactions=(*message.reactions, reaction)))
    return {}


def validate_blocks(caller: Caller) -> Json:
    """blocks.validate: what is wrong with blocks, a message or a view; needs no token"""
    message = caller.structure("message", "invalid_arguments")
    view = caller.structure("view", "invalid_arguments")
    blocks = caller.structure("blocks", "invalid_arguments")
    if message is not None:
        if not isinstance(message, dict) or "text" in message:
            raise SlackError("invalid_arguments")
        blocks = message.get("blocks")
    if view is not None:
        problems = view_problems(view)
    elif blocks is not None:
        problems = block_problems(blocks, LIMITS["message.blocks"])
    else:
        raise SlackError("invalid_arguments")
    errors = [
        {
            "code": "invalid_block",
            "message": problem.partition(" [json-pointer:")[0],
            "pointer": problem.partition(" [json-pointer:")[2].removesuffix("]"),
        }
        for problem in problems
    ]
    if errors:
        raise SlackError("invalid_blocks", errors=errors)
    return {"errors": []}


def writable(workspace: Workspace, name: str) -> Channel:
    """The channel, if the app may write there."""
    channel = visible_channel(workspace, name)
    if channel.is_archived:
        raise SlackError("is_archived")
    if BOT_USER_ID not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def content(caller: Caller, most: int) -> tuple[str, list[Json] | None]:
    """The text and the blocks, checked; None when no blocks are given."""
    text = caller.text("text") or ""
    blocks: Any = caller.structure("blocks", "invalid_blocks_format")
    if len(text) > most:
        raise SlackError("msg_too_long")
    if blocks is not None and not isinstance(blocks, list):
        raise SlackError("invalid_blocks_format")
    if blocks:
        check_blocks(blocks)
    elif not text.strip():
        raise SlackError("no_text")
    return text, blocks


def metadata(caller: Caller) -> Json | None:
    """What the app wants kept with the message for itself."""
    value = caller.structure("metadata", "invalid_metadata_format")
    if value is None:
        return None
    if value == {}:
        return {}
    if (
        not isinstance(value, dict)
        or not isinstance(value.get("event_type"), str)
        or not isinstance(value.get("event_payload"), dict)
    ):
        raise SlackError("invalid_metadata_schema")
    if len(json.dumps(value)) > LIMITS["metadata.bytes"]:
        raise SlackError("metadata_too_large")
    kept: Json = value
    return kept


def own_message(caller: Caller, channel: Channel, ts: str, refusal: str) -> Message:
    """The message, if the app wrote it."""
    message = caller.workspace.message(channel.id, ts)
    if message.bot_id != BOT_ID:
        raise SlackError(refusal)
    return message


def thread_of(workspace: Workspace, channel: Channel, ts: str | None) -> str | None:
    """The parent's ts; only a message of the channel itself has a thread."""
    if ts is None:
        return None
    try:
        parent = workspace.message(channel.id, ts)
    except SlackError:
        raise SlackError("thread_not_found") from None
    if parent.is_reply:
        raise SlackError("cannot_reply_to_message")
    return ts
