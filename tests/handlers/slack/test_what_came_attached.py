"""What the thread says of attachments, of forwards and of a sender who is not who they say."""

from handlers.slack import threads
from models.ledger import Arrival
from models.message import Attachment, Forwarded, Message, Scanned, Verdict
from models.store_port import StoredMessage
from tests.support.cases import message
from tests.support.council import utc

NOW = utc(2026, 11, 27)
PHOTO = Attachment("bin <!here>.jpg", "image/jpeg", 34_000, "aa")
PROGRAM = Attachment("setup.exe", "application/x-msdownload", 1_000, "bb")


def shown(read: Message, scanned: dict[str, Scanned] | None = None) -> str:
    sayings = threads.words(StoredMessage(1, read, Arrival.CASE, None), scanned or {})
    return str([saying.blocks for saying in sayings])


def test_b18_attachments_are_listed_with_size_risk_and_verdict() -> None:
    said = shown(
        message("See.", NOW, attachments=(PHOTO, PROGRAM)),
        {"aa": Scanned(Verdict.CLEAN), "bb": Scanned(Verdict.INFECTED, "Eicar <!channel>")},
    )
    assert "1. bin &lt;!here&gt;.jpg (34 kB, no virus found)" in said
    assert "2. setup.exe (1 kB, *a program*, *refused: Eicar &lt;!channel&gt;*)" in said


def test_b18_what_was_not_scanned_says_so() -> None:
    read = message("See.", NOW, attachments=(PHOTO,))
    assert "(34 kB, not scanned)" in shown(read, {"aa": Scanned(Verdict.NOT_SCANNED)})
    assert "(34 kB, too large to be scanned)" in shown(read, {"aa": Scanned(Verdict.TOO_LARGE)})


def test_b21_a_sender_who_is_not_who_they_say_is_pointed_out_and_one_who_is_is_not_praised() -> (
    None
):
    failed = message("See.", NOW, authentication="dmarc=fail, spf=softfail")
    passed = message("See.", NOW, authentication="dmarc=pass, spf=pass, dkim=pass")
    assert "The sender could not be verified* (dmarc=fail, spf=softfail)" in shown(failed)
    assert "verified" not in shown(passed)


def test_b19_who_wrote_what_was_forwarded_is_shown_as_text() -> None:
    original = Forwarded("Jo <!channel> Pike", "jo@post.example", NOW, "Bins")
    said = shown(message("See below.", NOW, forwarded=original))
    assert "*Forwarded from:* Jo &lt;!channel&gt; Pike &lt;jo@post.example&gt;" in said
