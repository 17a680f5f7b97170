"""What a person writes: messages, their edits and removals, reactions."""

from collections.abc import Mapping
from dataclasses import replace

from bot.sandbox.deliveries import Delivery
from bot.sandbox.events import Events
from bot.sandbox.files import made
from bot.sandbox.records import File, Message, NotPossible, Person
from bot.sandbox.sight import seen_channel, seen_message, seen_thread
from bot.sandbox.typed_text import as_typed
from bot.sandbox.workspace import Workspace


class Writing:
    """A person's pen; each act returns once the app has heard of it, or None if it never does."""

    def __init__(self, workspace: Workspace, events: Events) -> None:
        self._workspace = workspace
        self._events = events

    def say(
        self,
        user: str,
        channel: str,
        text: str,
        thread_ts: str | None,
        files: Mapping[str, bytes],
    ) -> Delivery | None:
        """Send a message, with files by their names."""
        workspace = self._workspace
        person = workspace.person(user)
        with workspace.lock:
            place = seen_channel(workspace, person, channel)
            if thread_ts is not None:
                thread_ts = seen_thread(workspace, place, thread_ts)
            sent = [made(workspace, name, content, person.id) for name, content in files.items()]
            message = workspace.post(
                Message(
                    place.id,
                    "",
                    as_typed(workspace, text),
                    thread_ts=thread_ts,
                    user=person.id,
                    files=tuple(workspace.files.add(each) for each in sent),
                )
            )
        return self._heard(message)

    def upload(self, user: str, name: str, content: bytes) -> File:
        """Keep a file that is not sent yet."""
        person = self._workspace.person(user)
        with self._workspace.lock:
            return self._workspace.files.add(made(self._workspace, name, content, person.id))

    def edit(self, user: str, channel: str, ts: str, text: str) -> Delivery | None:
        """Change the words of one's own message."""
        workspace = self._workspace
        person = workspace.person(user)
        with workspace.lock:
            before = self._own(person, channel, ts)
            typed = as_typed(workspace, text)
            after = replace(before, text=typed, edited_ts=workspace.next_ts())
            workspace.edit(before, after)
        return self._heard(after)

    def delete(self, user: str, channel: str, ts: str) -> Delivery | None:
        """Delete one's own message."""
        person = self._workspace.person(user)
        with self._workspace.lock:
            message = self._own(person, channel, ts)
            self._workspace.delete(message)
        return self._heard(message)

    def react(self, user: str, channel: str, ts: str, name: str) -> Delivery | None:
        """Put a reaction to a message, or take one's own back."""
        workspace = self._workspace
        person = workspace.person(user)
        with workspace.lock:
            place = seen_channel(workspace, person, channel)
            before = seen_message(workspace, person, place, ts)
            if before.ephemeral_to:
                raise NotPossible("there are no reactions to what only you see")
            mine = (name.strip(":"), person.id)
            others = tuple(each for each in before.reactions if each != mine)
            added = mine not in before.reactions
            after = replace(before, reactions=(*others, mine) if added else others)
            workspace.react(before, after)
            self._events.reacted(person, after, mine[0], added=added)
        return self._heard(after)

    def _own(self, person: Person, channel: str, ts: str) -> Message:
        place = seen_channel(self._workspace, person, channel)
        message = seen_message(self._workspace, person, place, ts)
        if message.user != person.id:
            raise NotPossible("you can change only what you wrote yourself")
        return message

    def _heard(self, message: Message) -> Delivery | None:
        heard = self._events.heard(message)
        for delivery in heard:
            if delivery.reached:  # without a connection the event waits for its retry, not we
                delivery.wait_ack()
        return heard[-1] if heard else None
