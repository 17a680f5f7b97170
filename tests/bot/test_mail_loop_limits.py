"""What the reading of one message may do to the process, and what a batch may hold (mail.md A1, A2)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.imap import ImapMailbox
from bot.maildir import MaildirMailbox
from bot.reconcile import reconcile
from handlers.intake import Intake
from models.errors import Unavailable
from models.ledger import Arrival
from models.message import Message, Origin, RawMessage
from tests.bot.test_mail_loop import START, Hands, Room, letter
from tests.servers.scripted_imap import ScriptedImap
from tests.support.mailbox import imap_mailbox
from tests.support.office import TestOffice, email, open_office


class Killed(BaseException):
    """The process ends here: nothing of ours catches it, and what is not committed is gone."""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[TestOffice]:
    opened = open_office(tmp_path)
    yield opened
    opened.store.close()


def deadly(office: TestOffice) -> Intake:
    real = office.intake.read

    def read(raw: RawMessage) -> Message:
        if b"poison" in raw.content:
            raise Killed
        return real(raw)

    return replace(office.intake, read=read)


def maildir(path: Path, clock: Hands) -> MaildirMailbox:
    for part in ("new", "cur", "tmp"):
        (path / part).mkdir(parents=True, exist_ok=True)
    return MaildirMailbox(path, now=clock.now)


def test_a02_a_message_whose_reading_ends_the_process_is_put_aside_and_the_good_mail_is_taken_in(
    office: TestOffice, tmp_path: Path
) -> None:
    clock, box = Hands(), tmp_path / "box"
    office.intake = deadly(office)
    mailbox = maildir(box, clock)
    poison = email("poison", Message_ID="<p@x>")
    for number in range(20):
        (box / "new" / f"{number:02d}").write_bytes(poison if number == 10 else letter(number))
    deaths = 0
    for start in range(5):
        room = Room(office, clock, mailbox)
        try:
            room.look()
        except Killed:
            deaths += 1
        # Of its own batch those behind it wait one start, and those of the others none.
        assert room.arrivals().get(Arrival.CASE, 0) == [0, 14, 19, 19, 19][start]
    assert deaths == 3
    assert room.arrivals() == {Arrival.CASE: 19, Arrival.QUARANTINED: 1}
    with office.store.view() as work:
        (kept,) = work.quarantine.listed()
        assert work.messages.raw(kept.sha256) == poison
    assert kept.why == "reading it has ended the bot 3 times"


def test_a02_a_store_that_is_full_for_a_while_counts_against_no_message(office: TestOffice) -> None:
    real, full = office.intake.read, True

    def read(raw: RawMessage) -> Message:
        if full:
            raise Unavailable("the disk is full")
        return real(raw)

    intake = replace(office.intake, read=read)
    raw = RawMessage(letter(1), Origin("a", "INBOX", 1, 1), START)
    for _ in range(5):
        with pytest.raises(Unavailable):
            intake.take_in(raw, START)
    full = False
    assert intake.take_in(raw, START + timedelta(minutes=5)).arrival is Arrival.CASE


def test_a02_large_messages_are_not_held_in_memory_together(office: TestOffice) -> None:
    given: list[int] = []

    def raws() -> Iterator[RawMessage]:
        for number in range(6):
            given.append(number)
            content = letter(number) + b"x" * (3_000_000 if number < 5 else 9_000_000)
            yield RawMessage(content, Origin("a", "INBOX", 1, number + 1), START)

    taken = office.intake.take_in_all(raws(), lambda: START, 16)
    held = []
    for number, _ in enumerate(taken):
        held.append(given[-1] + 1 - number)
    assert max(held) <= 3, held


# What lies in the processed folder


def test_a08_what_we_filed_in_a_maildir_is_not_read_again_by_a_reconcile(
    office: TestOffice, tmp_path: Path
) -> None:
    clock, box = Hands(), tmp_path / "box"
    mailbox = maildir(box, clock)
    room = Room(office, clock, mailbox)
    for number in range(3):
        (box / "new" / f"{number}.ours").write_bytes(letter(number))
    room.look()
    (box / ".Processed" / "cur" / "9.moved:2,S").write_bytes(letter(9))
    since = START - timedelta(days=9)
    strays = list(mailbox.strays(since, room.loop._books))
    assert [Path(raw.origin.folder).name for raw in strays] == ["9.moved"]
    clock.pass_(hours=2)
    room.look()
    assert room.arrivals() == {Arrival.CASE: 4}
    assert list(mailbox.strays(since, room.loop._books)) == []


@contextmanager
def stray_that_cannot_be_had(clock: Hands) -> Iterator[tuple[ScriptedImap, ImapMailbox]]:
    def answer(command: bytes) -> tuple[bytes, bytes | None] | None:
        if command.startswith(b"UID SEARCH UNDELETED SINCE"):
            return b"* SEARCH 77\r\n", b"OK x"
        if command.startswith(b"UID FETCH 77") and b"BODY.PEEK[]" in command:
            return b"", b"NO cannot"
        return None

    with ScriptedImap([], answer) as server:
        server.date = b'"27-Nov-2026 10:00:00 +0000"'
        mailbox = imap_mailbox(server.port, now=clock.now)
        yield server, mailbox
        mailbox.close()


def test_a12_a_stray_in_the_processed_folder_that_cannot_be_had_becomes_a_persons(
    office: TestOffice,
) -> None:
    clock = Hands()
    with stray_that_cannot_be_had(clock) as (_, mailbox):
        room = Room(office, clock, mailbox)
        for _ in range(6):
            room.look()
            clock.pass_(hours=1)
    assert room.arrivals() == {Arrival.QUARANTINED: 1}
    with office.store.view() as work:
        (kept,) = work.quarantine.listed()
    assert "folder “Processed”" in kept.why
    assert "the server refused it" in kept.why


def test_a08_a_look_into_the_mailbox_names_a_stray_that_cannot_be_had_once_and_makes_no_folder(
    office: TestOffice,
) -> None:
    clock = Hands()
    with stray_that_cannot_be_had(clock) as (_, mailbox):
        Room(office, clock, mailbox)  # it has been expected, so there is a time to look back to
        found = reconcile(mailbox, office.store)
    assert [(origin.folder, origin.uid) for origin in found.unbooked] == [("Processed", 77)]
    with stray_that_cannot_be_had(clock) as (_, mailbox):
        assert reconcile(mailbox, office.store, is_first=False).unbooked == ()
    with ScriptedImap([], no_folders) as server:
        mailbox = imap_mailbox(server.port, now=clock.now)
        assert reconcile(mailbox, office.store).error == ""
        assert not [c for c in server.commands if c.startswith(b"CREATE")]


def no_folders(command: bytes) -> tuple[bytes, bytes | None] | None:
    return (b"", b"OK x") if command.startswith(b"LIST") else None
