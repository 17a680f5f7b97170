"""How the points that an answer has to cover stand in the thread: counted, never quoted."""

from collections.abc import Callable, Mapping

from models.council import Council
from models.history import Entry, Event


def _written(entry: Entry, _council: Council, who: str) -> str:
    return f"{who} wrote down what is to be answered: {_counted(entry)}"


def _covered(entry: Entry, _council: Council, who: str) -> str:
    count = entry.details.get("open")
    if not count:
        return f"The answer covers every point: {_counted(entry)}"
    return f"{who} sent it *although points are open*: {_counted(entry)}"


def _counted(entry: Entry) -> str:
    points, still = (entry.details.get(name) or 0 for name in ("points", "open"))
    return f"{points} point{'' if points == 1 else 's'}, {still} of them open"


LINES: Mapping[Event, Callable[[Entry, Council, str], str]] = {
    Event.POINTS_WRITTEN: _written,
    Event.POINTS_COVERED: _covered,
}
"""The lines of history of what is told here."""
