"""clamd's protocol, over real sockets."""

import socket
from pathlib import Path

import pytest

from bot.clamd import ClamdScanner
from models.errors import Unavailable
from models.message import Scanned, Verdict
from tests.servers.scripted_clamd import EICAR, Mood, ScriptedClamd

FOUND = Scanned(Verdict.INFECTED, "Eicar-Test-Signature")


def test_b18_a_clean_content_is_clean_and_arrives_whole() -> None:
    content = bytes(range(256)) * 2_000
    with ScriptedClamd() as clamd:
        scanner = ClamdScanner("127.0.0.1", clamd.port, timeout=5)
        assert scanner.scan(content) == Scanned(Verdict.CLEAN)
        assert scanner.scan(b"") == Scanned(Verdict.CLEAN)
        assert clamd.scanned == [content, b""]


def test_b18_the_test_virus_is_found_by_its_name() -> None:
    with ScriptedClamd() as clamd:
        scanner = ClamdScanner("127.0.0.1", clamd.port, timeout=5)
        assert scanner.scan(b"some words " + EICAR) == FOUND


def test_it_is_asked_over_a_unix_socket_as_well(tmp_path: Path) -> None:
    path = tmp_path / "clamd.ctl"
    with ScriptedClamd(path):
        assert ClamdScanner(path=path, timeout=5).scan(EICAR) == FOUND


def test_what_is_more_than_it_looks_at_is_too_large_even_if_it_hangs_up_first() -> None:
    with ScriptedClamd(largest=10_000) as clamd:
        scanner = ClamdScanner("127.0.0.1", clamd.port, timeout=5)
        assert scanner.scan(b"x" * 5_000_000).verdict is Verdict.TOO_LARGE
        assert scanner.scan(b"x" * 10_001).verdict is Verdict.TOO_LARGE


@pytest.mark.parametrize("mood", [Mood.GARBAGE, Mood.SILENT, Mood.HANGS_UP, Mood.DRIPS])
def test_no_answer_or_another_one_is_no_verdict(mood: Mood) -> None:
    with ScriptedClamd() as clamd:
        clamd.mood = mood
        with pytest.raises(Unavailable, match="the virus scanner"):
            ClamdScanner("127.0.0.1", clamd.port, timeout=0.5).scan(b"x")


def test_nobody_there_is_no_verdict(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(Unavailable):
        ClamdScanner("127.0.0.1", port, timeout=1).scan(b"x")
    with pytest.raises(Unavailable):
        ClamdScanner(path=tmp_path / "none.ctl", timeout=1).scan(b"x")
