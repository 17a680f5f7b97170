"""When two messages are the same, and when two say the same words (mail.md C24, D27)."""

import hashlib
import re
from dataclasses import dataclass

from models.message import Message

# What lists and gateways put before a subject, and what mail programs do.
_TAGS = re.compile(
    r"\A(?:\s*(?:\[[^\]]{1,40}\]|\*{2,5}[^*]{1,30}\*{2,5}|re:|fwd?:))+", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Likeness:
    """`content` is equal for copies of one message that came by another way: who wrote it, its
    subject without tags, its words and what came attached; white space and all other headers do not
    count. `words` is equal where the same is said anew, whatever the subject and what is quoted.
    """

    content: str
    words: str


def likeness(message: Message) -> Likeness:
    """What a message is compared by."""
    attached = sorted(attachment.sha256 for attachment in message.attachments)
    sender = (message.sender.address or message.sender.name).lower()
    content = _hash(sender, _TAGS.sub("", message.subject), message.text, *attached)
    return Likeness(content, _hash(message.new_text, *attached))


def _hash(*parts: str) -> str:
    # A part cannot hold the separator: its white space is folded to single spaces.
    said = "\n".join(" ".join(part.split()) for part in parts)
    return hashlib.sha256(said.encode("utf-8", "backslashreplace")).hexdigest()
