"""What becomes of a letter that cannot leave, or that did not arrive (mail.md E33, E34)."""

from datetime import datetime, timedelta

from models import actions
from models.council import Council
from models.errors import AnswerLost, Unavailable, Undeliverable
from models.history import Event
from models.letter import LetterKind
from models.outbox import Item, Kind, Parcel
from models.recording import parts_follow, record
from models.store_port import Work


def why_held_back(parcel: Parcel, council: Council, now: datetime) -> str | None:
    """Why a letter is not sent now or later, in words for the thread; None where it may leave."""
    if council.sending.quiet:
        return "quiet mode is on ([letters] quiet), so nothing leaves to customers"
    if parcel.good_until is not None and now > parcel.good_until:
        return "it could not leave in time and was held back; send it by hand if it still helps"
    return None


def has_waited_too_long(item: Item, error: Unavailable, council: Council, now: datetime) -> bool:
    """Whether a letter's tries come to an end with this failure. One that may have left is first
    looked for, however long that takes; an acknowledgement ends with its `good_until`.
    """
    waited = now - item.added_at
    return (
        item.parcel.kind is Kind.LETTER
        and item.parcel.good_until is None
        and not isinstance(error, AnswerLost)
        and waited >= council.sending.give_up_after
    )


def given_up(council: Council, error: Unavailable) -> Undeliverable:
    """The end of a letter's tries, with the reason of the last."""
    hours = council.sending.give_up_after / timedelta(hours=1)
    return Undeliverable(f"it was tried for {hours:g} hours. {error}")


def say_that_it_waits(work: Work, item: Item, reason: str, council: Council, now: datetime) -> None:
    """Say in the thread, once for each letter, that it has not left for hours."""
    parcel = item.parcel
    if parcel.kind is not Kind.LETTER or now - item.added_at < council.sending.say_after:
        return
    case = work.cases.get(str(parcel.reference))
    if case is None:
        return
    for entry in work.cases.history(case.reference):
        if entry.event is Event.LETTER_WAITING and entry.details.get("parcel") == parcel.key:
            return
    kind = str(parcel.payload["kind"])
    record(work, actions.letter_waiting(case, kind, parcel.key, reason, now), now)


def did_not_arrive(work: Work, item: Item, reason: str, council: Council, now: datetime) -> None:
    """A letter that had left was given up on its way: as with a bounce, it counts as not sent."""
    work.outbox.give_up(item, reason, now, unknown=False)
    case = work.cases.get(str(item.parcel.reference))
    if case is not None:
        kind = LetterKind(str(item.parcel.payload["letter"]))
        after = record(work, actions.letter_bounced(case, kind, None, reason, now), now)
        parts_follow(work, after, council, now)
