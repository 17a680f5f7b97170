"""What a person asked in Slack, and what they get: the only place that reads Slack's payloads."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from handlers.seen import Seen
from handlers.slack.api import Block, Saying
from models.errors import Refused

Payload = Mapping[str, object]


class Where(StrEnum):
    """Where a click was made: that decides how it is answered."""

    MESSAGE = "message"
    MODAL = "modal"
    HOME = "home"


@dataclass(frozen=True, slots=True)
class Written:
    """A message in Slack on which a shortcut was used, or that mentions us. `text` is mrkdwn as its
    author typed it, `edited` the ts of its last edit, empty where there was none.
    """

    ts: str
    user: str
    text: str
    edited: str = ""
    by_app: bool = False


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file that was put into a modal: Slack's id, its name there, its size in bytes."""

    id: str
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Request:
    """A click, a submitted modal, a shortcut, a slash command or a mention.

    `value` is what the button, the choice or the modal carried, `view` names the open modal, which
    has the hash `view_hash` and carries `metadata`. `fields` are what was filled in, by
    action id, `lists` where several may be chosen. `response_url` answers in the place of what was
    clicked.
    """

    user: str
    channel: str | None = None
    thread: str | None = None
    trigger: str | None = None
    text: str = ""
    value: str = ""
    view: str = ""
    view_hash: str = ""
    metadata: str = ""
    fields: Mapping[str, str] | None = None
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    where: Where = Where.MESSAGE
    response_url: str = ""
    message: Written | None = None
    files: Mapping[str, tuple[GivenFile, ...]] = field(default_factory=dict)

    @property
    def seen(self) -> Seen:
        """The case and version that a button or modal carried. Raises Refused for anything else."""
        try:
            carried = json.loads(self.value)
            return Seen(str(carried["case"]), int(carried["version"]))
        except (ValueError, KeyError, TypeError):
            raise Refused("This button is from another time. Please use the card.") from None

    @property
    def of_view(self) -> "Request":
        """The same with what the modal carries as its value: a choice in it carries only itself."""
        return replace(self, value=self.metadata)

    @property
    def stands_in(self) -> str:
        """The channel of what was clicked; for a click in a menu that of where it was asked for, and
        empty where that was in no channel.
        """
        if self.channel is not None:
            return self.channel
        try:
            return str(json.loads(self.metadata)["in"])
        except (ValueError, KeyError, TypeError):
            return ""

    def field(self, name: str) -> str:
        """What was filled in, or chosen, under an action id; empty where nothing was."""
        return (self.fields or {}).get(name, "")

    def given(self, name: str) -> tuple[GivenFile, ...]:
        """The files that were put in under an action id."""
        return self.files.get(name, ())

    def several(self, name: str) -> tuple[str, ...]:
        """What was chosen under the action id of checkboxes or a select of several."""
        return self.lists.get(name, ())


@dataclass(frozen=True, slots=True)
class Say:
    """Only the person who asked sees it."""

    saying: Saying


@dataclass(frozen=True, slots=True)
class OpenModal:
    """A modal opens."""

    view: Block


@dataclass(frozen=True, slots=True)
class Replace:
    """What was clicked, seen by this person only, gives way to this: the next page of a list."""

    saying: Saying


@dataclass(frozen=True, slots=True)
class PushModal:
    """A modal opens over the one that was submitted."""

    view: Block


@dataclass(frozen=True, slots=True)
class FieldErrors:
    """The modal stays, with a sentence at each field (by block id) that is wrong."""

    errors: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Done:
    """Nothing more is said: the card shows it. Every modal closes."""


@dataclass(frozen=True, slots=True)
class ShowInstead:
    """The modal that was submitted, or clicked in, gives way to another."""

    view: Block


Reply = Say | Replace | OpenModal | PushModal | FieldErrors | ShowInstead | Done


def say(text: str) -> Say:
    """A sentence for the person who asked. mrkdwn."""
    return Say(Saying(text))


def from_command(body: Payload) -> Request:
    """A slash command."""
    return Request(
        user=str(body["user_id"]),
        channel=str(body["channel_id"]),
        trigger=str(body.get("trigger_id") or ""),
        text=str(body.get("text") or "").strip(),
    )


def from_action(body: Payload) -> Request:
    """A click on a button, or a choice, in a message, a modal or on the home tab."""
    action = _list(body["actions"])[0]
    channel = _map(body.get("channel"))
    container = _map(body.get("container"))
    view = _map(body.get("view"))
    where = Where(str(view["type"])) if view else Where.MESSAGE
    fields, lists = _all_filled(view)
    return Request(
        user=str(_map(body["user"])["id"]),
        channel=_text(channel.get("id")),
        thread=_text(container.get("thread_ts")),
        trigger=str(body["trigger_id"]),
        value=_filled(action),
        view=str(view.get("id", "")),
        view_hash=str(view.get("hash", "")),
        metadata=str(view.get("private_metadata", "")),
        fields=fields,
        lists=lists,
        where=where,
        response_url=str(body.get("response_url") or ""),
    )


def from_shortcut(body: Payload) -> Request:
    """A shortcut on a message; its thread is the message's own where it starts none."""
    message = _map(body["message"])
    ts = str(message["ts"])
    return Request(
        user=str(_map(body["user"])["id"]),
        channel=_text(_map(body["channel"]).get("id")),
        thread=str(message.get("thread_ts") or ts),
        trigger=str(body["trigger_id"]),
        response_url=str(body.get("response_url") or ""),
        message=_written(message),
    )


def from_view(body: Payload) -> Request:
    """A submitted modal."""
    view = _map(body["view"])
    fields, lists = _all_filled(view)
    return Request(
        user=str(_map(body["user"])["id"]),
        trigger=_text(body.get("trigger_id")),
        value=str(view["private_metadata"]),
        view=str(view.get("id", "")),
        fields=fields,
        lists=lists,
        where=Where.MODAL,
        files=_all_files(view),
    )


def from_event(body: Payload) -> Request:
    """An event; the words beside the bot's mention are the text."""
    event = _map(body["event"])
    words = str(event.get("text") or "").split()
    text = " ".join(word for word in words if not word.startswith("<@"))
    return Request(
        user=str(event["user"]),
        channel=str(event["channel"]),
        thread=_text(event.get("thread_ts")),
        text=text,
        where=Where.HOME if event.get("type") == "app_home_opened" else Where.MESSAGE,
        message=_written(event) if event.get("type") == "app_mention" else None,
    )


def _written(message: Mapping[str, object]) -> Written:
    return Written(
        ts=str(message["ts"]),
        user=str(message.get("user") or ""),
        text=str(message.get("text") or ""),
        edited=str(_map(message.get("edited")).get("ts") or ""),
        by_app=bool(message.get("bot_id")),
    )


def _all_filled(
    view: Mapping[str, object],
) -> tuple[Mapping[str, str], Mapping[str, tuple[str, ...]]]:
    """What a view holds, by action id: single values, and lists of them."""
    elements = _elements(view)
    lists = {name: _several(element) for name, element in elements.items() if _MANY & set(element)}
    return {name: _filled(e) for name, e in elements.items() if name not in lists}, lists


def _all_files(view: Mapping[str, object]) -> Mapping[str, tuple[GivenFile, ...]]:
    return {
        name: tuple(
            GivenFile(str(file["id"]), str(file.get("name") or ""), _number(file.get("size")))
            for file in _list(element["files"])
        )
        for name, element in _elements(view).items()
        if element.get("files")
    }


def _elements(view: Mapping[str, object]) -> Mapping[str, Mapping[str, object]]:
    return {
        str(action_id): _map(element)
        for block in _map(_map(view.get("state")).get("values")).values()
        for action_id, element in _map(block).items()
    }


_MANY = {"selected_options", "selected_users"}


def _several(element: Mapping[str, object]) -> tuple[str, ...]:
    users = element.get("selected_users")
    if isinstance(users, list):
        return tuple(map(str, users))
    return tuple(str(option["value"]) for option in _list(element["selected_options"]))


def _filled(element: Mapping[str, object]) -> str:
    chosen = element.get("selected_option")
    if chosen:
        return str(_map(chosen)["value"])
    for name in ("value", "selected_date", "selected_user"):
        if element.get(name):
            return str(element[name])
    return ""


def _map(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[Mapping[str, object]]:
    assert isinstance(value, list), type(value)
    return value


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _text(value: object) -> str | None:
    return str(value) if value else None
