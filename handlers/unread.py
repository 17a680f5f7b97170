"""A message that could not be read: its bytes are kept, a case stands for it, Slack is told (A12).

The case (a stub, see `models.stub`) has the time of receipt, so its clock runs, and is in triage,
so it is on the morning list. A flood is not posted one by one: after the first few within an hour
they get no cards of their own, and one post counts them.
"""

import hashlib
from datetime import datetime, timedelta

from handlers.arriving import Placed
from models import outbox
from models.council import Council
from models.ledger import Arrival
from models.message import RawMessage
from models.quarantine import Quarantined
from models.redrawing import redraw_homes
from models.store_port import Work
from models.stub import open_stub

TOLD_ONE_BY_ONE = 3
"""So many within an hour have cards of their own; those after them are counted in one post."""


def keep_unread(work: Work, raw: RawMessage, why: str, council: Council, now: datetime) -> Placed:
    """Keep the bytes, book them, open the stub case. A further copy of the same bytes is booked as
    a duplicate of the first.
    """
    sha256 = hashlib.sha256(raw.content).hexdigest()
    work.messages.keep_raw(sha256, raw.content)
    known = work.quarantine.of(sha256)
    if known is not None:
        reason = f"the same bytes as number {known.number}, which could not be read"
        work.ledger.book(raw.origin, sha256, Arrival.DUPLICATE, reason, now)
        return Placed(Arrival.DUPLICATE, known.reference, reason)
    number = work.ledger.book(raw.origin, sha256, Arrival.QUARANTINED, why, now)
    year = council.local_date(raw.received_at).year
    change = open_stub(work.cases.new_reference(year), raw.received_at, council, now)
    work.cases.add(change)
    redraw_homes(work, None, change.case, now)
    flood = work.quarantine.count_since(now - timedelta(hours=1)) >= TOLD_ONE_BY_ONE
    quarantined = Quarantined(
        number=number,
        sha256=sha256,
        reference=change.case.reference,
        why=why,
        origin=raw.origin,
        received_at=raw.received_at,
        quarantined_at=now,
        size=len(raw.content),
        folded=flood,
        lacking=raw.lacking,
        unfetchable=raw.unfetchable,
    )
    work.quarantine.add(quarantined)
    _tell(work, quarantined, now)
    return Placed(Arrival.QUARANTINED, quarantined.reference, why)


def _tell(work: Work, quarantined: Quarantined, now: datetime) -> None:
    if quarantined.folded:
        work.outbox.add(outbox.quarantine_flood(now, quarantined.number), now)
        return
    work.outbox.add(outbox.card(quarantined.reference, 1), now)
    work.outbox.add(outbox.quarantined(quarantined.reference, quarantined.number), now)
