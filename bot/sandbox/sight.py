"""What a person sees: the channels that they are in, and the messages there."""

from bot.sandbox.records import Channel, Message, NoSuchElement, NotPossible, Person, SlackError
from bot.sandbox.workspace import Workspace


def seen_channel(workspace: Workspace, person: Person, name: str) -> Channel:
    """The channel, if the person is in it and it can still be written to."""
    channel = workspace.channel(name)
    if person.id not in channel.members:
        raise NotPossible(f"{person.name} is not in #{channel.name}")
    if channel.is_archived:
        raise NotPossible(f"#{channel.name} is archived")
    return channel


def seen_message(workspace: Workspace, person: Person, channel: Channel, ts: str) -> Message:
    """The message, ephemeral ones to this person too."""
    try:
        return workspace.message(channel.id, ts, viewer=person.id)
    except SlackError:
        raise NoSuchElement(f"{person.name} sees no message {ts} in #{channel.name}") from None


def seen_thread(workspace: Workspace, channel: Channel, ts: str) -> str:
    """The ts of the thread in which the message stands, or which it would begin."""
    try:
        message = workspace.message(channel.id, ts)
    except SlackError:
        raise NoSuchElement(f"no message {ts} in #{channel.name}") from None
    return message.thread_ts or message.ts
