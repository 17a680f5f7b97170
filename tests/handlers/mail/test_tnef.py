"""winmail.dat, which Outlook makes of a whole message (zammad#2403)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.mail.tnef import read_tnef
from tests.support.tnef import write_tnef

PDF = b"%PDF-1.4 a scan"
RTF = (
    r"{\rtf1\ansi\ansicpg1252\fromhtml1 \deff0{\fonttbl{\f0\fswiss Arial;}}"
    r"{\*\htmltag18 <html>}{\*\htmltag64 <p>}My bin \'96 brown \'96 was missed.\htmlrtf \par"
    r"\htmlrtf0 {\*\htmltag72 </p>}{\*\htmltag64 <p>}It cost \u8364?20.{\*\htmltag58 </html>}}"
)


def test_b18_the_text_and_the_files_are_read() -> None:
    defects: list[str] = []
    read = read_tnef(write_tnef(text="My bin.\r\nBrown.", files=[("Scan é.pdf", PDF)]), defects)
    assert read is not None
    assert read.text == "My bin.\nBrown."
    assert [(file.name, file.data) for file in read.files] == [("Scan é.pdf", PDF)]
    assert defects == []


def test_b18_a_text_that_is_only_there_as_compressed_rtf_is_read() -> None:
    read = read_tnef(write_tnef(rtf=RTF), [])
    assert read is not None
    assert "My bin – brown – was missed." in read.text
    assert "It cost €20." in read.text
    assert "html" not in read.text


def test_b18_html_and_the_old_plain_body_are_read() -> None:
    html = read_tnef(write_tnef(html=b"<p>My <b>bin</b></p>"), [])
    old = read_tnef(write_tnef(body=b"My bin \x96 brown"), [])
    assert html is not None
    assert html.html == "<p>My <b>bin</b></p>"
    assert old is not None
    assert old.text == "My bin – brown"


def test_a_message_in_it_is_kept_with_its_own_stream() -> None:
    inner = write_tnef(text="The neighbour's words", subject="Bins")
    read = read_tnef(write_tnef(text="See below", messages=[("Bins", inner)]), [])
    assert read is not None
    assert read.files[0].name == "Bins"
    assert read.files[0].message == inner


def test_broken_rtf_is_named_and_the_files_are_still_there() -> None:
    whole = write_tnef(rtf=RTF, files=[("a.pdf", PDF)])
    broken = whole.replace(b"LZFu", b"LZFx")
    defects: list[str] = []
    read = read_tnef(broken, defects)
    assert read is not None
    assert read.files[0].data == PDF
    assert defects == ["winmail.dat: its RTF text: Exception"]


def test_what_came_before_the_cut_is_read() -> None:
    whole = write_tnef(text="My bin.", files=[("a.pdf", PDF)])
    defects: list[str] = []
    read = read_tnef(whole[: whole.index(PDF) + 8], defects)
    assert read is not None
    assert read.text == "My bin."
    assert read.files[0].data == PDF[:8]
    assert defects == ["winmail.dat: cut off or broken"]


def test_another_file_is_none() -> None:
    assert read_tnef(b"%PDF-1.4", []) is None


@settings(max_examples=300)
@given(st.data())
def test_any_damage_is_survived(data: st.DataObject) -> None:
    whole = bytearray(write_tnef(text="My bin.", rtf=RTF, files=[("a.pdf", PDF)]))
    for _ in range(data.draw(st.integers(1, 5))):
        whole[data.draw(st.integers(4, len(whole) - 1))] = data.draw(st.integers(0, 255))
    read_tnef(bytes(whole), [])


@pytest.mark.parametrize("size", [0, 3, 4, 6, 7, 14])
def test_a_stub_is_survived(size: int) -> None:
    read_tnef(write_tnef(text="x")[:size], [])
