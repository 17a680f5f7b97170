"""What becomes of a stub, the case that stands for a message that could not be read (mail.md A12).

Like `models.actions`: each gives the new case and the history it made, and writes nothing.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from models import actions
from models.actions import Report
from models.case import Case, Change, Level, State
from models.council import Council
from models.errors import Refused
from models.history import Detail, Entry, Event
from models.ledger import Booking
from models.message import Sender, Source
from models.people import CAREBOT, Actor
from models.quarantine import STUB_SUBJECT
from models.routing import undecided


def open_stub(reference: str, received_at: datetime, council: Council, now: datetime) -> Change:
    """A case for a person, its clock running from the receipt; nobody can be acknowledged yet."""
    report = Report(
        reference=reference,
        subject=STUB_SUBJECT,
        customer=Sender("", None),
        source=Source.EMAIL,
        received_at=received_at,
        prediction=undecided(council.catalogue),
    )
    return actions.open_case(report, council, now)


def read_after_all(
    case: Case, report: Report, council: Council, actor: Actor, now: datetime
) -> Change:
    """The stub becomes the real case. Where a person has decided already, that holds."""
    prediction = report.prediction
    flags = (*case.flags, *(flag for flag in prediction.flags if flag not in case.flags))
    after = replace(
        case,
        subject=report.subject,
        customer=report.customer,
        original=report.original,
        contact=report.contact,
        source=report.source,
        topic=prediction.topic,
        prediction=prediction,
        flags=flags,
    )
    if case.state is State.TRIAGE:
        after = replace(
            after,
            state=State.TRIAGE if report.needs_person else State.OPEN,
            category=prediction.category,
            service=prediction.service,
            authority=prediction.authority,
            secondary_authority=prediction.secondary_authority,
            level=actions.level_of(prediction.category, Level.UNDETERMINED, prediction.flags),
        )
    respond_by = (after := actions.redated(after, council)).stage.respond_by
    details: dict[str, Detail] = {
        "category": after.category.value,
        "service": after.service,
        "authority": after.authority,
        "confidence": f"{prediction.confidence:.2f}",
        "model": prediction.model,
        "respond_by": respond_by.isoformat() if respond_by else None,
    }
    return _change(after, Event.READ_AFTER_ALL, actor, now, details)


def stands_elsewhere(case: Case, reason: str, now: datetime) -> Change:
    """It was read and is no new matter (a reply, a copy, a machine's): the stub ends."""
    ended = replace(case, state=State.CLOSED)
    return _change(ended, Event.PUT_ASIDE, CAREBOT, now, {"reason": reason})


def put_aside(case: Case, reason: str, actor: Actor, now: datetime) -> Change:
    """A person says that nothing is to be done. One that was decided is closed as any case is."""
    if not reason.strip():
        raise Refused("Say why nothing is to be done about it.")
    if case.state is not State.TRIAGE:
        raise Refused(
            f"Somebody has decided {case.reference} already: it ends as any case does, in Slack."
        )
    details = {"reason": reason.strip()}
    return _change(replace(case, state=State.CLOSED), Event.PUT_ASIDE, actor, now, details)


def taken_up_again(case: Case, actor: Actor, now: datetime) -> Change:
    """It waits for somebody again, its clock as it was."""
    if case.state is not State.CLOSED:
        raise Refused(f"{case.reference} is not put aside.")
    return _change(replace(case, state=State.TRIAGE), Event.TAKEN_UP_AGAIN, actor, now, {})


def made_by_hand(case: Case, booking: Booking, actor: Actor, now: datetime) -> Change:
    """A person made this case of what had been filed as no case; why it was filed is kept."""
    reason = f"{booking.arrival}, {booking.reason}" if booking.reason else booking.arrival.value
    details: dict[str, Detail] = {"number": booking.number, "reason": reason}
    return _change(case, Event.MADE_A_CASE, actor, now, details)


def _change(
    case: Case, event: Event, actor: Actor, at: datetime, details: Mapping[str, Detail]
) -> Change:
    after = replace(case, version=case.version + 1)
    return Change(after, (Entry(case.reference, after.version, event, at, actor, details),))
