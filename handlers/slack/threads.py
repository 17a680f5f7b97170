"""What stands in a case's thread: the customer's words, why the model thinks so, history."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from handlers.slack import why, wording
from handlers.slack.api import Block, Saying
from models.attachment_risks import risk
from models.message import Attachment, Forwarded, Scanned
from models.store_port import StoredMessage

# A message of Slack's holds some 13,000 characters of blocks in all; half of it leaves room.
_CHUNK = 2_800
_CHUNKS_A_MESSAGE = 2
_MESSAGES = 8


def words(
    stored: StoredMessage, scanned: Mapping[str, Scanned] = MappingProxyType({})
) -> Iterator[Saying]:
    """A message's own words in quotes that format nothing, then attachments and reasons. `scanned`
    are the scanner's verdicts, by hash.

    Long messages are cut into several; what is beyond some 45,000 characters is counted, and
    stays in the store.
    """
    text = _showable(stored.message.text) or "(the message has no text)"
    chunks = [text[i : i + _CHUNK] for i in range(0, len(text), _CHUNK)]
    shown = chunks[: _CHUNKS_A_MESSAGE * _MESSAGES]
    head = f"{wording.escape(_sender(stored))} {wording.SAID[stored.message.source]}:"
    for start in range(0, len(shown), _CHUNKS_A_MESSAGE):
        part = shown[start : start + _CHUNKS_A_MESSAGE]
        blocks = [_quote(chunk) for chunk in part]
        if start == 0:
            blocks.insert(0, _section(head))
        last = start + _CHUNKS_A_MESSAGE >= len(shown)
        if last:
            blocks += _footer(stored, scanned, len(text) - sum(map(len, shown)))
        yield Saying(head if start == 0 else "…and went on:", blocks)


def _sender(stored: StoredMessage) -> str:
    sender = stored.message.sender
    return wording.one_line(sender.name or sender.address or "", 80) or "Somebody without a name"


def _footer(stored: StoredMessage, scanned: Mapping[str, Scanned], left_out: int) -> list[Block]:
    lines, message = [], stored.message
    if "dmarc=fail" in message.authentication:
        lines.append(f"*The sender could not be verified* ({message.authentication})")
    if message.forwarded is not None:
        lines.append(f"*Forwarded from:* {wording.escape(_original(message.forwarded))}")
    if left_out:
        lines.append(f"{left_out:,} more characters are kept in the store.")
    if message.attachments:
        listed = [
            _attachment(number, attachment, scanned.get(attachment.sha256))
            for number, attachment in enumerate(message.attachments, start=1)
        ]
        lines.append("*Attachments:* " + "; ".join(listed))
    lines += [f"*Could not be read:* {wording.escape(d)}" for d in stored.message.defects[:3]]
    if stored.prediction is not None:
        lines += why.flag_lines(stored.prediction.flags, stored.prediction)
        lines.append(why.reasons(stored.prediction))
    return [_context(line[:2_000]) for line in lines if line]


def _original(original: Forwarded) -> str:
    return wording.one_line(f"{original.name} <{original.address or 'no address given'}>", 200)


def _attachment(number: int, attachment: Attachment, scanned: Scanned | None) -> str:
    size = f"{max(1, round(attachment.size / 1000)):,} kB"
    can_harm = risk(attachment)
    facts = [size, f"*{can_harm}*" if can_harm else "", wording.scanned(scanned)]
    name = wording.escape(wording.one_line(attachment.name, 80))
    return f"{number}. {name} ({', '.join(filter(None, facts))})"


def line(text: str) -> Saying:
    """One line of mrkdwn in the thread."""
    return Saying(text, [_section(text)])


def _showable(text: str) -> str:
    """Slack refuses a few control characters; they say nothing to a reader."""
    return "".join(c for c in text if c in "\n\t" or c.isprintable() or ord(c) > 159).strip()


def _quote(text: str) -> Block:
    return {
        "type": "rich_text",
        "elements": [{"type": "rich_text_quote", "elements": [{"type": "text", "text": text}]}],
    }


def _section(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def _context(text: str) -> Block:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text, "verbatim": True}]}
