"""Whom a message would notify, read from its text and blocks as Slack reads them."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

MENTION: Final = re.compile(
    r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>"
    r"|<!subteam\^(S[A-Z0-9]+)(?:\|[^>]*)?>"
    r"|<!(channel|here|everyone)(?:\|[^>]*)?>"
)
TYPED: Final = re.compile(r"@(channel|here|everyone)\b")


def notified(
    text: str, blocks: Any, *, link_names: bool = False, names: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """User ids, usergroup ids, `channel`, `here` and `everyone`, each once, in their order.

    An id that nobody has is reported too: in a customer's text it is an attempt, and a test must
    see it. With `link_names` a typed `@channel` or `@name` counts as well, as it does in Slack.
    """
    found: dict[str, None] = {}
    for part in (text, *_marked_texts(blocks)):
        for match in MENTION.finditer(part):
            found[next(group for group in match.groups() if group)] = None
        if link_names:
            for match in TYPED.finditer(part):
                found[match.group(1)] = None
            for name, person in (names or {}).items():
                if re.search(rf"@{re.escape(name)}\b", part):
                    found[person] = None
    for mention in _rich_mentions(blocks):
        found[mention] = None
    return tuple(found)


def _marked_texts(value: Any) -> Iterator[str]:
    """Texts in which Slack looks for mentions: mrkdwn objects and markdown blocks."""
    if isinstance(value, list | tuple):
        for item in value:
            yield from _marked_texts(item)
    elif isinstance(value, dict):
        if value.get("type") in {"mrkdwn", "markdown"} and isinstance(value.get("text"), str):
            yield value["text"]
        for part in value.values():
            yield from _marked_texts(part)


def _rich_mentions(value: Any) -> Iterator[str]:
    if isinstance(value, list | tuple):
        for item in value:
            yield from _rich_mentions(item)
    elif isinstance(value, dict):
        kind = value.get("type")
        name = {"user": "user_id", "usergroup": "usergroup_id", "broadcast": "range"}.get(
            kind or ""
        )
        if name and isinstance(value.get(name), str):
            yield value[name]
        for part in value.values():
            yield from _rich_mentions(part)
