"""The embedded engine: SQLite through sqlite-utils."""

from models.store.sqlite.engine import open_sqlite

__all__ = ["open_sqlite"]
