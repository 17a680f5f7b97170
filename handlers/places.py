"""The places a message can have, tried in the order of `PLACES`: each is a function that takes the
message, with all that must be written and must leave, or leaves it to the next.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from handlers.acknowledging import acknowledgement
from handlers.arriving import Arriving, Placed
from models import actions, outbox
from models.actions import Report
from models.case import Change
from models.history import Event
from models.letter import Letter
from models.message import MachineKind
from models.recording import record
from models.store_port import Arrival, Work
from models.stub import read_after_all


def _duplicate(arriving: Arriving) -> Placed | None:
    """The same bytes, or the same Message-ID with the same content: nothing is made of it."""
    first = arriving.work.messages.same_as(arriving.message)
    if first is None:
        return None
    return Placed(Arrival.DUPLICATE, first.reference, f"the same as message {first.id}")


def _machine(arriving: Arriving) -> Placed | None:
    """A machine's message is filed, with its case where it has one; it is never answered."""
    work, message, now = arriving.work, arriving.message, arriving.now
    machine = message.machine
    if machine is None or not message.is_automatic:
        return None
    bounced = machine.kind is MachineKind.BOUNCE
    arrival = Arrival.BOUNCE if bounced else Arrival.AUTOMATIC
    answered = (*machine.failed_message_ids, *message.references)
    reference = work.messages.case_answered_by(answered) or _token_case(arriving)
    id_ = work.messages.add(message, arrival, reference, None, now)
    case = work.cases.get(reference) if reference else None
    if case is not None:
        kind = work.letters.kind_of(machine.failed_message_ids) if bounced else None
        if kind is not None:
            change = actions.letter_bounced(case, kind, id_, machine.reason, now)
        else:
            event = Event.BOUNCED if bounced else Event.AUTOMATIC_MESSAGE
            change = actions.note_machine(case, event, id_, machine.reason, now)
        _keep_quietly(work, change, now)
        if bounced:
            _say(work, change, now)
    return Placed(arrival, reference, machine.reason)


def _reply(arriving: Arriving) -> Placed | None:
    """An answer to a letter of ours, or to an earlier message, belongs to that case."""
    work, message, now = arriving.work, arriving.message, arriving.now
    reference = work.messages.case_answered_by(message.references) or _token_case(arriving)
    case = work.cases.get(reference) if reference else None
    if case is None:
        return None
    known_sender = (message.sender.address or "").lower() in work.messages.senders(case.reference)
    id_ = work.messages.add(message, Arrival.REPLY, case.reference, arriving.prediction, now)
    flags = arriving.prediction.flags if arriving.prediction else ()
    change = actions.add_reply(
        case, id_, arriving.council, flags=flags, known_sender=known_sender, now=now
    )
    # The card goes first: a flag that the reply raises may move it to a private channel, and the
    # words follow it there.
    _keep_quietly(work, change, now)
    work.outbox.add(outbox.words(case.reference, id_), now)
    if not known_sender:
        _say(work, change, now)
    if not case.is_open:
        record(work, actions.reopen(change.case, arriving.council, message.received_at, now), now)
    return Placed(Arrival.REPLY, case.reference)


def new_case(arriving: Arriving) -> Placed:
    """All else is a new matter; it is acknowledged where that can do no harm. The case that stood
    for a message while it could not be read becomes the message's own.
    """
    work, message, now = arriving.work, arriving.message, arriving.now
    council, prediction = arriving.council, arriving.prediction
    assert prediction is not None
    stub, year = arriving.stub, council.local_date(message.received_at).year
    report = Report(
        reference=stub.reference if stub else work.cases.new_reference(year),
        subject=message.subject,
        customer=message.sender,
        source=message.source,
        received_at=message.received_at,
        prediction=prediction,
    )
    if stub is None:
        change = actions.open_case(report, council, now)
    else:
        change = read_after_all(stub, report, council, arriving.by, now)
    letter = acknowledgement(arriving, change.case)
    if isinstance(letter, Letter):
        change = actions.acknowledging(change, now)
    if stub is None:
        work.cases.add(change)
    else:
        work.cases.save(change)
    id_ = work.messages.add(message, Arrival.CASE, report.reference, prediction, now)
    work.outbox.add(outbox.card(report.reference, change.case.version), now)
    work.outbox.add(outbox.words(report.reference, id_), now)
    if stub is not None:
        _say(work, change, now)
    if isinstance(letter, Letter):
        work.letters.add(letter, now)
        good_until = now + timedelta(days=council.acknowledging.within_days)
        work.outbox.add(outbox.letter(letter, good_until=good_until), now)
    else:
        record(work, actions.withhold_acknowledgement(change.case, letter, now), now)
    return Placed(Arrival.CASE, report.reference)


PLACES: tuple[Callable[[Arriving], Placed | None], ...] = (
    _duplicate,
    _machine,
    _reply,
    new_case,
)


def _keep_quietly(work: Work, change: Change, now: datetime) -> None:
    """Save a change and redraw the card, whose buttons would else be of an older version."""
    work.cases.save(change)
    work.outbox.add(outbox.card(change.case.reference, change.case.version), now)


def _say(work: Work, change: Change, now: datetime) -> None:
    for entry in change.entries:
        work.outbox.add(outbox.note(entry.reference, entry.version, entry.event), now)


def _token_case(arriving: Arriving) -> str | None:
    token = arriving.message.case_token
    return token if token and arriving.work.cases.get(token) else None
