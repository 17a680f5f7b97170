"""What is agreed on cases: read and saved with the case, and asked for by its dates."""

import json
import sqlite3
from collections.abc import Callable
from datetime import date

from models.agreed import Agreed, Cause, Finished, Lesson, Owed, Redress, Remedy, Task
from models.case import Case
from models.store.sqlite.columns import optional_date_to_text, storable

_COLUMNS = """number, level, agreed_on, what, owner, due, cause, lesson, remedy, pence,
    done_on, done_by, note, referral"""
OF_CASE = f"""(SELECT json_group_array(json_array({_COLUMNS})) FROM agreed a
    WHERE a.reference = c.reference) AS agreed"""
"""A column of what is agreed on the case `c`, for `from_json`."""


class SqliteAgreed:
    """See models.agreed.AgreedStore."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Work over a connection whose transaction is open."""
        self._execute = connection.execute

    def due(self, until: date) -> tuple[Owed, ...]:
        """What is not done and due on or before a date, earliest first."""
        return self._owed("due <= ?", (until.isoformat(),))

    def to_remind(self, due_from: date, due_until: date, days_before: int) -> tuple[Owed, ...]:
        """What is due in the period and not reminded of at this or a later point."""
        return self._owed(
            "due BETWEEN ? AND ? AND (reminded IS NULL OR reminded > ?)",
            (due_from.isoformat(), due_until.isoformat(), days_before),
        )

    def reminded(self, owed: Owed, days_before: int) -> None:
        """Note that its owner was reminded."""
        self._execute(
            "UPDATE agreed SET reminded=? WHERE reference=? AND number=?",
            (days_before, owed.reference, owed.agreed.number),
        )

    def _owed(self, where: str, values: tuple[object, ...]) -> tuple[Owed, ...]:
        rows = self._execute(
            f"""SELECT reference, {_COLUMNS} FROM agreed WHERE done_on IS NULL AND {where}
                ORDER BY due, reference, number""",
            values,
        )
        return tuple(Owed(reference, _agreed(*columns)) for reference, *columns in rows)


def from_json(text: str) -> tuple[Agreed, ...]:
    """What the column `OF_CASE` holds, in the order of the numbers."""
    return tuple(_agreed(*columns) for columns in sorted(json.loads(text)))


def keep(execute: Callable[[str, tuple[object, ...]], object], case: Case) -> None:
    """Save what is agreed on a case. A new date or owner starts the reminders anew; with the same
    ones it stays known what was said.
    """
    for one in case.agreed:
        lesson, redress, finished = one.lesson, one.redress, one.finished
        execute(
            f"""INSERT INTO agreed (reference, {_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)
               ON CONFLICT (reference, number) DO UPDATE SET
               what=excluded.what, cause=excluded.cause, lesson=excluded.lesson,
               done_on=excluded.done_on, done_by=excluded.done_by, note=excluded.note,
               reminded=CASE WHEN due=excluded.due AND owner=excluded.owner THEN reminded END,
               owner=excluded.owner, due=excluded.due""",
            (
                case.reference,
                one.number,
                one.level,
                one.on.isoformat(),
                storable(one.task.what),
                one.task.owner,
                one.task.due.isoformat(),
                lesson and lesson.cause,
                lesson and storable(lesson.text),
                redress and redress.remedy,
                redress and redress.pence,
                optional_date_to_text(finished.on if finished else None),
                finished and finished.by,
                finished and storable(finished.note),
                redress and redress.referral,
            ),
        )


def _agreed(
    number: int,
    level: str | None,
    agreed_on: str,
    what: str,
    owner: str,
    due: str,
    cause: str | None,
    lesson: str | None,
    remedy: str | None,
    pence: int | None,
    done_on: str | None,
    done_by: str | None,
    note: str | None,
    referral: int | None,
) -> Agreed:
    return Agreed(
        number=number,
        level=level,
        on=date.fromisoformat(agreed_on),
        task=Task(what, owner, date.fromisoformat(due)),
        lesson=Lesson(Cause(cause), lesson or "") if cause else None,
        redress=Redress(Remedy(remedy), pence, referral) if remedy else None,
        finished=Finished(date.fromisoformat(done_on), done_by or "", note or "")
        if done_on
        else None,
    )
