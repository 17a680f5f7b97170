"""A letter that came back, on the case as it is by then (mail.md D29)."""

from datetime import datetime

from models import actions
from models.case import Case, Change, Level
from models.changing import change
from models.council import Council
from models.extending import extended_before
from models.history import Detail, Entry, Event
from models.letter import LetterKind
from models.letters_sent import SentLetter
from models.people import CUSTOMER


def came_back(
    case: Case,
    letter: SentLetter,
    message_id: int | None,
    reason: str,
    council: Council,
    now: datetime,
    history: tuple[Entry, ...] = (),
) -> Change:
    """What it means that `letter` did not arrive: as `actions.letter_bounced` says while it is the
    one that counts. Where the case has gone on since, to another stage or with another letter, it
    is noted (`earlier`, with the letter's stage) and changes nothing. `history` is the case's: of
    two extensions the first, which arrived, holds again.
    """
    if _counts(case, letter):
        before = extended_before(history)
        return actions.letter_bounced(
            case, letter.kind, message_id, reason, council, now, before, history
        )
    details: dict[str, Detail] = {
        "message": message_id,
        "reason": reason,
        "letter": letter.kind,
        "earlier": True,
        "stage": letter.stage,
    }
    return change(case, Event.BOUNCED, CUSTOMER, now, details)


def _counts(case: Case, letter: SentLetter) -> bool:
    """A case is acknowledged once for all its stages but a review at Level Two, which has its own; all
    else is its own stage's.
    """
    once = letter.kind is LetterKind.ACKNOWLEDGEMENT and case.level is not Level.LEVEL_TWO
    if once or letter.stage == 0:
        return letter.last
    return letter.last and letter.stage == case.stage.number
