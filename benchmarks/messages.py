"""Realistic mail to a council, made from the corpus: the same for the same count, every time."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cache
from html import escape
from itertools import count as numbers
from itertools import islice
from pathlib import Path
from random import Random

from classifier.labelled import CORPUS, Labelled, read_labelled

_TO = "complaints@westmere.example"
_FIRST = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
_NAMES = ("Ada Finch", "Bryn Powell", "Chidi Eze", "Dora Novák", "Ewan Muir", "Farah Aziz")
_PHONE = "\n\nSent from my phone"
_HTML = """<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8">
<style>p.MsoNormal {{ margin: 0cm; font-size: 11.0pt; font-family: "Calibri", sans-serif; }}</style>
</head><body lang="EN-GB"><div class="WordSection1">
{paragraphs}
</div></body></html>
"""


def messages(count: int, seed: int = 2026) -> Iterator[bytes]:
    """So many different emails, one at a time.

    Each has a sender and a Message-ID of its own. In 100 about 65 are plain text, 30 have HTML
    beside it and 5 have HTML alone. Beyond the corpus' size the texts come again.
    """
    # Not for secrets: the same seed has to give the same mail.
    random = Random(seed)
    lines = list(_corpus())
    random.shuffle(lines)
    for number in islice(numbers(1), count):
        yield _email(lines[(number - 1) % len(lines)], number, random)


def write_messages(folder: Path, count: int) -> None:
    """The same emails as files `000001.eml` and on."""
    folder.mkdir(parents=True)
    for number, content in enumerate(messages(count), 1):
        (folder / f"{number:06}.eml").write_bytes(content)


@cache
def _corpus() -> tuple[Labelled, ...]:
    return tuple(read_labelled(CORPUS))


def _email(line: Labelled, number: int, random: Random) -> bytes:
    name = random.choice(_NAMES)
    message = EmailMessage()
    message["From"] = f"{name} <{name.split()[0].lower()}.{number}@post.example>"
    message["To"] = _TO
    message["Subject"] = " ".join(line.subject.split())
    message["Date"] = format_datetime(_FIRST + timedelta(minutes=7 * number))
    message["Message-ID"] = f"<{number}.{random.getrandbits(64):x}@post.example>"
    text = line.body + (_PHONE if random.random() < 0.2 else "")
    kind = random.random()
    if kind < 0.05:
        message.set_content(_html(text), subtype="html")
        return message.as_bytes()
    message.set_content(text)
    if kind < 0.35:
        message.add_alternative(_html(text), subtype="html")
        message.set_boundary(f"=_{random.getrandbits(96):024x}")
    return message.as_bytes()


def _html(text: str) -> str:
    paragraphs = [escape(part).replace("\n", "<br>\n") for part in text.split("\n\n")]
    return _HTML.format(
        paragraphs="\n".join(f'<p class="MsoNormal">{part}</p>' for part in paragraphs)
    )
