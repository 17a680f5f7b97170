"""What we ask of Slack, as a port: bot/slack_api.py fills it over the Web API."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

Block = dict[str, object]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message stands: the channel's id and the message's ts."""

    channel: str
    ts: str


@dataclass(frozen=True, slots=True)
class Saying:
    """What a message says: the text that is read aloud and notified, and the blocks that are seen."""

    text: str
    blocks: Sequence[Block] = ()


@dataclass(frozen=True, slots=True)
class Person:
    """A Slack user, as Slack tells it, never as a payload claims."""

    id: str
    name: str
    is_guest: bool
    is_stranger: bool
    is_bot: bool
    is_deleted: bool


@dataclass(frozen=True, slots=True)
class SharedFile:
    """A file that a message shows."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Said:
    """A message as it stands: who said it (a user id), whether that is carebot, what it says, and the
    ts of its last edit, empty where it was not edited. `metadata` is ours, empty on others'.
    """

    place: Place
    user: str
    is_ours: bool
    text: str
    edited: str = ""
    blocks: Sequence[Block] = ()
    files: tuple[SharedFile, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ThreadFile:
    """A file to be put into a thread; `described` is for who cannot see it."""

    name: str
    title: str
    described: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a channel, the newest message first, and whether there are earlier ones."""

    said: tuple[Said, ...]
    has_more: bool


class SlackApi(Protocol):
    """Slack. Every method raises Unavailable, AnswerLost or Undeliverable."""

    def channel_id(self, channel: str) -> str:
        """The id of a channel named in the configuration (a name without #, or an id)."""
        ...

    def post(
        self, channel: str, saying: Saying, metadata: Mapping[str, str], thread: str | None = None
    ) -> Place:
        """Post into a channel (an id), or into the thread of the message with the ts `thread`."""
        ...

    def update(self, place: Place, saying: Saying, metadata: Mapping[str, str]) -> None:
        """Redraw a message of ours."""
        ...

    def find(self, channel: str, key: str, thread: str | None = None) -> Place | None:
        """Our message with this key in its metadata, among the latest of the channel or thread."""
        ...

    def thread(self, channel: str, ts: str) -> tuple[Said, ...]:
        """A thread's messages with the one that began it, oldest first. Raises Gone."""
        ...

    def stretch(self, channel: str, after: datetime, before: str) -> Stretch:
        """Messages of a channel itself that were posted after a time and before the ts `before`,
        where that is not empty: up to a thousand, in one call.
        """
        ...

    def delete(self, place: Place) -> None:
        """Delete a message of ours. Raises Gone."""
        ...

    def mark(self, place: Place) -> None:
        """Put a memo's sign to a message. Raises Undeliverable where it has one of ours already."""
        ...

    def put_file(self, channel: str, file: ThreadFile, thread: str) -> None:
        """Put a file into a thread."""
        ...

    def delete_file(self, id_: str) -> None:
        """Delete a file of ours, wherever it is shown. Raises Gone."""
        ...

    def download(self, files: Sequence[str], most: int) -> tuple[bytes, ...]:
        """The bytes of files that people gave us (ids), in their order, `most` bytes in all, while
        they wait. Raises Unavailable where that takes too long.
        """
        ...

    def link(self, place: Place) -> str:
        """The address of a message, for who may see it. Raises Gone where somebody deleted it."""
        ...

    def person(self, user: str) -> Person:
        """A user."""
        ...

    def people(self) -> tuple[Person, ...]:
        """All users of the workspace, those who have left and its bots too."""
        ...

    def is_member(self, user: str, channel: str) -> bool:
        """Whether a user is in a channel (an id)."""
        ...

    def publish_home(self, user: str, view: Block) -> None:
        """Show a view on the home tab of a user, in the place of what stood there."""
        ...

    def group_members(self, group: str) -> frozenset[str]:
        """The user ids of a user group (`@handle`) or a channel (`#name`) of the configuration."""
        ...
