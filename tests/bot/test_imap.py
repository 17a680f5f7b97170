import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from imapclient import IMAPClient

from bot.dovecot import PrivateDovecot, available
from bot.imap import ImapMailbox
from models.errors import Unavailable
from models.message import Origin, RawMessage
from tests.servers.relay import Relay
from tests.support.mailbox import imap_mailbox

pytestmark = pytest.mark.needs_dovecot
Open = Callable[..., ImapMailbox]


@pytest.fixture
def open_mailbox(dovecot: PrivateDovecot, mail_user: str) -> Iterator[Open]:
    opened: list[ImapMailbox] = []

    def open_one(port: int = dovecot.port, **changes: object) -> ImapMailbox:
        settings = {"user": mail_user, "password": dovecot.password} | changes
        opened.append(imap_mailbox(port, **settings))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


@pytest.fixture
def person(dovecot: PrivateDovecot, mail_user: str) -> Iterator[IMAPClient]:
    """A colleague's mail program on the same mailbox."""
    client = IMAPClient(dovecot.host, dovecot.port, ssl=False, timeout=5)
    client.login(mail_user, dovecot.password)
    yield client
    client.logout()


def mail(number: int = 1) -> bytes:
    return b"From: a@example.org\r\nSubject: bins %d\r\n\r\nbody \xff %d\r\n" % (number, number)


def nothing_known(_: Origin) -> bool:
    return False


def waiting(mailbox: ImapMailbox) -> list[RawMessage]:
    return list(mailbox.waiting(nothing_known))


def uids(client: IMAPClient, folder: str) -> list[int]:
    client.select_folder(folder)
    return client.search("ALL")


@contextmanager
def in_background(work: Callable[[], object]) -> Iterator[None]:
    thread = threading.Thread(target=work)
    thread.start()
    yield
    thread.join(10)
    assert not thread.is_alive()


def test_a03_what_waits_is_handed_over_in_order_as_it_is_and_left_unread(
    open_mailbox: Open, person: IMAPClient
) -> None:
    for number in range(3):
        person.append("INBOX", mail(number))
    found = waiting(open_mailbox())
    assert [raw.content for raw in found] == [mail(n) for n in range(3)]
    assert [raw.origin.uid for raw in found] == [1, 2, 3]
    assert {(raw.origin.account, raw.origin.folder) for raw in found} == {("complaints", "INBOX")}
    assert found[0].origin.uidvalidity > 0
    assert uids(person, "INBOX")
    assert len(person.search("UNSEEN")) == 3


def test_a14_the_date_of_receipt_is_the_servers_in_utc(
    open_mailbox: Open, person: IMAPClient
) -> None:
    person.append("INBOX", mail(), msg_time=datetime(2020, 6, 1, 10, 0, tzinfo=UTC))
    (found,) = waiting(open_mailbox())
    assert found.received_at == datetime(2020, 6, 1, 10, 0, tzinfo=UTC)
    assert found.received_at.utcoffset() == timedelta(0)


def test_a03_what_is_known_is_not_fetched_again(open_mailbox: Open, person: IMAPClient) -> None:
    person.append("INBOX", mail(1))
    mailbox = open_mailbox()
    (first,) = waiting(mailbox)
    person.append("INBOX", mail(2))
    (second,) = mailbox.waiting(lambda origin: origin == first.origin)
    assert second.content == mail(2)


def test_a03_what_a_person_has_read_is_taken_in_all_the_same(
    open_mailbox: Open, person: IMAPClient
) -> None:
    person.append("INBOX", mail(), flags=[rb"\Seen"])
    assert len(waiting(open_mailbox())) == 1


def test_a03_what_a_person_marked_as_deleted_is_passed_over(
    open_mailbox: Open, person: IMAPClient
) -> None:
    person.append("INBOX", mail(), flags=[rb"\Deleted"])
    assert waiting(open_mailbox()) == []


def test_a11_many_and_large_ones_are_handed_over_whole(
    open_mailbox: Open, person: IMAPClient
) -> None:
    for number in range(60):
        person.append("INBOX", mail(number))
    person.append("INBOX", b"Subject: big\r\n\r\n" + b"x" * 9_000_000)
    person.append("INBOX", mail(99))
    found = waiting(open_mailbox())
    assert [raw.origin.uid for raw in found] == list(range(1, 63))
    assert len(found[60].content) > 9_000_000


@pytest.mark.parametrize("poison", [b"", b"\0" * 50, bytes(range(256)) * 20, b"\n\n\n"])
def test_a02_poison_is_handed_over_and_does_not_stop_what_is_behind_it(
    dovecot: PrivateDovecot, mail_user: str, open_mailbox: Open, poison: bytes
) -> None:
    dovecot.drop(mail_user, poison)
    mailbox = open_mailbox()
    before = len(waiting(mailbox))
    dovecot.drop(mail_user, mail(7))
    found = waiting(mailbox)
    assert before == 1
    assert found[-1].content == mail(7)
    assert len(found) == 2


@pytest.mark.parametrize(("quarantined", "folder"), [(False, "Processed"), (True, "Quarantine")])
def test_a07_filing_moves_one_message_into_a_folder_made_for_it(
    open_mailbox: Open, person: IMAPClient, quarantined: bool, folder: str
) -> None:
    person.append("INBOX", mail(1))
    person.append("INBOX", mail(2))
    mailbox = open_mailbox()
    mailbox.file(waiting(mailbox)[0].origin, quarantined=quarantined)
    assert uids(person, "INBOX") == [2]
    assert len(uids(person, folder)) == 1


def test_a07_filing_between_two_messages_of_one_look_disturbs_neither(
    open_mailbox: Open, person: IMAPClient
) -> None:
    for number in range(50):
        person.append("INBOX", mail(number))
    mailbox = open_mailbox()
    seen = []
    for raw in mailbox.waiting(nothing_known):
        seen.append(raw.content)
        mailbox.file(raw.origin)
    assert seen == [mail(n) for n in range(50)]
    assert uids(person, "INBOX") == []


def test_a07_a_message_that_a_person_moved_first_is_no_error(
    open_mailbox: Open, person: IMAPClient
) -> None:
    person.append("INBOX", mail())
    mailbox = open_mailbox()
    (raw,) = waiting(mailbox)
    person.create_folder("Mine")
    person.select_folder("INBOX")
    person.move([1], "Mine")
    mailbox.file(raw.origin)
    assert len(uids(person, "Mine")) == 1


def test_a07_a_folder_that_a_person_deleted_is_made_again(
    open_mailbox: Open, person: IMAPClient
) -> None:
    mailbox = open_mailbox()
    for number in range(2):
        person.append("INBOX", mail(number))
        mailbox.file(waiting(mailbox)[0].origin)
        assert len(uids(person, "Processed")) == 1
        person.select_folder("INBOX")
        person.delete_folder("Processed")


def test_a04_after_a_change_of_uidvalidity_all_is_seen_again_and_old_numbers_move_nothing(
    dovecot: PrivateDovecot, mail_user: str, open_mailbox: Open
) -> None:
    dovecot.drop(mail_user, mail(1))
    (before,) = waiting(open_mailbox())
    folder = dovecot.base / "mail" / mail_user
    for path in [folder / "dovecot-uidlist", *folder.glob("dovecot.index*")]:
        path.unlink()
    again = open_mailbox()
    (after,) = again.waiting(lambda origin: origin == before.origin)
    assert after.content == before.content
    assert after.origin.uidvalidity != before.origin.uidvalidity
    again.file(before.origin)
    assert len(waiting(again)) == 1


@pytest.mark.parametrize("look_every", [None, 0.05])
def test_a08_a_wait_ends_soon_after_mail_arrives(
    open_mailbox: Open, person: IMAPClient, look_every: float | None
) -> None:
    mailbox = open_mailbox(look_every=look_every)
    assert waiting(mailbox) == []
    arrived: list[float] = []

    def deliver() -> None:
        person.append("INBOX", mail())
        arrived.append(time.perf_counter())

    with in_background(deliver):
        while not waiting(mailbox):
            mailbox.wait(10)
    # Dovecot itself holds the news back for half a second from a client in IDLE.
    assert time.perf_counter() - arrived[0] < (1.0 if look_every else 5.0)


def test_a08_mail_that_came_between_look_and_wait_ends_the_wait_at_once(
    open_mailbox: Open, person: IMAPClient
) -> None:
    mailbox = open_mailbox()
    assert waiting(mailbox) == []
    person.append("INBOX", mail())
    started = time.perf_counter()
    mailbox.wait(10)
    assert time.perf_counter() - started < 2


def test_a_wait_without_mail_ends_in_time(open_mailbox: Open) -> None:
    mailbox = open_mailbox()
    waiting(mailbox)
    started = time.perf_counter()
    mailbox.wait(0.3)
    assert 0.25 < time.perf_counter() - started < 2


@pytest.mark.parametrize("look_every", [None, 5.0])
def test_a_wait_can_be_interrupted_from_another_thread(
    open_mailbox: Open, look_every: float | None
) -> None:
    mailbox = open_mailbox(look_every=look_every)
    waiting(mailbox)
    ended: list[float] = []

    def wait() -> None:
        mailbox.wait(30)
        ended.append(time.perf_counter())

    with in_background(wait):
        started = time.perf_counter()
        mailbox.interrupt()
    assert ended[0] - started < 2


def test_closing_ends_a_wait_under_way(open_mailbox: Open) -> None:
    mailbox = open_mailbox()
    waiting(mailbox)
    with in_background(lambda: mailbox.wait(30)):
        mailbox.close()
    with pytest.raises(Unavailable, match="closed"):
        waiting(mailbox)


def test_a08_after_a_cut_connection_the_next_look_makes_a_new_one(
    dovecot: PrivateDovecot, open_mailbox: Open, person: IMAPClient
) -> None:
    with Relay(dovecot.host, dovecot.port) as relay:
        mailbox = open_mailbox(port=relay.port)
        assert waiting(mailbox) == []
        relay.cut()
        with pytest.raises(Unavailable, match="complaints does not answer"):
            waiting(mailbox)
        person.append("INBOX", mail())
        assert len(waiting(mailbox)) == 1
        assert relay.connections == 2
        mailbox.close()


def test_a08_a_connection_cut_while_waiting_ends_the_wait(
    dovecot: PrivateDovecot, open_mailbox: Open
) -> None:
    with Relay(dovecot.host, dovecot.port) as relay:
        mailbox = open_mailbox(port=relay.port)
        waiting(mailbox)
        raised: list[Unavailable] = []

        def wait() -> None:
            try:
                mailbox.wait(30)
            except Unavailable as error:
                raised.append(error)

        with in_background(wait):
            relay.cut()
        assert len(raised) == 1
        assert waiting(mailbox) == []
        mailbox.close()


def test_a08_a_server_that_hangs_is_unavailable_after_the_timeout(
    dovecot: PrivateDovecot, open_mailbox: Open
) -> None:
    with Relay(dovecot.host, dovecot.port) as relay:
        mailbox = open_mailbox(port=relay.port, timeout=0.3)
        waiting(mailbox)
        relay.freeze()
        started = time.perf_counter()
        with pytest.raises(Unavailable):
            waiting(mailbox)
        assert time.perf_counter() - started < 3


def test_nobody_listening_is_unavailable(open_mailbox: Open) -> None:
    with pytest.raises(Unavailable, match="does not answer"):
        waiting(open_mailbox(port=1))


def test_a09_a_wrong_password_is_said_clearly_and_not_tried_again_at_once(
    dovecot: PrivateDovecot, open_mailbox: Open
) -> None:
    with Relay(dovecot.host, dovecot.port) as relay:
        mailbox = open_mailbox(port=relay.port, password="wrong")
        for _ in range(3):
            with pytest.raises(Unavailable, match="CAREBOT_IMAP_PASSWORD") as refusal:
                waiting(mailbox)
            assert 290 < (refusal.value.retry_after or 0) <= 300
        assert relay.connections == 1
        mailbox.close()


def test_a09_a_refused_login_is_tried_again_after_the_pause(
    dovecot: PrivateDovecot, open_mailbox: Open
) -> None:
    with Relay(dovecot.host, dovecot.port) as relay:
        mailbox = open_mailbox(port=relay.port, password="wrong", refused_pause=0.0)
        for _ in range(2):
            with pytest.raises(Unavailable, match="refuses"):
                waiting(mailbox)
        assert relay.connections == 2
        mailbox.close()


def test_closing_twice_is_no_error(open_mailbox: Open) -> None:
    mailbox = open_mailbox()
    waiting(mailbox)
    mailbox.close()
    mailbox.close()
    mailbox.interrupt()


CAPABILITIES = {
    "no_move": "IMAP4rev1 UIDPLUS IDLE NAMESPACE",
    "neither": "IMAP4rev1 NAMESPACE",
}


@pytest.fixture(scope="module", params=list(CAPABILITIES))
def old_server(request: pytest.FixtureRequest) -> Iterator[PrivateDovecot]:
    """A server that does not say that it knows MOVE (or UIDPLUS and IDLE either)."""
    if available() is None and not os.environ.get("CI"):
        pytest.skip("Dovecot is missing: apt-get install dovecot-imapd")
    with PrivateDovecot(f"imap_capability = {CAPABILITIES[request.param]}") as server:
        yield server


def test_a07_without_move_only_the_one_message_is_removed_and_it_is_not_seen_again(
    old_server: PrivateDovecot, mail_user: str
) -> None:
    person = IMAPClient(old_server.host, old_server.port, ssl=False, timeout=5)
    person.login(mail_user, old_server.password)
    person.append("INBOX", mail(1))
    person.append("INBOX", mail(2), flags=[rb"\Deleted"])
    person.append("INBOX", mail(3))
    mailbox = imap_mailbox(old_server.port, user=mail_user, password=old_server.password)
    found = waiting(mailbox)
    assert [raw.origin.uid for raw in found] == [1, 3]
    mailbox.file(found[0].origin)
    assert [raw.origin.uid for raw in waiting(mailbox)] == [3]
    # What a person marked as deleted is theirs to remove: a bare EXPUNGE would have.
    assert 2 in uids(person, "INBOX")
    assert len(uids(person, "Processed")) == 1
    started = time.perf_counter()
    mailbox.wait(0.2)
    assert time.perf_counter() - started < 2
    mailbox.close()
    person.logout()
