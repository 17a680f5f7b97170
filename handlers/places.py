"""The places a message can have, tried in the order of `PLACES`: each is a function that takes the
message, with all that must be written and must leave, or leaves it to the next.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from handlers.acknowledging import acknowledgement
from handlers.arriving import Arriving, Placed
from handlers.belonging import Belonging, belonging
from handlers.earlier import EarlierContact, earlier_contact
from models import actions, outbox, threads
from models.actions import Report
from models.case import Case, Change, State
from models.channels import may_name
from models.contact import Contact
from models.council import Council
from models.forwarding import offered
from models.history import Event
from models.ledger import Arrival
from models.letter import Letter
from models.message import Machine, MachineKind
from models.recording import parts_follow, record
from models.redrawing import redraw_homes
from models.returning import came_back
from models.store_port import Work
from models.stub import read_after_all
from models.threads import Why


def _duplicate(arriving: Arriving) -> Placed | None:
    """A copy of a message that is stored: nothing is made of it. That it lay in a second place is
    noted with the case.
    """
    work, now = arriving.work, arriving.now
    first = work.messages.same_as(arriving.message)
    if first is None:
        return None
    case = work.cases.get(first.reference) if first.reference else None
    if case is not None and _is_another_place(arriving, first.id):
        assert arriving.origin is not None
        _keep_quietly(work, threads.received_again(case, arriving.origin, now), now)
    return Placed(Arrival.DUPLICATE, first.reference, f"the same as message {first.id}")


def _is_another_place(arriving: Arriving, first: int) -> bool:
    """Not the place where it was found before, nor one that the mailbox has only renumbered."""
    origin, stored = arriving.origin, arriving.work.messages.get(first)
    if origin is None or stored is None:
        return False
    known = arriving.work.ledger.places_of(stored.message.sha256, arriving.message.sha256)
    renumbered = {
        (place.account, place.folder) for place in known if place.uidvalidity != origin.uidvalidity
    }
    return origin not in known and (origin.account, origin.folder) not in renumbered


def _machine(arriving: Arriving) -> Placed | None:
    """A machine's message is filed, with its case where it has one; it is never answered and opens
    nothing again (D26, D28).
    """
    work, message, now = arriving.work, arriving.message, arriving.now
    machine = _machine_of(arriving)
    if machine is None:
        return None
    if machine.kind is MachineKind.BOUNCE:
        return _bounce(arriving, machine)
    found = belonging(arriving)
    case = found.case if found else _case_of_own(arriving, machine)
    if case is not None:
        return _file_quietly(arriving, machine, case)
    work.messages.add(message, Arrival.AUTOMATIC, None, None, now)
    return Placed(Arrival.AUTOMATIC, None, machine.reason)


def _bounce(arriving: Arriving, machine: Machine) -> Placed:
    """A bounce is about the first letter of ours that it gives back, on that letter's own case.
    Anybody can send one that only names a case: that is noted, and nothing follows from it (D29).
    """
    work, now, reason = arriving.work, arriving.now, machine.reason
    letter = work.letters.first_of(machine.failed_message_ids)
    if letter is not None:
        case = work.cases.get(letter.reference)
    else:
        found = belonging(arriving)
        case = found.case if found else None
    reference = case.reference if case else None
    id_ = work.messages.add(arriving.message, Arrival.BOUNCE, reference, None, now)
    if case is not None:
        if letter is not None:
            history = work.cases.history(case.reference)
            change = came_back(case, letter, id_, reason, arriving.council, now, history)
        else:
            change = actions.note_machine(case, Event.UNDELIVERED_REPORT, id_, reason, now)
        parts_follow(work, case, record(work, change, now), arriving.council, now)
    return Placed(Arrival.BOUNCE, reference, reason)


def _file_quietly(arriving: Arriving, machine: Machine, case: Case) -> Placed:
    """With its case, in its history and nowhere else (D26)."""
    work, now = arriving.work, arriving.now
    id_ = work.messages.add(
        arriving.message, Arrival.AUTOMATIC, case.reference, arriving.prediction, now
    )
    if not arriving.message.is_automatic and case.is_open:
        # A person's matter may be in it: who works on the case reads it.
        work.outbox.add(outbox.words(case.reference, id_), now)
    change = actions.note_machine(case, Event.AUTOMATIC_MESSAGE, id_, machine.reason, now)
    _keep_quietly(work, change, now)
    return Placed(Arrival.AUTOMATIC, case.reference, machine.reason)


def _machine_of(arriving: Arriving) -> Machine | None:
    message = arriving.message
    if message.is_automatic:
        return message.machine
    own_id = message.message_id if arriving.case_of_its_id else None
    if own_id and arriving.work.letters.first_of([own_id]):
        return Machine(MachineKind.OWN, "the Message-ID of a letter of ours")
    return None


def _case_of_own(arriving: Arriving, machine: Machine) -> Case | None:
    reference = arriving.case_of_its_id if machine.kind is MachineKind.OWN else None
    return arriving.work.cases.get(reference) if reference else None


def _reply(arriving: Arriving) -> Placed | None:
    """An answer to a letter of ours, or to an earlier message, belongs to that case; where that
    ended too long ago, or only a reference that anybody can write speaks for it, it is a case of its
    own that names the other.
    """
    found = belonging(arriving)
    if found is None:
        return None
    why = _why_of_its_own(arriving, found)
    if why is not None:
        return _open(arriving, (found.case, why))
    machine = arriving.message.machine
    if machine is not None and not _is_the_customers(arriving, found):
        # A ticket system's confirmation of our letter, say: nobody's answer (D26).
        return _file_quietly(arriving, machine, found.case)
    if found.case.is_exhausted:
        return _file(arriving, found)
    _add(arriving, found)
    return Placed(Arrival.REPLY, found.case.reference)


def _is_the_customers(arriving: Arriving, found: Belonging) -> bool:
    """A portal that takes no replies has no address: it is known by its name in the thread."""
    return found.known or (found.sure and arriving.message.sender == found.case.customer)


def _why_of_its_own(arriving: Arriving, found: Belonging) -> Why | None:
    case = found.case
    if case.is_open:
        return None
    if not (found.sure or found.known):
        return Why.STRANGER
    ended = threads.ended_at(arriving.work.cases.history(case.reference))
    days = timedelta(days=arriving.council.replying.reopen_within_days)
    late = ended is not None and arriving.message.received_at - ended > days
    return Why.LATE if late and not case.is_exhausted else None


def _add(arriving: Arriving, found: Belonging) -> None:
    work, message, now, case = arriving.work, arriving.message, arriving.now, found.case
    prediction = arriving.prediction
    id_ = _keep_message(arriving, found)
    other_matter = threads.is_another_matter(case, prediction)
    change = actions.add_reply(
        case,
        id_,
        arriving.council,
        flags=prediction.flags if prediction else (),
        known_sender=found.known,
        other_matter=other_matter,
        now=now,
    )
    # The card goes first: a flag that the reply raises may move it to a private channel, and the
    # words follow it there.
    _keep_quietly(work, change, now)
    work.outbox.add(outbox.words(case.reference, id_), now)
    raised = {"flags", "respond_by", "level_two"} & change.entries[0].details.keys()
    if not found.known or other_matter or raised:
        _say(work, change, now)
    if not case.is_open:
        record(work, actions.reopen(change.case, arriving.council, message.received_at, now), now)


def _file(arriving: Arriving, found: Belonging) -> Placed:
    """Requirement 7: shown in the thread of a case that has been through every stage, and no more."""
    work, now, case = arriving.work, arriving.now, found.case
    id_ = _keep_message(arriving, found)
    change = threads.filed(case, id_, known_sender=found.known, now=now)
    _keep_quietly(work, change, now)
    work.outbox.add(outbox.words(case.reference, id_), now)
    _say(work, change, now)
    return Placed(Arrival.REPLY, case.reference)


def _keep_message(arriving: Arriving, found: Belonging) -> int:
    return arriving.work.messages.add(
        arriving.message,
        Arrival.REPLY,
        found.case.reference,
        arriving.prediction,
        arriving.now,
        vouched=found.sure or found.known,
    )


def new_case(arriving: Arriving) -> Placed:
    """All else is a new matter; it is acknowledged where that can do no harm. The case that stood
    for a message while it could not be read becomes the message's own.
    """
    return _open(arriving)


def _open(arriving: Arriving, answers: tuple[Case, Why] | None = None) -> Placed:
    """`answers` is the case that it answers or names, where it is one of its own all the same."""
    work, message, now, stub = arriving.work, arriving.message, arriving.now, arriving.stub
    prediction, council = arriving.prediction, arriving.council
    assert prediction is not None
    earlier = earlier_contact(work, council, message, prediction)
    related = answers or _perhaps_the_same(arriving, earlier)
    change = _opened(arriving, earlier.contact)
    reference = change.case.reference
    letter = acknowledgement(arriving, change.case)
    if related and related[1] is Why.FAILED_AGAIN and change.case.state is not State.TRIAGE:
        # Somebody decided while it could not be read.
        related = related[0], Why.SAME_MATTER
    if isinstance(letter, Letter):
        change = actions.acknowledging(change, now)
    if stub is None:
        work.cases.add(change)
    else:
        work.cases.save(change)
    redraw_homes(work, None, change.case, now)
    work.locations.add(reference, prediction.topic, message.received_at, earlier.places)
    id_ = work.messages.add(message, Arrival.CASE, reference, prediction, now)
    work.outbox.add(outbox.card(reference, change.case.version), now)
    work.outbox.add(outbox.words(reference, id_), now)
    if stub is not None:
        _say(work, change, now)
    if isinstance(letter, Letter):
        work.letters.add(letter, now)
        good_until = now + timedelta(days=council.acknowledging.within_days)
        work.outbox.add(outbox.letter(letter, good_until=good_until), now)
        case = change.case
    else:
        case = record(work, actions.withhold_acknowledgement(change.case, letter, now), now)
    if related is not None:
        _link(work, case, *related, council, now)
    return Placed(Arrival.CASE, reference)


def _opened(arriving: Arriving, contact: Contact) -> Change:
    message, prediction, council = arriving.message, arriving.prediction, arriving.council
    assert prediction is not None
    stub, year = arriving.stub, council.local_date(message.received_at).year
    report = Report(
        reference=stub.reference if stub else arriving.work.cases.new_reference(year),
        subject=message.subject,
        customer=message.sender,
        source=message.source,
        received_at=message.received_at,
        prediction=prediction,
        original=offered(message, council),
        contact=contact,
    )
    if stub is None:
        return actions.open_case(report, council, arriving.now, by=arriving.by)
    return read_after_all(stub, report, council, arriving.by, arriving.now)


def _perhaps_the_same(arriving: Arriving, earlier: EarlierContact) -> tuple[Case, Why] | None:
    """The one case that is to be pointed out, on both sides: nothing in the message says so."""
    prediction = arriving.prediction
    assert prediction is not None
    if arriving.case_of_its_id is not None:
        case = arriving.work.cases.get(arriving.case_of_its_id)
        return None if case is None else (case, Why.OTHER_VERSION)
    if earlier.failed_again is not None:
        return earlier.failed_again, Why.FAILED_AGAIN
    days = timedelta(days=arriving.council.replying.same_matter_within_days)
    topic, since = prediction.topic, arriving.message.received_at - days
    case = earlier.open_of_the_sender(topic, since)
    if case is not None:
        return case, Why.SAME_MATTER
    case = earlier.open_at_the_spot(topic, since)
    return None if case is None else (case, Why.SAME_PLACE)


def _link(work: Work, case: Case, other: Case, why: Why, council: Council, now: datetime) -> None:
    """Each names the other in its history, save where that would name a private case to people who
    do not see it. An ended one says nothing of it in Slack.
    """
    if case.reference == other.reference:
        return
    if may_name(other, case, council):
        change = threads.linked(other, case.reference, why, now, newer=False)
        _keep_quietly(work, change, now)
        if other.is_open:
            _say(work, change, now)
    if may_name(case, other, council):
        record(work, threads.linked(case, other.reference, why, now, newer=True), now)


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
