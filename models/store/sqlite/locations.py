"""Where cases were."""

import sqlite3
from collections.abc import Collection
from datetime import datetime

from models.locations import Located, Location, PlaceKind
from models.store.sqlite.columns import time_to_text

# Nobody else writes meanwhile.
_AT_A_TIME = 5_000


class SqliteLocations:
    """See models.locations.LocationStore."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Work over a connection whose transaction is open."""
        self._execute = connection.execute
        self._executemany = connection.executemany

    def add(
        self, reference: str, topic: str, received_at: datetime, locations: Collection[Location]
    ) -> None:
        """Keep the places of a case."""
        at = time_to_text(received_at)
        self._executemany(
            """INSERT INTO locations (place, topic, received_at, reference) VALUES (?, ?, ?, ?)
               ON CONFLICT DO NOTHING""",
            [(_place(one), topic, at, reference) for one in sorted(locations, key=_place)],
        )

    def of_case(self, reference: str) -> frozenset[Location]:
        """The places of a case that are still kept."""
        rows = self._execute("SELECT place FROM locations WHERE reference=?", (reference,))
        return frozenset(_location(row["place"]) for row in rows)

    def at(
        self,
        locations: Collection[Location],
        topics: Collection[str],
        since: datetime,
        limit: int,
    ) -> tuple[Located, ...]:
        """Cases on these topics at any of these places since then, the newest first."""
        rows = self._execute(
            f"""SELECT place, reference FROM locations
                WHERE place IN ({_marks(locations)}) AND topic IN ({_marks(topics)})
                AND received_at >= ? ORDER BY received_at DESC, reference DESC, place LIMIT ?""",
            (*map(_place, locations), *topics, time_to_text(since), limit),
        )
        return tuple(Located(row["reference"], _location(row["place"])) for row in rows)

    def forget(self, before: datetime) -> int:
        """Take out the places of what was received before then."""
        cursor = self._execute(
            """DELETE FROM locations WHERE (place, topic, received_at, reference) IN (
                   SELECT place, topic, received_at, reference FROM locations
                   WHERE received_at < ? LIMIT ?)""",
            (time_to_text(before), _AT_A_TIME),
        )
        return cursor.rowcount


def _marks(values: Collection[object]) -> str:
    return ",".join("?" * len(values))


def _place(location: Location) -> str:
    return f"{location.kind} {location.name}"


def _location(place: str) -> Location:
    kind, _, name = place.partition(" ")
    return Location(PlaceKind(kind), name)
