"""The payloads that Slack sends to an app, field for field."""

import secrets
from typing import Final

from bot.sandbox.conversations import message_json
from bot.sandbox.elements import STATE
from bot.sandbox.records import Channel, Json, Message, Person, View
from bot.sandbox.views import view_json
from bot.sandbox.workspace import (
    APP_ID,
    BOT_USER_ID,
    OTHER_TEAM_ID,
    TEAM_ID,
    Workspace,
)

VERIFICATION_TOKEN: Final = "sandbox-verification"  # noqa: S105 - Slack's retired field, no secret
TEAM_DOMAIN: Final = "council"


def origin(person: Person) -> Json:
    """Who acted, and through which app: the part that every interaction shares."""
    return {
        "user": {
            "id": person.id,
            "username": person.name,
            "name": person.name,
            "team_id": OTHER_TEAM_ID if person.is_stranger else TEAM_ID,
        },
        "api_app_id": APP_ID,
        "token": VERIFICATION_TOKEN,
        "team": {"id": TEAM_ID, "domain": TEAM_DOMAIN},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def action_json(element: Json, block_id: str, state: Json | None, ts: str) -> Json:
    """What a person did to one element."""
    answer: Json = {
        "type": element["type"],
        "action_id": element.get("action_id", ""),
        "block_id": block_id,
        "action_ts": ts,
    }
    if element["type"] == "button":
        answer["text"] = element["text"]
        answer |= {name: element[name] for name in ("value", "style") if name in element}
    else:
        answer |= {name: part for name, part in (state or {}).items() if name != "type"}
        kept = ("placeholder", STATE.get(element["type"], ("", ""))[1])
        answer |= {name: element[name] for name in kept if name in element}
    return answer


def message_action(
    workspace: Workspace,
    person: Person,
    channel: Channel,
    message: Message,
    *,
    trigger_id: str,
    response_url: str,
    values: Json,
    actions: list[Json],
) -> Json:
    """block_actions from a message; of an ephemeral one Slack sends no content."""
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": message.ephemeral_to is not None,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    payload: Json = {
        "type": "block_actions",
        **origin(person),
        "container": container,
        "trigger_id": trigger_id,
        "channel": channel_reference(channel),
        "state": {"values": values},
        "response_url": response_url,
        "actions": actions,
    }
    if message.ephemeral_to is None:
        payload["message"] = message_json(workspace, message, with_metadata=True)
    return payload


def view_action(person: Person, view: View, trigger_id: str, actions: list[Json]) -> Json:
    """block_actions from a modal or a home tab: neither channel nor response_url."""
    return {
        "type": "block_actions",
        **origin(person),
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": trigger_id,
        "view": view_json(view),
        "actions": actions,
    }


def suggestion(person: Person, view: View, block_id: str, action_id: str, typed: str) -> Json:
    """block_suggestion: what a person typed into a select whose options the app gives."""
    return {
        "type": "block_suggestion",
        **origin(person),
        "container": {"type": "view", "view_id": view.id},
        "action_id": action_id,
        "block_id": block_id,
        "value": typed,
        "view": view_json(view),
    }


def view_submission(person: Person, view: View, trigger_id: str) -> Json:
    """What the submit button of a modal sends."""
    return {
        "type": "view_submission",
        **origin(person),
        "trigger_id": trigger_id,
        "view": view_json(view),
        "response_urls": [],
    }


def view_closed(person: Person, view: View, *, is_cleared: bool) -> Json:
    """What closing a modal sends when it asked for notice."""
    return {
        "type": "view_closed",
        **origin(person),
        "view": view_json(view),
        "is_cleared": is_cleared,
    }


def slash_command(
    person: Person, channel: Channel, command: str, text: str, *, trigger_id: str, response_url: str
) -> Json:
    """A command that was typed; the names of private channels are kept back, as Slack does."""
    name = channel.name
    if channel.im_user is not None:
        name = "directmessage"
    elif channel.is_private:
        name = "privategroup"
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": TEAM_ID,
        "team_domain": TEAM_DOMAIN,
        "channel_id": channel.id,
        "channel_name": name,
        "user_id": person.id,
        "user_name": person.name,
        "command": command,
        "text": text,
        "api_app_id": APP_ID,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": trigger_id,
    }


def shortcut(
    workspace: Workspace,
    person: Person,
    channel: Channel,
    message: Message,
    *,
    callback_id: str,
    trigger_id: str,
    response_url: str,
) -> Json:
    """message_action: a shortcut chosen from a message's menu."""
    return {
        "type": "message_action",
        **origin(person),
        "callback_id": callback_id,
        "trigger_id": trigger_id,
        "response_url": response_url,
        "action_ts": workspace.next_ts(),
        "message_ts": message.ts,
        "channel": channel_reference(channel),
        "message": message_json(workspace, message, with_metadata=True),
    }


def event_callback(event: Json, clock: float, *, is_ext_shared: bool) -> Json:
    """The envelope of the Events API around one event."""
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": TEAM_ID,
        "context_team_id": TEAM_ID,
        "api_app_id": APP_ID,
        "event": event,
        "type": "event_callback",
        "event_id": f"Ev{secrets.token_hex(5).upper()}",
        "event_time": int(clock),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": TEAM_ID,
                "user_id": BOT_USER_ID,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": is_ext_shared,
    }


def channel_reference(channel: Channel) -> Json:
    """The channel as interactions name it."""
    if channel.im_user is not None:
        return {"id": channel.id, "name": "directmessage"}
    return {"id": channel.id, "name": "privategroup" if channel.is_private else channel.name}
