"""What a letter's plain text is made of: headings, lists and paragraphs, for HTML and for paper."""

import re
from collections.abc import Iterator
from itertools import groupby

GAP = re.compile(r"\n\s*\n")
_LONGEST_HEADING = 60
_ITEM = ("- ", "• ")
_NO_HEADING = re.compile(r"[.:;,] |://|www\.|@|^(?:yours|kind|best|regards)\b", re.IGNORECASE)
_SENTENCE = re.compile(r"[.?!:](?:\s|\Z)")

Block = tuple[str, list[str]]
"""("heading" | "list" | "paragraph", its lines)"""


def blocks(text: str) -> Iterator[Block]:
    """The text's parts in order. A list is lines that start with a dash or a bullet; a heading a
    short line without a full stop that stands alone above a sentence.
    """
    paragraphs = [paragraph.split("\n") for paragraph in GAP.split(text.strip())]
    for at, lines in enumerate(paragraphs):
        following = paragraphs[at + 1] if at + 1 < len(paragraphs) else None
        if at and following and _is_heading(lines, following):
            yield "heading", lines
            continue
        for in_list, part in groupby(lines, key=_is_item):
            if in_list:
                yield "list", [line.lstrip()[2:].strip() for line in part]
            else:
                yield "paragraph", list(part)


def _is_item(line: str) -> bool:
    return line.lstrip().startswith(_ITEM)


def _is_heading(lines: list[str], following: list[str]) -> bool:
    line = lines[0].strip()
    short = len(lines) == 1 and len(line) <= _LONGEST_HEADING and line[-1:].isalnum()
    if not short or not line[:1].isupper() or _NO_HEADING.search(line):
        return False
    # "Yours sincerely" stands above a name, and a name is no sentence.
    return any(map(_is_item, following)) or _SENTENCE.search("\n".join(following)) is not None
