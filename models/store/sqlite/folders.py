"""The folders of the mailboxes as they were last seen."""

import sqlite3

from models.folders import FolderState, Role
from models.store.sqlite.columns import (
    optional_time_to_text,
    storable,
    text_to_time,
    time_to_text,
)


class SqliteFolders:
    """See models.folders.Folders."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Work over a connection whose transaction is open."""
        self._execute = connection.execute

    def get(self, account: str, folder: str) -> FolderState | None:
        """As it was last seen."""
        row = self._execute(
            "SELECT * FROM folders WHERE account=? AND folder=?", (account, storable(folder))
        ).fetchone()
        return _state(row) if row else None

    def all(self) -> tuple[FolderState, ...]:
        """Every folder ever looked at."""
        rows = self._execute("SELECT * FROM folders ORDER BY account, folder")
        return tuple(map(_state, rows))

    def put(self, state: FolderState) -> None:
        """Keep how it is now."""
        self._execute(
            "INSERT OR REPLACE INTO folders VALUES (?,?,?,?,?,?,?,?,?,?)",
            (
                state.account,
                storable(state.folder),
                state.role,
                time_to_text(state.first_looked_at),
                optional_time_to_text(state.looked_at),
                state.waiting,
                optional_time_to_text(state.oldest_waiting),
                storable(state.error),
                optional_time_to_text(state.error_since),
                optional_time_to_text(state.alarmed_at),
            ),
        )


def _state(row: sqlite3.Row) -> FolderState:
    first_looked_at = text_to_time(row["first_looked_at"])
    assert first_looked_at is not None
    return FolderState(
        account=row["account"],
        folder=row["folder"],
        role=Role(row["role"]),
        first_looked_at=first_looked_at,
        looked_at=text_to_time(row["looked_at"]),
        waiting=row["waiting"],
        oldest_waiting=text_to_time(row["oldest_waiting"]),
        error=row["error"],
        error_since=text_to_time(row["error_since"]),
        alarmed_at=text_to_time(row["alarmed_at"]),
    )
