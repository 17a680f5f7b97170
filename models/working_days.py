"""Working days: Monday to Friday, less bank holidays and the council's own closure days."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType

_ONE_DAY = timedelta(days=1)
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class DayCounted:
    """A day on the way to a deadline: its number, or None and why it was skipped."""

    day: date
    number: int | None
    why_skipped: str | None


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """A calendar of one nation and one council. `days_off` maps a date to its name for people."""

    days_off: Mapping[date, str] = field(default_factory=lambda: MappingProxyType({}))

    def why_off(self, day: date) -> str | None:
        """Why nobody works on `day`, in words; None for a working day."""
        if day in self.days_off:
            return self.days_off[day]
        return day.strftime("%A") if day.weekday() >= _SATURDAY else None

    def is_working_day(self, day: date) -> bool:
        """Whether the council works on `day`."""
        return day.weekday() < _SATURDAY and day not in self.days_off

    def next_working_day(self, day: date) -> date:
        """The first working day after `day`."""
        day += _ONE_DAY
        while not self.is_working_day(day):
            day += _ONE_DAY
        return day

    def on_or_after(self, day: date) -> date:
        """`day` itself if it is a working day, else the next one."""
        return day if self.is_working_day(day) else self.next_working_day(day)

    def add(self, day: date, working_days: int) -> date:
        """The date `working_days` (0 or more) after `day`, which is day 0 whether worked or not."""
        if working_days < 0:
            raise ValueError("working days are counted forwards")
        for _ in range(working_days):
            day = self.next_working_day(day)
        return day

    def count(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`; negative when `end` is earlier."""
        if end < start:
            return -self.count(end, start)
        return sum(
            self.is_working_day(start + n * _ONE_DAY) for n in range(1, (end - start).days + 1)
        )

    def explain(self, start: date, working_days: int) -> Iterator[DayCounted]:
        """Each day from `start` (day 0) to the deadline: its number, or why it was skipped."""
        yield DayCounted(start, 0, None)
        day, number = start, 0
        while number < working_days:
            day += _ONE_DAY
            why = self.why_off(day)
            if why is None:
                number += 1
            yield DayCounted(day, None if why else number, why)
