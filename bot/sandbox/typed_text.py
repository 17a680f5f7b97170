"""What Slack's client and server make of the text that a person typed."""

import re
from typing import Final

from bot.sandbox.workspace import BOT_NAME, BOT_USER_ID, Workspace

KEPT: Final = re.compile(
    r"<(?:@[UW][A-Z0-9]+|#C[A-Z0-9]+|!(?:channel|here|everyone))(?:\|[^<>]*)?>"
)
# A name counts only at the start of a word, and not within a reference that is there already.
BEFORE: Final = r"(?<![\w<])"


def as_typed(workspace: Workspace, text: str) -> str:
    """A message's text: mentions as ids, everything else escaped."""
    parts = []
    end = 0
    for match in KEPT.finditer(text):
        parts += [_escaped(text[end : match.start()]), match.group()]
        end = match.end()
    parts.append(_escaped(text[end:]))
    typed = "".join(parts)
    for name, person in _names(workspace).items():
        typed = re.sub(rf"{BEFORE}@{re.escape(name)}\b", f"<@{person}>", typed)
    return re.sub(rf"{BEFORE}@(channel|here|everyone)\b", r"<!\1>", typed)


def with_references(workspace: Workspace, text: str) -> str:
    """A command's text with `should_escape`: people and channels that exist become ids."""
    for name, person in _names(workspace).items():
        text = re.sub(rf"{BEFORE}@{re.escape(name)}\b", f"<@{person}|{name}>", text)
    for channel in list(workspace.channels.values()):
        pattern = rf"{BEFORE}#{re.escape(channel.name)}(?![\w-])"
        text = re.sub(pattern, f"<#{channel.id}|{channel.name}>", text)
    return text


def _names(workspace: Workspace) -> dict[str, str]:
    names = {person.name: person.id for person in workspace.people.values()}
    return names | {BOT_NAME: BOT_USER_ID}


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
