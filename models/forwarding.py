"""A resident's mail that a member of staff forwards: its writer is offered, a person names them.

Nothing that is read out of a forwarded text is trusted (mail.md B19): it is not acknowledged, and
becomes the case's customer and date of receipt only when a person says so (requirement 3).
"""

from dataclasses import replace
from datetime import datetime, timedelta

from models import actions
from models.case import Action, Case, Change
from models.changing import change, check
from models.council import Council
from models.errors import Refused
from models.history import Detail, Event
from models.message import Forwarded, Message
from models.people import Actor

_A_YEAR = timedelta(days=365)


def offered(message: Message, council: Council) -> Forwarded | None:
    """Who wrote what a member of staff or a councillor forwarded; None where there is no such."""
    original = message.forwarded
    if original is None or not is_staff(message.sender.address, council):
        return None
    return None if is_staff(original.address, council) else original


def is_staff(address: str | None, council: Council) -> bool:
    """Whether an address is of a domain whose mail is staff's."""
    return (address or "").rpartition("@")[2].lower() in council.staff_domains


def _folded(address: str | None) -> str | None:
    return address.casefold() if address else None


def original_date(case: Case) -> datetime | None:
    """When the original was written; None where that is not known or not to be believed: after it
    was forwarded, or more than a year before.
    """
    dated = case.original.dated if case.original else None
    if dated is None or not case.received_at - _A_YEAR <= dated <= case.received_at:
        return None
    return dated


def name_customer(
    case: Case, council: Council, actor: Actor, now: datetime, *, from_original: bool
) -> Change:
    """The writer of the original is the complainant; from then on letters go to them. An
    acknowledgement that left before went to somebody else, so theirs is still to be sent.

    `from_original`: the clock runs from the day they wrote, else from the day it was forwarded.
    """
    check(case, Action.NAME)
    if case.original is None:
        raise Refused(f"Nobody has forwarded {case.reference} for somebody else.")
    stage = case.stage
    if stage.acknowledgement_approved_at is not None and stage.acknowledged_at is None:
        raise Refused("Its acknowledgement is on its way. Name the customer when it has left.")
    details: dict[str, Detail] = {}
    after = replace(case, customer=case.original.sender, original=None)
    if _folded(after.customer.address) != _folded(case.customer.address):
        if stage.acknowledged_at is not None:
            details["acknowledged_other"] = True
        stage = replace(
            stage, acknowledgement_approved_at=None, acknowledged_at=None, promised=None
        )
        after = actions.redated(replace(after, stage=stage), council)
    dated = original_date(case)
    if from_original and dated is not None:
        was, on = council.local_date(case.received_at), council.local_date(dated)
        if on != was:
            details["received_on_was"], details["received_on"] = was.isoformat(), on.isoformat()
        after = replace(after, received_at=dated)
        if stage.number == 1:
            after = replace(after, stage=replace(after.stage, started_on=on))
            after = actions.redated(after, council)
    if after.stage.respond_by != case.stage.respond_by and after.stage.respond_by is not None:
        details["respond_by"] = after.stage.respond_by.isoformat()
    return change(after, Event.CUSTOMER_NAMED, actor, now, details)
