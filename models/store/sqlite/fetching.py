"""Which messages make trouble, whose reading was begun, and what was filed where."""

import sqlite3
from collections.abc import Collection, Mapping
from datetime import datetime

from models.fetching import Trouble
from models.message import Origin
from models.store.sqlite.columns import storable, text_to_time, time_to_text

_IN_FOLDER = (
    "account=?1 AND (folder=?2 OR (uid=0 AND substr(folder, 1, length(?2) + 1) = ?2 || '/'))"
)


class SqliteTroubles:
    """See models.fetching.Troubles."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Work over a connection whose transaction is open."""
        self._execute = connection.execute

    def of(self, account: str, folder: str) -> tuple[Trouble, ...]:
        """Those of a folder, or of the files in it, longest known first."""
        rows = self._execute(
            f"SELECT * FROM troubles WHERE {_IN_FOLDER} ORDER BY first_at, uid",
            (account, storable(folder)),
        )
        return tuple(map(_trouble, rows))

    def put(self, trouble: Trouble) -> None:
        """Keep what is known of it."""
        self._execute(
            "INSERT OR REPLACE INTO troubles VALUES (?,?,?,?,?,?,?,?)",
            (
                *_place(trouble.origin),
                trouble.tries,
                time_to_text(trouble.first_at),
                time_to_text(trouble.next_at),
                storable(trouble.error),
            ),
        )

    def over(self, origin: Origin) -> None:
        """It was taken in, or it is gone."""
        self._execute(
            "DELETE FROM troubles WHERE account=? AND folder=? AND uidvalidity=? AND uid=?",
            _place(origin),
        )


class SqliteReadings:
    """See models.fetching.Readings."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Work over a connection whose transaction is open."""
        self._connection = connection

    def tries(self, origins: Collection[Origin]) -> Mapping[Origin, int]:
        """Of those of them whose reading was begun."""
        found = {}
        for origin in origins:
            row = self._connection.execute(
                """SELECT tries FROM readings
                   WHERE account=? AND folder=? AND uidvalidity=? AND uid=?""",
                _place(origin),
            ).fetchone()
            if row is not None:
                found[origin] = int(row["tries"])
        return found

    def of(self, account: str, folder: str) -> frozenset[Origin]:
        """Those in a folder, or of the files in it, whose reading was begun."""
        rows = self._connection.execute(
            f"SELECT * FROM readings WHERE {_IN_FOLDER}",
            (account, storable(folder)),
        )
        return frozenset(map(_origin, rows))

    def begin(self, origins: Collection[Origin]) -> None:
        """Count one more for each."""
        self._connection.executemany(
            """INSERT INTO readings VALUES (?,?,?,?,1)
               ON CONFLICT DO UPDATE SET tries = tries + 1""",
            map(_place, origins),
        )

    def over(self, origins: Collection[Origin]) -> None:
        """They were read, whatever became of them."""
        self._connection.executemany(
            "DELETE FROM readings WHERE account=? AND folder=? AND uidvalidity=? AND uid=?",
            map(_place, origins),
        )


class SqliteFiledPlaces:
    """See models.fetching.FiledPlaces."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Work over a connection whose transaction is open."""
        self._execute = connection.execute

    def add(self, at: Origin) -> None:
        """Note that what lies there was taken in before it came there."""
        self._execute("INSERT INTO filed VALUES (?,?,?,?) ON CONFLICT DO NOTHING", _place(at))

    def known_uids(self, account: str, folder: str, uidvalidity: int) -> frozenset[int]:
        """The numbers in a folder of which the ledger or this book knows."""
        rows = self._execute(
            """SELECT uid FROM ledger WHERE account=?1 AND folder=?2 AND uidvalidity=?3
               UNION SELECT uid FROM filed WHERE account=?1 AND folder=?2 AND uidvalidity=?3""",
            (account, storable(folder), uidvalidity),
        )
        return frozenset(row["uid"] for row in rows)

    def has_bytes(self, sha256: str) -> bool:
        """Whether a message with these bytes was booked, wherever it lay."""
        row = self._execute("SELECT 1 FROM ledger WHERE sha256=? LIMIT 1", (sha256,)).fetchone()
        return row is not None


def _place(origin: Origin) -> tuple[str, str, int, int]:
    return (origin.account, storable(origin.folder), origin.uidvalidity, origin.uid)


def _time(text: str) -> datetime:
    at = text_to_time(text)
    assert at is not None
    return at


def _origin(row: sqlite3.Row) -> Origin:
    return Origin(row["account"], row["folder"], row["uidvalidity"], row["uid"])


def _trouble(row: sqlite3.Row) -> Trouble:
    first_at, next_at = _time(row["first_at"]), _time(row["next_at"])
    return Trouble(_origin(row), row["tries"], first_at, next_at, row["error"])
