"""Every date of a case explained day by day: which days were counted, which skipped, and by which rule.

Made anew from the calendar and the policy as they are now, and held against the date that the case
keeps: where the two differ, that is said, never smoothed over.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from models.actions import acknowledged_on
from models.case import Case, Level, State
from models.council import Council
from models.deadlines import Promise, acknowledge_days, day_nought, promise
from models.history import Entry, Event
from models.policy import CountedFrom, Policy
from models.prediction import Category
from models.working_days import DayCounted, WorkingCalendar

# What it promises counts only once the holding reply has left.
_NOT_YET = frozenset({Event.EXTENSION_APPROVED})


class Start(StrEnum):
    """What day 0 is. `rolled`: the working day as which a receipt on a day off is treated.
    `to_acknowledge`: the last day of the acknowledgement, which has not gone. `old_date`: the date
    that was extended.
    """

    RECEIVED = "received"
    ROLLED = "rolled"
    ACKNOWLEDGED = "acknowledged"
    TO_ACKNOWLEDGE = "to_acknowledge"
    OLD_DATE = "old_date"


@dataclass(frozen=True, slots=True)
class Counting:
    """How a date was reached: `days` are all days from day 0 to the date, counted or skipped."""

    start: Start
    days: tuple[DayCounted, ...]

    @property
    def due(self) -> date:
        """The date, the last day counted."""
        return self.days[-1].day

    @property
    def number(self) -> int:
        """How many working days were counted."""
        return self.days[-1].number or 0


@dataclass(frozen=True, slots=True)
class Moved:
    """The date of the answer before and after something happened at `at` (aware UTC)."""

    was: date | None
    to: date | None
    at: datetime
    event: Event


@dataclass(frozen=True, slots=True)
class Answer:
    """How the answer's date was reached, and the promise that it keeps."""

    promise: Promise
    counting: Counting


@dataclass(frozen=True, slots=True)
class Explained:
    """The dates of a case's stage. Dates are local.

    `received_on` is the day of receipt, `rolled` the days after it, where receipt on a day off counts
    as on the next working day. `answer` is None where nothing is promised. `undecided`: a person has
    yet to say what the case is, so the earliest date of what it may be runs. `kept` is the answer's
    date as the case keeps it before an extension, `extended_to` after. `extension` is None also where
    the new date is no working day. `ended`: nothing is due any more. `moved` are the answer's
    earlier dates, oldest first.
    """

    reference: str
    received_on: date
    rolled: tuple[DayCounted, ...]
    acknowledgement: Counting
    answer: Answer | None
    undecided: bool
    kept: date | None
    extension: Counting | None
    extended_to: date | None
    ended: bool
    moved: tuple[Moved, ...]

    @property
    def agrees(self) -> bool:
        """Whether the rules of today give the date that the case keeps."""
        return self.kept == (self.answer.counting.due if self.answer else None)

    @property
    def due(self) -> date | None:
        """The date at whose end the answer is due."""
        return self.kept and (self.extended_to or self.kept)


def explained(case: Case, council: Council, history: Sequence[Entry]) -> Explained:
    """The dates of a case's stage, day by day, with what moved them."""
    policy, calendar, stage = council.policy, council.calendar, case.stage
    received_on = stage.started_on
    acknowledgement = counted(
        calendar, policy, received_on, acknowledge_days(policy, level_two=_is_review(case))
    )
    answer = _answer(case, council, acknowledgement)
    extended_to = stage.extended_to
    return Explained(
        reference=case.reference,
        received_on=received_on,
        rolled=tuple(_rolled(calendar, received_on, acknowledgement.days[0].day)),
        acknowledgement=acknowledgement,
        answer=answer,
        undecided=case.state is State.TRIAGE,
        kept=stage.respond_by,
        extension=_extension(calendar, stage.respond_by, extended_to),
        extended_to=extended_to,
        ended=not case.is_open,
        moved=tuple(_moves(history)),
    )


def counted(
    calendar: WorkingCalendar, policy: Policy, received_on: date, working_days: int
) -> Counting:
    """So many working days from the receipt on a local date, by the policy's rule for days off."""
    nought = day_nought(policy, calendar, received_on)
    start = Start.RECEIVED if nought == received_on else Start.ROLLED
    return Counting(start, tuple(calendar.explain(nought, working_days)))


def _answer(case: Case, council: Council, acknowledgement: Counting) -> Answer | None:
    """As `models.actions.redated`: an undecided case has the earlier of two dates."""
    categories = [case.category]
    if case.state is State.TRIAGE:
        categories.append(Category.COMPLAINT)
    answers = [_answer_to(case, council, category, acknowledgement) for category in categories]
    promised = [answer for answer in answers if answer is not None]
    return min(promised, key=lambda answer: answer.counting.due, default=None)


def _answer_to(
    case: Case, council: Council, category: Category, acknowledgement: Counting
) -> Answer | None:
    promised = promise(
        council.policy,
        category=category,
        as_enquiry=case.level is Level.GENERAL_ENQUIRY,
        flags=frozenset(case.flags),
        level_two=_is_review(case),
    )
    if promised is None:
        return None
    calendar = council.calendar
    if promised.counted_from is CountedFrom.RECEIPT:
        return Answer(
            promised, counted(calendar, council.policy, case.stage.started_on, promised.days)
        )
    went = acknowledged_on(case.stage, council)
    start = Start.TO_ACKNOWLEDGE if went is None else Start.ACKNOWLEDGED
    days = tuple(calendar.explain(went or acknowledgement.due, promised.days))
    return Answer(promised, Counting(start, days))


def _extension(
    calendar: WorkingCalendar, kept: date | None, extended_to: date | None
) -> Counting | None:
    if kept is None or extended_to is None or extended_to < kept:
        return None
    days = tuple(calendar.explain(kept, calendar.count(kept, extended_to)))
    return Counting(Start.OLD_DATE, days) if days[-1].day == extended_to else None


def _is_review(case: Case) -> bool:
    return case.level is Level.LEVEL_TWO


def _rolled(calendar: WorkingCalendar, received_on: date, nought: date) -> Iterator[DayCounted]:
    """The days off from the receipt to the working day as which it is treated."""
    if nought != received_on:
        first = DayCounted(received_on, None, calendar.why_off(received_on))
        between = tuple(calendar.explain(received_on, 1))[1:-1]
        yield from (first, *between)


def _moves(history: Sequence[Entry]) -> Iterator[Moved]:
    """Each time that the answer's date became another; an acknowledgement that left it is none."""
    known, current = False, None
    for entry in history:
        if "respond_by" not in entry.details or entry.event in _NOT_YET:
            continue
        text = entry.details["respond_by"]
        to = date.fromisoformat(str(text)) if text else None
        if known and to != current:
            yield Moved(current, to, entry.at, entry.event)
        known, current = True, to
