"""`carebot ingest`: messages from files through the same intake as the mailbox's."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from bot.mail_files import read_paths
from handlers.intake import Intake, TakenIn
from models.message import RawMessage


def ingest_paths(
    intake: Intake, paths: Sequence[Path], now: Callable[[], datetime]
) -> Iterator[tuple[str, TakenIn]]:
    """Take in every message below the paths, in order, with the label of where each was found."""
    labels: deque[str] = deque()

    def raws() -> Iterator[RawMessage]:
        for label, raw in read_paths(paths):
            labels.append(label)
            yield raw

    for taken in intake.take_in_all(raws(), now):
        yield labels.popleft(), taken


def to_line(label: str, taken: TakenIn) -> dict[str, object]:
    """What `--json` prints of a message; its fields are null where it could not be read."""
    message, prediction = taken.message, taken.prediction
    return {
        "file": label,
        "outcome": taken.arrival.value,
        "reference": taken.reference,
        "reason": taken.reason or None,
        "from": message.sender.address if message else None,
        "subject": message.subject if message else None,
        "text": message.text if message else None,
        "new_text": message.new_text if message else None,
        "attachments": [a.name for a in message.attachments] if message else [],
        "prediction": prediction.to_json() if prediction else None,
    }
