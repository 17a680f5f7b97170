"""Bounce addresses that name their letter (E32), and the reader that knows them again (E29)."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from handlers.mail.own import Seal
from handlers.mail.parse import MailReader, ReadingRules
from handlers.mail.verp import LONGEST_LOCAL, bounce_address, letter_named_by
from models.history import Event
from models.message import MachineKind, Mark, Message, Named, Origin, RawMessage
from models.outbox import Kind
from tests.support.council import utc
from tests.support.office import ADDRESS, email, open_office

BASE = "bounces@westmere.example"
NOW = utc(2026, 11, 27)
SEAL = Seal("westmere.example", b"k" * 32)
ID = SEAL.new_message_id("CC-2026-00042")
BOUNCE = bounce_address(BASE, ID)


def read(content: bytes, bounces: str = BASE) -> Message:
    rules = ReadingRules((ADDRESS, BASE), "westmere.example", key=SEAL.key, bounce_address=bounces)
    at = datetime(2026, 11, 27, tzinfo=UTC)
    return MailReader(rules)(RawMessage(content, Origin("a", "INBOX", 1, 1), at))


def test_e32_a_bounce_address_names_the_letter_and_fits_into_an_address() -> None:
    assert letter_named_by(BOUNCE, BASE, "westmere.example") == ID
    long_base = "b" * LONGEST_LOCAL + "@westmere.example"
    longest = bounce_address(long_base, SEAL.new_message_id("CC-2026-1234567"))
    assert len(longest.partition("@")[0]) <= 64


def test_e32_a_relay_that_changes_the_letters_case_does_not_hide_the_letter() -> None:
    assert letter_named_by(BOUNCE.lower(), BASE, "westmere.example") == ID


@pytest.mark.parametrize(
    "message_id",
    [
        "<x@y.example>",
        "<carebot.1@council.example>",
        "",
        "<carebot.a+b.aaaaaaaaaaaaaaaa@c.example>",
    ],
)
def test_e32_what_is_no_id_of_ours_leaves_the_address_as_it_is(message_id: str) -> None:
    assert bounce_address(BASE, message_id) == BASE


@pytest.mark.parametrize("base", ["", "a-base-far-too-long@westmere.example"])
def test_e32_a_base_with_no_room_stays_as_it_is(base: str) -> None:
    assert bounce_address(base, ID) == base


@pytest.mark.parametrize(
    "address",
    [BASE, "bounces+x@westmere.example", f"other+{BOUNCE}", "complaints+CC-2026-00042@x.example"],
    # The marks are new in every process, and the test's name must not be.
    ids=["the base", "another token", "another name before it", "the mailbox's own"],
)
def test_e32_any_other_address_names_no_letter(address: str) -> None:
    assert letter_named_by(address, BASE, "westmere.example") is None


@pytest.mark.parametrize("header", ["To", "Delivered_To", "X_Original_To", "Envelope_To"])
def test_d29_a_bounce_without_any_id_finds_its_letter_by_where_it_went(header: str) -> None:
    headers = {"From": "MAILER-DAEMON@mx.example", "To": "", "Return_Path": "<>", header: BOUNCE}
    message = read(email("Sorry.", Subject="failure notice", **headers))
    assert message.machine is not None
    assert message.machine.kind is MachineKind.BOUNCE
    assert message.machine.failed_message_ids == (ID,)
    assert Named("CC-2026-00042", Mark.SIGNED) in message.named


def test_d26_an_out_of_office_to_the_bounce_address_belongs_to_its_case() -> None:
    message = read(email("Away.", To=BOUNCE, Auto_Submitted="auto-replied"))
    assert message.machine is not None
    assert message.machine.kind is MachineKind.AUTOMATIC
    assert message.references == (ID,)


def test_d30_what_comes_there_without_any_sign_is_taken_for_a_machines_and_not_answered() -> None:
    message = read(email("Hello", To=BOUNCE))
    assert message.machine is not None
    assert message.machine.kind is MachineKind.BULK
    assert message.references == (ID,)


def test_d29_an_invented_bounce_address_names_no_case() -> None:
    invented = bounce_address(BASE, Seal("westmere.example", b"x" * 32).new_message_id("CC-2026-1"))
    message = read(email("Hello", To=invented))
    assert message.machine is None
    assert message.references == ()


def test_d29_a_bounce_without_any_id_undoes_the_acknowledgement_of_its_case(tmp_path: Path) -> None:
    office = open_office(tmp_path, bounce_address=BASE)
    try:
        reference = office.receive(email(), NOW).reference
        (parcel,) = office.waiting(Kind.LETTER)
        back = bounce_address(BASE, str(parcel.payload["message_id"]))
        bounced = email(
            "qmail here, and it does not go.", From="MAILER-DAEMON@mx.example", Return_Path="<>",
            To=back, Subject="failure notice", Message_ID="",
        )  # fmt: skip
        office.receive(bounced, NOW)
        with office.store.view() as work:
            events = [e.event for e in work.cases.history(str(reference))]
        assert Event.BOUNCED in events
        assert office.case(reference).stage.acknowledgement_approved_at is None
    finally:
        office.store.close()
