"""Attachments: scanned when they can be, and none that is infected is ever given out (B18)."""

from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage

import pytest

from handlers.contents import attachments_of, hand_out, scan_waiting
from models.errors import Refused, Unavailable
from models.history import Event
from models.ledger import Arrival
from models.message import Scanned, Verdict
from models.outbox import Kind
from tests.servers.scripted_clamd import EICAR
from tests.support.council import utc
from tests.support.office import ADDRESS, TestOffice

NOW = utc(2026, 11, 27)


class ToldScanner:
    """Finds the test virus; `answer` may fail in its stead."""

    def __init__(self, answer: Callable[[bytes], Scanned] | None = None) -> None:
        self.asked: list[bytes] = []
        self._answer = answer

    def scan(self, content: bytes) -> Scanned:
        self.asked.append(content)
        if self._answer is not None:
            return self._answer(content)
        infected = EICAR in content
        return Scanned(Verdict.INFECTED, "Eicar") if infected else Scanned(Verdict.CLEAN)


def down(_content: bytes) -> Scanned:
    raise Unavailable("the virus scanner: ConnectionRefusedError")


def with_files(*files: tuple[str, bytes], text: str = "See. #missed_bin complaint") -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "jo@post.example", ADDRESS, "Bins"
    message.set_content(text)
    for name, data in files:
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def received(office: TestOffice, *files: tuple[str, bytes]) -> str:
    taken = office.receive(with_files(*files), NOW)
    assert taken.arrival is Arrival.CASE
    assert taken.reference is not None
    return taken.reference


def test_b18_an_infected_attachment_is_a_case_all_the_same_and_is_given_to_nobody(
    office: TestOffice,
) -> None:
    reference = received(office, ("bin.jpg", b"\xff\xd8\xff"), ("eicar.com", EICAR))
    scanner = ToldScanner()
    assert scan_waiting(office.store, scanner, NOW) == 2
    clean, infected = hand_out(office.store, scanner, reference, NOW)
    assert clean.content == b"\xff\xd8\xff"
    assert infected.content is None
    assert infected.refused == "the virus scanner found Eicar"
    assert len(scanner.asked) == 2


def test_b18_the_thread_is_told_which_attachment_is_refused_and_why(office: TestOffice) -> None:
    reference = received(office, ("bin.jpg", b"\xff\xd8\xff"), ("eicar.com", EICAR))
    scan_waiting(office.store, ToldScanner(), NOW)
    with office.store.view() as work:
        entry = work.cases.history(reference)[-1]
    assert entry.event is Event.ATTACHMENT_REFUSED
    assert (entry.details["number"], entry.details["named"]) == (2, "Eicar")
    (note,) = office.waiting(Kind.NOTE)
    assert note.payload["event"] == Event.ATTACHMENT_REFUSED


def test_b18_every_case_that_it_came_with_is_told(office: TestOffice) -> None:
    first = received(office, ("a.com", EICAR))
    second = office.receive(with_files(("b.com", EICAR), text="#noise complaint"), NOW).reference
    assert second not in {None, first}
    scanner = ToldScanner()
    assert scan_waiting(office.store, scanner, NOW) == 1
    for reference in (first, str(second)):
        with office.store.view() as work:
            events = [entry.event for entry in work.cases.history(reference)]
        assert events.count(Event.ATTACHMENT_REFUSED) == 1


def test_b18_while_the_scanner_is_down_the_case_is_there_and_the_attachment_waits(
    office: TestOffice,
) -> None:
    reference = received(office, ("bin.jpg", b"\xff\xd8\xff"))
    with pytest.raises(Unavailable):
        scan_waiting(office.store, ToldScanner(down), NOW)
    (listed,) = attachments_of(office.store, reference)
    assert listed.scanned.verdict is Verdict.NOT_SCANNED
    (handed,) = hand_out(office.store, ToldScanner(down), reference, NOW)
    assert handed.content is None
    assert handed.refused.startswith("it is not scanned yet")
    later = NOW + timedelta(minutes=1)
    assert scan_waiting(office.store, ToldScanner(), later) == 1
    (handed,) = hand_out(office.store, ToldScanner(down), reference, later)
    assert handed.content == b"\xff\xd8\xff"


def test_one_content_that_gets_no_verdict_does_not_hold_up_the_others(office: TestOffice) -> None:
    received(office, *((f"{n}.txt", b"poison %d" % n) for n in range(4)), ("good.txt", b"good"))

    def choked(content: bytes) -> Scanned:
        return down(content) if b"poison" in content else Scanned(Verdict.CLEAN)

    scanner = ToldScanner(choked)
    with pytest.raises(Unavailable):
        scan_waiting(office.store, scanner, NOW)
    with pytest.raises(Unavailable):
        scan_waiting(office.store, scanner, NOW + timedelta(minutes=1))
    assert b"good" in scanner.asked


def test_what_was_not_scanned_is_scanned_before_it_is_given(office: TestOffice) -> None:
    reference = received(office, ("eicar.com", EICAR))
    (handed,) = hand_out(office.store, ToldScanner(), reference, NOW)
    assert handed.content is None
    assert "Eicar" in handed.refused


def test_what_is_too_large_to_scan_is_given_and_says_so(office: TestOffice) -> None:
    reference = received(office, ("video.mp4", b"x" * 100))
    too_large = ToldScanner(lambda _: Scanned(Verdict.TOO_LARGE))
    scan_waiting(office.store, too_large, NOW)
    (handed,) = hand_out(office.store, too_large, reference, NOW)
    assert handed.content == b"x" * 100
    assert handed.listed.scanned.verdict is Verdict.TOO_LARGE


def test_without_a_scanner_it_is_given_as_not_scanned(office: TestOffice) -> None:
    reference = received(office, ("setup.exe", b"MZ"))
    (handed,) = hand_out(office.store, None, reference, NOW)
    assert handed.content == b"MZ"
    assert handed.listed.scanned.verdict is Verdict.NOT_SCANNED
    assert handed.listed.risk == "a program"


def test_an_unknown_case_is_refused(office: TestOffice) -> None:
    with pytest.raises(Refused, match="There is no case CC-2026-00099"):
        list(hand_out(office.store, None, "CC-2026-00099", NOW))
