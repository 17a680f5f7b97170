"""Each awkward message in corpus/ is read as the JSON beside it says."""

import json
import re
from dataclasses import asdict, astuple
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from handlers.mail.parse import MailReader, ReadingRules
from models.message import Mark, Message, Origin, RawMessage

CORPUS = Path(__file__).parent / "corpus"
NAMES = sorted(path.stem for path in CORPUS.glob("*.eml"))
RULES = ReadingRules(("complaints@council.gov.uk",), "bot.council.gov.uk")
RECEIVED = datetime(2020, 6, 1, 9, 0, 5, tzinfo=UTC)
READER = MailReader(RULES)


def read(content: bytes) -> Message:
    return READER(RawMessage(content, Origin("test", "INBOX", 1, 1), RECEIVED))


def fact(message: Message, key: str) -> Any:
    """The message's value of an expectation's key, in JSON's types."""
    machine = message.machine
    special = {
        "sender": {"name": message.sender.name, "address": message.sender.address},
        "dated": message.dated.isoformat() if message.dated else None,
        "machine": machine and {"kind": machine.kind.value, "reason": machine.reason},
        "machine_kind": machine and machine.kind.value,
        "failed_message_ids": list(machine.failed_message_ids) if machine else [],
        "failures": [list(astuple(one)) for one in machine.failures] if machine else [],
        "case_token": next((n.reference for n in message.named if n.mark is not Mark.QUOTED), None),
        "attachment_names": [a.name for a in message.attachments],
        "forwarded": message.forwarded
        and asdict(message.forwarded)
        | {"dated": message.forwarded.dated and message.forwarded.dated.isoformat()},
        "attachment_types": [a.content_type for a in message.attachments],
    }
    if key in special:
        return special[key]
    value = getattr(message, key)
    return list(value) if isinstance(value, tuple) else value


def test_there_are_at_least_a_hundred_and_twenty_awkward_messages_each_with_its_expectation() -> (
    None
):
    assert len(NAMES) >= 120
    assert sorted(path.stem for path in CORPUS.glob("*.json")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_an_awkward_message_is_read_as_expected(name: str) -> None:
    expected = json.loads((CORPUS / f"{name}.json").read_text(encoding="utf-8"))
    message = read((CORPUS / f"{name}.eml").read_bytes())
    for key, value in expected.items():
        field, _, how = key.rpartition("_")
        if how == "has":
            assert all(one in fact(message, field) for one in value), (key, fact(message, field))
        elif how == "lacks":
            assert not any(one in fact(message, field) for one in value), fact(message, field)
        else:
            assert fact(message, key) == value, key


@pytest.mark.parametrize("name", NAMES)
def test_what_is_read_can_be_stored_and_shown_on_one_line(name: str) -> None:
    message = read((CORPUS / f"{name}.eml").read_bytes())
    for text in (message.text, message.new_text, message.subject, message.sender.name):
        assert "\0" not in text
        text.encode("utf-8")
    for line in (message.subject, message.sender.name, *message.recipients):
        assert not re.search(r"[\r\n]", line)
    assert bool(message.new_text.strip()) == bool(message.text.strip())
    assert message.received_at is RECEIVED
