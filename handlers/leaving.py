"""What becomes of a letter that cannot leave, or that did not arrive (mail.md E33, E34)."""

from datetime import datetime, timedelta

from models import actions
from models.case import Case, State
from models.council import Council
from models.errors import AnswerLost, Unavailable, Undeliverable
from models.history import Event
from models.letter import Letter, LetterKind
from models.letters_sent import SentLetter
from models.outbox import Item, Kind, Parcel
from models.recording import parts_follow, record
from models.returning import came_back
from models.store_port import Work
from models.taking_back import delayed

# GOV.UK Notify keeps what it took for seven days; one less for clocks and for the asking.
_REMEMBERED = timedelta(days=6)

# Days in which the bot was off were not spent on trying.
_FEWEST_TRIES = 5
_NOBODY_NOTED = 0
"""The stage of a letter from before stages were kept with them."""


def why_held_back(parcel: Parcel, council: Council, now: datetime) -> str | None:
    """Why a letter is not sent now or later, in words for the thread; None where it may leave."""
    if council.sending.quiet:
        return "quiet mode is on ([letters] quiet), so nothing leaves to customers"
    if parcel.good_until is not None and now > parcel.good_until:
        return "it could not leave in time and was held back; send it by hand if it still helps"
    return None


def overtaken(work: Work, letter: Letter) -> str | None:
    """Why a letter that was approved is not sent any more, in words for the thread: its case ended, or
    went on in another stage than that in which it was written. None where it may leave.
    """
    case = work.cases.get(letter.reference)
    if case is None:
        return None
    if not _is_of_this_stage(work, case, letter):
        return "the case has gone on since it was written"
    if letter.kind is LetterKind.ACKNOWLEDGEMENT and case.state is State.CLOSED:
        return "the case was closed before it left"
    if letter.kind is LetterKind.HOLDING_REPLY and not case.is_open:
        return "the case was answered before it left"
    return None


def is_of_another_time(work: Work, case: Case, letter: Letter) -> bool:
    """Whether what became of a letter changes nothing of the case any more: it is an earlier stage's. An
    acknowledgement is the whole case's.
    """
    if letter.kind is LetterKind.ACKNOWLEDGEMENT:
        return False
    approved = case.stage.answer_approved_at
    if letter.kind is LetterKind.HOLDING_REPLY:
        approved = case.stage.extension_approved_at
    return approved is None or not _is_of_this_stage(work, case, letter)


def _is_of_this_stage(work: Work, case: Case, letter: Letter) -> bool:
    kept = work.letters.first_of([letter.message_id])
    return kept is None or kept.stage in {_NOBODY_NOTED, case.stage.number}


def has_waited_too_long(item: Item, error: Unavailable, council: Council, now: datetime) -> bool:
    """Whether a letter's tries come to an end with this failure, counted from the first of them.
    One that may have left is first looked for, see `check_that_it_can_be_found`; an
    acknowledgement ends with its `good_until`.
    """
    return (
        item.parcel.kind is Kind.LETTER
        and item.parcel.good_until is None
        and not item.begun
        and not isinstance(error, AnswerLost)
        and item.first_tried_at is not None
        and item.attempts >= _FEWEST_TRIES
        and now - item.first_tried_at >= council.sending.give_up_after
    )


def check_that_it_can_be_found(item: Item, now: datetime) -> None:
    """Raises Undeliverable where a letter may have left so long ago that who took it has forgotten
    it: not to be found would be no proof that it never left.
    """
    if now - (item.first_tried_at or item.added_at) > _REMEMBERED:
        days = _REMEMBERED / timedelta(days=1)
        raise Undeliverable(f"it may have left more than {days:g} days ago, and nobody can tell")


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
    kind = LetterKind(str(parcel.payload["kind"]))
    told = actions.letter_waiting(case, kind, parcel.key, reason, now)
    record(work, delayed(told, kind), now)


def did_not_arrive(work: Work, item: Item, reason: str, council: Council, now: datetime) -> None:
    """A letter that had left was given up on its way: as with a bounce, it counts as not sent."""
    if not work.outbox.give_up(item, reason, now, unknown=False):
        return
    case, letter = work.cases.get(str(item.parcel.reference)), _asked_of(work, item)
    if case is not None and letter is not None:
        history = work.cases.history(case.reference)
        after = record(work, came_back(case, letter, None, reason, council, now, history), now)
        parts_follow(work, case, after, council, now)


def _asked_of(work: Work, item: Item) -> SentLetter | None:
    """The letter whose fate was asked for; a question of an earlier version names only its kind."""
    asked = item.parcel.payload
    message_id = asked.get("message_id")
    if message_id is None:
        letters = reversed(work.outbox.letters_of(str(item.parcel.reference)))
        message_id = next((one.message_id for one in letters if one.kind == asked["letter"]), "")
    return work.letters.first_of([str(message_id)])
