"""What whoever runs carebot does about messages that could not be read, or were filed on purpose.

Nothing here loses the first booking: the ledger keeps it and notes what it became (mail.md A12, F36).
Every verb may be called again: what is done already is told, not done twice.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from handlers.arriving import Arriving, Placed
from handlers.intake import Intake
from handlers.places import PLACES, new_case
from models import stub
from models.case import Case, Change
from models.channels import may_name
from models.errors import Refused
from models.ledger import IGNORED, Arrival, Booking, Overruled
from models.message import RawMessage
from models.people import Actor
from models.quarantine import NEVER_FETCHED, Quarantined, QuarantineState
from models.recording import record
from models.store_port import Store, Work


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of a number: `placed` is None where it still cannot be read, and `reason` says
    why; `again` where that was so before this call.
    """

    number: int
    placed: Placed | None
    reason: str = ""
    again: bool = False


@dataclass(frozen=True, slots=True)
class Quarantine:
    """Look at, replay, put aside; and make a case of what was filed as no case.

    `intake` gives what reads and places; it is called only where something is read.
    """

    store: Store
    intake: Callable[[], Intake]

    def listed(self, *states: QuarantineState) -> tuple[Quarantined, ...]:
        """Those in these states (in any, if none is named), oldest first."""
        with self.store.view() as work:
            return work.quarantine.listed(*states)

    def look(self, number: int) -> tuple[Quarantined, bytes]:
        """One of them, with its bytes. Refused where there is none of this number."""
        with self.store.view() as work:
            quarantined = _known(work, number)
            return quarantined, _bytes(work, quarantined.sha256)

    def replay(self, number: int, actor: Actor, now: datetime) -> Replayed:
        """Take it in again as if it had just come, save that it keeps its time of receipt.

        Its stub becomes its case, or ends with a word on where the message stands: it is a reply,
        a copy or a machine's. It is acknowledged by the rules for mail that old. Refused where it
        was put aside.
        """
        quarantined, content = self.look(number)
        if quarantined.state is QuarantineState.DISMISSED:
            raise Refused(
                f"Number {number} was put aside: take it up again first "
                f"(carebot quarantine undo {number})."
            )
        earlier = self._became(number)
        if earlier is not None:
            return Replayed(number, earlier, again=True)
        if quarantined.why.startswith(NEVER_FETCHED):
            return Replayed(number, None, quarantined.why)
        raw = RawMessage(
            content,
            quarantined.origin,
            quarantined.received_at,
            quarantined.lacking,
            quarantined.unfetchable,
        )
        placed = self.intake().take_in_again(raw, now, lambda a: _place(a, quarantined, actor))
        if isinstance(placed, Placed):
            return Replayed(number, placed)
        with self.store.work() as work:
            work.quarantine.failed_again(number, placed)
        return Replayed(number, None, placed)

    def dismiss(self, number: int, reason: str, actor: Actor, now: datetime) -> Quarantined:
        """Nothing is to be done about it: its case is closed with the reason, its bytes stay.

        Refused without a reason, where it was replayed, or where somebody has decided its case.
        """
        with self.store.work() as work:
            quarantined = _known(work, number)
            if quarantined.state is QuarantineState.REPLAYED:
                raise Refused(f"Number {number} was read after all: see {quarantined.reference}.")
            if quarantined.state is QuarantineState.OPEN:
                change = stub.put_aside(_case(work, quarantined.reference), reason, actor, now)
                _record(work, quarantined, change, now)
                state, by = QuarantineState.DISMISSED, actor.to_text()
                work.quarantine.end(number, state, by, now, reason.strip())
            return _known(work, number)

    def undo(self, number: int, actor: Actor, now: datetime) -> Quarantined:
        """What was put aside waits for somebody again. Refused where it was not put aside."""
        with self.store.work() as work:
            quarantined = _known(work, number)
            if quarantined.state is not QuarantineState.DISMISSED:
                raise Refused(f"Number {number} was not put aside.")
            change = stub.taken_up_again(_case(work, quarantined.reference), actor, now)
            _record(work, quarantined, change, now)
            work.quarantine.reopen(number)
            return _known(work, number)

    def make_case(self, number: int, actor: Actor, now: datetime) -> Replayed:
        """Make a case of a booking that was filed as a duplicate, an automatic message or a bounce.

        Nothing leaves by itself: a person may acknowledge it from the card. Its receipt is that of
        the message as it was read, or the time of its booking. Refused for any other booking.
        """
        with self.store.view() as work:
            booking = work.ledger.booking(number)
            if booking is None:
                raise Refused(f"There is no booking number {number} in the ledger.")
            if booking.arrival not in IGNORED:
                raise Refused(
                    f"Number {number} was booked as {booking.arrival}, which is not filed away: "
                    "there is nothing to undo."
                )
            content = _bytes(work, booking.sha256)
            read = work.messages.with_bytes(booking.sha256)
        earlier = self._became(number)
        if earlier is not None:
            return Replayed(number, earlier, again=True)
        received_at = read.message.received_at if read else booking.booked_at
        raw = RawMessage(content, booking.origin, received_at)
        placed = self.intake().take_in_again(raw, now, lambda a: _made(a, booking, actor))
        if isinstance(placed, Placed):
            return Replayed(number, placed)
        return Replayed(number, None, placed)

    def _became(self, number: int) -> Placed | None:
        with self.store.view() as work:
            return _overruled(work, number)


def _place(arriving: Arriving, quarantined: Quarantined, actor: Actor) -> Placed:
    work, now, number = arriving.work, arriving.now, quarantined.number
    earlier = _overruled(work, number)
    if earlier is not None:  # two replays at once: the first has done it
        return earlier
    case = _case(work, quarantined.reference)
    again = replace(arriving, by=actor, stub=case)
    placed = next(placed for place in PLACES if (placed := place(again)) is not None)
    if placed.arrival is not Arrival.CASE and case.is_open:
        where = _where(arriving, case, placed)
        change = stub.stands_elsewhere(case, f"it was read: {_WHAT[placed.arrival]}; {where}", now)
        _record(work, quarantined, change, now)
    work.quarantine.end(number, QuarantineState.REPLAYED, actor.to_text(), now)
    overruled = Overruled(placed.arrival, placed.reference, actor.to_text(), now)
    work.ledger.overrule(number, overruled)
    return placed


def _where(arriving: Arriving, stub_: Case, placed: Placed) -> str:
    other = arriving.work.cases.get(placed.reference) if placed.reference else None
    if other is None:
        return placed.reason
    private = not may_name(stub_, other, arriving.council)
    return f"it stands with {'a private case' if private else other.reference}"


_WHAT = {
    Arrival.REPLY: "a reply",
    Arrival.DUPLICATE: "a copy of another message",
    Arrival.AUTOMATIC: "an automatic message",
    Arrival.BOUNCE: "a bounce",
}


def _made(arriving: Arriving, booking: Booking, actor: Actor) -> Placed:
    work, now = arriving.work, arriving.now
    earlier = _overruled(work, booking.number)
    if earlier is not None:
        return earlier
    placed = new_case(replace(arriving, by=actor, by_hand=True))
    case = _case(work, str(placed.reference))
    record(work, stub.made_by_hand(case, booking, actor, now), now)
    overruled = Overruled(placed.arrival, placed.reference, actor.to_text(), now)
    work.ledger.overrule(booking.number, overruled)
    return placed


def _record(work: Work, quarantined: Quarantined, change: Change, now: datetime) -> None:
    """One that came in a flood has no card: none is posted only to say that it ended."""
    if quarantined.folded:
        work.cases.save(change)
    else:
        record(work, change, now)


def _overruled(work: Work, number: int) -> Placed | None:
    booking = work.ledger.booking(number)
    if booking is None or booking.overruled is None:
        return None
    return Placed(booking.overruled.arrival, booking.overruled.reference)


def _known(work: Work, number: int) -> Quarantined:
    quarantined = work.quarantine.get(number)
    if quarantined is None:
        raise Refused(f"There is no number {number} in quarantine; `carebot quarantine` lists all.")
    return quarantined


def _case(work: Work, reference: str) -> Case:
    case = work.cases.get(reference)
    assert case is not None, reference
    return case


def _bytes(work: Work, sha256: str) -> bytes:
    content = work.messages.raw(sha256)
    if content is None:
        raise Refused(f"The bytes {sha256} are no longer kept.")
    return content
