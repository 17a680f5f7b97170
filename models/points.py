"""The points that a message raises, as a checklist for its answer (requirement 19)."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from models.errors import Refused

MOST = 10
LONGEST = 140
"""Characters of a point: what a checkbox of Slack's shows, label and description together."""

_ITEM = re.compile(r"[ \t]*(?:[-*•–·]|\(?(?:\d{1,2}|[a-z])[.)])[ \t]+(?=\S)", re.IGNORECASE)
_QUESTION = re.compile(r"[^.!?\n]*[^.!?\s][^.!?\n]*\?(?=[\s\"'”’)?!]|$)")
# A label of a form may end in "?:"; that is no question of the customer's.
_LABEL = re.compile(r"[^\n?]{1,120}\?:")


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that the customer wants answered, in the officer's words, and whether it is."""

    text: str
    is_answered: bool = False


def open_points(points: tuple[Point, ...]) -> tuple[Point, ...]:
    """Those that nobody has answered yet."""
    return tuple(point for point in points if not point.is_answered)


def ticked(points: tuple[Point, ...], which: Collection[int]) -> tuple[Point, ...]:
    """The points, answered exactly where their number, counted from 0, is among `which`."""
    return tuple(replace(p, is_answered=n in which) for n, p in enumerate(points))


def written(text: str, before: tuple[Point, ...], answered: Collection[int]) -> tuple[Point, ...]:
    """The points as an officer wrote them, a line each, the same only once. `answered` are those of
    `before` that are ticked: a tick follows its line, or its place where no line came or went.

    Raises Refused for too many lines, or one that is too long.
    """
    lines = list(dict.fromkeys(filter(None, (" ".join(line.split()) for line in text.split("\n")))))
    if len(lines) > MOST:
        raise Refused(f"These are {len(lines)} points. Please make it {MOST} at most, a line each.")
    for line in lines:
        if len(line) > LONGEST:
            raise Refused(
                f"“{line[:30]}…” has {len(line)} characters: a point has {LONGEST} at most."
            )
    done = {before[n].text for n in answered if n < len(before)}
    same_places = len(lines) == len(before)
    reworded = [n for n in answered if same_places and before[n].text not in lines]
    return tuple(Point(line, line in done or n in reworded) for n, line in enumerate(lines))


def suggested(texts: Iterable[str]) -> tuple[str, ...]:
    """What the customer's own words seem to ask, to be edited: the items of their lists and their
    sentences with a question mark, each once, at most MOST.
    """
    found = (" ".join(point.split()) for text in texts for point in _raised(text))
    points = dict.fromkeys(_cut(point) for point in found if any(map(str.isalnum, point)))
    return tuple(points)[:MOST]


def _raised(text: str) -> Iterator[str]:
    """Items of lists, with the lines they go on in; questions of each paragraph between them."""
    for paragraph in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n").replace("\r", "\n")):
        lines, is_item = list[str](), False
        for line in paragraph.split("\n"):
            item, label = _ITEM.match(line), _LABEL.match(line)
            starts = item or label
            if starts:
                yield from _ended(lines, is_item=is_item)
                lines, is_item = [line[starts.end() :]], item is not None
            else:
                lines.append(line)
        yield from _ended(lines, is_item=is_item)


def _ended(lines: list[str], *, is_item: bool) -> list[str]:
    whole = " ".join(lines)
    return [whole] if is_item else _QUESTION.findall(whole)


def _cut(point: str) -> str:
    return point if len(point) <= LONGEST else point[: LONGEST - 1].rstrip() + "…"
