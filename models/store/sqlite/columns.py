"""How values stand in columns: times as UTC ISO text that sorts, dates as ISO text, lists as JSON."""

import json
from datetime import UTC, date, datetime


def time_to_text(at: datetime) -> str:
    """An aware time as text that sorts by time. Raises ValueError for a naive one."""
    if at.tzinfo is None:
        raise ValueError("a time without a zone cannot be stored")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def optional_time_to_text(at: datetime | None) -> str | None:
    """As `time_to_text`, or None."""
    return None if at is None else time_to_text(at)


def text_to_time(text: str | None) -> datetime | None:
    """The inverse of `optional_time_to_text`."""
    return None if text is None else datetime.fromisoformat(text)


def optional_date_to_text(day: date | None) -> str | None:
    """A date as ISO text, or None."""
    return None if day is None else day.isoformat()


def text_to_date(text: str | None) -> date | None:
    """The inverse of `optional_date_to_text`."""
    return None if text is None else date.fromisoformat(text)


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def to_json(value: object) -> str:
    """JSON as small as it gets."""
    return _ENCODER.encode(value)


def storable(text: str) -> str:
    """Text that SQLite can hold: lone surrogates are shown as what they are, not refused."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode()
    return text
