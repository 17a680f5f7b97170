"""Which lessons a case owes: one for each level at which it ended upheld, until it is recorded.

Whatever becomes of the case meanwhile (a reply opens it again, it goes to Level Two, it turns out to
be an enquiry), what an earlier stage owes is carried along (`Case.lessons_owed`).
"""

from models.agreed import Agreed
from models.case import Case, Level, Outcome, State
from models.prediction import Category

UPHELD = frozenset({Outcome.UPHELD, Outcome.PARTLY_UPHELD})


def owed(case: Case, outcome: Outcome | None = None) -> tuple[Level | None, ...]:
    """The levels whose lesson is owed, the earlier first; None is a complaint's without a level (an
    MP's). With an `outcome`: as if the case ended with it now.
    """
    levels: list[Level | None] = [*case.lessons_owed]
    if _ended_as(case, outcome) in UPHELD and case.category is Category.COMPLAINT:
        levels.append(case.level)
    return tuple(level for level in dict.fromkeys(levels) if recorded_at(case, level) is None)


def carried(case: Case) -> tuple[Level, ...]:
    """What the next stage of the case takes along."""
    return tuple(level for level in owed(case) if level is not None)


def recorded_at(case: Case, level: str | None) -> Agreed | None:
    """The lesson recorded at a level."""
    return next((one for one in case.agreed if one.lesson and one.level == level), None)


def to_correct(case: Case) -> Agreed | None:
    """The lesson that can be corrected: that of the level which the case has, else the last; None
    while one is owed, for that is to be recorded first.
    """
    if owed(case):
        return None
    lessons = [one for one in case.agreed if one.lesson]
    return recorded_at(case, case.level) or (lessons[-1] if lessons else None)


def _ended_as(case: Case, outcome: Outcome | None) -> Outcome | None:
    """How the present stage ended: an answer that has not left, or came back, ended nothing."""
    if case.stage.answered_at is not None or case.state is State.CLOSED:
        return case.stage.outcome or outcome
    return outcome
