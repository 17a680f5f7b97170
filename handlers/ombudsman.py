"""What staff record of the Ombudsman: that they have a case, and what they decided."""

from dataclasses import dataclass
from datetime import date, datetime

from handlers.seen import Seen, fresh
from models import ombudsman
from models.case import Case
from models.council import Council
from models.errors import Refused
from models.ombudsman import Decision, Referral
from models.people import Actor
from models.recording import record
from models.store_port import Store


@dataclass(frozen=True, slots=True)
class Ombudsman:
    """What the register needs."""

    store: Store
    council: Council

    def referrals(self, reference: str) -> tuple[Referral, ...]:
        """What went to the Ombudsman of a case, those received first first."""
        with self.store.view() as work:
            return work.ombudsman.of_case(reference)

    def refer(self, seen: Seen, referral: Referral, actor: Actor, now: datetime) -> Case:
        """The Ombudsman has the case. Raises Refused or Stale."""
        with self.store.work() as work:
            case = fresh(work, seen)
            known = work.ombudsman.of_case(case.reference)
            change, kept = ombudsman.refer(case, referral, known, self.council, actor, now)
            work.ombudsman.add(kept)
            return record(work, change, now)

    def decide(
        self,
        seen: Seen,
        number: int,
        decision: Decision,
        decided_on: date,
        actor: Actor,
        now: datetime,
    ) -> Case:
        """The Ombudsman decided on the referral of this number. Raises Refused or Stale."""
        with self.store.work() as work:
            case = fresh(work, seen)
            known = {one.number: one for one in work.ombudsman.of_case(case.reference)}
            if number not in known:
                raise Refused(f"{case.reference} has no such referral. Please start from the card.")
            change, kept = ombudsman.decide(
                case, known[number], decision, decided_on, self.council, actor, now
            )
            work.ombudsman.decide(kept)
            return record(work, change, now)
