"""`carebot mailbox --reconcile`: what lies in the mailbox itself and is not in the ledger."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass

from models.errors import Unavailable
from models.message import Origin
from models.ports import Mailbox
from models.store_port import Store


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What a look into one watched folder, its processed folder and its junk folder found.

    `lying` counts what lies in the watched folder; `unbooked` are those of them, and of the
    processed folder, that the ledger does not know; `error` says why nobody could look, or is empty.
    """

    account: str
    folder: str
    lying: int = 0
    unbooked: tuple[Origin, ...] = ()
    junk: int | None = None
    error: str = ""

    def to_json(self) -> dict[str, object]:
        """For `--json`."""
        return {
            "account": self.account,
            "folder": self.folder,
            "lying": self.lying,
            "unbooked": [
                {"folder": origin.folder, "uidvalidity": origin.uidvalidity, "uid": origin.uid}
                for origin in self.unbooked
            ],
            "junk": self.junk,
            "error": self.error or None,
        }

    def to_text(self) -> str:
        """A line, and one for each message that is not in the ledger."""
        name = f"{self.account} {self.folder}"
        if self.error:
            return f"{name}: nobody could look: {self.error}"
        junk = "" if self.junk is None else f", {self.junk} in junk"
        lines = [f"{name}: {self.lying} lie there, {len(self.unbooked)} not in the ledger{junk}"]
        lines += [f"  not in the ledger: {o.folder} number {o.uid}" for o in self.unbooked]
        return "\n".join(lines)


def reconcile(mailbox: Mailbox, store: Store, *, is_first: bool = True) -> Reconciled:
    """Look into the mailbox without changing or fetching anything that is in the books.

    The folders beside it are looked into for the first of a mailbox's watched folders only: the
    others have the same.
    """
    found: list[Origin] = []
    unfetched: list[Origin] = []

    def known(origin: Origin) -> bool:
        found.append(origin)
        return True

    def books(folder: str, uidvalidity: int) -> Collection[int]:
        with store.view() as work:
            return work.filed.known_uids(mailbox.account, folder, uidvalidity)

    def failed(origin: Origin, _why: str) -> None:
        unfetched.append(origin)

    try:
        for _ in mailbox.waiting(known):  # all are known: none is fetched
            pass
        with store.view() as work:
            state = work.folders.get(mailbox.account, mailbox.folder)
            unbooked = [origin for origin in found if work.ledger.booked_as(origin) is None]
        if is_first and state is not None:
            for raw in mailbox.strays(state.first_looked_at, books, failed):
                with store.view() as work:
                    if not work.filed.has_bytes(hashlib.sha256(raw.content).hexdigest()):
                        unbooked.append(raw.origin)
        unbooked += unfetched
        junk = mailbox.junk_count() if is_first else None
    except Unavailable as error:
        return Reconciled(mailbox.account, mailbox.folder, error=str(error))
    finally:
        mailbox.close()
    return Reconciled(mailbox.account, mailbox.folder, len(found), tuple(unbooked), junk)
