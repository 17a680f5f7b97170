"""What stands in a case's thread: the customer's words, why the model thinks so, history."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from handlers.slack import why, wording
from handlers.slack.aloud import aloud, chunks, size
from handlers.slack.api import Block, Saying, ThreadFile
from models.attachment_risks import risk
from models.message import Attachment, Forwarded, Scanned
from models.store_port import StoredMessage

_IN_THE_THREAD = 5_000
"""What is longer is a file: on a phone nobody scrolls through more."""

_ALOUD = 3_800
"""Bytes of a text: what follows the words has a message of its own where it does not fit."""

_NO_VERDICTS: Mapping[str, Scanned] = MappingProxyType({})


def words(stored: StoredMessage, scanned: Mapping[str, Scanned] = _NO_VERDICTS) -> Iterator[Saying]:
    """A message's own words in quotes that format nothing, then attachments and reasons. `scanned`
    are the scanner's verdicts, by hash. Of a long message its beginning, with the name of the file
    (`whole`) that has the rest of it.
    """
    text = _text(stored)
    head = f"{wording.escape(_sender(stored))} {wording.SAID[stored.message.source]}:"
    footer = _footer(stored, scanned)
    parts = chunks(text)
    if is_long(stored):
        footer.insert(0, f"*It goes on below*: the whole text has {len(text):,} characters.")
        parts = parts[:1]
    posts = [([wording.escape(part)], [_quote(part)]) for part in parts]
    posts[0][0].insert(0, head)
    posts[0][1].insert(0, _section(head))
    if size("\n".join([*posts[-1][0], *footer])) > _ALOUD:
        posts.append(([], []))
    posts[-1][0].extend(footer)
    posts[-1][1].extend(map(_context, footer))
    for said, blocks in posts:
        if blocks:
            yield Saying(aloud(*said), blocks)


def is_long(stored: StoredMessage) -> bool:
    """Whether a message is put into its thread as a file."""
    return len(_text(stored)) > _IN_THE_THREAD


def whole(stored: StoredMessage, reference: str, number: int) -> ThreadFile:
    """The text of the `number`th message of a case, every character of it."""
    text = stored.message.text
    return ThreadFile(
        name=f"{reference}-message-{number}.txt",
        title=f"{reference}, message {number}: the whole text",
        described=f"The whole text of message {number} of {reference}, {len(text):,} characters",
        content=text.encode("utf-8", "backslashreplace"),
    )


def rest(stored: StoredMessage) -> Iterator[Saying]:
    """What follows the beginning of a long message, where Slack takes no file."""
    for part in chunks(_text(stored))[1:]:
        yield Saying(aloud("…and went on:", wording.escape(part)), [_quote(part)])


def _text(stored: StoredMessage) -> str:
    return showable(stored.message.text) or "(the message has no text)"


def _sender(stored: StoredMessage) -> str:
    sender = stored.message.sender
    return wording.one_line(sender.name or sender.address or "", 80) or "Somebody without a name"


def _footer(stored: StoredMessage, scanned: Mapping[str, Scanned]) -> list[str]:
    lines, message = [], stored.message
    if "dmarc=fail" in message.authentication:
        lines.append(f"*The sender could not be verified* ({message.authentication})")
    if message.forwarded is not None:
        lines.append(f"*Forwarded from:* {wording.escape(_original(message.forwarded))}")
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
    return [line[:2_000] for line in lines if line]


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


def showable(text: str) -> str:
    """A customer's text as Slack takes it: a few control characters it refuses, and they say nothing."""
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
