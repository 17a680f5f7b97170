"""What the workspace holds and hands out: people, channels, messages, views and errors."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

Json = dict[str, Any]
"""A JSON object, as Slack's protocol carries it."""
Given = str | Sequence[str] | Mapping[str, bytes]
"""What a person puts into a field: a text or a choice, several choices, or files by their names."""


class SlackError(Exception):
    """A refusal, in the words that Slack's Web API uses: `{"ok": false, "error": …}`."""

    def __init__(self, error: str, **extra: Any) -> None:
        super().__init__(error)
        self.error = error
        self.extra = extra

    def answer(self) -> Json:
        """The body that a caller of the Web API receives."""
        return {"ok": False, "error": self.error, **self.extra}


class NoSuchElement(LookupError):
    """A person tried to use something that is not on their screen."""


class NotPossible(ValueError):
    """Slack's own client would not let a person do this; the text is what it shows them."""


def slack_id(prefix: str, name: str) -> str:
    """An id in Slack's form that is the same for the same name on every start."""
    return prefix + hashlib.sha256(f"{prefix}{name}".encode()).hexdigest()[:10].upper()


@dataclass(frozen=True, slots=True)
class Person:
    """Someone in the workspace; strangers come from another organisation (Slack Connect)."""

    name: str
    real_name: str
    is_restricted: bool = False
    is_stranger: bool = False
    email: str = ""
    id: str = ""
    is_deleted: bool = False

    def __post_init__(self) -> None:
        if not self.id:
            object.__setattr__(self, "id", slack_id("U", self.name))
        if not self.email:
            object.__setattr__(self, "email", f"{self.name}@council.example")


@dataclass(frozen=True, slots=True)
class SentMail:
    """An email that left the demo's letterbox."""

    sent_at: datetime
    recipient: str
    subject: str
    text: str
    html: str | None


class DemoControls(Protocol):
    """What the page's demo bar moves: the clock and the sample mailbox."""

    def now(self) -> datetime:
        """The demo's time, aware of its zone."""
        ...

    def jump_to_next_working_morning(self) -> datetime:
        """Move the clock to the start of the next working day and say when that is."""
        ...

    def deliver_next_sample(self) -> str | None:
        """Put the next sample email in the mailbox; its subject, or None when none is left."""
        ...

    def sent_mail(self) -> list[SentMail]:
        """Every email that left, oldest first."""
        ...

    def samples_left(self) -> int:
        """How many sample emails have not been delivered yet."""
        ...


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel and who is in it."""

    id: str
    name: str
    is_private: bool
    members: frozenset[str]
    is_archived: bool = False
    is_ext_shared: bool = False
    created: int = 0
    im_user: str | None = None


@dataclass(frozen=True, slots=True)
class UserGroup:
    """A mentionable group of people."""

    id: str
    handle: str
    name: str
    users: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class File:
    """A file as it was uploaded; `for_app` when a person gave it to the app in a modal."""

    id: str
    name: str
    title: str
    mimetype: str
    content: bytes = field(repr=False)
    user: str
    created: int = 0
    alt_txt: str = ""
    for_app: bool = False
    deleted: bool = False

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return len(self.content)


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it stands; an edit or a removal makes a new value under the same `ts`."""

    channel: str
    ts: str
    text: str
    thread_ts: str | None = None
    user: str | None = None
    bot_id: str | None = None
    blocks: tuple[Json, ...] = ()
    metadata: Json | None = None
    edited_ts: str | None = None
    deleted: bool = False
    notifies: tuple[str, ...] = ()
    ephemeral_to: str | None = None
    is_broadcast: bool = False
    reactions: tuple[tuple[str, str], ...] = ()
    files: tuple[File, ...] = ()

    @property
    def is_reply(self) -> bool:
        """Whether the message sits in a thread below another one."""
        return self.thread_ts is not None and self.thread_ts != self.ts


@dataclass(frozen=True, slots=True)
class View:
    """A modal or a home tab as it stands, with what its reader has filled in so far."""

    id: str
    user: str
    definition: Json
    hash: str
    root_id: str
    previous_id: str | None = None
    values: Json = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def type(self) -> str:
        """`modal` or `home`."""
        return str(self.definition["type"])

    @property
    def title(self) -> str:
        """The text in the modal's title bar; empty for a home tab."""
        title = self.definition.get("title")
        return str(title["text"]) if title else ""

    @property
    def callback_id(self) -> str:
        """The name by which the app knows the view."""
        return str(self.definition.get("callback_id", ""))

    @property
    def private_metadata(self) -> str:
        """What the app asked Slack to carry along unseen."""
        return str(self.definition.get("private_metadata", ""))

    @property
    def blocks(self) -> list[Json]:
        """The view's blocks, each with its block_id."""
        blocks: list[Json] = self.definition["blocks"]
        return blocks


@dataclass(frozen=True, slots=True)
class Call:
    """One request that reached the Web API; unpacks into its method and its parameters."""

    method: str
    params: Json
    at: float
    error: str | None = None

    def __iter__(self) -> Iterator[Any]:
        yield self.method
        yield self.params
