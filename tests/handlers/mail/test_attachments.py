"""Names that are safe, types that are true, and limits."""

from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.mail.attachments import safe_name
from handlers.mail.cms import CmsKind, read_cms
from handlers.mail.file_types import type_of
from models.attachment_risks import risk
from models.message import Attachment
from tests.mail.test_awkward_messages import CORPUS, read

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def with_files(*files: tuple[str, bytes]) -> bytes:
    message = EmailMessage()
    message["From"] = "Jo Pike <jo@post.example>"
    message.set_content("See attached.")
    for name, data in files:
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


@given(st.text())
def test_b18_any_name_becomes_one_that_can_be_saved(name: str) -> None:
    safe = safe_name(name)
    assert 0 < len(safe) <= 121
    assert not set(safe) & set('/\\:;*?"<>|\r\n\0')
    assert safe not in {".", ".."}
    assert safe.encode("utf-8")


@pytest.mark.parametrize(
    ("written", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\jo\\bin.jpg", "bin.jpg"),
        ("bin.jpg;rm -rf", "bin.jpg_rm -rf"),
        ("bin.jpg\r\nBcc: x", "bin.jpg_Bcc_ x"),
        ("con.txt", "_con.txt"),
        ("...", "attachment"),
        (" ", "attachment"),
        ("\u202egpj.exe", "_gpj.exe"),
    ],
)
def test_b18_a_name_with_a_trick_in_it_is_made_harmless(written: str, safe: str) -> None:
    assert safe_name(written) == safe


def test_b18_names_that_are_equal_are_told_apart_whatever_their_case() -> None:
    read_ = read(with_files(("a.jpg", b"1"), ("A.JPG", b"2"), ("a.jpg", b"3")))
    assert [a.name for a in read_.attachments] == ["a.jpg", "A (2).JPG", "a (3).jpg"]
    assert [a.content for a in read_.attachments] == [b"1", b"2", b"3"]


def test_b18_more_than_a_hundred_attachments_are_named_as_left_out() -> None:
    message = read(with_files(*((f"{n}.txt", b"%d" % n) for n in range(130))))
    assert len(message.attachments) == 100
    assert "130 attachments: those after the first 100 are left out" in message.defects


@pytest.mark.parametrize(
    ("data", "declared", "kind"),
    [
        (b"%PDF-1.4", "image/jpeg", "application/pdf"),
        (b"MZ\x90\0", "image/jpeg", "application/x-msdownload"),
        (b"<!DOCTYPE html><script>", "application/pdf", "text/html"),
        (b"\xef\xbb\xbf <?xml version='1.0'?>\n<svg onload=x>", "image/png", "image/svg+xml"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1..", "application/msword", "application/msword"),
        (b"\0\0\0\x18ftypmp42..", "application/octet-stream", "video/mp4"),
        (b"Dear council", "text/plain", "text/plain"),
        (b"", "image/png", "image/png"),
    ],
)
def test_b18_the_content_says_what_it_is(data: bytes, declared: str, kind: str) -> None:
    assert type_of(data, declared) == kind


def test_an_old_office_document_with_macros_is_told_from_one_without() -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100
    with_macros = ole + "_VBA_PROJECT".encode("utf-16-le")
    assert risk(Attachment("a.doc", type_of(ole, "application/msword"), 1, "")) is None
    kind = type_of(with_macros, "application/msword")
    assert risk(Attachment("a.doc", kind, 1, "")) == "an Office document with macros"


@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        ("photo.jpg", "image/jpeg", None),
        ("report.pdf", "application/pdf", None),
        ("letter.docx", "application/octet-stream", None),
        ("photo.jpg", "application/x-msdownload", "a program"),
        ("invoice.pdf.JS ", "text/plain", "a program"),
        ("form.html", "text/plain", "a web page"),
        ("letter.DOCM", "application/octet-stream", "an Office document with macros"),
        ("papers.zip", "application/zip", "an archive"),
        ("setup.zip", "application/x-msdownload", "a program"),
        ("noname", "text/html", "a web page"),
    ],
)
def test_b18_what_can_do_harm_is_said_in_words(name: str, kind: str, said: str | None) -> None:
    assert risk(Attachment(name, kind, 1, "")) == said


def test_b18_the_test_virus_is_an_attachment_like_any_other_to_the_reader() -> None:
    (attachment,) = read(with_files(("eicar.com", EICAR))).attachments
    assert attachment.content == EICAR
    assert risk(attachment) == "a program"


def test_an_archive_is_never_unpacked_however_much_is_in_it() -> None:
    (attachment,) = read((CORPUS / "attachment_zip_in_zip.eml").read_bytes()).attachments
    assert attachment.size < 100


def test_a_signed_file_in_many_tiny_pieces_is_given_up_in_good_time() -> None:
    head = bytes.fromhex(
        "308006092a864886f70d010702a0803080020101308006010 1a0802480".replace(" ", "")
    )
    assert read_cms(head + b"\x04\x01a" * 1_000_000 + b"\0" * 12).kind is CmsKind.OTHER


@given(st.binary(max_size=200))
def test_any_bytes_called_signed_are_survived(data: bytes) -> None:
    read_cms(data)
    read_cms(bytes.fromhex("308006092a864886f70d010702a080") + data)
