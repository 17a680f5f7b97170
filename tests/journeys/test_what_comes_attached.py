"""Attachments and forwards, from the mailbox to Slack, to the folder and to the resident."""

import json
from pathlib import Path

import pytest
from imapclient import IMAPClient

from bot.config_mail import ScannerSection
from tests.handlers.test_contents import with_files
from tests.journeys.town import SECONDS, Town
from tests.servers.scripted_clamd import EICAR, Mood, ScriptedClamd

pytestmark = pytest.mark.needs_dovecot
FORWARD = (
    "Please look into this.\n\nFrom: Jo Pike <jo@post.example>\nSent: {sent:%d %B %Y %H:%M}\n"
    "To: May, Ann <ann.may@westmere.example>\nSubject: My bin\n\nNot emptied. #missed_bin complaint\n"
)


def deliver(town: Town, content: bytes) -> None:
    with IMAPClient(town.dovecot.host, port=town.dovecot.port, ssl=False, timeout=10) as client:
        client.login(town.user, town.dovecot.password)
        client.append("INBOX", content, msg_time=town.clock.now())


def scanned_by(town: Town, clamd: ScriptedClamd) -> None:
    section = ScannerSection(host="127.0.0.1", port=clamd.port, timeout_seconds=2)
    town.file = town.file.model_copy(update={"scanner": section})


def listed(town: Town, *more: str) -> list[dict[str, object]]:
    process = town.spawn("attachments", "CC-2026-00001", "--json", *more)
    out, _ = process.communicate(timeout=SECONDS)
    return [json.loads(line) for line in out.splitlines()]


def test_b18_a_virus_is_named_in_the_thread_and_never_written_out(
    town: Town, tmp_path: Path
) -> None:
    with ScriptedClamd() as clamd:
        scanned_by(town, clamd)
        town.run()
        deliver(town, with_files(("bin.jpg", b"\xff\xd8\xff photo"), ("invoice.com", EICAR)))
        card = town.wait_card("waste-recycling")
        town.wait_thread(card, "Attachment 2 is refused")
        town.settle()
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "bin.jpg").write_bytes(b"mine")
    photo, virus = listed(town, "--to", str(folder))
    assert photo["verdict"] == "clean"
    assert Path(str(photo["file"])).read_bytes() == b"\xff\xd8\xff photo"
    assert (virus["verdict"], virus["named"]) == ("infected", "Eicar-Test-Signature")
    assert (virus["file"], virus["risk"]) == (None, "a program")
    assert sorted(path.name for path in folder.iterdir()) == ["bin (2).jpg", "bin.jpg"]
    assert (folder / "bin.jpg").read_bytes() == b"mine"
    assert town.processes[-1].returncode == 1


def test_b18_nothing_waits_for_a_scanner_that_hangs_and_it_is_asked_again(town: Town) -> None:
    with ScriptedClamd() as clamd:
        clamd.mood = Mood.SILENT
        scanned_by(town, clamd)
        town.run()
        deliver(town, with_files(("invoice.com", EICAR)))
        card = town.wait_card("waste-recycling")
        words = town.wait_thread(card, "wrote:")
        assert "invoice.com (1 kB, *a program*, not scanned)" in json.dumps(words.blocks)
        town.letterbox.wait_for(1, SECONDS)
        clamd.mood = Mood.WELL
        town.wait_thread(card, "Attachment 1 is refused")


def test_b19_a_forward_is_named_then_acknowledged_to_the_resident(town: Town) -> None:
    town.run()
    sent = town.clock.now()
    town.write(
        FORWARD.format(sent=sent),
        From="Cllr Ann May <ann.may@westmere.example>",
        Subject="FW: My bin",
    )
    card = town.wait_card("waste-recycling", "Forwarded by staff")
    town.wait_thread(card, "No acknowledgement left: a member of staff forwarded it")
    town.settle()
    assert town.letterbox.messages == ()
    card = town.wait_card("waste-recycling", "Forwarded by staff")
    town.press("priya", card, "name")
    town.wait_view("priya", "Name the customer")
    town.sandbox.fill_and_submit("priya", {})
    town.wait_thread(card, "named the customer")
    town.settle()
    assert town.letterbox.messages == ()
    (case,) = town.cases()
    assert case.customer.address == "jo@post.example"
    card = town.wait_card("waste-recycling", "Jo Pike")
    assert "case_name" not in json.dumps(card.blocks)
    town.press("priya", card, "acknowledge")
    town.sandbox.wait_for(lambda s: s.open_view("priya"), SECONDS)
    town.sandbox.fill_and_submit("priya", {})
    town.wait_view("priya", "preview")
    town.sandbox.fill_and_submit("priya", {})
    (left,) = town.letterbox.wait_for(1, SECONDS)
    assert left.message["To"] == "jo@post.example"
    assert left.message["In-Reply-To"] is None
