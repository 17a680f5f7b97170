"""What staff decided, read from the histories of cases."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby

from models.decisions import DECIDING, TOLD_BY, DecidedCase, Decision, Opened, decision_of
from models.history import Entry, Event
from models.message import Sender
from models.people import Actor
from models.prediction import Doubt, Prediction
from models.store.sqlite.columns import time_to_text

_BATCH = 500
# Written out: a partial index serves only a statement whose words say what the index holds.
_A_DECISION = f"event IN ({', '.join(repr(str(event)) for event in DECIDING)})"
_TELLING = ", ".join(repr(str(event)) for event in TOLD_BY)


class SqliteDecisions:
    """See models.decisions.Decisions."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Work over a connection whose transaction is open."""
        self._execute = connection.execute

    def decided(self, since: datetime | None = None) -> tuple[DecidedCase, ...]:
        """Cases whose decision fell since then, the earliest decision first."""
        earliest = "" if since is None else time_to_text(since)
        rows = self._execute(
            f"SELECT reference FROM history WHERE {_A_DECISION} AND at >= ?", (earliest,)
        )
        # Not DISTINCT: SQLite would then read the whole table by the index of the references.
        references = list(dict.fromkeys(row["reference"] for row in rows))
        decisions = {
            reference: decision
            for reference, decision in self._decisions(references)
            if since is None or decision.at >= since
        }
        cases = self._cases(decisions)
        return tuple(sorted(cases, key=lambda case: (case.decision.at, case.reference)))

    def opened(self, since: datetime) -> tuple[Opened, ...]:
        """Cases opened since then of which the model said something."""
        rows = self._execute(
            """SELECT h.at, json_extract(c.prediction, '$.needs_person') AS needs_person,
               json_extract(c.prediction, '$.doubts') AS doubts
               FROM history h JOIN cases c ON c.reference = h.reference
               WHERE h.event = 'opened' AND h.at >= ?
               AND json_extract(c.prediction, '$.model') <> 'none' ORDER BY h.at, h.id""",
            (time_to_text(since),),
        )
        return tuple(
            Opened(
                datetime.fromisoformat(row["at"]),
                bool(row["needs_person"]),
                # Predictions of earlier versions of carebot have no doubts.
                Doubt.UNLIKE in json.loads(row["doubts"] or "[]"),
            )
            for row in rows
        )

    def _decisions(self, references: list[str]) -> Iterator[tuple[str, Decision]]:
        for batch in _batches(references):
            rows = self._execute(
                f"""SELECT * FROM history WHERE reference IN ({_places(batch)})
                    AND event IN ({_TELLING}) ORDER BY reference, id""",
                batch,
            )
            for reference, entries in groupby(rows, key=lambda row: str(row["reference"])):
                decision = decision_of(_entry(row) for row in entries)
                if decision is not None:
                    yield reference, decision

    def _cases(self, decisions: dict[str, Decision]) -> Iterator[DecidedCase]:
        for batch in _batches(list(decisions)):
            rows = self._execute(
                f"""SELECT c.reference, c.prediction, c.customer_name, m.sender_name, m.sender_address,
                    m.subject, m.new_text, json_extract(m.rest, '$.forwarded[0]') AS written_by,
                    json_extract(c.contact, '$[1]') AS failed_again,
                    EXISTS (SELECT 1 FROM history h WHERE h.reference = c.reference AND h.event = 'opened'
                        AND json_type(h.details, '$.split_from') IS NOT NULL) AS is_part
                    FROM cases c JOIN messages m ON m.id = (SELECT min(id) FROM messages
                        WHERE reference = c.reference AND arrival = 'case')
                    WHERE c.reference IN ({_places(batch)})""",
                batch,
            )
            for row in rows:
                yield _decided(row, decisions[row["reference"]])


def _decided(row: sqlite3.Row, decision: Decision) -> DecidedCase:
    names = (row["sender_name"], row["customer_name"], row["written_by"])
    return DecidedCase(
        reference=row["reference"],
        # A part that was split off was read without the subject, which is the first matter's.
        subject="" if row["is_part"] else row["subject"],
        text=row["new_text"],
        sender=Sender(row["sender_name"], row["sender_address"]),
        people=tuple(dict.fromkeys(name for name in names if name)),
        prediction=Prediction.from_json(json.loads(row["prediction"])),
        decision=decision,
        failed_again=row["failed_again"] is not None,
    )


def _entry(row: sqlite3.Row) -> Entry:
    return Entry(
        row["reference"],
        row["version"],
        Event(row["event"]),
        datetime.fromisoformat(row["at"]),
        Actor.from_text(row["actor"]),
        json.loads(row["details"]),
    )


def _batches(references: list[str]) -> Iterable[list[str]]:
    return (references[n : n + _BATCH] for n in range(0, len(references), _BATCH))


def _places(batch: list[str]) -> str:
    return ",".join("?" * len(batch))
