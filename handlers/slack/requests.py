"""What a person asked in Slack, and what they get: the only place that reads Slack's payloads."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from handlers.casework import Seen
from handlers.slack.api import Block, Saying
from models.errors import Refused

Payload = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Request:
    """A click, a submitted modal, a slash command or a mention.

    `value` is what the button or modal carried, `view` names the opened modal, `fields` are what was
    filled in, by action id.
    """

    user: str
    channel: str | None = None
    thread: str | None = None
    trigger: str | None = None
    text: str = ""
    value: str = ""
    view: str = ""
    fields: Mapping[str, str] | None = None

    @property
    def seen(self) -> Seen:
        """The case and version that a button or modal carried. Raises Refused for anything else."""
        try:
            carried = json.loads(self.value)
            return Seen(str(carried["case"]), int(carried["version"]))
        except (ValueError, KeyError, TypeError):
            raise Refused("This button is from another time. Please use the card.") from None

    def field(self, name: str) -> str:
        """What was filled in, or chosen, under an action id; empty where nothing was."""
        return (self.fields or {}).get(name, "")


@dataclass(frozen=True, slots=True)
class Say:
    """Only the person who asked sees it."""

    saying: Saying


@dataclass(frozen=True, slots=True)
class OpenModal:
    """A modal opens."""

    view: Block


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
    """The modal that was submitted gives way to another, which says what came of it."""

    view: Block


Reply = Say | OpenModal | PushModal | FieldErrors | ShowInstead | Done


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
    """A click on a button of a message."""
    action = _list(body["actions"])[0]
    channel = _map(body.get("channel"))
    container = _map(body.get("container"))
    return Request(
        user=str(_map(body["user"])["id"]),
        channel=_text(channel.get("id")),
        thread=_text(container.get("thread_ts")),
        trigger=str(body["trigger_id"]),
        value=str(action.get("value") or ""),
    )


def from_view(body: Payload) -> Request:
    """A submitted modal."""
    view = _map(body["view"])
    state = _map(_map(view["state"])["values"])
    fields = {
        str(action_id): _filled(_map(element))
        for block in state.values()
        for action_id, element in _map(block).items()
    }
    return Request(
        user=str(_map(body["user"])["id"]),
        trigger=_text(body.get("trigger_id")),
        value=str(view["private_metadata"]),
        view=str(view.get("id", "")),
        fields=fields,
    )


def from_mention(body: Payload) -> Request:
    """A mention of the bot; the words after it are the text."""
    event = _map(body["event"])
    words = str(event.get("text") or "").split()
    text = " ".join(word for word in words if not word.startswith("<@"))
    return Request(
        user=str(event["user"]),
        channel=str(event["channel"]),
        thread=_text(event.get("thread_ts")),
        text=text,
    )


def _filled(element: Mapping[str, object]) -> str:
    chosen = element.get("selected_option")
    if chosen:
        return str(_map(chosen)["value"])
    return str(element.get("value") or element.get("selected_date") or "")


def _map(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[Mapping[str, object]]:
    assert isinstance(value, list), type(value)
    return value


def _text(value: object) -> str | None:
    return str(value) if value else None
