"""A compliment reaches those whom it is about: recorded with the case, and told in its channel."""

import re
from dataclasses import dataclass
from datetime import datetime

from handlers.gathering import family, messages_of
from handlers.seen import Seen, fresh
from models import outbox
from models.case import Case
from models.channels import channel_for, is_private
from models.council import Council
from models.ledger import Arrival
from models.masking import GONE, masked
from models.people import Actor
from models.praising import pass_on
from models.recording import record
from models.store_port import Store, Work

_GAP = re.compile(rf"^[ \t]*{GONE}[ \t]*$\n?", re.MULTILINE)
_FORM_GAP = re.compile(rf"^[^:\n]{{1,40}}:[ \t]*{GONE}[ \t]*$\n?", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Praising:
    """What passing on needs."""

    store: Store
    council: Council

    def words(self, case: Case) -> str:
        """What the customer wrote, as others may read it: without their surname, address and numbers."""
        with self.store.view() as work:
            return praising_words(work, case)

    def pass_on(
        self, seen: Seen, staff: tuple[str, ...], actor: Actor, now: datetime, *, formal: bool
    ) -> Case:
        """Record whom a compliment is for, and say it once in its service's channel; of a private
        case nothing is said there. Raises Refused or Stale.
        """
        with self.store.work() as work:
            case = fresh(work, seen)
            after = record(work, pass_on(case, staff, actor, now, formal=formal), now)
            if not is_private(after, self.council):
                channel = channel_for(after, self.council)
                work.outbox.add(outbox.praise(after.reference, channel, now), now)
            return after


def praising_words(work: Work, case: Case) -> str:
    """The words that the case was opened with, and those merged into it, without what tells who wrote
    them; the first name may stay. A form's boxes of which nothing is left are left out.
    """
    messages = messages_of(work, case.reference)
    merged = filter(None, map(work.cases.get, family(work, case.reference)))
    known = [each for one in (case, *merged) for each in _names(one)]
    each = (one.message.own_words for one in messages if one.arrival is Arrival.CASE)
    texts = (_GAP.sub("", _FORM_GAP.sub("", masked(words, known))).strip() for words in each)
    return "\n\n".join(filter(None, texts))


def _names(case: Case) -> tuple[str, str]:
    return " ".join(case.customer.name.split()[1:]), case.customer.address or ""
