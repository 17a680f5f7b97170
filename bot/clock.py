"""The only place that reads the clock, and a clock that can be moved for the demo."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """The time."""

    def now(self) -> datetime:
        """Now, aware, in UTC."""
        ...


class SystemClock:
    """The machine's time."""

    def now(self) -> datetime:
        """Now, aware, in UTC."""
        return datetime.now(UTC)


class FixedClock:
    """A time that was handed in and stands still."""

    def __init__(self, at: datetime) -> None:
        """Stand at an aware time."""
        self._at = at

    def now(self) -> datetime:
        """The time handed in."""
        return self._at


class MovableClock:
    """The machine's time moved forwards by what was asked for; it never goes back."""

    def __init__(self, moved: Callable[[], None] = lambda: None) -> None:
        """`moved` is called after each move."""
        self._offset = timedelta()
        self._lock = threading.Lock()
        self._moved = moved

    def now(self) -> datetime:
        """Now, aware, in UTC."""
        with self._lock:
            return datetime.now(UTC) + self._offset

    def move_to(self, at: datetime) -> None:
        """Make it `at` now. Raises ValueError for a time that has passed."""
        with self._lock:
            ahead = at - (datetime.now(UTC) + self._offset)
            if ahead < timedelta():
                raise ValueError("the clock only goes forwards")
            self._offset += ahead
        self._moved()
