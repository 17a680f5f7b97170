"""What a message says to who hears it: a screen reader reads the top-level text and not the blocks."""

from collections.abc import Iterable, Iterator

from handlers.slack import wording

# Slack takes a text of 40,000 characters when it is posted, but only 4,000 bytes, escaped, when it is
# changed; what we post is changed when a case becomes private.
_MOST_BYTES = 3_900
_PART_BYTES = 3_300
_PART = 2_800
"""What a section holds, with room."""


def aloud(*lines: str) -> str:
    """Lines of mrkdwn as one text that can be posted and changed: where it is too long it ends with an
    ellipsis, never inside an entity.
    """
    text = "\n".join(filter(None, lines))
    if size(text) <= _MOST_BYTES:
        return text
    kept = _beginning(text, _MOST_BYTES)
    entity = kept.rfind("&")
    if entity > len(kept) - 6 and ";" not in kept[entity:]:
        kept = kept[:entity]
    opened = kept.rfind("<")
    if opened > kept.rfind(">"):
        kept = kept[:opened]
    return f"{kept.rstrip()}…"


def chunks(text: str) -> list[str]:
    """Text that is not escaped yet, in parts of which each fits into a block and, escaped, can be read
    aloud whole.
    """
    parts = []
    while text:
        part = _beginning(text[:_PART], _PART_BYTES, escaped=False)
        parts.append(part)
        text = text[len(part) :]
    return parts


def together(lines: Iterable[str]) -> Iterator[str]:
    """Lines of mrkdwn in parts that a section holds and that can be read aloud whole."""
    part = ""
    for line in lines:
        if part and (len(part) + len(line) > _PART or size(part) + size(line) > _PART_BYTES):
            yield part
            part = ""
        part = f"{part}\n{line}" if part else line
    if part:
        yield part


def size(text: str) -> int:
    """How long Slack finds it: in bytes."""
    return len(text.encode("utf-8", "surrogatepass"))


def _beginning(text: str, most: int, *, escaped: bool = True) -> str:
    """As much of the beginning as fits, at least a character."""
    while True:
        found = size(text if escaped else wording.escape(text))
        if found <= most or len(text) == 1:
            return text
        text = text[: max(1, min(len(text) - 1, len(text) * most // found))]
