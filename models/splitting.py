"""A message in several matters becomes several cases, linked, with one acknowledgement (requirement 5).

Like `models.actions`: each gives the new case and the history it made, and writes nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from models import actions
from models.actions import Report
from models.case import Action, Case, Change
from models.changing import change, check
from models.channels import is_private
from models.contact import Contact
from models.council import Council
from models.errors import Refused
from models.history import Entry, Event
from models.noted import first_line
from models.one_acknowledgement import is_acknowledged_once, shared
from models.people import Actor
from models.prediction import Prediction

_LONGEST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Part:
    """The words of a second matter, as they stand in a message that was received at `received_at` (aware
    UTC), what the model says of them, and what was found of earlier contact. `acknowledged`: the
    letter that acknowledged the case is that of this message too.
    """

    reference: str
    words: str
    received_at: datetime
    prediction: Prediction
    contact: Contact | None = None
    acknowledged: bool = True


def check_split(case: Case) -> None:
    """Refused where the case has ended."""
    check(case, Action.SPLIT)


def may_split(received_at: datetime, history: Iterable[Entry], council: Council) -> bool:
    """Whether a message received then can be split: a part of one from before a review at Level Two
    would be overdue at once.
    """
    asked = [str(e.details["asked_on"]) for e in history if e.event is Event.ESCALATED]
    return not asked or council.local_date(received_at) >= date.fromisoformat(asked[-1])


def check_any(case: Case, messages: Sequence[object]) -> None:
    """Refused where no message of the case can be split."""
    if not messages:
        raise Refused(
            f"{case.reference} is under review at Level Two, which looks at all that was written "
            "before: answer the other matter there too."
        )


def is_acknowledged(case: Case, received_at: datetime, history: Iterable[Entry]) -> bool:
    """Whether the letter that acknowledged a case left after a message of it came in: it is for that
    one too. A review's is for the review only.
    """
    left_at = case.stage.acknowledged_at
    return is_acknowledged_once(history) and left_at is not None and left_at >= received_at


def check_words(part: str, message: str) -> str:
    """The part's words, each line of which the customer wrote. Raises Refused."""
    if not part.strip():
        raise Refused("Leave in the words of the other matter.")
    whole = _flat(message)
    for line in part.splitlines():
        if _flat(line) not in whole:
            shown = _flat(line)[:_LONGEST_SHOWN]
            raise Refused(f"The customer did not write “{shown}”: only take words out, add none.")
    return part.strip()


def split_off(case: Case, part: Part, council: Council, actor: Actor, now: datetime) -> Change:
    """The new case of a part of `case`: the same person, the day of the message, a clock of its own.

    It shows nothing of the first but that part: the first may be private, and this one is not. What
    has acknowledged `case` since that message came has acknowledged both.
    """
    report = Report(
        reference=part.reference,
        subject=first_line(part.words),
        customer=case.customer,
        source=case.source,
        received_at=part.received_at,
        prediction=part.prediction,
        original=case.original,
        contact=part.contact,
    )
    opened = actions.open_case(report, council, now, by=actor)
    stage = opened.case.stage
    if part.acknowledged:
        stage = shared(stage, case.stage, council)
    # Where the policy counts from the acknowledgement, its date is the first case's too.
    dated = actions.redated(replace(opened.case, stage=stage), council)
    first = None if is_private(case, council) else case.reference
    # Nothing shows `taken_from`: who worked on the first case must not review the part either.
    own = {"split_from": first, "taken_from": case.reference}
    details = {**opened.entries[0].details, **own}
    return Change(dated, (replace(opened.entries[0], details=details),))


def was_split(case: Case, other: str, actor: Actor, now: datetime) -> Change:
    """`case` goes on with the rest of its message; `other` is the part that was taken out."""
    return change(case, Event.SPLIT, actor, now, {"other": other})


def parts_of(history: Iterable[Entry]) -> tuple[str, ...]:
    """The cases that were taken out of a case, by its history."""
    return tuple(str(e.details["other"]) for e in history if e.event is Event.SPLIT)


def _flat(text: str) -> str:
    return " ".join(text.split())
