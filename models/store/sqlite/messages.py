"""Messages as received and as read, and the ledger of where each was found."""

import hashlib
import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from models.message import (
    Attachment,
    Failure,
    Forwarded,
    Machine,
    MachineKind,
    Message,
    Sender,
    Source,
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
from models.store_port import Arrival, Filed, StoredMessage


class SqliteMessages:
    """See models.store_port.MessageStore."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Work over a connection whose transaction is open."""
        self._execute = connection.execute
        self._contents = SqliteContents(connection)

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
    ) -> int:
        """Keep a message as read, and what came attached; gives its number."""
        cursor = self._execute(
            """INSERT INTO messages (sha256, message_id, content_hash, arrival, reference,
               sender_name, sender_address, subject, text, new_text, received_at, dated, source,
               rest, prediction, taken_in_at) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)""",
            (
                message.sha256,
                message.message_id and storable(message.message_id),
                _content_hash(message),
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
            ),
        )
        assert cursor.lastrowid is not None
        self._contents.keep(cursor.lastrowid, message.attachments)
        return cursor.lastrowid

    def same_as(self, message: Message) -> Filed | None:
        """The first message with the same bytes, or with the same Message-ID and content."""
        row = self._execute(
            "SELECT id, reference FROM messages WHERE sha256=? ORDER BY id LIMIT 1",
            (message.sha256,),
        ).fetchone()
        if row is None and message.message_id:
            row = self._execute(
                """SELECT id, reference FROM messages WHERE message_id=? AND content_hash=?
                   ORDER BY id LIMIT 1""",
                (storable(message.message_id), _content_hash(message)),
            ).fetchone()
        return Filed(row["id"], row["reference"]) if row else None

    def case_answered_by(self, message_ids: Sequence[str]) -> str | None:
        """The case of the first of these Message-IDs that we sent or received."""
        for message_id in map(storable, message_ids):
            row = self._execute(
                """SELECT reference FROM letters WHERE message_id=?1
                   UNION ALL
                   SELECT reference FROM messages WHERE message_id=?1 AND reference IS NOT NULL
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

    def senders(self, reference: str) -> frozenset[str]:
        """The addresses that have written on a case, in lower case."""
        rows = self._execute(
            """SELECT DISTINCT lower(sender_address) AS address FROM messages
               WHERE reference=? AND sender_address IS NOT NULL""",
            (reference,),
        )
        return frozenset(row["address"] for row in rows)


def _content_hash(message: Message) -> str:
    """Equal for copies that came by another way: white space and headers do not count."""
    words = " ".join(f"{message.subject} {message.text}".split())
    return hashlib.sha256(words.encode("utf-8", "backslashreplace")).hexdigest()


def _rest(message: Message) -> dict[str, object]:
    machine = message.machine
    return {
        "references": message.references,
        "reply_to": message.reply_to,
        "recipients": message.recipients,
        "attachments": [(a.name, a.content_type, a.size, a.sha256) for a in message.attachments],
        "case_token": message.case_token,
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
        case_token=rest["case_token"],
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
    )
