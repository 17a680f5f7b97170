"""The Events API: what the app hears about messages in the channels that it is in."""

import secrets
from collections import defaultdict
from typing import Final

from bot.sandbox.conversations import message_json
from bot.sandbox.deliveries import Deliveries, Delivery
from bot.sandbox.payloads import event_callback
from bot.sandbox.records import Channel, Json, Message, Person
from bot.sandbox.workspace import BOT_ID, BOT_USER_ID, TEAM_ID, Workspace

ALL_EVENTS: Final = frozenset(
    {"app_mention", "app_home_opened", "message.channels", "message.groups", "message.im"}
)


class Events:
    """Turns changes of messages into events; the app hears its own messages too."""

    def __init__(
        self, workspace: Workspace, deliveries: Deliveries, subscribed: frozenset[str]
    ) -> None:
        self._workspace = workspace
        self._deliveries = deliveries
        self._subscribed = subscribed
        self._of_message: dict[str, list[Delivery]] = defaultdict(list)

    def heard(self, message: Message) -> list[Delivery]:
        """The deliveries that told the app of what a person just did to a message."""
        return self._of_message.pop(message.ts, [])

    def message_changed(self, what: str, message: Message, before: Message | None) -> None:
        """Tell the app what happened to a message, if it is in the channel and listens."""
        channel = self._workspace.channels[message.channel]
        if BOT_USER_ID not in channel.members:
            return
        if _kind(channel)[1] in self._subscribed:
            event = self._event(what, message, before)
            event |= {"channel": channel.id, "channel_type": _kind(channel)[0]}
            self._tell(event, channel, message)
        mentioned = f"<@{BOT_USER_ID}>" in message.text
        if what == "posted" and mentioned and not message.bot_id:
            self._tell_of_mention(message, channel)

    def reacted(self, person: Person, message: Message, name: str, *, added: bool) -> None:
        """Tell the app of a reaction, if it is in the channel and listens."""
        channel = self._workspace.channels[message.channel]
        kind = "reaction_added" if added else "reaction_removed"
        if BOT_USER_ID not in channel.members or kind not in self._subscribed:
            return
        item = {"type": "message", "channel": channel.id, "ts": message.ts}
        event: Json = {
            "type": kind,
            "user": person.id,
            "reaction": name,
            "item": item,
            "item_user": message.user or BOT_USER_ID,
            "event_ts": self._workspace.next_ts(),
        }
        self._of_message[message.ts].append(self._send(event, channel))

    def home_opened(self, user: str) -> Delivery:
        """Tell the app that the person looks at its home tab."""
        channel = self._workspace.direct_channel(user)
        event: Json = {
            "type": "app_home_opened",
            "user": user,
            "channel": channel.id,
            "tab": "home",
            "event_ts": self._workspace.next_ts(),
        }
        return self._send(event, channel)

    def _tell_of_mention(self, message: Message, channel: Channel) -> None:
        # In a direct conversation Slack sends message.im only.
        if "app_mention" in self._subscribed and channel.im_user is None:
            event = self._event("posted", message, None)
            event |= {"type": "app_mention", "channel": channel.id}
            self._tell(event, channel, message)

    def _event(self, what: str, message: Message, before: Message | None) -> Json:
        now = self._workspace.next_ts()
        if what == "posted":
            event = message_json(self._workspace, message) | {"event_ts": message.ts}
            if message.files:
                event["subtype"] = "file_share"
            if message.bot_id:
                event["bot_profile"] = {"id": BOT_ID, "team_id": TEAM_ID}
            else:
                event["client_msg_id"] = secrets.token_hex(16)
            if message.is_reply and message.thread_ts:
                parent = self._workspace.message(message.channel, message.thread_ts)
                event["parent_user_id"] = parent.user or BOT_USER_ID
            return event
        event = {
            "type": "message",
            "subtype": f"message_{what}",
            "hidden": True,
            "ts": now,
            "event_ts": now,
            "previous_message": message_json(self._workspace, before or message),
        }
        if what == "changed":
            event["message"] = message_json(self._workspace, message)
        else:
            event["deleted_ts"] = message.ts
        return event

    def _tell(self, event: Json, channel: Channel, message: Message) -> None:
        delivery = self._send(event, channel)
        if not message.bot_id:
            self._of_message[message.ts].append(delivery)

    def _send(self, event: Json, channel: Channel) -> Delivery:
        payload = event_callback(
            event, self._workspace.clock(), is_ext_shared=channel.is_ext_shared
        )
        return self._deliveries.start(Delivery(event["type"], "events_api", payload))


def _kind(channel: Channel) -> tuple[str, str]:
    """The channel_type in events, and the subscription that carries them."""
    if channel.im_user is not None:
        return "im", "message.im"
    return ("group", "message.groups") if channel.is_private else ("channel", "message.channels")
