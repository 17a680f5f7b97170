"""A council for tests: the example's, with a calendar that is written out here."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from bot.config import read_council_file
from bot.council_of_settings import council_of
from models.council import Council

EXAMPLE = Path(__file__).parents[2] / "council.toml"


def example_council(undo_seconds: int = 0) -> Council:
    """The example's; letters leave at once, save where Undo is what is asked about."""
    council = council_of(read_council_file(EXAMPLE))
    undo_for = timedelta(seconds=undo_seconds)
    return replace(council, sending=replace(council.sending, undo_for=undo_for))


def utc(year: int, month: int, day: int, hour: int = 12, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def on(day: date, hour: int = 12) -> datetime:
    return utc(day.year, day.month, day.day, hour)
