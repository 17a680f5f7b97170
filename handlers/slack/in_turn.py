"""Texts of both sides in one modal, in the order of their times, within what Slack takes of a view."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from handlers.slack import fields
from handlers.slack.api import Block


@dataclass(frozen=True, slots=True)
class Part:
    """Something written: when (aware), by whom, and its text; both plain."""

    at: datetime
    head: str
    text: str


@dataclass(frozen=True, slots=True)
class Fitting:
    """What has room: blocks with the times of their texts; how much is shown, and how much is not."""

    blocks: tuple[tuple[datetime, Block], ...]
    characters: int
    left_out: int


def fitting(parts: Sequence[Part], characters: int, blocks: int) -> Fitting:
    """As much of the texts as these limits hold, the first of them first, each below its head."""
    found: list[tuple[datetime, Block]] = []
    used = left_out = 0
    for part in parts:
        room = max(blocks - len(found) - 1, 0)
        shown = fields.split(part.text[: max(characters - used, 0)])[:room]
        used += sum(map(len, shown))
        left_out += len(part.text) - sum(map(len, shown))
        if shown:
            head: Block = {"type": "context", "elements": [fields.plain(part.head)]}
            found.append((part.at, head))
            found += [(part.at, _section(one)) for one in shown if one.strip()]
    return Fitting(tuple(found), used, left_out)


def in_order(*sides: Fitting) -> list[Block]:
    """The blocks of all sides by time."""
    every = [timed for side in sides for timed in side.blocks]
    return [block for _, block in sorted(every, key=lambda timed: timed[0])]


def _section(text: str) -> Block:
    return {"type": "section", "text": fields.plain(text)}
