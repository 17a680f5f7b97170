"""A change is saved and shown in one go: whoever changes a case does it through here."""

from datetime import datetime

from models import outbox
from models.case import Case, Change
from models.ports import Work


def record(work: Work, change: Change, now: datetime) -> Case:
    """Save a change, queue the card's redraw and a line of history for the thread.

    Raises Stale where somebody changed the case first.
    """
    work.cases.save(change)
    reference = change.case.reference
    work.outbox.add(outbox.card(reference, change.case.version), now)
    for entry in change.entries:
        work.outbox.add(outbox.note(reference, entry.version, entry.event), now)
    return change.case
