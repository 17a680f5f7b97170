"""The points that a message raises, as a checklist for its answer (requirement 19)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that the customer wants answered, in the officer's words, and whether it is."""

    text: str
    is_answered: bool = False


def open_points(points: tuple[Point, ...]) -> tuple[Point, ...]:
    """Those that nobody has answered yet."""
    return tuple(point for point in points if not point.is_answered)
