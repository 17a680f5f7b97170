"""What the reading of one message may do to the process, and what a batch may hold (mail.md A1, A2)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.maildir import MaildirMailbox
from handlers.intake import Intake
from models.errors import Unavailable
from models.ledger import Arrival
from models.message import Message, Origin, RawMessage
from tests.bot.test_mail_loop import START, Hands, Room, letter
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
