"""The channels of the settings as Slack knows them, and whether they are fit for what stands in them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

_PRIVATE = "slack.private."
# Such a channel names a group of staff; no case stands in it.
_STAFF = "staff:"


def by_name(listed: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """The channels of conversations.list by name and by id."""
    return {str(channel[key]): channel for channel in listed for key in ("name", "id")}


def problems(
    channels: Mapping[str, str], known: Mapping[str, Mapping[str, Any]]
) -> Iterator[tuple[str, str]]:
    """Each setting whose channel is not there or not fit, with a sentence that names both."""
    for setting, channel in channels.items():
        why = _problem(setting, known.get(channel))
        if why is not None:
            yield setting, f"{setting} = {channel!r}: {why}"


def left(
    channels: Mapping[str, str], known: Mapping[str, Mapping[str, Any]]
) -> Iterator[tuple[str, str]]:
    """The same for the channels that carebot is not in any more."""
    for setting, channel in channels.items():
        found = known.get(channel)
        if found is not None and not found.get("is_member"):
            yield (
                setting,
                (
                    f"{setting} = {channel!r}: carebot is not in that channel any more. Invite it again "
                    "in Slack"
                ),
            )


def _problem(setting: str, found: Mapping[str, Any] | None) -> str | None:
    if found is None:
        return "no such channel in Slack, or a private one that carebot is not invited to"
    if setting.startswith(_PRIVATE) and not found.get("is_private"):
        return (
            "that channel is public in Slack, so everybody could read the private cases in it. Make "
            "it private in Slack, or name another one"
        )
    if found.get("is_ext_shared") and not setting.startswith(_STAFF):
        return (
            "that channel is shared with another organisation in Slack, which could read the cases "
            "in it. Stop sharing it, or name another one"
        )
    return None
