"""Messages as received and as read."""

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from models.ledger import Arrival
from models.message import (
    Attachment,
    Failure,
    Forwarded,
    Machine,
    MachineKind,
    Mark,
    Message,
    Named,
    Sender,
    Source,
    mailbox_of,
)
from models.prediction import Prediction
from models.store.sqlite.columns import (
    optional_time_to_text,
    storable,
    text_to_time,
    time_to_text,
    to_json,
)
from models.store.sqlite.contents import SqliteContents
from models.store.sqlite.likeness import Likeness, likeness
from models.store_port import Filed, StoredMessage

_MINUTES = timedelta(minutes=10)
_MOST_IDS = 50


class SqliteMessages:
    """See models.store_port.MessageStore."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Work over a connection whose transaction is open."""
        self._execute = connection.execute
        self._contents = SqliteContents(connection)
        self._last: tuple[Message, Likeness] | None = None

    def keep_raw(self, sha256: str, content: bytes) -> None:
        """Keep the bytes; the same bytes twice are kept once."""
        self._execute(
            "INSERT INTO raws (sha256, content) VALUES (?, ?) ON CONFLICT DO NOTHING",
            (sha256, content),
        )

    def raw(self, sha256: str) -> bytes | None:
        """The bytes kept under this hash."""
        row = self._execute("SELECT content FROM raws WHERE sha256=?", (sha256,)).fetchone()
        return bytes(row["content"]) if row else None

    def add(
        self,
        message: Message,
        arrival: Arrival,
        reference: str | None,
        prediction: Prediction | None,
        now: datetime,
        *,
        vouched: bool = True,
    ) -> int:
        """Keep a message as read, and what came attached; gives its number."""
        like = self._likeness(message)
        cursor = self._execute(
            """INSERT INTO messages (sha256, message_id, content_hash, arrival, reference,
               sender_name, sender_address, subject, text, new_text, received_at, dated, source,
               rest, prediction, taken_in_at, words_hash, vouched)
               VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)""",
            (
                message.sha256,
                message.message_id and storable(message.message_id),
                like.content,
                arrival,
                reference,
                storable(message.sender.name),
                message.sender.address and storable(message.sender.address),
                storable(message.subject),
                storable(message.text),
                storable(message.new_text),
                time_to_text(message.received_at),
                optional_time_to_text(message.dated),
                message.source,
                storable(to_json(_rest(message))),
                to_json(prediction.to_json()) if prediction else None,
                time_to_text(now),
                like.words,
                vouched,
            ),
        )
        assert cursor.lastrowid is not None
        self._contents.keep(cursor.lastrowid, message.attachments)
        return cursor.lastrowid

    def same_as(self, message: Message) -> Filed | None:
        """The first message that this one is a copy of."""
        return self._same_bytes(message) or self._same_content(message)

    def _same_bytes(self, message: Message) -> Filed | None:
        rows = self._execute(
            """SELECT id, reference, received_at, message_id IS NULL AND dated IS NULL AS unmarked
               FROM messages WHERE sha256=? ORDER BY id""",
            (message.sha256,),
        )
        for row in rows:
            first, last = _same_moment(message)
            if not row["unmarked"] or first <= row["received_at"] <= last:
                return Filed(row["id"], row["reference"])
        return None

    def _same_content(self, message: Message) -> Filed | None:
        values: tuple[str, ...]
        if message.message_id:
            where, values = "message_id=?", (storable(message.message_id),)
        elif message.sender.address:
            written = "coalesce(dated, received_at)"  # copies have one Date; some senders give none
            where, values = (
                f"message_id IS NULL AND {written} BETWEEN ? AND ?",
                _same_moment(message),
            )
        else:
            return None
        row = self._execute(
            f"SELECT id, reference FROM messages WHERE content_hash=? AND {where} ORDER BY id LIMIT 1",
            (self._likeness(message).content, *values),
        ).fetchone()
        return Filed(row["id"], row["reference"]) if row else None

    def same_words(self, message: Message, since: datetime) -> bool:
        """Whether its sender has sent the same words since then."""
        row = self._execute(
            """SELECT 1 FROM messages WHERE words_hash=? AND lower(sender_address)=?
               AND taken_in_at >= ? LIMIT 1""",
            (
                self._likeness(message).words,
                storable(message.sender.address or "").lower(),
                time_to_text(since),
            ),
        ).fetchone()
        return row is not None

    def _likeness(self, message: Message) -> Likeness:
        """One message is asked for several times on its way."""
        if self._last is None or self._last[0] is not message:
            self._last = (message, likeness(message))
        return self._last[1]

    def case_answered_by(self, message_ids: Sequence[str]) -> str | None:
        """The case of the first of these Message-IDs that we sent or received."""
        for message_id in map(storable, message_ids[:_MOST_IDS]):
            row = self._execute(
                """SELECT reference FROM letters WHERE message_id=?1
                   UNION ALL
                   SELECT * FROM (SELECT reference FROM messages
                   WHERE message_id=?1 AND reference IS NOT NULL ORDER BY id LIMIT 1)
                   LIMIT 1""",
                (message_id,),
            ).fetchone()
            if row:
                return str(row["reference"])
        return None

    def get(self, id_: int) -> StoredMessage | None:
        """The message with this number."""
        row = self._execute("SELECT * FROM messages WHERE id=?", (id_,)).fetchone()
        return _stored(row) if row else None

    def with_bytes(self, sha256: str) -> StoredMessage | None:
        """The first message read from these bytes."""
        row = self._execute(
            "SELECT * FROM messages WHERE sha256=? ORDER BY id LIMIT 1", (sha256,)
        ).fetchone()
        return _stored(row) if row else None

    def of_case(self, reference: str) -> tuple[StoredMessage, ...]:
        """A case's messages, oldest first."""
        rows = self._execute("SELECT * FROM messages WHERE reference=? ORDER BY id", (reference,))
        return tuple(_stored(row) for row in rows)

    def participants(self, reference: str) -> frozenset[str]:
        """Who is known on a case."""
        rows = self._execute(
            """SELECT sender_address AS address FROM messages WHERE reference=?1
               AND arrival IN ('case', 'reply') AND vouched AND sender_address IS NOT NULL
               UNION SELECT recipient FROM letters WHERE reference=?1
               UNION SELECT customer_address FROM cases
               WHERE reference=?1 AND customer_address IS NOT NULL""",
            (reference,),
        )
        return frozenset(mailbox_of(row["address"]) for row in rows)


def _same_moment(message: Message) -> tuple[str, str]:
    """When a copy of a message without a Message-ID was written: within minutes of it. The same
    words a week later are a person who asks again.
    """
    written = message.dated or message.received_at
    try:
        return time_to_text(written - _MINUTES), time_to_text(written + _MINUTES)
    except OverflowError:  # at the ends of time, where only hostile Dates are
        return time_to_text(written), time_to_text(written)


def _rest(message: Message) -> dict[str, object]:
    machine = message.machine
    return {
        "references": message.references,
        "reply_to": message.reply_to,
        "recipients": message.recipients,
        "attachments": [(a.name, a.content_type, a.size, a.sha256) for a in message.attachments],
        "named": [(one.reference, one.mark) for one in message.named],
        "machine": machine and _machine_rest(machine),
        "forwarded": message.forwarded and _forwarded_rest(message.forwarded),
        "authentication": message.authentication,
        "defects": message.defects,
    }


def _machine_rest(machine: Machine) -> tuple[object, ...]:
    failures = [(f.recipient, f.status, f.permanent) for f in machine.failures]
    return (machine.kind, machine.reason, machine.failed_message_ids, failures)


def _machine(rest: Sequence[Any]) -> Machine:
    """Rows of earlier versions have no failures."""
    kind, reason, failed_ids, *more = rest
    failures = tuple(Failure(*failure) for failure in (more[0] if more else ()))
    return Machine(MachineKind(kind), reason, tuple(failed_ids), failures)


def _forwarded_rest(forwarded: Forwarded) -> tuple[object, ...]:
    dated = optional_time_to_text(forwarded.dated)
    return (forwarded.name, forwarded.address, dated, forwarded.subject)


def _forwarded(rest: Sequence[Any]) -> Forwarded:
    name, address, dated, subject = rest
    return Forwarded(name, address, text_to_time(dated), subject)


def _stored(row: sqlite3.Row) -> StoredMessage:
    rest = json.loads(row["rest"])
    machine, forwarded = rest["machine"], rest.get("forwarded")
    received_at = text_to_time(row["received_at"])
    assert received_at is not None
    message = Message(
        sha256=row["sha256"],
        message_id=row["message_id"],
        references=tuple(rest["references"]),
        sender=Sender(row["sender_name"], row["sender_address"]),
        reply_to=rest["reply_to"],
        recipients=tuple(rest["recipients"]),
        subject=row["subject"],
        text=row["text"],
        new_text=row["new_text"],
        received_at=received_at,
        dated=text_to_time(row["dated"]),
        source=Source(row["source"]),
        attachments=tuple(Attachment(*attachment) for attachment in rest["attachments"]),
        named=tuple(Named(reference, Mark(mark)) for reference, mark in rest.get("named", ())),
        machine=_machine(machine) if machine else None,
        forwarded=_forwarded(forwarded) if forwarded else None,
        authentication=rest.get("authentication", ""),
        defects=tuple(rest["defects"]),
    )
    prediction = row["prediction"]
    return StoredMessage(
        row["id"],
        message,
        Arrival(row["arrival"]),
        Prediction.from_json(json.loads(prediction)) if prediction else None,
        bool(row["vouched"]),
    )
