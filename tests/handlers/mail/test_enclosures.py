"""What may go with a letter: by its content, under a name that is safe."""

import hashlib
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.mail.enclosures import enclosure_of
from models.enclosures import KINDS, Enclosure
from models.errors import Refused


def archive(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name in names:
            made.writestr(name, "application/vnd.oasis.opendocument.text")
    return out.getvalue()


GOOD = {
    "plan.pdf": b"%PDF-1.7 ...",
    "Letter.DOCX": archive("[Content_Types].xml", "word/document.xml"),
    "letter.odt": archive("mimetype", "content.xml"),
    "bin.png": b"\x89PNG\r\n\x1a\n...",
    "bin.jpg": b"\xff\xd8\xff...",
    "bin.jpeg": b"\xff\xd8\xff...",
    "note.txt": "Dear Jo, £5\n".encode(),
    "old.txt": b"It costs \xa35\r\n",
}


@pytest.mark.parametrize(("name", "content"), GOOD.items(), ids=GOOD)
def test_each_kind_that_may_go_is_known_by_its_content(name: str, content: bytes) -> None:
    made = enclosure_of(name, content)
    assert (made.name, made.size) == (name, len(content))
    assert made.sha256 == hashlib.sha256(content).hexdigest()
    assert made.content_type == KINDS[name.rpartition(".")[2].lower()][0]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("run.exe", b"MZ", "run.exe cannot go with a letter: only PDF"),
        ("noending", b"text", "noending cannot go with a letter"),
        ("photo.svg", b"<svg/>", "photo.svg cannot go"),
        ("macros.docm", archive("word/document.xml"), "macros.docm cannot go"),
        ("plan.pdf", b"MZ", "plan.pdf is not a PDF document"),
        ("page.txt", b"<html><script>", "page.txt is not a plain text"),
        ("data.txt", b"\x00\x01", "data.txt is not a plain text"),
        ("script.txt", b"#!/bin/sh", "script.txt is not a plain text"),
        ("letter.docx", archive("a.txt"), "letter.docx is not a Word document"),
        (
            "letter.docx",
            archive("word/document.xml", "word/vbaProject.bin"),
            "letter.docx is not a Word document",
        ),
        ("empty.pdf", b"", "empty.pdf is empty"),
    ],
)
def test_what_may_not_go_is_refused_by_name(name: str, content: bytes, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        enclosure_of(name, content)


@given(st.text(max_size=300))
def test_no_name_has_a_path_or_a_control_character(name: str) -> None:
    made = enclosure_of(f"{name}a.pdf", GOOD["plan.pdf"])
    assert made.name.endswith(".pdf")
    assert len(made.name) <= 120
    assert not set(made.name) & set('/\\\r\n\x00"\u202e')
    assert made.name.isprintable() or not made.name.isascii()
    assert str(made).startswith(made.name)


def test_it_is_told_with_its_kind_and_size() -> None:
    assert str(Enclosure("plan.pdf", "application/pdf", "", 1)) == "plan.pdf (PDF document, 1 KB)"
    assert "(picture, 2.5 MB)" in str(Enclosure("bin.jpg", "image/jpeg", "", 2_512_345))
