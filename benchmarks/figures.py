"""A line of the table, and how times are taken."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: `value` is None where it could not be measured, which `note` then explains.

    `ratio` is how many times the figure that `to` names; it is the part that can be compared
    between machines.
    """

    subject: str
    what: str
    value: float | None
    unit: str
    ratio: float | None = None
    to: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much of everything is done."""

    intake: int = 2_000
    intake_runs: int = 3
    letters: int = 50
    singles: int = 200
    batch: int = 1_000
    few_cases: int = 1_000
    many_cases: int = 100_000
    due_cases: int = 100
    tick_runs: int = 5
    officers: int = 50
    starts: int = 5
    memory: int = 20_000


FULL = Sizes()
QUICK = Sizes(
    intake=100,
    intake_runs=1,
    letters=3,
    singles=20,
    batch=100,
    few_cases=40,
    many_cases=400,
    due_cases=20,
    tick_runs=1,
    officers=4,
    starts=1,
    memory=500,
)


def seconds_of(act: Callable[[], object]) -> float:
    """How long it takes."""
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def median(times: Sequence[float]) -> float:
    """The middle one."""
    return statistics.median(times)


def percentile_95(times: Sequence[float]) -> float:
    """What 95 in 100 do not exceed: one that was measured, none in between."""
    return sorted(times)[max(0, -(-len(times) * 95 // 100) - 1)]
