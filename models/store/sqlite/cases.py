"""Cases, their stages, deadlines and history."""

import json
import sqlite3
from collections.abc import Collection
from datetime import date, datetime

from models.case import Case, Change, Leaving, Level, Outcome, Stage, State, open_deadlines
from models.contact import By, Contact, Earlier
from models.deadlines import DeadlineKind
from models.errors import Stale
from models.history import Entry, Event
from models.letter import LetterKind
from models.message import Forwarded, Sender, Source
from models.people import Actor
from models.points import Point
from models.praise import Praise
from models.prediction import Category, Flag, Prediction
from models.store.sqlite import agreed
from models.store.sqlite.columns import (
    optional_date_to_text,
    optional_time_to_text,
    storable,
    text_to_date,
    text_to_time,
    time_to_text,
    to_json,
)
from models.store_port import DueCase, Query

_STAGE = f"""s.number, s.started_on, s.acknowledge_by, s.acknowledgement_approved_at,
    s.acknowledged_at, s.answer_approved_at, s.answered_at, s.outcome, s.extension_approved_at,
    s.extended_to, s.to_post, s.promised, s.leaving, s.counted_from, s.respond_by AS stage_respond_by,
    {agreed.OF_CASE},
    EXISTS (SELECT 1 FROM referrals r WHERE r.reference = c.reference) AS referred,
    (SELECT SUM(CASE h.event WHEN 'unlinked' THEN -1 ELSE json_extract(h.details, '$.why') = 'staff' END) > 0
        FROM history h WHERE h.reference = c.reference AND h.event IN ('linked', 'unlinked')) AS linked"""
CASE_WITH_STAGE = f"""SELECT c.*, {_STAGE} FROM cases c
    JOIN stages s ON s.reference = c.reference AND s.number = c.stage_number"""
_DUE_WITH_CASE = f"""SELECT c.*, {_STAGE}, d.kind, d.due FROM deadlines d
    JOIN cases c ON c.reference = d.reference AND c.stage_number = d.stage
    JOIN stages s ON s.reference = d.reference AND s.number = d.stage"""


class SqliteCases:
    """See models.store_port.CaseStore."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Work over a connection whose transaction is open."""
        self._execute = connection.execute
        self._executemany = connection.executemany

    def new_reference(self, year: int) -> str:
        """The next reference of a year."""
        row = self._execute(
            """INSERT INTO reference_counters (year, last) VALUES (?, 1)
               ON CONFLICT (year) DO UPDATE SET last = last + 1 RETURNING last""",
            (year,),
        ).fetchone()
        return f"CC-{year}-{row['last']:05d}"

    def add(self, change: Change) -> None:
        """Keep a new case."""
        case = change.case
        self._execute(
            """INSERT INTO cases (reference, version, state, category, service, authority,
               secondary_authority, flags, level, topic, subject, customer_name, customer_address,
               source, received_at, holder, prediction, stage_number, respond_by, original, contact,
               points, praise, merged_into, lessons_owed)
               VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)""",
            (
                case.reference,
                case.version,
                *_current(case),
                case.topic,
                storable(case.subject),
                storable(case.customer.name),
                case.customer.address,
                case.source,
                time_to_text(case.received_at),
                case.holder,
                to_json(case.prediction.to_json()),
                case.stage.number,
                optional_date_to_text(case.stage.answer_by),
                _original_to_text(case.original),
                _contact_to_text(case.contact),
                *_casework(case),
            ),
        )
        self._keep_stage(case)
        agreed.keep(self._execute, case)
        self._add_history(change.entries)

    def save(self, change: Change) -> None:
        """Keep a changed case; Stale where the stored version is not the one before."""
        case = change.case
        cursor = self._execute(
            """UPDATE cases SET version=?, state=?, category=?, service=?, authority=?,
               secondary_authority=?, flags=?, level=?, topic=?, subject=?, customer_name=?,
               customer_address=?, source=?, received_at=?, prediction=?, holder=?, stage_number=?,
               respond_by=?, original=?, contact=?, points=?, praise=?, merged_into=?,
               lessons_owed=? WHERE reference=? AND version=?""",
            (
                case.version,
                *_current(case),
                case.topic,
                storable(case.subject),
                storable(case.customer.name),
                case.customer.address,
                case.source,
                time_to_text(case.received_at),
                to_json(case.prediction.to_json()),
                case.holder,
                case.stage.number,
                optional_date_to_text(case.stage.answer_by),
                _original_to_text(case.original),
                _contact_to_text(case.contact),
                *_casework(case),
                case.reference,
                case.version - 1,
            ),
        )
        if cursor.rowcount != 1:
            row = self._execute(
                "SELECT version FROM cases WHERE reference=?", (case.reference,)
            ).fetchone()
            raise Stale(case.reference, case.version - 1, row["version"] if row else 0)
        self._keep_stage(case)
        agreed.keep(self._execute, case)
        self._add_history(change.entries)

    def get(self, reference: str) -> Case | None:
        """A case as it is now."""
        row = self._execute(f"{CASE_WITH_STAGE} WHERE c.reference = ?", (reference,)).fetchone()
        return case_of_row(row) if row else None

    def find(self, query: Query) -> tuple[Case, ...]:
        """Cases, those due first first."""
        where, values = _asked(query)
        rows = self._execute(
            f"""{CASE_WITH_STAGE} WHERE {where}
                ORDER BY c.respond_by IS NULL, c.respond_by, c.reference LIMIT ? OFFSET ?""",
            (*values, query.limit, query.after),
        )
        return tuple(case_of_row(row) for row in rows)

    def count(self, query: Query) -> int:
        """How many cases are asked for, whatever the page."""
        where, values = _asked(query)
        row = self._execute(f"SELECT count(*) AS n FROM cases c WHERE {where}", values).fetchone()
        return int(row["n"])

    def of_customer(
        self, address: str, topics: Collection[str], since: datetime, limit: int
    ) -> tuple[Case, ...]:
        """Cases of a customer on these topics since then, the newest first."""
        # Most people have none: looking for the references alone takes half the time of a join.
        rows = self._execute(
            f"""SELECT reference FROM cases
                WHERE lower(customer_address)=? AND topic IN ({",".join("?" * len(topics))})
                AND received_at >= ? ORDER BY received_at DESC, reference DESC LIMIT ?""",
            (address.lower(), *topics, time_to_text(since), limit),
        ).fetchall()
        found = (self.get(row["reference"]) for row in rows)
        return tuple(case for case in found if case is not None)

    def due(self, until: date) -> tuple[DueCase, ...]:
        """Unmet deadlines on or before a date, earliest first."""
        return self._due_cases("d.due <= ?", (until.isoformat(),))

    def due_page(
        self, due_from: date, due_until: date, limit: int, after: int
    ) -> tuple[tuple[DueCase, ...], int]:
        """A page of the unmet deadlines in the period, and how many there are in all."""
        period = (due_from.isoformat(), due_until.isoformat())
        row = self._execute(
            """SELECT count(*) AS n FROM deadlines d JOIN cases c
               ON c.reference = d.reference AND c.stage_number = d.stage
               WHERE d.due BETWEEN ? AND ?""",
            period,
        ).fetchone()
        page = (*period, limit, after)
        return self._due_cases("d.due BETWEEN ? AND ?", page, "LIMIT ? OFFSET ?"), int(row["n"])

    def to_remind(self, due_from: date, due_until: date, days_before: int) -> tuple[DueCase, ...]:
        """Unmet deadlines in the period of which nobody was reminded at this or a later point."""
        return self._due_cases(
            "d.due BETWEEN ? AND ? AND (d.reminded IS NULL OR d.reminded > ?)",
            (due_from.isoformat(), due_until.isoformat(), days_before),
        )

    def reminded(self, deadline: DueCase, days_before: int) -> None:
        """Note that somebody was reminded."""
        self._execute(
            "UPDATE deadlines SET reminded=? WHERE reference=? AND stage=? AND kind=?",
            (
                days_before,
                deadline.case.reference,
                deadline.case.stage.number,
                deadline.kind,
            ),
        )

    def tell(self, entry: Entry) -> None:
        """Keep an entry of what changed nothing of the case itself."""
        self._add_history((entry,))

    def naming(self, reference: str) -> tuple[str, ...]:
        """The cases that have this one among their earlier contact."""
        rows = self._execute(
            "SELECT reference FROM cases WHERE contact LIKE ? AND reference != ? ORDER BY reference",
            (f'%"{reference}"%', reference),
        )
        return tuple(row["reference"] for row in rows)

    def history(self, reference: str) -> tuple[Entry, ...]:
        """What happened to a case, oldest first."""
        rows = self._execute("SELECT * FROM history WHERE reference=? ORDER BY id", (reference,))
        return tuple(
            Entry(
                row["reference"],
                row["version"],
                Event(row["event"]),
                datetime.fromisoformat(row["at"]),
                Actor.from_text(row["actor"]),
                json.loads(row["details"]),
            )
            for row in rows
        )

    def _due_cases(
        self, where: str, values: tuple[object, ...], page: str = ""
    ) -> tuple[DueCase, ...]:
        rows = self._execute(
            f"{_DUE_WITH_CASE} WHERE {where} ORDER BY d.due, d.reference, d.kind {page}", values
        )
        return tuple(
            DueCase(case_of_row(row), DeadlineKind(row["kind"]), date.fromisoformat(row["due"]))
            for row in rows
        )

    def _keep_stage(self, case: Case) -> None:
        stage = case.stage
        self._execute(
            """INSERT INTO stages (reference, number, started_on, acknowledge_by, respond_by,
               acknowledgement_approved_at, acknowledged_at, answer_approved_at, answered_at, outcome,
               extension_approved_at, extended_to, to_post, promised, leaving, counted_from)
               VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (reference, number) DO UPDATE SET
               started_on=excluded.started_on, acknowledge_by=excluded.acknowledge_by,
               respond_by=excluded.respond_by,
               acknowledgement_approved_at=excluded.acknowledgement_approved_at,
               acknowledged_at=excluded.acknowledged_at,
               answer_approved_at=excluded.answer_approved_at, answered_at=excluded.answered_at,
               outcome=excluded.outcome, extension_approved_at=excluded.extension_approved_at,
               extended_to=excluded.extended_to, to_post=excluded.to_post,
               promised=excluded.promised, leaving=excluded.leaving,
               counted_from=excluded.counted_from""",
            (
                case.reference,
                stage.number,
                stage.started_on.isoformat(),
                stage.acknowledge_by.isoformat(),
                optional_date_to_text(stage.respond_by),
                optional_time_to_text(stage.acknowledgement_approved_at),
                optional_time_to_text(stage.acknowledged_at),
                optional_time_to_text(stage.answer_approved_at),
                optional_time_to_text(stage.answered_at),
                stage.outcome,
                optional_time_to_text(stage.extension_approved_at),
                optional_date_to_text(stage.extended_to),
                " ".join(stage.to_post),
                optional_date_to_text(stage.promised),
                to_json(
                    [
                        [one.kind, optional_time_to_text(one.at), one.version]
                        for one in stage.leaving
                    ]
                ),
                optional_date_to_text(stage.counted_from),
            ),
        )
        self._keep_deadlines(case)

    def _keep_deadlines(self, case: Case) -> None:
        """A new date starts its reminders anew; the same one keeps what was said."""
        due = open_deadlines(case)
        for kind in DeadlineKind:
            key = (case.reference, case.stage.number, kind)
            if kind not in due:
                self._execute("DELETE FROM deadlines WHERE reference=? AND stage=? AND kind=?", key)
                continue
            self._execute(
                """INSERT INTO deadlines (reference, stage, kind, due) VALUES (?,?,?,?)
                   ON CONFLICT (reference, stage, kind) DO UPDATE SET
                   reminded=CASE WHEN due=excluded.due THEN reminded END, due=excluded.due""",
                (*key, due[kind].isoformat()),
            )

    def _add_history(self, entries: tuple[Entry, ...]) -> None:
        self._executemany(
            """INSERT INTO history (reference, version, event, at, actor, details)
               VALUES (?,?,?,?,?,?)""",
            [
                (
                    entry.reference,
                    entry.version,
                    entry.event,
                    time_to_text(entry.at),
                    entry.actor.to_text(),
                    storable(to_json(dict(entry.details))),
                )
                for entry in entries
            ],
        )


def _asked(query: Query) -> tuple[str, tuple[object, ...]]:
    where, values = ["1"], list[object]()
    if query.states is not None:
        where.append(f"c.state IN ({','.join('?' * len(query.states))})")
        values += sorted(query.states)
    if query.holder is not None:
        where.append("c.holder = ?")
        values.append(query.holder)
    return " AND ".join(where), tuple(values)


def _current(case: Case) -> tuple[object, ...]:
    return (
        case.state,
        case.category,
        case.service,
        case.authority,
        case.secondary_authority,
        to_json(list(case.flags)),
        case.level,
    )


def _casework(case: Case) -> tuple[object, ...]:
    return (
        storable(to_json([[point.text, point.is_answered] for point in case.points])),
        storable(to_json(case.praise.to_json())) if case.praise else None,
        case.merged_into,
        " ".join(case.lessons_owed),
    )


def case_of_row(row: sqlite3.Row) -> Case:
    """A row of CASE_WITH_STAGE as a case."""
    return Case(
        reference=row["reference"],
        version=row["version"],
        state=State(row["state"]),
        category=Category(row["category"]),
        service=row["service"],
        authority=row["authority"],
        secondary_authority=row["secondary_authority"],
        flags=tuple(Flag(flag) for flag in json.loads(row["flags"])),
        level=Level(row["level"]) if row["level"] else None,
        topic=row["topic"],
        subject=row["subject"],
        customer=Sender(row["customer_name"], row["customer_address"]),
        source=Source(row["source"]),
        received_at=datetime.fromisoformat(row["received_at"]),
        holder=row["holder"],
        stage=Stage(
            number=row["number"],
            started_on=date.fromisoformat(row["started_on"]),
            acknowledge_by=date.fromisoformat(row["acknowledge_by"]),
            respond_by=text_to_date(row["stage_respond_by"]),
            acknowledgement_approved_at=text_to_time(row["acknowledgement_approved_at"]),
            acknowledged_at=text_to_time(row["acknowledged_at"]),
            answer_approved_at=text_to_time(row["answer_approved_at"]),
            answered_at=text_to_time(row["answered_at"]),
            outcome=Outcome(row["outcome"]) if row["outcome"] else None,
            extension_approved_at=text_to_time(row["extension_approved_at"]),
            extended_to=text_to_date(row["extended_to"]),
            to_post=tuple(LetterKind(kind) for kind in row["to_post"].split()),
            promised=text_to_date(row["promised"]),
            leaving=tuple(
                Leaving(LetterKind(kind), text_to_time(at), version)
                for kind, at, version in json.loads(row["leaving"])
            ),
            counted_from=text_to_date(row["counted_from"]),
        ),
        prediction=Prediction.from_json(json.loads(row["prediction"])),
        original=_original(row["original"]),
        contact=_contact(row["contact"]),
        points=tuple(Point(text, done) for text, done in json.loads(row["points"])),
        praise=Praise.from_json(json.loads(row["praise"])) if row["praise"] else None,
        merged_into=row["merged_into"],
        agreed=agreed.from_json(row["agreed"]),
        referred=bool(row["referred"]),
        linked=bool(row["linked"]),
        lessons_owed=tuple(Level(level) for level in row["lessons_owed"].split()),
    )


def _original_to_text(original: Forwarded | None) -> str | None:
    if original is None:
        return None
    dated = optional_time_to_text(original.dated)
    return storable(to_json([original.name, original.address, dated, original.subject]))


def _original(text: str | None) -> Forwarded | None:
    if text is None:
        return None
    name, address, dated, subject = json.loads(text)
    return Forwarded(name, address, text_to_time(dated), subject)


def _contact_to_text(contact: Contact | None) -> str | None:
    if contact is None:
        return None
    return to_json([[[one.reference, one.by] for one in contact.earlier], contact.failed_again])


def _contact(text: str | None) -> Contact | None:
    if text is None:
        return None
    earlier, failed_again = json.loads(text)
    return Contact(tuple(Earlier(reference, By(by)) for reference, by in earlier), failed_again)
