"""A message in several matters becomes several cases, linked, with one acknowledgement (requirement 5).

Like `models.actions`: each gives the new case and the history it made, and writes nothing.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from models import actions
from models.actions import Report
from models.case import Action, Case, Change
from models.changing import change, check
from models.council import Council
from models.history import Entry, Event
from models.people import CAREBOT, Actor
from models.prediction import Prediction


def check_split(case: Case) -> None:
    """Refused where the case has ended."""
    check(case, Action.SPLIT)


def split_off(
    case: Case,
    reference: str,
    prediction: Prediction,
    council: Council,
    actor: Actor,
    now: datetime,
) -> Change:
    """The new case of a part of `case`: the same person, the same day, a clock of its own. What
    has acknowledged `case` has acknowledged both.
    """
    report = Report(
        reference=reference,
        subject=case.subject,
        customer=case.customer,
        source=case.source,
        received_at=case.received_at,
        prediction=prediction,
        original=case.original,
    )
    opened = actions.open_case(report, council, now, by=actor)
    stage = replace(
        opened.case.stage,
        acknowledgement_approved_at=case.stage.acknowledgement_approved_at,
        acknowledged_at=case.stage.acknowledged_at,
    )
    # Where the policy counts from the acknowledgement, its date is the first case's too.
    dated = actions.redated(replace(opened.case, stage=stage), council)
    details = {**opened.entries[0].details, "split_from": case.reference}
    return Change(dated, (replace(opened.entries[0], details=details),))


def was_split(case: Case, other: str, actor: Actor, now: datetime) -> Change:
    """`case` goes on with the rest of its message; `other` is the part that was taken out."""
    return change(case, Event.SPLIT, actor, now, {"other": other})


def parts_of(history: Iterable[Entry]) -> tuple[str, ...]:
    """The cases that were taken out of a case, by its history."""
    return tuple(str(e.details["other"]) for e in history if e.event is Event.SPLIT)


def acknowledged_with(part: Case, first: str, council: Council, at: datetime) -> Change | None:
    """The acknowledgement of the case it was taken out of left at `at`: it was for both. None where
    the part has one of its own.
    """
    if part.stage.acknowledged_at is not None:
        return None
    acknowledged = actions.acknowledged(part, council, CAREBOT, at)
    (entry,) = acknowledged.entries
    return replace(
        acknowledged, entries=(replace(entry, details={**entry.details, "with": first}),)
    )
