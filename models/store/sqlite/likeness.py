"""When two messages are the same, and when two say the same words (mail.md C24, D27)."""

import hashlib
import re
from collections.abc import Iterable

from models.message import Message

# What lists and gateways put before a subject, and what mail programs do.
_TAGS = re.compile(
    r"\A(?:\s*(?:\[[^\]]{1,40}\]|\*{2,5}[^*]{1,30}\*{2,5}|re:|fwd?:))+", re.IGNORECASE
)


def content_hash(message: Message) -> str:
    """Equal for copies of one message that came by another way: who wrote it, its subject without
    tags, its words and what came attached. White space and all other headers do not count.
    """
    return _hash(
        (message.sender.address or message.sender.name).lower(),
        _TAGS.sub("", message.subject),
        message.text,
        *_attached(message),
    )


def words_hash(message: Message) -> str:
    """Equal where the same is said anew, whatever the subject and whatever is quoted below."""
    return _hash(message.new_text, *_attached(message))


def _attached(message: Message) -> Iterable[str]:
    return sorted(attachment.sha256 for attachment in message.attachments)


def _hash(*parts: str) -> str:
    # A part cannot hold the separator: its white space is folded to single spaces.
    said = "\n".join(" ".join(part.split()) for part in parts)
    return hashlib.sha256(said.encode("utf-8", "backslashreplace")).hexdigest()
