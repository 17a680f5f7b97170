"""`carebot classify`: one email, or JSON lines as they come."""

import sys
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from queue import Queue
from typing import BinaryIO

from classifier.lines import classify_batches, classify_lines
from classifier.predict import Classifier, Text
from handlers.slack.why import doubts
from handlers.slack.wording import one_line, percent
from models.council import Catalogue
from models.errors import Misconfigured
from models.message import Origin, RawMessage
from models.ports import Reader
from models.prediction import Prediction

_STANDARD_INPUT = "-"
_BATCH = 64
_SENTENCE = 160


def classify_email(path: str, read: Reader, classifier: Classifier, now: datetime) -> Prediction:
    """The prediction of one email at a path, or on standard input. Raises Misconfigured."""
    return classifier.predict(*text_of_email(path, read, now))


def text_of_email(path: str, read: Reader, now: datetime) -> Text:
    """What the model reads of an email at a path, or on standard input. Raises Misconfigured."""
    piped = path == _STANDARD_INPUT
    content = sys.stdin.buffer.read() if piped else _open(path).read_bytes()
    message = read(RawMessage(content, Origin("classify", path), now))
    return message.subject, message.new_text, message.sender.address or ""


def prediction_lines(prediction: Prediction, catalogue: Catalogue) -> list[str]:
    """A prediction in words, with its doubts and the sentences that raised flags."""
    to = prediction.service or prediction.authority
    lines = [f"{prediction.category} for {to} ({percent(prediction.confidence)} sure)"]
    if prediction.needs_person:
        lines.append(f"a person should decide: {doubts(prediction, catalogue)}")
    lines.append(f"topic {prediction.topic}, intent {prediction.intent}")
    for flag in prediction.flags:
        sentence = prediction.raised.get(flag, "")
        lines.append(f"flag {flag}" + (f": “{one_line(sentence, _SENTENCE)}”" if sentence else ""))
    lines += [
        f"  {reason.weight:+.2f}  {one_line(reason.word, _SENTENCE)}"
        for reason in prediction.reasons
    ]
    return lines


def classify_stream(path: str, classifier: Classifier) -> Iterator[str]:
    """A prediction for each line, without waiting for the next one to come."""
    if path == _STANDARD_INPUT:
        yield from classify_batches(_as_they_come(sys.stdin.buffer), classifier)
        return
    with _open(path).open(encoding="utf-8", errors="replace") as file:
        yield from classify_lines(file, classifier, batch=_BATCH)


def lines_of(path: str) -> Iterator[str]:
    """The lines of a file, or of standard input as they come. Raises Misconfigured."""
    if path == _STANDARD_INPUT:
        for batch in _as_they_come(sys.stdin.buffer):
            yield from batch
        return
    with _open(path).open(encoding="utf-8", errors="replace") as file:
        yield from file


def _as_they_come(stream: BinaryIO) -> Iterator[list[str]]:
    """What has come so far: a slow stream line by line, a fast one in batches."""
    waiting: Queue[str | None] = Queue(_BATCH * 4)

    def read() -> None:
        try:
            for line in stream:
                waiting.put(line.decode("utf-8", "replace"))
        finally:
            waiting.put(None)

    threading.Thread(target=read, daemon=True).start()
    line = waiting.get()
    while line is not None:
        batch = [line]
        while len(batch) < _BATCH and not waiting.empty() and (line := waiting.get()) is not None:
            batch.append(line)
        yield batch
        line = None if line is None else waiting.get()


def _open(path: str) -> Path:
    file = Path(path)
    if not file.is_file():
        raise Misconfigured(f"there is no file {path}")
    return file
