"""Full text of cases, by SQLite's FTS5; triggers keep it in the transaction of what it is made of."""

import sqlite3
from collections.abc import Sequence

from models.prediction import Flag
from models.searching import Hit, Hits, Sight, Wanted
from models.store.sqlite.cases import SqliteCases

# Of reference, subject, customer, words and notes: what is shorter says more.
_WEIGHTS = "10.0, 4.0, 4.0, 1.0, 1.0"
# Words that so many cases share tell none from the others, and to weigh them takes long.
_RANKED = 5_000
_WORDS = 3
_AROUND = 14


class SqliteSearch:
    """See models.searching.SearchStore."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Work over a connection whose transaction is open."""
        self._execute = connection.execute
        self._cases = SqliteCases(connection)

    def find(self, wanted: Sequence[Wanted], sight: Sight, limit: int, after: int) -> Hits:
        """Cases in which all that is wanted occurs, the best first."""
        asked = " AND ".join(map(_asked, wanted))
        seen, values = _seen(sight)
        found = f"""FROM case_words JOIN searchable s ON s.id = case_words.rowid
            WHERE case_words MATCH ? AND {seen}"""
        total = self._execute(f"SELECT count(*) AS n {found}", (asked, *values)).fetchone()["n"]
        best = f"round(bm25(case_words, {_WEIGHTS}), 1)," if total <= _RANKED else ""
        rows = self._execute(
            f"""SELECT s.id, s.reference {found}
                ORDER BY {best} s.received_at DESC, s.id DESC LIMIT ? OFFSET ?""",
            (asked, *values, limit, after),
        ).fetchall()
        return Hits(total, tuple(self._hit(row, asked) for row in rows))

    def _hit(self, row: sqlite3.Row, asked: str) -> Hit:
        words = self._execute(
            f"""SELECT snippet(case_words, {_WORDS}, '', '', '…', {_AROUND}) AS words
                FROM case_words WHERE case_words MATCH ? AND rowid = ?""",
            (asked, row["id"]),
        ).fetchone()["words"]
        case = self._cases.get(row["reference"])
        assert case is not None
        return Hit(case, words or "")


def _asked(wanted: Wanted) -> str:
    """As a string of FTS5's query language, in which nothing is a sign any more."""
    words = wanted.words.replace('"', " ")
    # Nearly every word begins with any one letter.
    whole = wanted.exact or len(words) == 1
    return f'"{words}"' if whole else f'"{words}"*'


def _seen(sight: Sight) -> tuple[str, tuple[object, ...]]:
    """The first flag that a case has decides, as in models.channels.private_channel."""
    if not sight.private:
        return "1", ()
    decides = " ".join("WHEN instr(s.flags, ?) THEN ?" for _ in sight.private)
    values = [value for flag, theirs in sight.private for value in (_flag(flag), int(theirs))]
    return f"CASE {decides} ELSE 1 END", tuple(values)


def _flag(flag: Flag) -> str:
    return f'"{flag.value}"'
