"""Taking a second matter out of a message: a case of its own, linked, with no second letter."""

from dataclasses import dataclass, replace
from datetime import datetime

from handlers.earlier import earlier_contact
from handlers.intake import Intake
from handlers.seen import Seen, fresh
from models import actions, outbox
from models.case import Case, Change, Classification, State
from models.errors import Refused
from models.ledger import Arrival
from models.message import Message
from models.people import Actor
from models.recording import record
from models.redrawing import redraw_homes
from models.splitting import (
    Part,
    check_any,
    check_split,
    check_words,
    is_acknowledged,
    may_split,
    split_off,
    was_split,
)
from models.store_port import StoredMessage, Work

_WRITTEN = frozenset({Arrival.CASE, Arrival.REPLY})


@dataclass(frozen=True, slots=True)
class Splitting:
    """What splitting needs: the intake's model, store and council."""

    intake: Intake

    def messages(self, seen: Seen) -> tuple[StoredMessage, ...]:
        """What the customer wrote on the case and can be split, oldest first; at least one. Raises
        Refused or Stale.
        """
        with self.intake.store.view() as work:
            return self._messages(work, _fresh(work, seen))

    def split(
        self,
        seen: Seen,
        part: str,
        to: Classification,
        actor: Actor,
        now: datetime,
        message: int | None = None,
    ) -> tuple[Case, Case]:
        """Open a case of `part` for whom `to` says; gives the first case and the new one. The part is
        taken from the message with this number, by default the first.

        Raises Refused or Stale.
        """
        intake, council = self.intake, self.intake.council
        with intake.store.view() as work:
            case = _fresh(work, seen)
            part = check_words(part, _written(self._one(work, case, message)))
            sender = case.customer.address or ""
        prediction = intake.predict("", part, sender)
        with intake.store.work() as work:
            case = _fresh(work, seen)
            whole = self._one(work, case, message)
            at = whole.message.received_at
            reference = work.cases.new_reference(council.local_date(at).year)
            # The attachments stay with the first case: nobody can tell whose matter they show.
            taken = replace(whole.message, text=part, new_text=part, attachments=())
            # The subject is the first case's, which may be private.
            alone = replace(taken, subject="")
            known = earlier_contact(work, council, alone, prediction, part_of=case.reference)
            told = is_acknowledged(case, at, work.cases.history(case.reference))
            taken_out = Part(reference, part, at, prediction, known.contact, told)
            opened = split_off(case, taken_out, council, actor, now)
            new = self._keep(work, opened, taken, now)
            work.locations.add(reference, prediction.topic, at, known.places)
            if _differs(new, to):
                new = record(work, actions.reclassify(new, to, council, actor, now), now)
            return record(work, was_split(case, reference, actor, now), now), new

    def _messages(self, work: Work, case: Case) -> tuple[StoredMessage, ...]:
        written = [m for m in work.messages.of_case(case.reference) if m.arrival in _WRITTEN]
        if not written:
            raise Refused(f"{case.reference} has no words that could be split.")
        history, council = work.cases.history(case.reference), self.intake.council
        found = tuple(m for m in written if may_split(m.message.received_at, history, council))
        check_any(case, found)
        return found

    def _one(self, work: Work, case: Case, message: int | None) -> StoredMessage:
        for stored in self._messages(work, case):
            if message in {None, stored.id}:
                return stored
        raise Refused("Choose a message that the customer wrote on this case.")

    def _keep(self, work: Work, opened: Change, message: Message, now: datetime) -> Case:
        case, reference = opened.case, opened.case.reference
        work.cases.add(opened)
        redraw_homes(work, None, case, now)
        id_ = work.messages.add(message, Arrival.CASE, reference, case.prediction, now)
        work.outbox.add(outbox.card(reference, case.version), now)
        work.outbox.add(outbox.words(reference, id_), now)
        for entry in opened.entries:
            work.outbox.add(outbox.note(reference, entry.version, entry.event), now)
        return case


def _fresh(work: Work, seen: Seen) -> Case:
    case = fresh(work, seen)
    check_split(case)
    return case


def _written(stored: StoredMessage) -> str:
    """Where the words of a part must stand: a reply quotes what we wrote."""
    message = stored.message
    return message.text if stored.arrival is Arrival.CASE else message.own_words


def _differs(case: Case, to: Classification) -> bool:
    is_now = Classification(case.category, case.service, case.authority, case.level)
    level = actions.level_of(to.category, to.level, case.flags)
    return case.state is State.TRIAGE or is_now != replace(to, level=level)
