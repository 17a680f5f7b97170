"""The state of the workspace: who is in it, what was written, and a wait for the next change."""

import secrets
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

from bot.sandbox.grants import Grants
from bot.sandbox.mentions import notified
from bot.sandbox.records import (
    Channel,
    Json,
    Message,
    Person,
    SlackError,
    UserGroup,
    slack_id,
)
from bot.sandbox.stored_files import Files

TEAM_ID: Final = slack_id("T", "council")
OTHER_TEAM_ID: Final = slack_id("T", "elsewhere")
APP_ID: Final = slack_id("A", "carebot")
BOT_ID: Final = slack_id("B", "carebot")
BOT_NAME: Final = "carebot"
BOT_USER_ID: Final = slack_id("U", BOT_NAME)
TOMBSTONE: Final = "This message was deleted."

Announce = Callable[[str, Message, Message | None], None]
"""Told of every message that was `posted`, `changed` or `deleted`, with its former value."""


class Workspace:
    """People, channels and messages; every method may be called from any thread."""

    def __init__(
        self,
        *,
        channels: Sequence[str],
        private_channels: Sequence[str],
        people: Sequence[Person],
        clock: Callable[[], float],
    ) -> None:
        self.clock = clock
        self.lock = threading.RLock()
        self.version = 0
        self.grants = Grants(clock)
        self.files = Files()
        self.url = ""
        self.people = {person.id: person for person in people}
        self.groups: dict[str, UserGroup] = {}
        self.announce: Announce = lambda _what, _message, _before: None
        self.watchers: list[Callable[[], None]] = []
        self._condition = threading.Condition(self.lock)
        self._last_ts = 0
        self._messages: dict[str, list[Message]] = {}
        self._ephemerals: list[Message] = []
        self._read: dict[tuple[str, str], str] = {}
        self.channels: dict[str, Channel] = {}
        everyone = frozenset(self.people)
        for name in channels:
            self._add_channel(Channel(slack_id("C", name), name, False, everyone))
        for name in private_channels:
            members = everyone | {BOT_USER_ID}
            self._add_channel(Channel(slack_id("C", name), name, True, members))

    # Changes and waiting for them

    def changed(self) -> None:
        """Wake everyone who waits for a change."""
        with self._condition:
            self.version += 1
            self._condition.notify_all()
            watchers = list(self.watchers)
        for watcher in watchers:
            watcher()

    def wait_for_change(self, since: int, timeout: float) -> bool:
        """Wait until the version is past `since`; False when the time ran out first."""
        with self._condition:
            return self._condition.wait_for(lambda: self.version > since, timeout)

    def next_ts(self) -> str:
        """A message timestamp that is later than every one before."""
        with self.lock:
            self._last_ts = max(self._last_ts + 1, int(self.clock() * 1_000_000))
            return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    # People, groups and channels

    def person(self, name_or_id: str) -> Person:
        """The person of that name or id; `user_not_found` for anyone else."""
        wanted = name_or_id.removeprefix("@")
        for person in self.people.values():
            if wanted in (person.id, person.name):
                return person
        raise SlackError("user_not_found")

    def add_group(self, handle: str, name: str, users: Iterable[str]) -> UserGroup:
        """Make a usergroup, or put other people into the one of that handle."""
        members = tuple(self.person(user).id for user in users)
        group = UserGroup(slack_id("S", handle), handle, name, members)
        with self.lock:
            self.groups[group.id] = group
        self.changed()
        return group

    def channel(self, name_or_id: str) -> Channel:
        """The channel of that name or id; `channel_not_found` for anything else."""
        wanted = name_or_id.removeprefix("#")
        with self.lock:
            for channel in self.channels.values():
                if wanted in (channel.id, channel.name):
                    return channel
        raise SlackError("channel_not_found")

    def direct_channel(self, user: str) -> Channel:
        """The conversation between the person and the app, made when it is first needed."""
        person = self.person(user)
        with self.lock:
            found = self.channels.get(slack_id("D", person.id))
            if found is None:
                members = frozenset({person.id, BOT_USER_ID})
                name = f"{BOT_NAME}-{person.name}"
                found = Channel(slack_id("D", person.id), name, True, members, im_user=person.id)
                self._add_channel(found)
        return found

    def change_channel(self, name_or_id: str, **changes: Any) -> Channel:
        """Put a changed channel in the place of the former one."""
        with self.lock:
            channel = replace(self.channel(name_or_id), **changes)
            self.channels[channel.id] = channel
        self.changed()
        return channel

    def join(self, name_or_id: str, user: str) -> Channel:
        """Make the person or the app a member."""
        channel = self.channel(name_or_id)
        return self.change_channel(channel.id, members=channel.members | {user})

    def leave(self, name_or_id: str, user: str) -> Channel:
        """End the membership of the person or the app."""
        channel = self.channel(name_or_id)
        return self.change_channel(channel.id, members=channel.members - {user})

    def deactivate(self, user: str) -> Person:
        """Let a person leave the organisation: out of every channel and group, known by name."""
        with self.lock:
            gone = replace(self.person(user), is_deleted=True)
            self.people[gone.id] = gone
            for channel in self.channels.values():
                self.channels[channel.id] = replace(channel, members=channel.members - {gone.id})
            for group in self.groups.values():
                left = tuple(each for each in group.users if each != gone.id)
                self.groups[group.id] = replace(group, users=left)
        self.changed()
        return gone

    # Messages

    def post(self, message: Message, *, link_names: bool = False) -> Message:
        """Keep a new message; it gets its `ts`, block ids and notifications here."""
        with self.lock:
            message = replace(
                message,
                ts=self.next_ts(),
                blocks=with_block_ids(message.blocks),
                notifies=self._notified(message, link_names),
            )
            if message.ephemeral_to:
                self._ephemerals.append(message)
            else:
                self._messages[message.channel].append(message)
                if message.user and not message.is_reply:
                    self._read[message.user, message.channel] = message.ts
                self.announce("posted", message, None)
        self.changed()
        return message

    def edit(self, before: Message, after: Message) -> Message:
        """Put the message in the place of its former self; nobody is notified."""
        after = replace(after, blocks=with_block_ids(after.blocks))
        with self.lock:
            kept = self._ephemerals if before.ephemeral_to else self._messages[before.channel]
            kept[kept.index(before)] = after
            if not before.ephemeral_to:
                self.announce("changed", after, before)
        self.changed()
        return after

    def react(self, before: Message, after: Message) -> None:
        """The same for a reaction, which is no change of the message."""
        with self.lock:
            kept = self._messages[before.channel]
            kept[kept.index(before)] = after
        self.changed()

    def delete(self, message: Message) -> None:
        """Remove the message; a parent of replies leaves a tombstone, which is a change to it."""
        with self.lock:
            kept = self._ephemerals if message.ephemeral_to else self._messages[message.channel]
            place = kept.index(message)
            if any(reply.thread_ts == message.ts and reply.is_reply for reply in kept):
                kept[place] = replace(
                    message, text=TOMBSTONE, blocks=(), metadata=None, files=(), deleted=True
                )
                self.announce("changed", kept[place], message)
            else:
                del kept[place]
                if not message.ephemeral_to:
                    self.announce("deleted", message, message)
            for file in message.files:
                self.files.forget(file)
        self.changed()

    def messages(self, channel: str) -> list[Message]:
        """The channel's own messages, oldest first, replies apart unless also sent there."""
        with self.lock:
            every = self._messages[self.channel(channel).id]
            return [message for message in every if not message.is_reply or message.is_broadcast]

    def everything(self, channel: str) -> list[Message]:
        """The channel's messages and all replies in it, in the order in which they came."""
        with self.lock:
            return list(self._messages[self.channel(channel).id])

    def replies(self, channel: str, thread_ts: str) -> list[Message]:
        """The replies below a message, oldest first."""
        with self.lock:
            every = self._messages[self.channel(channel).id]
            return [each for each in every if each.is_reply and each.thread_ts == thread_ts]

    def ephemerals(self, user: str) -> list[Message]:
        """What only this person sees, oldest first."""
        person = self.person(user)
        with self.lock:
            return [each for each in self._ephemerals if each.ephemeral_to == person.id]

    def message(self, channel: str, ts: str, viewer: str | None = None) -> Message:
        """The message with that `ts`, among those that the viewer sees; or `message_not_found`."""
        with self.lock:
            every = list(self._messages[self.channel(channel).id])
            if viewer is not None:
                every += [each for each in self._ephemerals if each.ephemeral_to == viewer]
        for message in every:
            if message.ts == ts and not message.deleted:
                return message
        raise SlackError("message_not_found")

    def mark_read(self, user: str, channel: str) -> None:
        """Remember that the person has seen everything in the channel."""
        with self.lock:
            every = self.messages(channel)
            if not every or self._read.get((user, every[-1].channel)) == every[-1].ts:
                return
            self._read[user, every[-1].channel] = every[-1].ts
        self.changed()

    def unread(self, user: str, channel: str) -> int:
        """How many messages came since the person last looked."""
        with self.lock:
            seen = self._read.get((user, channel), "")
            return sum(message.ts > seen for message in self.messages(channel))

    def _add_channel(self, channel: Channel) -> None:
        self.channels[channel.id] = replace(channel, created=int(self.clock()))
        self._messages[channel.id] = []

    def _notified(self, message: Message, link_names: bool) -> tuple[str, ...]:
        names = {person.name: person.id for person in self.people.values()}
        return notified(message.text, message.blocks, link_names=link_names, names=names)


def with_block_ids(blocks: Iterable[Json]) -> tuple[Json, ...]:
    """The blocks, each with a block_id: Slack makes one up where the app gave none."""
    return tuple(
        block if block.get("block_id") else {**block, "block_id": secrets.token_urlsafe(4)[:5]}
        for block in blocks
    )
