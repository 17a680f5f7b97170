"""How every action on a case is checked against its state and written down."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from models.allowed import RULES
from models.case import Action, Case, Change, State
from models.errors import Refused
from models.history import Detail, Entry, Event
from models.people import Actor


def check(case: Case, action: Action) -> None:
    """Refused where the action does not fit the case (`RULES`): its state, or a condition that has a
    sentence of its own for it.
    """
    if case.state in RULES[action].states:
        for condition in RULES[action].conditions:
            if condition.refusal and not condition.holds(case):
                raise Refused(condition.refusal.format(case=case.reference))
        return
    said = {
        State.TRIAGE: "is waiting for somebody to decide what it is: use Change first",
        State.OPEN: "is open",
        State.ANSWERED: "has been answered",
        State.CLOSED: "is closed",
    }[case.state]
    raise Refused(f"{case.reference} {said}.")


def change(
    case: Case,
    event: Event,
    actor: Actor,
    at: datetime,
    details: Mapping[str, Detail],
    **changes: object,
) -> Change:
    """The case with `changes` as its next version, and the entry that says what happened."""
    after = replace(case, version=case.version + 1, **changes)  # type: ignore[arg-type]  # names are the callers'
    return Change(after, (Entry(case.reference, after.version, event, at, actor, details),))


def iso(day: date | None) -> str | None:
    """A date as history keeps it."""
    return day.isoformat() if day else None
