"""What Slack tells of messages that were changed: its payloads of edits and deletions, read."""

from collections.abc import Mapping
from dataclasses import dataclass

Payload = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Edited:
    """A message was edited: what it says now (mrkdwn), and the ts of the edit."""

    channel: str
    ts: str
    text: str
    edited: str


@dataclass(frozen=True, slots=True)
class Deleted:
    """A message was deleted, at the ts `at`."""

    channel: str
    ts: str
    at: str


def change_of(body: Payload) -> Edited | Deleted | None:
    """What an event says of an earlier message; None for all else, such as a link's preview."""
    event = _map(body.get("event"))
    if event.get("type") != "message":
        return None
    channel, at = str(event.get("channel") or ""), str(event.get("event_ts") or event.get("ts"))
    if event.get("subtype") == "message_deleted":
        return Deleted(channel, str(event.get("deleted_ts") or ""), at)
    if event.get("subtype") != "message_changed":
        return None
    message = _map(event.get("message"))
    ts, edited = str(message.get("ts") or ""), _map(message.get("edited")).get("ts")
    if message.get("subtype") == "tombstone":
        return Deleted(channel, ts, at)
    return Edited(channel, ts, str(message.get("text") or ""), str(edited)) if edited else None


def _map(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}
