"""What an answer covers of the points that its case raises (requirement 19)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from models.case import Action, Case, Change
from models.changing import change, check
from models.errors import Refused
from models.history import Detail, Entry, Event
from models.people import Actor
from models.points import Point, open_points, ticked

COVERED = "covered"
"""The numbers of the points that an answer covers, counted from 0, among the choices of its draft."""


def write_points(case: Case, points: tuple[Point, ...], actor: Actor, now: datetime) -> Change:
    """The points of a case are these. Refused where they are already."""
    check(case, Action.POINTS)
    if points == case.points:
        raise Refused(f"Nothing has changed: these are the points of {case.reference} already.")
    return change(case, Event.POINTS_WRITTEN, actor, now, _counted(points), points=points)


def still_open(case: Case, details: Mapping[str, str]) -> tuple[str, ...]:
    """The points that an answer with these choices leaves open."""
    return tuple(point.text for point in open_points(_after(case, details)))


def check_covered(case: Case, details: Mapping[str, str], *, although_open: bool) -> None:
    """Refused where an answer leaves a point open and nobody said that it goes all the same."""
    if COVERED not in details or although_open:
        return
    count = len(still_open(case, details))
    if count:
        raise Refused(
            f"{'One point is' if count == 1 else f'{count} points are'} open: tick that it is sent "
            "all the same, or go back and answer."
        )


def with_points(
    approved: Change, details: Mapping[str, str], actor: Actor, now: datetime
) -> Change:
    """An answer just approved covers the points that were ticked with it."""
    case = approved.case
    if COVERED not in details or not case.points:
        return approved
    points = _after(case, details)
    answered = (str(number) for number, point in enumerate(case.points) if point.is_answered)
    send, *others = approved.entries
    send = replace(send, details={**send.details, "answered_were": " ".join(answered)})
    entry = Entry(case.reference, case.version, Event.POINTS_COVERED, now, actor, _counted(points))
    return Change(replace(case, points=points), (send, *others, entry))


def _after(case: Case, details: Mapping[str, str]) -> tuple[Point, ...]:
    return ticked(case.points, frozenset(map(int, details.get(COVERED, "").split())))


def _counted(points: tuple[Point, ...]) -> dict[str, Detail]:
    return {"points": len(points), "open": len(open_points(points))}
