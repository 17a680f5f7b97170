"""`carebot classify`: one email, or JSON lines as they come."""

import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from classifier.lines import classify_lines
from classifier.predict import Classifier
from models.errors import Misconfigured
from models.message import Origin, RawMessage
from models.ports import Reader
from models.prediction import Prediction

_STANDARD_INPUT = "-"
_BATCH = 64


def classify_email(path: str, read: Reader, classifier: Classifier, now: datetime) -> Prediction:
    """The prediction of one email at a path, or on standard input. Raises Misconfigured."""
    piped = path == _STANDARD_INPUT
    content = sys.stdin.buffer.read() if piped else _open(path).read_bytes()
    message = read(RawMessage(content, Origin("classify", path), now))
    return classifier.predict(message.subject, message.new_text, message.sender.address or "")


def classify_stream(path: str, classifier: Classifier) -> Iterator[str]:
    """A prediction for each line. A file is read in batches, a stream answered line by line."""
    if path == _STANDARD_INPUT:
        lines = (line.decode("utf-8", "replace") for line in sys.stdin.buffer)
        yield from classify_lines(lines, classifier, batch=1)
        return
    with _open(path).open(encoding="utf-8", errors="replace") as file:
        yield from classify_lines(file, classifier, batch=_BATCH)


def _open(path: str) -> Path:
    file = Path(path)
    if not file.is_file():
        raise Misconfigured(f"there is no file {path}")
    return file
