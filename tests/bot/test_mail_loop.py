"""The loop of a watched folder over a real store and the real intake (mail.md A1-A14)."""

import contextlib
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from imapclient import IMAPClient

from bot.dovecot import PrivateDovecot
from bot.imap import ImapMailbox
from bot.mail_loop import MailLoop
from bot.mailboxes import Watched
from bot.maildir import MaildirMailbox
from bot.watchdog import Watchdog
from handlers.fetching import nobody_looked
from handlers.quarantine import Quarantine
from models.case import State
from models.errors import Unavailable
from models.folders import FolderState, Role
from models.ledger import Arrival
from models.outbox import Kind
from models.people import CAREBOT
from models.ports import Mailbox
from models.store_port import Query
from tests.servers.relay import Relay
from tests.servers.scripted_imap import ScriptedImap
from tests.support.mailbox import imap_mailbox
from tests.support.office import TestOffice, email, open_office

LEAD = "complaints-lead"
START = datetime(2026, 11, 27, 9, tzinfo=UTC)


class Hands:
    """A clock whose hands a test moves."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        return self.at

    def pass_(self, **time_: float) -> None:
        self.at += timedelta(**time_)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[TestOffice]:
    opened = open_office(tmp_path)
    yield opened
    opened.store.close()


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def person(dovecot: PrivateDovecot, mail_user: str) -> Iterator[IMAPClient]:
    """A colleague's mail program on the same mailbox."""
    client = IMAPClient(dovecot.host, dovecot.port, ssl=False, timeout=5)
    client.login(mail_user, dovecot.password)
    yield client
    client.logout()


class Room:
    """An office with a mailbox and the loop that watches it."""

    def __init__(self, office: TestOffice, clock: Hands, mailbox: Mailbox, **more: object) -> None:
        settings = {"poll_seconds": 0.01, "tries": 5, "patience": timedelta(minutes=15)} | more
        self.office, self.clock, self.mailbox = office, clock, mailbox
        watched = Watched(mailbox, **settings)
        self.loop = MailLoop(
            watched, office.intake, clock, stopping=lambda: False, taken_in=lambda: None
        )
        self.loop.expect()

    def look(self) -> None:
        self.loop.look()

    def fail(self) -> Unavailable:
        with pytest.raises(Unavailable) as failure:
            self.loop.look()
        return failure.value

    def arrivals(self) -> dict[Arrival, int]:
        with self.office.store.view() as work:
            counts = work.ledger.counts(START - timedelta(days=9), START + timedelta(days=99))
        return dict(counts)

    def subjects(self, *states: State) -> list[str]:
        query = Query(states=frozenset(states) or None)
        with self.office.store.view() as work:
            return sorted(case.subject for case in work.cases.find(query))

    def alarms(self) -> list[str]:
        return [str(p.payload["text"]) for p in self.office.waiting(Kind.ALARM)]

    def folder(self, name: str) -> FolderState:
        with self.office.store.view() as work:
            state = work.folders.get(self.mailbox.account, name)
        assert state is not None
        return state


@pytest.fixture
def open_room(
    office: TestOffice, clock: Hands, dovecot: PrivateDovecot, mail_user: str
) -> Iterator[Callable[..., Room]]:
    opened: list[ImapMailbox] = []

    def open_one(port: int = dovecot.port, **settings: object) -> Room:
        mailbox = imap_mailbox(
            port, user=mail_user, **({"password": dovecot.password, "now": clock.now} | settings)
        )
        opened.append(mailbox)
        return Room(office, clock, mailbox)

    yield open_one
    for mailbox in opened:
        mailbox.close()


def letter(number: int, text: str = "Not emptied. #missed_bin complaint") -> bytes:
    return email(text, Message_ID=f"<{number}@x.example>", Subject=f"Bins {number}")


def uids(client: IMAPClient, folder: str) -> list[int]:
    client.select_folder(folder)
    found = client.search("ALL")
    client.unselect_folder()
    return found


# A message that cannot be had


@contextlib.contextmanager
def poisoned(
    office: TestOffice, clock: Hands, uids: list[int], poison: int, **more: object
) -> Iterator[tuple[Room, ScriptedImap]]:
    def answer(command: bytes) -> tuple[bytes, bytes | None] | None:
        asked = command.split()[2].split(b",") if command.startswith(b"UID FETCH") else []
        if b"%d" % poison in asked and b"BODY.PEEK[]" in command:
            return b"", b"NO [SERVERBUG] cannot read it"
        if command.startswith(b"UID MOVE"):
            server.uids.remove(int(command.split()[2]))
            return b"", b"OK x"
        return None

    with ScriptedImap(uids, answer) as server:
        mailbox = imap_mailbox(server.port, timeout=2.0, now=clock.now)
        yield Room(office, clock, mailbox, **more), server
        mailbox.close()


def test_a12_after_so_many_tries_a_stub_case_stands_for_it_and_the_others_never_waited(
    office: TestOffice, clock: Hands
) -> None:
    with poisoned(office, clock, [1, 2, 3], poison=2) as (room, server):
        room.look()
        assert room.subjects() == ["1", "3"]
        assert room.folder("INBOX").waiting == 1
        tries = 1
        while 2 in server.uids:
            clock.pass_(seconds=10)
            if tries == 2:
                server.uids.append(4)
            room.look()
            with office.store.view() as work:
                tries = max([tries, *(t.tries for t in work.troubles.of("complaints", "INBOX"))])
        assert clock.at - START >= timedelta(minutes=5)
        assert room.subjects() == ["1", "3", "4", "A message that could not be read"]
        assert room.arrivals() == {Arrival.CASE: 3, Arrival.QUARANTINED: 1}
        with office.store.view() as work:
            (kept,) = work.quarantine.listed()
            assert work.troubles.of("complaints", "INBOX") == ()
            assert work.messages.raw(kept.sha256) == b"Subject: 2\r\n\r\nbody\r\n"
        assert "folder “Quarantine” of complaints (it came in “INBOX”, number 2)" in kept.why
        assert [p.reference for p in office.waiting(Kind.QUARANTINE)] == [kept.reference]
        assert b"UID MOVE 2 Quarantine" in [c.replace(b'"', b"") for c in server.commands]
        assert room.folder("INBOX").waiting == 0
        clock.pass_(hours=2)
        room.look()
        assert room.arrivals() == {Arrival.CASE: 3, Arrival.QUARANTINED: 1}


def test_a12_where_nothing_else_comes_either_an_hour_passes_before_it_is_given_up(
    office: TestOffice, clock: Hands
) -> None:
    with poisoned(office, clock, [2], poison=2) as (room, _):
        while not room.subjects():
            room.look()
            clock.pass_(minutes=2)
        assert clock.at - START >= timedelta(hours=1)
        assert room.arrivals() == {Arrival.QUARANTINED: 1}


def test_a12_the_tries_are_counted_over_a_restart(office: TestOffice, clock: Hands) -> None:
    for _ in range(3):
        with poisoned(office, clock, [2], poison=2) as (room, _):
            room.look()
            clock.pass_(minutes=5)
    with office.store.view() as work:
        (trouble,) = work.troubles.of("complaints", "INBOX")
    assert trouble.tries == 3
    assert trouble.first_at == START


def test_a02_a_message_that_a_person_removes_makes_no_trouble_any_more(
    office: TestOffice, clock: Hands
) -> None:
    with poisoned(office, clock, [1, 2], poison=2) as (room, server):
        room.look()
        server.uids.remove(2)
        room.look()
        with office.store.view() as work:
            assert work.troubles.of("complaints", "INBOX") == ()
        assert room.folder("INBOX").waiting == 0


def test_a02_a_server_that_is_gone_counts_against_no_message(
    office: TestOffice, clock: Hands
) -> None:
    gone = []

    def answer(command: bytes) -> tuple[bytes, bytes | None] | None:
        if b"BODY.PEEK" in command or gone:
            gone.append(command)
            return b"* BYE going down\r\n", None
        return None

    with ScriptedImap([1, 2], answer) as server:
        mailbox = imap_mailbox(server.port, now=clock.now)
        room = Room(office, clock, mailbox)
        room.fail()
        with office.store.view() as work:
            assert work.troubles.of("complaints", "INBOX") == ()
        assert "does not answer" in room.folder("INBOX").error
        gone.clear()
        mailbox.close()


# Large ones


def test_a11_of_a_message_above_the_limit_the_beginning_becomes_a_case_that_says_so(
    open_room: Callable[..., Room], person: IMAPClient
) -> None:
    room = open_room(largest=3_000_000)
    big = letter(1).replace(b"\n", b"\r\n") + b"\r\n" + b"padding, padding\r\n" * 250_000
    person.append("INBOX", big, msg_time=START)
    person.append("INBOX", letter(2), msg_time=START)
    room.look()
    assert room.subjects() == ["Bins 1", "Bins 2"]
    assert room.subjects(State.TRIAGE) == ["Bins 1"]
    with room.office.store.view() as work:
        (case,) = work.cases.find(Query(states=frozenset({State.TRIAGE})))
        (stored,) = work.messages.of_case(case.reference)
    assert "a message of 5 MB" in stored.message.defects[0]
    assert "folder “Processed”" in stored.message.defects[0]
    assert stored.message.text.startswith("Not emptied.")
    assert uids(person, "INBOX") == []


def test_a11_a_cut_line_costs_a_large_message_one_part_not_all(clock: Hands) -> None:
    body = b"Subject: large\r\n\r\n" + bytes(range(65, 91)) * 400_000
    cut: list[bytes] = []

    def answer(command: bytes) -> tuple[bytes, bytes | None] | None:
        if b"RFC822.SIZE" in command:
            date = b'INTERNALDATE "27-Nov-2026 08:00:00 +0000"'
            return b"* 1 FETCH (UID 1 RFC822.SIZE %d %s)\r\n" % (len(body), date), b"OK x"
        if b"BODY.PEEK[]<" not in command:
            return None
        start, length = command.partition(b"<")[2].partition(b">")[0].split(b".")
        part = body[int(start) : int(start) + int(length)]
        head = b"* 1 FETCH (UID 1 BODY[]<%s> {%d}\r\n" % (start, len(part))
        if int(start) == 4_000_000 and not cut:
            cut.append(command)
            return head + part[:1000], None
        return head + part + b")\r\n", b"OK x"

    with ScriptedImap([1], answer) as server:
        mailbox = imap_mailbox(server.port, now=clock.now)
        (raw,) = mailbox.waiting(lambda _: False)
        assert raw.content == body
        asked = [c.partition(b"]")[2] for c in server.commands if b"PEEK" in c]
        assert asked == [
            b"<0.4000000>)", b"<4000000.4000000>)", b"<4000000.4000000>)", b"<8000000.4000000>)",
        ]  # fmt: skip
        mailbox.close()


# Whatever people and servers do to the mailbox


def forget_numbers(server: PrivateDovecot, user: str) -> None:
    """The server makes the folder's numbers anew: another UIDVALIDITY."""
    folder = server.base / "mail" / user
    for path in [folder / "dovecot-uidlist", *folder.glob("dovecot.index*")]:
        path.unlink(missing_ok=True)


def in_inbox(server: PrivateDovecot, user: str) -> list[Path]:
    """The files: a session that was open while the numbers changed sees no more."""
    folder = server.base / "mail" / user
    return [*(folder / "new").iterdir(), *(folder / "cur").iterdir()]


def test_a01_a_message_is_moved_only_after_it_is_stored_and_a_cut_in_between_makes_no_second(
    office: TestOffice, clock: Hands
) -> None:
    stored: list[int] = []

    def answer(command: bytes) -> tuple[bytes, bytes | None] | None:
        if command.startswith(b"UID MOVE"):
            with office.store.view() as work:
                stored.append(len(work.cases.find(Query())))
            return (b"", None) if len(stored) == 1 else None
        return None

    with ScriptedImap([1], answer) as server:
        mailbox = imap_mailbox(server.port, now=clock.now)
        room = Room(office, clock, mailbox)
        room.fail()
        room.look()
        assert stored == [1, 1]
        assert room.arrivals() == {Arrival.CASE: 1}
        assert sum(b"BODY.PEEK[]" in c for c in server.commands) == 1
        mailbox.close()


@pytest.mark.needs_dovecot
def test_a04_another_uidvalidity_between_two_runs_makes_no_second_case_or_acknowledgement(
    open_room: Callable[..., Room], person: IMAPClient, dovecot: PrivateDovecot, mail_user: str
) -> None:
    person.append("INBOX", letter(1), msg_time=START)
    without_id = email(Message_ID="", Subject="No id")
    person.append("INBOX", without_id, msg_time=START)
    first = open_room()
    taken = list(first.mailbox.waiting(lambda _: False))
    list(first.office.intake.take_in_all(taken, first.clock.now))
    first.mailbox.close()
    letters = len(first.office.waiting(Kind.LETTER))
    forget_numbers(dovecot, mail_user)
    room = open_room()
    room.look()
    assert room.subjects() == ["Bins 1", "No id"]
    assert room.arrivals() == {Arrival.CASE: 2, Arrival.DUPLICATE: 2}
    assert letters
    assert len(room.office.waiting(Kind.LETTER)) == letters
    assert in_inbox(dovecot, mail_user) == []


@pytest.mark.needs_dovecot
def test_a04_another_uidvalidity_in_the_midst_of_a_run_makes_no_second_case(
    open_room: Callable[..., Room], person: IMAPClient, dovecot: PrivateDovecot, mail_user: str
) -> None:
    room = open_room()
    person.append("INBOX", letter(1), msg_time=START)
    waiting = room.mailbox.waiting(lambda _: False)
    room.office.intake.take_in(next(waiting), START)
    forget_numbers(dovecot, mail_user)
    dovecot.drop(mail_user, letter(2))
    for _ in range(3):
        with contextlib.suppress(Unavailable):
            room.look()
    assert room.subjects() == ["Bins 1", "Bins 2"]
    assert in_inbox(dovecot, mail_user) == []


@pytest.mark.needs_dovecot
def test_a07_what_a_person_drags_back_is_noticed_not_booked_as_new_and_filed_again(
    open_room: Callable[..., Room], person: IMAPClient
) -> None:
    room = open_room()
    person.append("INBOX", letter(1), msg_time=START)
    room.look()
    person.select_folder("Processed")
    person.move(person.search("ALL"), "INBOX")
    person.unselect_folder()
    room.look()
    assert room.arrivals() == {Arrival.CASE: 1, Arrival.DUPLICATE: 1}
    assert room.subjects() == ["Bins 1"]
    assert uids(person, "INBOX") == []
    assert len(uids(person, "Processed")) == 1


@pytest.mark.needs_dovecot
def test_a03_what_a_person_flags_reads_or_answers_is_taken_in_once(
    open_room: Callable[..., Room], person: IMAPClient
) -> None:
    room = open_room()
    person.append("INBOX", letter(1), flags=[rb"\Seen", rb"\Flagged"], msg_time=START)
    room.look()
    person.select_folder("Processed")
    person.set_flags(person.search("ALL"), [rb"\Answered"])
    person.unselect_folder()
    room.look()
    assert room.arrivals() == {Arrival.CASE: 1}


@pytest.mark.parametrize(
    "sender", [None, b"", b"<>", b'"', b"=?utf-8?q?=0D=0A?=", b"undisclosed", b"\xff\xfe"]
)
def test_a06_a_message_without_a_readable_from_is_a_case_for_a_person_and_is_not_answered(
    office: TestOffice, clock: Hands, tmp_path: Path, sender: bytes | None
) -> None:
    room = Room(office, clock, maildir(tmp_path / "box", clock))
    head = b"" if sender is None else b"From: " + sender + b"\r\n"
    content = head + b"Subject: Bins\r\n\r\nNot emptied. #missed_bin complaint\r\n"
    (tmp_path / "box" / "new" / "1.odd").write_bytes(content)
    room.look()
    assert room.subjects() == ["Bins"]
    assert room.arrivals() == {Arrival.CASE: 1}
    assert office.waiting(Kind.LETTER) == []


# Reconciling


def test_a08_a_processed_folder_that_cannot_be_opened_does_not_keep_mail_from_coming_in(
    office: TestOffice, clock: Hands
) -> None:
    def answer(command: bytes) -> tuple[bytes, bytes | None] | None:
        return (b"", b"NO not for you") if command.startswith(b"EXAMINE") else None

    with ScriptedImap([1], answer) as server:
        mailbox = imap_mailbox(server.port, now=clock.now)
        room = Room(office, clock, mailbox)
        for number in (1, 2):
            room.look()
            assert room.arrivals() == {Arrival.CASE: number}
            server.uids.append(number + 1)
        assert sum(c.startswith(b"EXAMINE") for c in server.commands) == 1
        assert room.folder("INBOX").error == ""
        mailbox.close()


@pytest.mark.needs_dovecot
def test_a08_what_a_person_moved_to_processed_before_we_saw_it_is_found_within_the_hour(
    open_room: Callable[..., Room], person: IMAPClient
) -> None:
    person.create_folder("Processed")
    person.append("Processed", letter(9), msg_time=START - timedelta(minutes=5))
    room = open_room()
    person.append("INBOX", letter(1), msg_time=START + timedelta(minutes=1))
    room.look()
    person.append("Processed", letter(2), msg_time=START + timedelta(minutes=2))
    room.clock.pass_(minutes=30)
    room.look()
    assert room.subjects() == ["Bins 1"]
    room.clock.pass_(minutes=31)
    room.look()
    assert room.subjects() == ["Bins 1", "Bins 2"]
    assert room.arrivals() == {Arrival.CASE: 2}
    assert len(uids(person, "Processed")) == 3


@pytest.mark.needs_dovecot
def test_a08_what_we_filed_ourselves_is_not_fetched_again_by_a_reconcile(
    office: TestOffice, clock: Hands, dovecot: PrivateDovecot, mail_user: str, person: IMAPClient
) -> None:
    for number in range(3):
        person.append("INBOX", letter(number), msg_time=START + timedelta(minutes=1))
    with Relay(dovecot.host, dovecot.port) as relay:
        mailbox = imap_mailbox(relay.port, user=mail_user, password=dovecot.password, now=clock.now)
        room = Room(office, clock, mailbox, is_first=False)
        room.look()
        since = START - timedelta(hours=1)
        assert list(mailbox.strays(since, room.loop._books)) == []
        assert len(list(mailbox.strays(since, lambda *_: ()))) == 3
        mailbox.close()


@pytest.mark.needs_dovecot
def test_a08_a_person_who_files_what_we_just_took_in_makes_no_second_case(
    open_room: Callable[..., Room], person: IMAPClient
) -> None:
    room = open_room()
    person.append("INBOX", letter(1), msg_time=START + timedelta(minutes=1))
    (raw,) = room.mailbox.waiting(lambda _: False)
    room.office.intake.take_in(raw, START)
    person.create_folder("Processed")
    person.select_folder("INBOX")
    person.move([raw.origin.uid], "Processed")
    person.unselect_folder()
    for _ in range(2):
        room.look()
        room.clock.pass_(hours=1)
    assert room.arrivals() == {Arrival.CASE: 1}


@pytest.mark.needs_dovecot
def test_a13_the_junk_folder_is_counted_and_left_alone(
    open_room: Callable[..., Room], person: IMAPClient
) -> None:
    person.create_folder("Junk")
    for number in range(3):
        person.append("Junk", letter(number), msg_time=START)
    room = open_room(junk="Junk")
    room.look()
    assert room.arrivals() == {}
    junk = room.folder("Junk")
    assert (junk.role, junk.waiting, junk.looked_at) == (Role.JUNK, 3, START)
    assert len(uids(person, "Junk")) == 3


@pytest.mark.needs_dovecot
def test_a13_a_mailbox_without_a_junk_folder_is_no_error(open_room: Callable[..., Room]) -> None:
    room = open_room(junk="Junk")
    room.look()
    assert room.folder("INBOX").error == ""


@pytest.mark.needs_dovecot
def test_a13_each_of_several_folders_is_taken_in(
    open_room: Callable[..., Room], person: IMAPClient
) -> None:
    person.create_folder("Webform")
    person.append("Webform", letter(1), msg_time=START)
    person.append("INBOX", letter(2), msg_time=START)
    for folder in ("INBOX", "Webform"):
        room = open_room(folder=folder)
        room.look()
        assert room.folder(folder).looked_at == START
    assert room.subjects() == ["Bins 1", "Bins 2"]
    assert len(uids(person, "Processed")) == 2


def test_a07_where_nothing_can_be_moved_the_mail_is_taken_in_all_the_same(
    office: TestOffice, clock: Hands
) -> None:
    def answer(command: bytes) -> tuple[bytes, bytes | None] | None:
        full = command.startswith((b"UID MOVE", b"UID COPY"))
        return (b"", b"NO [OVERQUOTA] full") if full else None

    with ScriptedImap(list(range(1, 41)), answer) as server:
        mailbox = imap_mailbox(server.port, now=clock.now)
        room = Room(office, clock, mailbox)
        room.look()
        room.look()
        assert room.arrivals() == {Arrival.CASE: 40}
        assert "does not move messages to “Processed”" in room.folder("INBOX").error
        mailbox.close()


# Alarms


@pytest.mark.needs_dovecot
def test_a09_a_wrong_password_alarms_the_lead_at_once_and_only_once_until_it_is_well(
    office: TestOffice, clock: Hands, dovecot: PrivateDovecot, mail_user: str
) -> None:
    settings = {"user": mail_user, "now": clock.now, "refused_pause": 0.0}
    wrong = Room(office, clock, imap_mailbox(dovecot.port, password="wrong", **settings))
    for _ in range(3):
        assert wrong.fail().retry_after is not None
    alarms = wrong.office.waiting(Kind.ALARM)
    assert [p.payload["channel"] for p in alarms] == [LEAD]
    assert "refuses the user name or the password" in str(alarms[0].payload["text"])
    assert "nothing is taken in from the folder “INBOX”" in str(alarms[0].payload["text"])
    right = Room(office, clock, imap_mailbox(dovecot.port, password=dovecot.password, **settings))
    for _ in range(2):
        right.look()
    assert ["The folder “INBOX”" in text for text in right.alarms()] == [False, True]
    for room in (wrong, right):
        room.mailbox.close()


@pytest.mark.needs_dovecot
def test_a09_a_server_that_is_gone_for_a_moment_alarms_nobody(
    open_room: Callable[..., Room],
) -> None:
    room = open_room(port=1)
    room.fail()
    assert room.alarms() == []
    assert room.folder("INBOX").error_since == START


class Hung:
    """A mailbox whose calls do not return: no server does that on demand to a whole thread."""

    account, folder, junk_folder = "hung", "INBOX", None

    def __init__(self) -> None:
        self.free = threading.Event()
        self.abandoned: list[float] = []

    def waiting(self, *_: object) -> Iterator[object]:
        self.free.wait(30)
        return iter(())

    def strays(self, *_: object) -> Iterator[object]:
        return iter(())

    def junk_count(self) -> None:
        return None

    def wait(self, _: float) -> None:
        return None

    def abandon(self, after: float) -> None:
        self.abandoned.append(after)


def test_a08_a_watchdog_outside_the_loop_alarms_when_the_loop_hangs_and_says_when_it_is_well(
    office: TestOffice, clock: Hands
) -> None:
    mailbox = Hung()
    room = Room(office, clock, mailbox, patience=timedelta(seconds=0.2))
    told = threading.Event()
    stopping = threading.Event()
    dog = Watchdog([room.loop], office.store, LEAD, clock, told.set)
    looking = threading.Thread(target=room.look)
    watching = threading.Thread(target=dog.run, args=(stopping,))
    looking.start()
    watching.start()
    assert told.wait(10)
    mailbox.free.set()
    looking.join(10)
    told.clear()
    stopping.set()
    watching.join(10)
    room.look()
    with office.store.view() as work:
        assert work.outbox.counts()["pending"] == 2
    assert ["No look at" in text for text in room.alarms()] == [True, False]
    assert mailbox.abandoned
    assert room.folder("INBOX").alarmed_at is None


def test_a08_an_alarm_is_said_once_over_a_restart(office: TestOffice) -> None:
    silence = timedelta(minutes=16)
    for minutes in range(3):
        now = START + timedelta(minutes=minutes)
        told = nobody_looked(office.store, LEAD, "a", "INBOX", silence, now)
        assert told is (minutes == 0)
    assert len(office.waiting(Kind.ALARM)) == 1


def test_a08_an_answer_without_an_end_is_cut_by_the_watchdog_and_the_loop_goes_on(
    office: TestOffice, clock: Hands
) -> None:
    with ScriptedImap([1], drips=b"BODY.PEEK") as server:
        mailbox = imap_mailbox(server.port, now=clock.now)
        room = Room(office, clock, mailbox, patience=timedelta(seconds=0.5))
        stopping = threading.Event()
        dog = Watchdog([room.loop], office.store, LEAD, clock, lambda: None)
        watching = threading.Thread(target=dog.run, args=(stopping,))
        watching.start()
        started = time.perf_counter()
        room.look()
        assert time.perf_counter() - started < 10
        with office.store.view() as work:
            (trouble,) = work.troubles.of("complaints", "INBOX")
        assert trouble.tries == 1
        stopping.set()
        watching.join(10)
        mailbox.close()


# The same promises for a Maildir


def maildir(path: Path, clock: Hands, **more: object) -> MaildirMailbox:
    for part in ("new", "cur", "tmp"):
        (path / part).mkdir(parents=True, exist_ok=True)
    return MaildirMailbox(path, now=clock.now, **more)


def test_a02_a_file_that_cannot_be_read_is_given_up_and_the_others_are_taken_in(
    office: TestOffice, clock: Hands, tmp_path: Path
) -> None:
    room = Room(office, clock, maildir(tmp_path / "box", clock))
    (tmp_path / "box" / "new" / "1.good").write_bytes(letter(1))
    # A folder stands for a file that the disk does not give: root reads every file.
    (tmp_path / "box" / "new" / "2.bad").mkdir()
    while Arrival.QUARANTINED not in room.arrivals():
        room.look()
        clock.pass_(minutes=5)
    assert room.subjects() == ["A message that could not be read", "Bins 1"]
    assert (tmp_path / "box" / ".Quarantine" / "cur" / "2.bad").is_dir()
    shutil.rmtree(tmp_path / "box")


def test_a11_of_a_file_above_the_limit_the_beginning_becomes_a_case(
    office: TestOffice, clock: Hands, tmp_path: Path
) -> None:
    room = Room(office, clock, maildir(tmp_path / "box", clock, largest=500_000))
    (tmp_path / "box" / "new" / "1.big").write_bytes(letter(1) + b"padding\n" * 100_000)
    room.look()
    assert room.subjects(State.TRIAGE) == ["Bins 1"]
    with office.store.view() as work:
        (case,) = work.cases.find(Query())
        (stored,) = work.messages.of_case(case.reference)
    assert "a message of 1 MB" in stored.message.defects[0]


def test_a08_a_file_that_a_person_put_into_processed_is_found_and_the_junk_is_counted(
    office: TestOffice, clock: Hands, tmp_path: Path
) -> None:
    box = tmp_path / "box"
    room = Room(office, clock, maildir(box, clock, junk="Junk"))
    maildir(box / ".Junk", clock)
    maildir(box / ".Processed", clock)
    (box / ".Junk" / "new" / "1.spam").write_bytes(letter(7))
    (box / "new" / "2.ours").write_bytes(letter(1))
    room.look()
    moved = box / ".Processed" / "cur" / "3.moved:2,S"
    moved.write_bytes(letter(2))
    clock.pass_(hours=2)
    room.look()
    clock.pass_(hours=2)
    room.look()
    assert room.subjects() == ["Bins 1", "Bins 2"]
    assert room.arrivals() == {Arrival.CASE: 2}
    assert room.folder("Junk").waiting == 1


def test_a12_what_was_never_fetched_is_not_replayed_from_its_header(
    office: TestOffice, clock: Hands
) -> None:
    with poisoned(office, clock, [2], poison=2) as (room, _):
        while not room.subjects():
            room.look()
            clock.pass_(minutes=15)
    with office.store.view() as work:
        (kept,) = work.quarantine.listed()
    replayed = Quarantine(office.store, lambda: office.intake).replay(
        kept.number, CAREBOT, clock.now()
    )
    assert replayed.placed is None
    assert "Open it in the mailbox" in replayed.reason
    assert room.subjects() == ["A message that could not be read"]
