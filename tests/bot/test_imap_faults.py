"""What servers do wrong, and what must not be lost by it (mail.md, A2, A5, A7, A8, A9, A14)."""

import contextlib
import threading
import time
from datetime import UTC, datetime

import pytest

from bot.imap import ImapMailbox
from models.errors import NotMoved, Unavailable
from models.message import Origin
from tests.servers.scripted_imap import Answer, ScriptedImap
from tests.support.council import utc
from tests.support.mailbox import imap_mailbox

NOW = utc(2026, 11, 27)


def opened(server: ScriptedImap) -> ImapMailbox:
    return imap_mailbox(server.port, timeout=0.7, now=lambda: NOW)


def waiting(mailbox: ImapMailbox, failed: list[int] | None = None) -> list[int]:
    def note(origin: Origin, _why: str) -> None:
        if failed is not None:
            failed.append(origin.uid)

    return [raw.origin.uid for raw in mailbox.waiting(lambda _: False, note)]


def when(start: bytes, *, has: bytes = b"", untagged: bytes = b"", tagged: bytes | None) -> Answer:
    def answer(command: bytes) -> tuple[bytes, bytes | None] | None:
        fits = command.startswith(start) and has in command
        return (untagged, tagged) if fits else None

    return answer


def asks_for(uid: int, command: bytes, what: bytes = b"BODY.PEEK[]") -> bool:
    asked = command.split()[2].split(b",") if command.startswith(b"UID FETCH") else []
    return b"%d" % uid in asked and what in command


FAULTS = {
    "refused": (b"", b"NO [SERVERBUG] cannot read it"),
    "bad": (b"", b"BAD what"),
    "literal longer than what came": (b"* 2 FETCH (UID 2 BODY[] {900}\r\nshort)\r\n", b"OK x"),
    "literal shorter than what came": (
        b"* 2 FETCH (UID 2 BODY[] {5}\r\nmuch longer than said)\r\n",
        b"OK x",
    ),
    "no literal": (b"* 2 FETCH (UID 2 BODY[] {5\r\n", b"OK x"),
    "no end": (b"* 2 FETCH (UID (((\r\n", b"OK x"),
    "goodbye in the midst": (b"* BYE [UNAVAILABLE] going down\r\n", None),
    "cut in the midst": (b"* 2 FETCH (UID 2 BODY[] {900}\r\nends too soon", None),
    "half a line": (b"* 2 FET", None),
    "never answered": (b"", b""),
    "another one's": (b"* 1 FETCH (UID 1 BODY[] {1}\r\nx)\r\n", b"OK x"),
    "nothing": (b"", b"OK x"),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a02_a_message_the_server_cannot_hand_over_does_not_stop_those_behind_it(
    fault: tuple[bytes, bytes | None],
) -> None:
    def answer(command: bytes) -> tuple[bytes, bytes | None] | None:
        return fault if asks_for(2, command) else None

    with ScriptedImap([1, 2, 3], answer) as server:
        mailbox = opened(server)
        failed: list[int] = []
        assert waiting(mailbox, failed) in ([1, 3], [3])
        assert 2 in failed
        mailbox.close()


def test_a02_a_message_of_which_not_even_the_size_can_be_said_does_not_stop_the_others() -> None:
    def answer(command: bytes) -> tuple[bytes, bytes | None] | None:
        return (b"", b"NO cannot") if asks_for(2, command, b"RFC822.SIZE") else None

    with ScriptedImap([1, 2, 3, 4], answer) as server:
        mailbox = opened(server)
        failed: list[int] = []
        assert waiting(mailbox, failed) == [1, 3, 4]
        assert failed == [2]
        mailbox.close()


def test_a02_what_makes_trouble_comes_last_and_alone() -> None:
    with ScriptedImap([1, 2, 3]) as server:
        mailbox = opened(server)
        troubled = [Origin("complaints", "INBOX", 7, 1)]
        found = [raw.origin.uid for raw in mailbox.waiting(lambda _: False, troubled=troubled)]
        assert found == [2, 3, 1]
        assert b"UID FETCH 2,3 (BODY.PEEK[])" in server.commands
        mailbox.close()


def test_a02_a_line_that_is_cut_once_costs_no_try() -> None:
    cut = []

    def answer(command: bytes) -> tuple[bytes, bytes | None] | None:
        if asks_for(1, command) and not cut:
            cut.append(command)
            return b"* 1 FETCH (UID 1 BODY[] {900}\r\nends", None
        return None

    with ScriptedImap([1], answer) as server:
        mailbox = opened(server)
        failed: list[int] = []
        assert waiting(mailbox, failed) == [1]
        assert failed == []
        mailbox.close()


def test_a12_of_a_message_that_cannot_be_had_the_header_stands_for_it() -> None:
    def answer(command: bytes) -> tuple[bytes, bytes | None] | None:
        return (b"", b"NO cannot") if asks_for(2, command) else None

    with ScriptedImap([1, 2], answer) as server:
        mailbox = opened(server)
        raw = mailbox.remains(Origin("complaints", "INBOX", 7, 2), "the server refused it")
        assert raw.unfetchable
        assert raw.content.startswith(b"Subject: 2\r\n")
        assert raw.received_at == datetime(2020, 6, 1, 9, 0, tzinfo=UTC)
        assert "number 2" in raw.lacking
        assert "“Quarantine”" in raw.lacking
        mailbox.close()


def test_a12_without_even_a_header_a_few_words_stand_for_it() -> None:
    with ScriptedImap([1, 2], when(b"UID FETCH", tagged=b"NO cannot")) as server:
        mailbox = opened(server)
        raw = mailbox.remains(Origin("complaints", "INBOX", 7, 2), "the server refused it")
        assert b"does not hand over" in raw.content
        assert raw.received_at == NOW
        mailbox.close()


def test_a14_a_date_of_the_server_is_read_in_its_zone() -> None:
    with ScriptedImap([1]) as server:
        mailbox = opened(server)
        (raw,) = mailbox.waiting(lambda _: False)
        assert raw.received_at == datetime(2020, 6, 1, 9, 0, tzinfo=UTC)
        mailbox.close()


@pytest.mark.parametrize(
    "date",
    [b"NIL", b'"31-Dec-2099 10:00:00 +0000"', b'" 1-Jan-1970 00:00:00 +0000"', b'"what"'],
)
def test_a14_where_the_server_gives_no_date_that_can_be_true_the_fetchs_stands(
    date: bytes,
) -> None:
    with ScriptedImap([1]) as server:
        server.date = date
        mailbox = opened(server)
        (raw,) = mailbox.waiting(lambda _: False)
        assert raw.received_at == NOW
        mailbox.close()


def test_a05_a_message_gone_between_search_and_fetch_is_no_error() -> None:
    with ScriptedImap([1, 2], when(b"UID FETCH", has=b"BODY", tagged=b"OK x")) as server:
        mailbox = opened(server)
        assert waiting(mailbox) == []
        mailbox.close()


def test_a05_an_old_message_in_the_servers_list_is_not_fetched_again() -> None:
    """`UID n:*` gives the last message however old it is: what counts is the ledger."""
    with ScriptedImap([5]) as server:
        mailbox = opened(server)
        (raw,) = mailbox.waiting(lambda _: False)
        assert list(mailbox.waiting(lambda origin: origin == raw.origin)) == []
        searches = [c for c in server.commands if c.startswith(b"UID SEARCH")]
        assert searches == [b"UID SEARCH UNDELETED"] * 2
        assert sum(c.startswith(b"UID FETCH 5 (BODY") for c in server.commands) == 1
        mailbox.close()


def test_a05_a_number_that_the_server_lists_twice_is_fetched_once() -> None:
    listed = when(b"UID SEARCH", untagged=b"* SEARCH 1 1 2\r\n", tagged=b"OK x")
    with ScriptedImap([1, 2], listed) as server:
        mailbox = opened(server)
        assert waiting(mailbox) == [1, 2]
        mailbox.close()


def test_a09_a_server_that_says_goodbye_is_left_and_found_again() -> None:
    said = []

    def answer(command: bytes) -> tuple[bytes, bytes | None] | None:
        if command.startswith(b"UID SEARCH") and not said:
            said.append(command)
            return b"* BYE [UNAVAILABLE] maintenance\r\n", None
        return None

    with ScriptedImap([1], answer) as server:
        mailbox = opened(server)
        with pytest.raises(Unavailable):
            waiting(mailbox)
        assert waiting(mailbox) == [1]
        mailbox.close()


@pytest.mark.parametrize("greeting", [None, b"* BYE too busy\r\n", b"* BY", b""])
def test_a08_a_server_without_a_greeting_is_unavailable_within_the_timeout(
    greeting: bytes | None,
) -> None:
    with ScriptedImap([1], greeting=greeting) as server:
        mailbox = opened(server)
        started = time.perf_counter()
        with pytest.raises(Unavailable, match="does not answer") as refusal:
            waiting(mailbox)
        assert refusal.value.retry_after is None
        assert time.perf_counter() - started < 5
        mailbox.close()


def test_a08_no_tls_handshake_is_unavailable_within_the_timeout() -> None:
    with ScriptedImap([1], greeting=None) as server:
        mailbox = imap_mailbox(server.port, timeout=0.5, tls="tls")
        started = time.perf_counter()
        with pytest.raises(Unavailable, match="does not answer"):
            waiting(mailbox)
        assert time.perf_counter() - started < 5
        mailbox.close()


@pytest.mark.parametrize("line", [b"* 2 EXI", b"* 2 EXISTS\r\n* half", b"garbage\r\n"])
def test_a08_half_a_line_in_idle_neither_hangs_nor_loses_the_news(line: bytes) -> None:
    """imapclient#519: what idle_check has read of a line is lost, so the connection is."""
    with ScriptedImap([1], when(b"IDLE", untagged=b"+ idling\r\n" + line, tagged=b"")) as server:
        mailbox = opened(server)
        waiting(mailbox)
        server.uids.append(2)
        started = time.perf_counter()
        with contextlib.suppress(Unavailable):
            mailbox.wait(20)
        assert time.perf_counter() - started < 6
        assert waiting(mailbox) == [1, 2]
        mailbox.close()


@pytest.mark.parametrize(
    "said",
    [
        (b"", b"NO [UNAVAILABLE] later"),
        (b"", b"NO Server Unavailable. 15"),
        (b"", b"NO [INUSE] x"),
        (b"* BYE Server Unavailable. 15\r\n", None),
        (b"", None),
    ],
)
def test_a09_a_login_refused_for_now_is_tried_again_at_the_next_look(
    said: tuple[bytes, bytes | None],
) -> None:
    refused = []

    def answer(command: bytes) -> tuple[bytes, bytes | None] | None:
        if command.startswith(b"LOGIN") and not refused:
            refused.append(command)
            return said
        return None

    with ScriptedImap([1], answer) as server:
        mailbox = opened(server)
        with pytest.raises(Unavailable, match="does not answer") as refusal:
            waiting(mailbox)
        assert refusal.value.retry_after is None
        assert waiting(mailbox) == [1]
        mailbox.close()


def test_a07_a_move_refused_though_the_message_is_there_is_copied() -> None:
    with ScriptedImap([1], when(b"UID MOVE", tagged=b"NO cannot move")) as server:
        mailbox = opened(server)
        mailbox.file(Origin("complaints", "INBOX", 7, 1))
        assert [c.split()[1] for c in server.commands if c.startswith(b"UID")] == [
            b"MOVE", b"SEARCH", b"STORE", b"FETCH", b"STORE", b"COPY", b"STORE", b"EXPUNGE",
        ]  # fmt: skip
        assert b"UID EXPUNGE 1" in server.commands
        mailbox.close()


def test_a07_a_mailbox_that_will_not_move_a_message_says_so_and_goes_on() -> None:
    def answer(command: bytes) -> tuple[bytes, bytes | None] | None:
        full = command.startswith((b"UID MOVE", b"UID COPY"))
        return (b"", b"NO [OVERQUOTA] full") if full else None

    with ScriptedImap([1, 2], answer) as server:
        mailbox = opened(server)
        with pytest.raises(NotMoved, match="Processed"):
            mailbox.file(Origin("complaints", "INBOX", 7, 1))
        assert b"EXPUNGE" not in b" ".join(server.commands)
        assert waiting(mailbox) == [1, 2]
        assert server.connections == 1
        mailbox.close()


def test_a07_a_move_refused_because_the_message_is_gone_is_no_error() -> None:
    with ScriptedImap([], when(b"UID MOVE", tagged=b"NO no such message")) as server:
        mailbox = opened(server)
        mailbox.file(Origin("complaints", "INBOX", 7, 1))
        assert b"EXPUNGE" not in b" ".join(server.commands)
        mailbox.close()


@pytest.mark.parametrize("stored", [b"OK flags ignored", b"NO [NOPERM] you may not"])
def test_a07_where_nothing_can_be_marked_as_deleted_nothing_is_copied_and_the_mailbox_says_so(
    stored: bytes,
) -> None:
    answers = {b"UID MO": b"NO [NOPERM] you may not", b"UID ST": stored}

    def answer(command: bytes) -> tuple[bytes, bytes | None] | None:
        said = answers.get(command[:6])
        return (b"", said) if said else None

    with ScriptedImap([1], answer) as server:
        mailbox = opened(server)
        for _ in range(3):
            with pytest.raises(NotMoved, match="does not let them be marked as deleted in “INBOX”"):
                mailbox.file(Origin("complaints", "INBOX", 7, 1))
        assert not [c for c in server.commands if c.startswith(b"UID COPY")]
        assert server.connections == 1
        mailbox.close()


def test_a12_a_message_that_the_server_refuses_costs_no_login_and_is_said_in_words() -> None:
    failures: list[str] = []
    with ScriptedImap([1, 2], when(b"UID FETCH", has=b"BODY", tagged=b"NO cannot")) as server:
        mailbox = opened(server)
        list(mailbox.waiting(lambda _: False, lambda _, why: failures.append(why)))
        assert failures == ["the server refused it"] * 2
        assert server.connections == 1
        mailbox.close()


def test_a03_a_folder_of_more_messages_than_imaplib_reads_in_a_line_is_listed() -> None:
    many = b" ".join(b"%d" % uid for uid in range(1, 200_001))
    answer = when(b"UID SEARCH", untagged=b"* SEARCH " + many + b"\r\n", tagged=b"OK x")
    with ScriptedImap([], answer) as server:
        mailbox = opened(server)
        listed: list[int] = []
        list(mailbox.waiting(lambda origin: listed.append(origin.uid) is None))
        assert len(listed) == 200_000
        mailbox.close()


def test_a09_a_refused_password_is_said_with_the_variable_that_holds_it() -> None:
    refused = when(b"LOGIN", tagged=b"NO [AUTHENTICATIONFAILED] wrong")
    with ScriptedImap([1], refused) as server:
        mailbox = imap_mailbox(server.port, password_variable="CAREBOT_IMAP_PASSWORD_WASTE")
        with pytest.raises(Unavailable, match="and CAREBOT_IMAP_PASSWORD_WASTE"):
            waiting(mailbox)
        mailbox.close()


def test_a09_a_folder_that_is_not_there_is_said_and_waited_for() -> None:
    answers = {b"SELEC": (b"", b"NO no such mailbox"), b"LIST ": (b"", b"OK x")}
    with ScriptedImap([1], lambda command: answers.get(command[:5])) as server:
        mailbox = imap_mailbox(server.port, folder="Complaints")
        for _ in range(2):
            with pytest.raises(Unavailable, match="no folder “Complaints”") as refusal:
                waiting(mailbox)
            assert refusal.value.retry_after
        assert server.connections == 1
        mailbox.close()


def look_and_abandon(mailbox: ImapMailbox) -> list[object]:
    """What a look gave that was abandoned after half a second."""
    looked: list[object] = []

    def look() -> None:
        try:
            looked.append(waiting(mailbox))
        except Unavailable as error:
            looked.append(error)

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    for _ in range(100):
        mailbox.abandon(after=0.5)
        thread.join(0.1)
        if not thread.is_alive():
            break
    return looked


def test_a08_an_answer_without_an_end_is_cut_from_outside() -> None:
    """Each byte comes in time, so no timeout of a socket ends it."""
    with ScriptedImap([1], drips=b"BODY.PEEK") as server:
        mailbox = opened(server)
        mailbox.abandon(after=60.0)
        assert look_and_abandon(mailbox) == [[]]
        mailbox.close()


@pytest.mark.parametrize("tls", ["none", "tls"])
def test_a08_a_greeting_or_a_handshake_without_an_end_is_cut_from_outside(tls: str) -> None:
    with ScriptedImap([1], drips=b"") as server:
        mailbox = imap_mailbox(server.port, timeout=2.0, tls=tls)
        (failure,) = look_and_abandon(mailbox)
        assert isinstance(failure, Unavailable)
        mailbox.close()
