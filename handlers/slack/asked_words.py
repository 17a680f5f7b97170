"""What an answer answers, above the fields of its window: on a phone the thread cannot be seen behind."""

from handlers.slack import fields, threads, wording
from handlers.slack.api import Block
from models.case import Case
from models.council import Council
from models.store_port import StoredMessage

ASKED = "asked_words"
"""The block's id, by which it stays on top where the window is drawn anew."""
_MOST = 300


def asked(case: Case, last: StoredMessage | None, council: Council) -> Block:
    """The subject, and the beginning of the last words as plain text, in one paragraph."""
    said = wording.subject(case)
    if last is not None:
        said = f"{said}\n{_last(last, council)}"
    return {"type": "section", "block_id": ASKED, "text": fields.plain(said)}


def _last(stored: StoredMessage, council: Council) -> str:
    message = stored.message
    who = wording.one_line(message.sender.name or message.sender.address or "", 80)
    words = wording.one_line(threads.showable(message.own_words), _MOST)
    return (
        f"{who or 'Somebody without a name'} {wording.SAID[message.source]}, "
        f"{wording.time(message.received_at, council)}:\n{words or '(the message has no text)'}"
    )
