"""Connections and units of work: WAL, one connection a thread, BEGIN IMMEDIATE."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

from models.errors import Misconfigured, Unavailable
from models.store.sqlite.absences import SqliteAbsences
from models.store.sqlite.agreed import SqliteAgreed
from models.store.sqlite.cases import SqliteCases
from models.store.sqlite.contents import SqliteContents
from models.store.sqlite.decisions import SqliteDecisions
from models.store.sqlite.departures import SqliteDepartures
from models.store.sqlite.fetching import SqliteFiledPlaces, SqliteReadings, SqliteTroubles
from models.store.sqlite.folders import SqliteFolders
from models.store.sqlite.homes import SqliteHomes
from models.store.sqlite.ledger import SqliteLedger
from models.store.sqlite.letters import SqliteDrafts, SqliteLetters
from models.store.sqlite.locations import SqliteLocations
from models.store.sqlite.looks import SqliteLooks
from models.store.sqlite.messages import SqliteMessages
from models.store.sqlite.notes import SqliteNotes
from models.store.sqlite.ombudsman import SqliteOmbudsman
from models.store.sqlite.outbox import SqliteOutbox, SqlitePlaces
from models.store.sqlite.papers import SqlitePapers
from models.store.sqlite.quarantine import SqliteQuarantine
from models.store.sqlite.schema import MIGRATIONS
from models.store.sqlite.searching import SqliteSearch
from models.store.sqlite.standing import SqliteStandings
from models.store.sqlite.vitals import SqliteVitals
from models.store_port import Store, Work

_BUSY_SECONDS = 10.0


class SqliteWork:
    """One unit of work over one connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Bind the verbs to the connection whose transaction is open."""
        self.messages = SqliteMessages(connection)
        self.contents = SqliteContents(connection)
        self.ledger = SqliteLedger(connection)
        self.vitals = SqliteVitals(connection)
        self.quarantine = SqliteQuarantine(connection)
        self.folders = SqliteFolders(connection)
        self.troubles = SqliteTroubles(connection)
        self.readings = SqliteReadings(connection)
        self.filed = SqliteFiledPlaces(connection)
        self.cases = SqliteCases(connection)
        self.decisions = SqliteDecisions(connection)
        self.agreed = SqliteAgreed(connection)
        self.ombudsman = SqliteOmbudsman(connection)
        self.locations = SqliteLocations(connection)
        self.search = SqliteSearch(connection)
        self.looks = SqliteLooks(connection)
        self.standings = SqliteStandings(connection)
        self.absences = SqliteAbsences(connection)
        self.homes = SqliteHomes(connection)
        self.notes = SqliteNotes(connection)
        self.outbox = SqliteOutbox(connection)
        self.places = SqlitePlaces(connection)
        self.drafts = SqliteDrafts(connection)
        self.papers = SqlitePapers(connection)
        self.letters = SqliteLetters(connection)
        self.departures = SqliteDepartures(connection)


class SqliteStore:
    """A store in one file, shared by threads and by processes.

    A unit of work raises Unavailable where the file is busy, full or broken: nothing was written.
    """

    def __init__(self, path: Path) -> None:
        """Open the file and bring its tables up to date."""
        self._path = path
        self._local = threading.local()
        self._all: list[tuple[threading.Thread, sqlite3.Connection]] = []
        self._lock = threading.Lock()
        MIGRATIONS.apply(Database(self._connection()))

    @contextmanager
    def work(self) -> Iterator[Work]:
        """A unit of work that writes. IMMEDIATE: a deferred one fails at once when two overlap."""
        with self._transaction("BEGIN IMMEDIATE") as work:
            yield work

    @contextmanager
    def view(self) -> Iterator[Work]:
        """A consistent look that writes nothing."""
        with self._transaction("BEGIN") as work:
            yield work

    def seal_key(self) -> bytes:
        """The key that signs the marks on our letters."""
        row = self._connection().execute("SELECT key FROM keys WHERE name='seal'").fetchone()
        return bytes(row["key"])

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[Work]:
        connection = self._connection()
        try:
            connection.execute(begin)
            yield SqliteWork(connection)
            connection.execute("COMMIT")
        except BaseException as error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            if isinstance(error, sqlite3.OperationalError) and _is_the_stores(error):
                raise Unavailable(f"the store cannot be used now: {error}") from error
            raise

    def close(self) -> None:
        """Close every connection; call it when no other thread works any more."""
        with self._lock:
            for _, connection in self._all:
                connection.close()
            self._all.clear()
        self._local = threading.local()

    def _connection(self) -> sqlite3.Connection:
        known = getattr(self._local, "connection", None)
        if isinstance(known, sqlite3.Connection):
            return known
        connection = sqlite3.connect(
            self._path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA journal_mode = WAL")
        # FULL: a message is moved out of the inbox after its commit, so the commit must be on disk.
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        self._local.connection = connection
        with self._lock:
            self._close_those_of_ended_threads()
            self._all.append((threading.current_thread(), connection))
        return connection

    def _close_those_of_ended_threads(self) -> None:
        for thread, connection in self._all:
            if not thread.is_alive():
                connection.close()
        self._all = [kept for kept in self._all if kept[0].is_alive()]


def _is_the_stores(error: sqlite3.OperationalError) -> bool:
    """Busy, full or broken, whatever was to be written; else the statement is at fault."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # an extended code holds it in this byte
    return code in {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_CANTOPEN,
    }


def open_sqlite(path: str) -> Store:
    """Open the SQLite store at a path. Raises Misconfigured where the folder does not exist."""
    file = Path(path)
    if not file.parent.is_dir():
        raise Misconfigured(f"store {path!r}: the folder {str(file.parent)!r} does not exist")
    return SqliteStore(file)
