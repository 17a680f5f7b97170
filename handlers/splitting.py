"""Taking a second matter out of a message: a case of its own, linked, with no second letter."""

from dataclasses import dataclass, replace
from datetime import datetime

from handlers.casework import Seen
from handlers.earlier import earlier_contact
from handlers.intake import Intake
from models import actions, outbox
from models.case import Case, Change, Classification, State, check_fresh
from models.errors import Refused
from models.ledger import Arrival
from models.message import Message
from models.people import Actor
from models.recording import record
from models.redrawing import redraw_homes
from models.splitting import Part, check_split, check_words, split_off, was_split
from models.store_port import StoredMessage, Work


@dataclass(frozen=True, slots=True)
class Splitting:
    """What splitting needs: the intake's model, store and council."""

    intake: Intake

    def first_words(self, seen: Seen) -> str:
        """The text that the parts are taken from. Raises Refused or Stale."""
        with self.intake.store.view() as work:
            return _first_message(work, _fresh(work, seen)).message.new_text

    def split(
        self, seen: Seen, part: str, to: Classification, actor: Actor, now: datetime
    ) -> tuple[Case, Case]:
        """Open a case of `part` for whom `to` says; gives the first case and the new one.

        Raises Refused or Stale.
        """
        intake, council = self.intake, self.intake.council
        with intake.store.view() as work:
            case = _fresh(work, seen)
            part = check_words(part, _first_message(work, case).message.text)
            sender = case.customer.address or ""
        prediction = intake.predict("", part, sender)
        with intake.store.work() as work:
            case = _fresh(work, seen)
            stored = _first_message(work, case)
            reference = work.cases.new_reference(council.local_date(case.received_at).year)
            # The attachments stay with the first case: nobody can tell whose matter they show.
            message = replace(stored.message, text=part, new_text=part, attachments=())
            # The subject is the first case's, which may be private.
            alone = replace(message, subject="")
            known = earlier_contact(work, council, alone, prediction, part_of=case.reference)
            taken_out = Part(reference, part, prediction, known.contact)
            opened = split_off(case, taken_out, council, actor, now)
            new = self._keep(work, opened, message, now)
            work.locations.add(reference, prediction.topic, case.received_at, known.places)
            if _differs(new, to):
                new = record(work, actions.reclassify(new, to, council, actor, now), now)
            return record(work, was_split(case, reference, actor, now), now), new

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
    case = work.cases.get(seen.reference)
    if case is None:
        raise Refused(f"There is no case {seen.reference}.")
    check_fresh(case, seen.version)
    check_split(case, work.cases.history(case.reference))
    return case


def _first_message(work: Work, case: Case) -> StoredMessage:
    for stored in work.messages.of_case(case.reference):
        if stored.arrival is Arrival.CASE:
            return stored
    raise Refused(f"{case.reference} has no words that could be split.")


def _differs(case: Case, to: Classification) -> bool:
    is_now = Classification(case.category, case.service, case.authority, case.level)
    level = actions.level_of(to.category, to.level, case.flags)
    return case.state is State.TRIAGE or is_now != replace(to, level=level)
