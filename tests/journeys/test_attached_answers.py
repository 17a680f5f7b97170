"""Files with an answer: from the officer's modal through Slack and the store to the customer."""

import json
from pathlib import Path

import pytest
from docx import Document

from bot.config_mail import ScannerSection
from bot.dovecot import PrivateDovecot
from bot.sandbox import Message, NotPossible, View
from tests.journeys.test_letters_leave import by_notify, notify
from tests.journeys.town import SECONDS, Town, files_under
from tests.servers.notify_server import NotifyServer
from tests.servers.scripted_clamd import EICAR, Mood, ScriptedClamd

__all__ = ["notify"]  # a fixture
pytestmark = pytest.mark.needs_dovecot
PDF = b"%PDF-1.7\r\n\x00\xff.\r\n.\n\n" + bytes(range(256)) * 300
PHOTO = b"\x89PNG\r\n\x1a\n" + b"pixels" * 50
TEXT = {"text": "Dear Jo\n\nThe new days are in the calendar attached.", "outcome": "upheld"}


@pytest.fixture
def card(town: Town) -> Message:
    town.run()
    return opened(town)


def opened(town: Town) -> Message:
    town.write()
    card = town.wait_card("waste-recycling")
    town.wait_thread(card, "The acknowledgement left")
    return card


def answer(town: Town, card: Message, files: dict[str, bytes], **fields: str) -> View:
    """Respond, with files; what the officer then sees."""
    town.press("priya", card, "respond")
    town.wait_view("priya", "Answer")
    town.sandbox.fill_and_submit("priya", {**TEXT, **fields, "files": files})
    view = town.sandbox.open_view("priya")
    assert view is not None
    return view


def text_of(view: View) -> str:
    return json.dumps(view.blocks, ensure_ascii=False)


def test_an_answer_arrives_with_its_files_byte_for_byte(town: Town, card: Message) -> None:
    files = {"Calendar £ 2027.pdf": PDF, "../../etc/bin\u202egnp.png": PHOTO}
    preview = answer(town, card, files)
    assert preview.title == "Answer: preview", preview.errors
    assert "Calendar £ 2027.pdf (PDF document, 77 KB)" in text_of(preview)
    assert "bin_gnp.png (picture, 1 KB)" in text_of(preview)
    assert len(town.letterbox.messages) == 1
    town.sandbox.fill_and_submit("priya", {})
    letter = town.letterbox.wait_for(2, SECONDS)[-1].message
    pdf, photo = letter.iter_attachments()
    assert pdf.get_content() == PDF
    assert (pdf.get_content_type(), pdf.get_filename()) == (
        "application/pdf",
        "Calendar £ 2027.pdf",
    )
    assert photo.get_content() == PHOTO
    assert (photo.get_content_type(), photo.get_filename()) == ("image/png", "bin_gnp.png")
    body = letter.get_body(("plain",))
    assert body is not None
    assert "The new days are in the calendar attached." in body.get_content()
    town.wait_thread(card, "The answer left with 2 files")


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"plan.pdf": b"MZ not a pdf"}, "plan.pdf is not a PDF document, whatever its name says"),
        ({"plan.pdf": b"%PDF-" + b"x" * 1_100_000}, "1.1 MB together, and 1 MB go with one letter"),
    ],
    ids=["another kind than its name says", "too large"],
)
def test_a_file_that_cannot_go_is_said_at_its_field_and_the_text_stays(
    town: Town, files: dict[str, bytes], sentence: str
) -> None:
    letters = town.file.letters.model_copy(update={"attachments_mb": 1.0})
    town.file = town.file.model_copy(update={"letters": letters})
    town.run()
    view = answer(town, opened(town), files)
    assert sentence in view.errors["files"]
    assert view.values["text"]["text"]["value"] == TEXT["text"]


def test_slack_itself_takes_no_other_kinds(town: Town, card: Message) -> None:
    with pytest.raises(NotPossible, match="only pdf, docx, odt"):
        answer(town, card, {"run.exe": b"MZ"})


def test_files_that_do_not_come_in_time_are_asked_for_again(town: Town, card: Message) -> None:
    town.sandbox.faults.delay("files.download", 2.5)
    view = answer(town, card, {"plan.pdf": PDF})
    assert "took too long" in view.errors["files"]
    assert town.sandbox.deliveries()[-1].ms < 2_800
    town.sandbox.fill_and_submit("priya", {})
    preview = town.sandbox.open_view("priya")
    assert preview is not None
    assert "plan.pdf (PDF document" in text_of(preview)


def test_an_infected_file_is_refused_at_send_and_nothing_leaves(town: Town) -> None:
    with ScriptedClamd() as clamd:
        section = ScannerSection(host="127.0.0.1", port=clamd.port, timeout_seconds=2)
        town.file = town.file.model_copy(update={"scanner": section})
        clamd.mood = Mood.SILENT
        town.run()
        answer(town, opened(town), {"note.txt": EICAR})
        town.sandbox.fill_and_submit("priya", {})
        refusal = town.sandbox.open_view("priya")
        assert refusal is not None
        assert "has not looked at note.txt yet" in text_of(refusal)
        clamd.mood = Mood.WELL
        wait_judged(town)
        town.sandbox.close_view("priya")
        town.sandbox.fill_and_submit("priya", {})
        town.sandbox.fill_and_submit("priya", {})
        refusal = town.sandbox.open_view("priya")
        assert refusal is not None
        assert "the virus scanner found Eicar-Test-Signature" in text_of(refusal)
    town.settle()
    assert len(town.letterbox.messages) == 1


def wait_judged(town: Town) -> None:
    def all_judged() -> bool:
        with town.store.view() as work:
            return not work.contents.not_scanned(1)

    assert town.bot is not None
    town.bot.wait_until(all_judged, SECONDS)


def test_a_letter_on_paper_names_its_enclosures_and_they_are_written_out(
    town: Town, card: Message, tmp_path: Path
) -> None:
    address = {"going": "letter", "postal": "Jo Pike\n1 High Street\nWestmere"}
    preview = answer(town, card, {"plan.pdf": PDF}, **address)
    assert "Enclosed, to be printed and put in:" in text_of(preview)
    town.sandbox.fill_and_submit("priya", {})
    document, plan = files_under(town, card, 2)
    assert (document.name, plan.name) == (
        "CC-2026-00001-response-2.docx",
        "CC-2026-00001-response-2-1-plan.pdf",
    )
    assert plan.content == PDF
    assert plan.title == "CC-2026-00001: goes with the answer: plan.pdf"
    folder = tmp_path / "print"
    folder.mkdir()
    said = json.loads(town.call("letter", "CC-2026-00001", "--to", str(folder), "--json"))
    (enclosure,) = said["enclosures"]
    assert Path(enclosure).read_bytes() == PDF
    assert enclosure.endswith("-1-plan.pdf")
    paragraphs = [p.text for p in Document(said["file"]).paragraphs]
    assert "Enclosures:\nplan.pdf" in paragraphs
    assert len(town.letterbox.messages) == 1


@pytest.mark.parametrize("method", ["files.completeUploadExternal", "chat.postMessage"])
def test_a_letter_to_print_stands_there_once_although_answers_are_lost(
    town: Town, card: Message, method: str
) -> None:
    address = {"going": "letter", "postal": "Jo Pike\n1 High Street\nWestmere"}
    answer(town, card, {"plan.pdf": PDF}, **address)
    town.sandbox.faults.lose_answer(method)
    town.sandbox.fill_and_submit("priya", {})
    files_under(town, card, 2)
    town.settle()
    assert len(files_under(town, card, 2)) == 2


def test_a_letter_to_print_that_slack_does_not_take_says_who_can_write_it(
    town: Town, card: Message
) -> None:
    answer(town, card, {}, going="letter", postal="Jo Pike\n1 High Street\nWestmere")
    town.sandbox.faults.error("files.getUploadURLExternal", "file_upload_size_restricted")
    town.sandbox.fill_and_submit("priya", {})
    town.wait_thread(card, "`carebot letter CC-2026-00001`")


def test_a_letter_to_print_of_a_case_that_becomes_private_stands_only_in_its_channel(
    town: Town, card: Message
) -> None:
    answer(town, card, {}, going="letter", postal="Jo Pike\n1 High Street\nWestmere")
    town.sandbox.fill_and_submit("priya", {})
    files_under(town, card, 1)
    town.settle()
    town.press("priya", town.wait_card("waste-recycling"), "change")
    town.wait_view("priya", "Change")
    town.sandbox.fill_and_submit("priya", {"flags": ["safeguarding"], "level": "level_one"})
    private = town.wait_card("private-safeguarding")
    (moved,) = files_under(town, private, 1)
    assert moved.name == "CC-2026-00001-response-2.docx"
    assert files_under(town, card, 0) == []


def test_a_letter_that_speaks_of_a_file_and_has_none_is_pointed_out(
    town: Town, card: Message
) -> None:
    assert "It says “attached”, but no file goes with it." in text_of(answer(town, card, {}))


def test_where_emails_leave_by_notify_a_file_is_refused_before_the_preview(
    town: Town, notify: NotifyServer
) -> None:
    by_notify(town, notify)
    town.run()
    view = answer(town, opened(town), {"plan.pdf": PDF})
    assert "GOV.UK Notify, which carries no attachments" in view.errors["files"]
    address = {"going": "letter", "postal": "Jo Pike\n1 High Street\nWestmere"}
    town.sandbox.fill_and_submit("priya", address)
    preview = town.sandbox.open_view("priya")
    assert preview is not None
    assert "plan.pdf (PDF document" in text_of(preview)


def test_after_undo_the_file_goes_again_unless_it_is_unticked(
    dovecot: PrivateDovecot, mail_user: str, tmp_path: Path
) -> None:
    town = Town(dovecot, mail_user, tmp_path, settings={"letters": {"undo_seconds": 60}})
    try:
        town.run()
        answer(town, opened(town), {"plan.pdf": PDF})
        town.sandbox.fill_and_submit("priya", {})
        town.settle()
        town.press("priya", town.wait_card("waste-recycling"), "undo")
        town.settle()
        again = answer(town, town.wait_card("waste-recycling"), {"bin.png": PHOTO})
        assert "• plan.pdf (PDF document, 77 KB)\\n• bin.png (picture" in text_of(again)
        town.sandbox.close_view("priya")
        town.sandbox.fill_and_submit("priya", {"kept_files": [], "files": []})
        without = town.sandbox.open_view("priya")
        assert without is not None
        assert "The letter that was taken back had plan.pdf with it" in text_of(without)
        assert len(town.letterbox.messages) == 1
    finally:
        town.close()
