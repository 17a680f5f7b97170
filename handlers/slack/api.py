"""What we ask of Slack, as a port: bot/slack_api.py fills it over the Web API."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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

    def link(self, place: Place) -> str:
        """The address of a message, for who may see it. Raises Gone where somebody deleted it."""
        ...

    def person(self, user: str) -> Person:
        """A user."""
        ...

    def is_member(self, user: str, channel: str) -> bool:
        """Whether a user is in a channel (an id)."""
        ...

    def group_members(self, group: str) -> frozenset[str]:
        """The user ids of a user group (`@handle`) or a channel (`#name`) of the configuration."""
        ...
