"""Messages that could not be read."""

import sqlite3
from datetime import datetime

from models.message import Origin
from models.quarantine import Quarantined, QuarantineState
from models.store.sqlite.columns import storable, text_to_time, time_to_text

_WITH_PLACE = """SELECT q.*, l.account, l.folder, l.uidvalidity, l.uid
    FROM quarantine q JOIN ledger l ON l.number = q.number"""


class SqliteQuarantine:
    """See models.quarantine.QuarantineStore."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Work over a connection whose transaction is open."""
        self._execute = connection.execute

    def add(self, quarantined: Quarantined) -> None:
        """Keep a new one."""
        self._execute(
            """INSERT INTO quarantine (number, sha256, reference, why, received_at,
               quarantined_at, size, tries, folded, state, lacking, unfetchable)
               VALUES (?,?,?,?,?,?,?,?,?,?,?,?)""",
            (
                quarantined.number,
                quarantined.sha256,
                quarantined.reference,
                storable(quarantined.why),
                time_to_text(quarantined.received_at),
                time_to_text(quarantined.quarantined_at),
                quarantined.size,
                quarantined.tries,
                quarantined.folded,
                quarantined.state,
                storable(quarantined.lacking),
                quarantined.unfetchable,
            ),
        )

    def of(self, sha256: str) -> Quarantined | None:
        """The one with these bytes."""
        row = self._execute(f"{_WITH_PLACE} WHERE q.sha256=?", (sha256,)).fetchone()
        return _quarantined(row) if row else None

    def of_case(self, reference: str) -> Quarantined | None:
        """The one for which this case stands."""
        row = self._execute(f"{_WITH_PLACE} WHERE q.reference=?", (reference,)).fetchone()
        return _quarantined(row) if row else None

    def get(self, number: int) -> Quarantined | None:
        """The one with this number."""
        row = self._execute(f"{_WITH_PLACE} WHERE q.number=?", (number,)).fetchone()
        return _quarantined(row) if row else None

    def listed(self, *states: QuarantineState) -> tuple[Quarantined, ...]:
        """Those in these states, oldest first."""
        wanted = states or tuple(QuarantineState)
        rows = self._execute(
            f"{_WITH_PLACE} WHERE q.state IN ({','.join('?' * len(wanted))}) ORDER BY q.number",
            wanted,
        )
        return tuple(map(_quarantined, rows))

    def unsettled(self) -> tuple[Quarantined, ...]:
        """Those that are open and whose case still waits for somebody."""
        rows = self._execute(
            f"""{_WITH_PLACE} JOIN cases c ON c.reference = q.reference
                WHERE q.state='open' AND c.state IN ('triage', 'open') ORDER BY q.number"""
        )
        return tuple(map(_quarantined, rows))

    def count_since(self, since: datetime) -> int:
        """How many came into quarantine since then."""
        (count,) = self._execute(
            "SELECT count(*) FROM quarantine WHERE quarantined_at >= ?", (time_to_text(since),)
        ).fetchone()
        return int(count)

    def count_folded(self, since: datetime, until: datetime) -> int:
        """How many of the period have no post of their own."""
        (count,) = self._execute(
            """SELECT count(*) FROM quarantine
               WHERE folded AND quarantined_at >= ? AND quarantined_at < ?""",
            (time_to_text(since), time_to_text(until)),
        ).fetchone()
        return int(count)

    def failed_again(self, number: int, why: str) -> None:
        """Another try to read it failed."""
        self._execute(
            "UPDATE quarantine SET tries=tries+1, why=? WHERE number=?", (storable(why), number)
        )

    def end(
        self, number: int, state: QuarantineState, by: str, now: datetime, reason: str = ""
    ) -> None:
        """It was replayed or dismissed."""
        self._execute(
            "UPDATE quarantine SET state=?, ended_by=?, ended_at=?, reason=? WHERE number=?",
            (state, by, time_to_text(now), storable(reason), number),
        )

    def reopen(self, number: int) -> None:
        """It is open again."""
        self._execute(
            """UPDATE quarantine SET state='open', ended_by='', ended_at=NULL, reason=''
               WHERE number=?""",
            (number,),
        )


def _quarantined(row: sqlite3.Row) -> Quarantined:
    received_at, quarantined_at = (
        text_to_time(row["received_at"]),
        text_to_time(row["quarantined_at"]),
    )
    assert received_at is not None
    assert quarantined_at is not None
    return Quarantined(
        number=row["number"],
        sha256=row["sha256"],
        reference=row["reference"],
        why=row["why"],
        origin=Origin(row["account"], row["folder"], row["uidvalidity"], row["uid"]),
        received_at=received_at,
        quarantined_at=quarantined_at,
        size=row["size"],
        tries=row["tries"],
        folded=bool(row["folded"]),
        lacking=row["lacking"],
        unfetchable=bool(row["unfetchable"]),
        state=QuarantineState(row["state"]),
        ended_at=text_to_time(row["ended_at"]),
        ended_by=row["ended_by"],
        reason=row["reason"],
    )
