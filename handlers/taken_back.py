"""Undo: a letter is taken back before it has begun to leave, and its text is there to go on with."""

from dataclasses import dataclass
from datetime import datetime

from handlers.seen import existing
from models import outbox
from models.actions import redated_by_level
from models.case import Case
from models.council import Council
from models.errors import Refused
from models.history import Entry, Event
from models.involvement import check_reviewer
from models.letter import Letter, LetterKind
from models.people import Actor
from models.recording import record
from models.store_port import Store, Work
from models.taking_back import became, taken_back, taken_back_last, waiting

_NAMES = {
    Event.ACKNOWLEDGED: "acknowledgement",
    Event.EXTENDED: "holding reply",
    Event.ANSWERED: "answer",
}


@dataclass(frozen=True, slots=True)
class TakingBack:
    """What taking a letter back needs."""

    store: Store
    council: Council

    def take_back(self, reference: str, version: int | None, actor: Actor, now: datetime) -> Case:
        """Take back the letter that was approved on this version of the case (None: the last one),
        whatever else has happened to the case since.

        Raises Refused where it has begun to leave, left, or was taken back before, and says so; also
        for what answers a review of what `actor` was involved in.
        """
        with self.store.work() as work:
            case = existing(work, reference)
            one = waiting(case, version)
            if one is None:
                history = work.cases.history(reference)
                raise Refused(self._why_not(case, became(history, version) if version else None))
            if one.kind is not LetterKind.ACKNOWLEDGEMENT:
                check_reviewer(work, case, actor.id, self.council)
            key = outbox.letter_key(reference, one.kind, one.version)
            letter = work.outbox.take_back(key, "it was taken back", now)
            if letter is None:
                raise Refused(f"It is too late: the email of {reference} is leaving just now.")
            work.letters.taken_back(letter)
            history = work.cases.history(reference)
            change = taken_back(case, one, letter.message_id, history, actor, now)
            return record(work, redated_by_level(case, change, self.council), now)

    def _why_not(self, case: Case, entry: Entry | None) -> str:
        if entry is None:
            return f"There is nothing to take back on {case.reference}."
        at = self._time(entry.at)
        if entry.event is Event.LETTER_TAKEN_BACK and entry.details.get("ended"):
            return f"It was taken back already, at {at}, when the case went on. Nothing left."
        if entry.event is Event.LEFT_ALL_THE_SAME:
            return f"It is too late: the email of {case.reference} left at {at}."
        if entry.event is Event.LETTER_TAKEN_BACK:
            return f"<@{entry.actor.id}> took it back already, at {at}. Nothing left."
        if entry.event in _NAMES:
            return (
                f"It is too late: the {_NAMES[entry.event]} of {case.reference} left at {at}. "
                "Write again if something in it was wrong."
            )
        return f"The email of {case.reference} could not be sent: there is nothing to take back."

    def _time(self, at: datetime) -> str:
        local = at.astimezone(self.council.zone)
        return f"{local:%H:%M} on {local.day} {local:%B}"


def text_taken_back(work: Work, case: Case, kind: LetterKind) -> Letter | None:
    """The letter of this kind that was taken back and not sent again since, to go on from; None
    where there is none.
    """
    message_id = taken_back_last(work.cases.history(case.reference), kind)
    letters = work.outbox.letters_of(case.reference) if message_id else ()
    return next((one for one in reversed(letters) if one.message_id == message_id), None)
