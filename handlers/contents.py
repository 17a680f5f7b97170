"""What came attached: looked at by a virus scanner, and handed out only where that found nothing.

No message waits for the scanner: an attachment without a verdict is marked so and scanned later.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from handlers.gathering import messages_of
from handlers.seen import existing
from models import actions
from models.attachment_risks import risk
from models.errors import Unavailable
from models.message import Attachment, Scanned, Verdict
from models.ports import Scanner
from models.recording import record
from models.store_port import Store, Work

_AT_A_TIME = 50
_MOST_FAILURES = 3


@dataclass(frozen=True, slots=True)
class Listed:
    """An attachment of a case: which message's, its number there from 1, and its verdict."""

    message: int
    number: int
    attachment: Attachment
    scanned: Scanned

    @property
    def risk(self) -> str | None:
        """What can do harm when it is opened, in words."""
        return risk(self.attachment)


@dataclass(frozen=True, slots=True)
class Handed:
    """An attachment as it is given to a person: its bytes, or why it is not given."""

    listed: Listed
    content: bytes | None
    refused: str = ""


def scan_waiting(store: Store, scanner: Scanner, now: datetime) -> int:
    """Scan what has no verdict; how many got one, some fifty at most.

    What the scanner gives no verdict on goes behind the others. Raises Unavailable where it gave
    none three times in a row, or none at all.
    """
    with store.view() as work:
        waiting = work.contents.not_scanned(_AT_A_TIME)
    judged = failed = 0
    for sha256 in waiting:
        try:
            _scan(store, scanner, sha256, now)
        except Unavailable:
            with store.work() as work:
                work.contents.put_off(sha256, now)
            failed += 1
            if failed == _MOST_FAILURES or len(waiting) == 1:
                raise
        else:
            judged, failed = judged + 1, 0
    return judged


def attachments_of(store: Store, reference: str) -> tuple[Listed, ...]:
    """A case's attachments, oldest first. Raises Refused where there is no such case."""
    with store.view() as work:
        return tuple(_listed(work, reference))


def hand_out(
    store: Store, scanner: Scanner | None, reference: str, now: datetime
) -> Iterator[Handed]:
    """A case's attachments for a person to keep: never an infected one, and, where there is a
    scanner, none that it has not seen. Raises Refused where there is no such case.
    """
    for listed in attachments_of(store, reference):
        yield _handed(store, scanner, listed, now)


def _handed(store: Store, scanner: Scanner | None, listed: Listed, now: datetime) -> Handed:
    sha256, scanned = listed.attachment.sha256, listed.scanned
    if scanner is not None and scanned.verdict is Verdict.NOT_SCANNED:
        try:
            scanned = _scan(store, scanner, sha256, now)
        except Unavailable as error:
            return Handed(listed, None, f"it is not scanned yet: {error}")
        listed = replace(listed, scanned=scanned)
    if scanned.verdict is Verdict.INFECTED:
        return Handed(listed, None, f"the virus scanner found {scanned.named}")
    with store.view() as work:
        content = work.contents.get(sha256)
    if content is None:
        return Handed(listed, None, "its content is not kept")
    return Handed(listed, content)


def _scan(store: Store, scanner: Scanner, sha256: str, now: datetime) -> Scanned:
    """Outside of any transaction: a scanner that hangs holds up nobody else."""
    with store.view() as work:
        content = work.contents.get(sha256)
    if content is None:
        return Scanned(Verdict.NOT_SCANNED)
    scanned = scanner.scan(content)
    with store.work() as work:
        work.contents.judge(sha256, scanned, now)
        if scanned.verdict is Verdict.INFECTED:
            _tell(work, sha256, scanned, now)
    return scanned


def _tell(work: Work, sha256: str, scanned: Scanned, now: datetime) -> None:
    """Every case that it came with says so, once for each message."""
    for filed in work.contents.came_with(sha256):
        stored = work.messages.get(filed.id)
        case = work.cases.get(filed.reference) if filed.reference else None
        if stored is None or case is None:
            continue
        hashes = [attachment.sha256 for attachment in stored.message.attachments]
        number = hashes.index(sha256) + 1
        record(work, actions.attachment_refused(case, filed.id, number, scanned.named, now), now)


def _listed(work: Work, reference: str) -> Iterator[Listed]:
    existing(work, reference)
    for stored in messages_of(work, reference):
        attachments = stored.message.attachments
        verdicts = work.contents.verdicts([a.sha256 for a in attachments])
        for number, attachment in enumerate(attachments, start=1):
            scanned = verdicts.get(attachment.sha256, Scanned(Verdict.NOT_SCANNED))
            yield Listed(stored.id, number, attachment, scanned)
