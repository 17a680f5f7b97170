"""What servers do wrong, and what must not be lost by it (mail.md, A2, A7, A8, A9)."""

import contextlib
import time
from datetime import UTC, datetime

import pytest

from bot.imap import ImapMailbox
from models.errors import Unavailable
from models.message import Origin
from tests.servers.scripted_imap import Answer, ScriptedImap


def opened(server: ScriptedImap) -> ImapMailbox:
    return ImapMailbox(
        account="complaints", host="127.0.0.1", port=server.port, user="u", password="p", tls="none",
        timeout=0.7,
    )  # fmt: skip


def waiting(mailbox: ImapMailbox) -> list[int]:
    return [raw.origin.uid for raw in mailbox.waiting(lambda _: False)]


def when(start: bytes, *, has: bytes = b"", untagged: bytes = b"", tagged: bytes | None) -> Answer:
    def answer(command: bytes) -> tuple[bytes, bytes | None] | None:
        fits = command.startswith(start) and has in command
        return (untagged, tagged) if fits else None

    return answer


def asks_for(uid: int, command: bytes) -> bool:
    asked = command.split()[2].split(b",") if command.startswith(b"UID FETCH") else []
    return b"%d" % uid in asked and b"BODY.PEEK[]" in command


@pytest.mark.parametrize(
    "fault",
    [
        (b"", b"NO [SERVERBUG] cannot read it"),
        (b"", b"BAD what"),
        (b"* 2 FETCH (UID 2 BODY[] {5\r\n", b"OK x"),
        (b"* 2 FETCH (UID (((\r\n", b"OK x"),
        (b"* 2 FETCH (UID 2 BODY[] {900}\r\nends too soon", None),
    ],
)
def test_a_message_the_server_cannot_hand_over_does_not_stop_those_behind_it(
    fault: tuple[bytes, bytes | None],
) -> None:
    def answer(command: bytes) -> tuple[bytes, bytes | None] | None:
        return fault if asks_for(2, command) else None

    with ScriptedImap([1, 2, 3], answer) as server:
        mailbox = opened(server)
        assert waiting(mailbox) == [1, 3]
        mailbox.close()


def test_a_date_of_the_server_is_read_in_its_zone() -> None:
    with ScriptedImap([1], lambda _: None) as server:
        mailbox = opened(server)
        (raw,) = mailbox.waiting(lambda _: False)
        assert raw.received_at == datetime(2020, 6, 1, 9, 0, tzinfo=UTC)
        mailbox.close()


def test_a_message_gone_between_search_and_fetch_is_no_error() -> None:
    with ScriptedImap([1, 2], when(b"UID FETCH", has=b"BODY", tagged=b"OK x")) as server:
        mailbox = opened(server)
        assert waiting(mailbox) == []
        mailbox.close()


def test_a_server_that_says_goodbye_is_left_and_found_again() -> None:
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


@pytest.mark.parametrize("line", [b"* 2 EXI", b"* 2 EXISTS\r\n* half", b"garbage\r\n"])
def test_half_a_line_in_idle_neither_hangs_nor_loses_the_news(line: bytes) -> None:
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
    "said", [b"NO [UNAVAILABLE] later", b"NO Server Unavailable. 15", b"NO [INUSE] x"]
)
def test_a_login_refused_for_now_is_tried_again_at_the_next_look(said: bytes) -> None:
    refused = []

    def answer(command: bytes) -> tuple[bytes, bytes | None] | None:
        if command.startswith(b"LOGIN") and not refused:
            refused.append(command)
            return b"", said
        return None

    with ScriptedImap([1], answer) as server:
        mailbox = opened(server)
        with pytest.raises(Unavailable, match="does not answer") as refusal:
            waiting(mailbox)
        assert refusal.value.retry_after is None
        assert waiting(mailbox) == [1]
        mailbox.close()


def test_a_move_refused_though_the_message_is_there_is_said() -> None:
    with ScriptedImap([1], when(b"UID MOVE", tagged=b"NO [OVERQUOTA] full")) as server:
        mailbox = opened(server)
        with pytest.raises(Unavailable):
            mailbox.file(Origin("complaints", "INBOX", 7, 1))
        mailbox.close()


def test_a_move_refused_because_the_message_is_gone_is_no_error() -> None:
    with ScriptedImap([], when(b"UID MOVE", tagged=b"NO no such message")) as server:
        mailbox = opened(server)
        mailbox.file(Origin("complaints", "INBOX", 7, 1))
        assert b"EXPUNGE" not in b" ".join(server.commands)
        mailbox.close()
