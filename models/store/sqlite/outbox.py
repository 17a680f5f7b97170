"""The outbox with its leases, and where things stand in Slack."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from models.letter import Departed, Letter
from models.outbox import Delivered, Item, Kind, Lane, Parcel, Posting, State
from models.store.sqlite.columns import (
    optional_time_to_text,
    storable,
    text_to_time,
    time_to_text,
    to_json,
)

# What must leave before an item. A reminder that waits for the morning holds up nothing, nor does
# the question what became of a letter, nor what is done in channels where the case no longer stands.
_EARLIER = """SELECT 1 FROM outbox e WHERE e.state='pending' AND e.reference=o.reference
    AND e.lane=o.lane AND e.id < o.id
    AND e.kind NOT IN ('reminder', 'letter_status', 'cleared', 'unnamed', 'compared')"""

# An item that is under way, and under the lease that somebody holds; `_ours` fills it in.
_OURS = "id=? AND state='pending' AND lease_until=?"


class SqliteOutbox:
    """See models.outbox.Outbox."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Work over a connection whose transaction is open."""
        self._execute = connection.execute
        self._places = SqlitePlaces(connection)

    def add(self, parcel: Parcel, now: datetime) -> bool:
        """Put a parcel in; a redraw that already waits stands for a new one, and words that wait
        are said under whatever card stands then.
        """
        if parcel.kind is Kind.CARD and self._card_waits(parcel.reference):
            return False
        if parcel.kind is Kind.WORDS and self._words_wait(parcel):
            return False
        if parcel.kind is Kind.QUARANTINE and self._flood_waits(parcel):
            return False
        if parcel.kind is Kind.HOME and self._home_waits(parcel):
            return False
        cursor = self._execute(
            """INSERT INTO outbox (key, kind, lane, reference, payload, good_until, state,
               not_before, added_at) VALUES (?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING""",
            (
                parcel.key,
                parcel.kind,
                parcel.lane,
                parcel.reference,
                storable(to_json(dict(parcel.payload))),
                optional_time_to_text(parcel.good_until),
                State.PENDING,
                time_to_text(parcel.not_before or now),
                time_to_text(now),
            ),
        )
        return cursor.rowcount == 1

    def claim(self, lane: Lane, now: datetime, limit: int, lease: timedelta) -> tuple[Item, ...]:
        """Take the oldest that may leave, for as long as the lease."""
        rows = self._execute(
            f"""UPDATE outbox SET lease_until=?, attempts=attempts+1 WHERE id IN (
                 SELECT o.id FROM outbox o
                 WHERE o.state='pending' AND o.lane=? AND o.not_before <= ?
                   AND (o.lease_until IS NULL OR o.lease_until <= ?)
                   AND NOT EXISTS ({_EARLIER})
                 ORDER BY o.id LIMIT ?)
               RETURNING *""",
            (time_to_text(now + lease), lane, time_to_text(now), time_to_text(now), limit),
        ).fetchall()
        return tuple(_item(row) for row in sorted(rows, key=lambda row: int(row["id"])))

    def begin(self, item: Item, now: datetime, lease: timedelta) -> Item | None:
        """Note that the attempt starts now; None where somebody else has the item."""
        cursor = self._execute(
            f"""UPDATE outbox SET begun=1, lease_until=?, first_tried_at=coalesce(first_tried_at, ?)
                WHERE {_OURS}""",
            (time_to_text(now + lease), time_to_text(now), *_ours(item)),
        )
        if cursor.rowcount != 1:
            return None
        return replace(item, lease=now + lease, first_tried_at=item.first_tried_at or now)

    def release(self, items: Sequence[Item]) -> None:
        """Give back what was claimed and not begun."""
        for item in items:
            self._execute(
                f"UPDATE outbox SET lease_until=NULL, attempts=attempts-1 WHERE {_OURS}",
                _ours(item),
            )

    def take_back(self, key: str, why: str, now: datetime) -> Letter | None:
        """Take a letter out while it waits; a lease alone is no attempt, and `begin` then fails."""
        row = self._execute(
            """UPDATE outbox SET state=?, lease_until=NULL, error=?, ended_at=?
               WHERE key=? AND kind='letter' AND state='pending' AND begun=0 RETURNING payload""",
            (State.DROPPED, storable(why), time_to_text(now), key),
        ).fetchone()
        return Letter.from_json(json.loads(row["payload"])) if row else None

    def sent(self, item: Item, delivered: Delivered, now: datetime) -> bool:
        """It left; the places in Slack are kept, and what follows is put in."""
        if not self._end(item, State.SENT, None, now):
            return False
        for posting in delivered.postings:
            self._places.put(posting)
        for parcel in delivered.then:
            self.add(parcel, now)
        return True

    def dropped(self, item: Item, why: str, now: datetime) -> bool:
        """It was not sent, and why."""
        return self._end(item, State.DROPPED, why, now)

    def retry(
        self, item: Item, at: datetime, error: str, *, begun: bool, broken_off: bool = False
    ) -> bool:
        """It is tried again at a time."""
        cursor = self._execute(
            f"""UPDATE outbox SET not_before=?, lease_until=NULL, begun=?, error=?,
                broken_off=broken_off+? WHERE {_OURS}""",
            (time_to_text(at), begun, storable(error), broken_off, *_ours(item)),
        )
        return cursor.rowcount == 1

    def give_up(self, item: Item, error: str, now: datetime, *, unknown: bool) -> bool:
        """It is not tried again by itself."""
        return self._end(item, State.UNKNOWN if unknown else State.FAILED, error, now)

    def letters_of(self, reference: str) -> tuple[Letter, ...]:
        """The letters of a case, by the keys that models.outbox.letter gives them."""
        rows = self._execute(
            "SELECT payload FROM outbox WHERE key > ? AND key < ? ORDER BY id",
            (f"letter:{reference}:", f"letter:{reference};"),
        )
        return tuple(Letter.from_json(json.loads(row["payload"])) for row in rows)

    def emails_left(self, reference: str) -> tuple[Departed, ...]:
        """The letters of a case that left by email."""
        rows = self._execute(
            """SELECT payload, ended_at FROM outbox
               WHERE key > ? AND key < ? AND state='sent' AND ended_at IS NOT NULL ORDER BY id""",
            (f"letter:{reference}:", f"letter:{reference};"),
        )
        return tuple(map(_departed, rows))

    def counts(self) -> Mapping[str, int]:
        """How many items are in each state."""
        rows = self._execute("SELECT state, count(*) AS n FROM outbox GROUP BY state")
        return {row["state"]: row["n"] for row in rows}

    def sent_by_kind(self) -> Mapping[Kind, int]:
        """How many items of each kind have left."""
        rows = self._execute(
            "SELECT kind, count(*) AS n FROM outbox WHERE state='sent' GROUP BY kind"
        )
        return {Kind(row["kind"]): row["n"] for row in rows}

    def next_at(self, lane: Lane) -> datetime | None:
        """When the next pending item may leave."""
        row = self._execute(
            f"""SELECT min(max(o.not_before, coalesce(o.lease_until, o.not_before))) AS at
               FROM outbox o WHERE o.state='pending' AND o.lane=? AND NOT EXISTS ({_EARLIER})""",
            (lane,),
        ).fetchone()
        return text_to_time(row["at"])

    def _card_waits(self, reference: str | None) -> bool:
        """A card that waits and is not being drawn shows the case as it will be then."""
        return (
            self._execute(
                """SELECT 1 FROM outbox WHERE reference=? AND lane='slack' AND kind='card'
                   AND state='pending' AND lease_until IS NULL""",
                (reference,),
            ).fetchone()
            is not None
        )

    def _flood_waits(self, parcel: Parcel) -> bool:
        """A count that waits and is not being drawn counts what came since, too."""
        row = self._execute(
            """SELECT 1 FROM outbox WHERE kind='quarantine' AND reference IS NULL AND payload=?
               AND state='pending' AND lease_until IS NULL""",
            (to_json(dict(parcel.payload)),),
        ).fetchone()
        return parcel.reference is None and row is not None

    def _home_waits(self, parcel: Parcel) -> bool:
        """A home that waits and is not being drawn is drawn as things are then. Those that were
        drawn are taken out: many are, and nobody asks for them again.
        """
        user = parcel.payload["user"]
        bounds = f"home:{user}:", f"home:{user};"
        self._execute("DELETE FROM outbox WHERE key > ? AND key < ? AND state != 'pending'", bounds)
        row = self._execute(
            "SELECT 1 FROM outbox WHERE key > ? AND key < ? AND lease_until IS NULL", bounds
        ).fetchone()
        return row is not None

    def _words_wait(self, parcel: Parcel) -> bool:
        return (
            self._execute(
                """SELECT 1 FROM outbox WHERE reference=? AND lane='slack' AND kind='words'
                   AND state='pending' AND json_extract(payload, '$.message')=?""",
                (parcel.reference, parcel.payload["message"]),
            ).fetchone()
            is not None
        )

    def _end(self, item: Item, state: State, error: str | None, now: datetime) -> bool:
        cursor = self._execute(
            f"UPDATE outbox SET state=?, lease_until=NULL, error=?, ended_at=? WHERE {_OURS}",
            (state, error and storable(error), time_to_text(now), *_ours(item)),
        )
        return cursor.rowcount == 1


class SqlitePlaces:
    """See models.outbox.Places."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Work over a connection whose transaction is open."""
        self._execute = connection.execute

    def put(self, posting: Posting) -> None:
        """Remember a place, in the stead of an earlier one of the same key."""
        self._execute(
            """INSERT INTO places (key, reference, channel, ts) VALUES (?,?,?,?)
               ON CONFLICT (key) DO UPDATE SET channel=excluded.channel, ts=excluded.ts""",
            (posting.key, posting.reference, posting.channel, posting.ts),
        )

    def get(self, key: str) -> Posting | None:
        """Where this stands."""
        row = self._execute("SELECT * FROM places WHERE key=?", (key,)).fetchone()
        return Posting(row["key"], row["reference"], row["channel"], row["ts"]) if row else None

    def forget(self, key: str) -> None:
        """It stands nowhere any more."""
        self._execute("DELETE FROM places WHERE key=?", (key,))

    def formers(self, reference: str) -> tuple[Posting, ...]:
        """Where the card of a case stood before."""
        rows = self._execute(
            "SELECT * FROM places WHERE key >= ? AND key < ? ORDER BY key",
            (f"former:{reference}:", f"former:{reference};"),
        )
        return tuple(Posting(r["key"], r["reference"], r["channel"], r["ts"]) for r in rows)

    def case_at(self, channel: str, ts: str) -> str | None:
        """The case whose card stands there, or stood there before."""
        row = self._execute(
            """SELECT reference FROM places WHERE channel=? AND ts=? AND reference IS NOT NULL""",
            (channel, ts),
        ).fetchone()
        return row["reference"] if row else None


def _item(row: sqlite3.Row) -> Item:
    parcel = Parcel(
        row["key"],
        Kind(row["kind"]),
        row["reference"],
        json.loads(row["payload"]),
        text_to_time(row["good_until"]),
    )
    lease, added_at = text_to_time(row["lease_until"]), text_to_time(row["added_at"])
    assert lease is not None
    assert added_at is not None
    return Item(
        row["id"],
        parcel,
        row["attempts"],
        bool(row["begun"]),
        lease,
        added_at,
        text_to_time(row["first_tried_at"]),
        row["broken_off"],
    )


def _departed(row: sqlite3.Row) -> Departed:
    at = text_to_time(row["ended_at"])
    assert at is not None
    return Departed(Letter.from_json(json.loads(row["payload"])), at)


def _ours(item: Item) -> tuple[int, str]:
    return item.id, time_to_text(item.lease)
