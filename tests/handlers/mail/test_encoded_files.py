"""Files in the text itself: uuencode and yEnc."""

import binascii
import re

from hypothesis import given
from hypothesis import strategies as st

from handlers.mail.encoded_files import without_uuencoded, without_yenc

CONTENT = bytes(range(256)) * 2


def uuencoded(data: bytes, name: str, *, begin: bool = True, end: bool = True) -> str:
    lines = [
        binascii.b2a_uu(data[i : i + 45], backtick=True).decode().rstrip("\n")
        for i in range(0, len(data), 45)
    ]
    return "\n".join([f"begin 644 {name}"] * begin + lines + ["`", "end"] * end)


def yencoded(data: bytes, name: str) -> bytes:
    escaped = b"".join(
        b"=" + bytes([(b + 42 + 64) % 256])
        if (b + 42) % 256 in b"\0\n\r="
        else bytes([(b + 42) % 256])
        for b in data
    )
    # A line must not end within an escape.
    lines = re.findall(rb"(?s)(?:=.|[^=]){1,128}", escaped)
    body = b"\r\n".join(b"." + line if line.startswith(b".") else line for line in lines)
    size = b"%d" % len(data)
    head = b"=ybegin line=128 size=" + size + b" name=" + name.encode() + b"\r\n"
    return head + body + b"\r\n=yend size=" + size + b"\r\n"


def test_b18_several_uuencoded_files_are_taken_out_of_the_text() -> None:
    text = (
        f"Two photos.\n\n{uuencoded(CONTENT, 'a b.jpg')}\n\nand\n{uuencoded(b'x', 'c.txt')}\nBye."
    )
    rest, files = without_uuencoded(text)
    assert [(file.name, file.data) for file in files] == [("a b.jpg", CONTENT), ("c.txt", b"x")]
    assert "Two photos." in rest
    assert rest.endswith("and\nBye.")


def test_b18_an_end_that_is_cut_off_gives_what_came() -> None:
    whole = uuencoded(CONTENT, "a.jpg", end=False)
    rest, (file,) = without_uuencoded(f"See.\n{whole[:-20]}")
    assert rest == "See."
    assert file.data
    assert CONTENT.startswith(file.data[:450])


def test_b18_a_begin_that_is_cut_off_gives_a_file_without_a_name() -> None:
    rest, (file,) = without_uuencoded(f"See.\n{uuencoded(CONTENT, '', begin=False)}\nBye.")
    assert (file.name, file.data) == ("", CONTENT)
    assert rest == "See.\nBye."


def test_words_that_start_like_it_are_words() -> None:
    text = (
        "begin 644 times I wrote\nand nobody came.\nMy bin\n"
        "MY BIN IS FULL AND NOBODY COMES TO EMPTY IT, WHY?\nMORE OF THE SAME"
    )
    assert without_uuencoded(text) == (text, [])


@given(st.text())
def test_any_text_without_a_file_is_left_as_it_is(text: str) -> None:
    assert without_uuencoded(text) == (text, [])


def test_b18_yenc_is_read_byte_for_byte() -> None:
    rest, (file,) = without_yenc(b"A photo.\r\n" + yencoded(CONTENT, "brown bin.jpg") + b"Bye.\r\n")
    assert (file.name, file.data) == ("brown bin.jpg", CONTENT)
    assert rest == b"A photo.\r\nBye."


@given(st.binary(max_size=600))
def test_yenc_gives_back_any_bytes(data: bytes) -> None:
    _, (file,) = without_yenc(yencoded(data, "x"))
    assert file.data == data


def test_yenc_without_its_end_gives_what_came() -> None:
    whole = yencoded(b"a" * 1_000, "x")
    _, (file,) = without_yenc(whole[: whole.index(b"=yend") // 2])
    assert file.data
    assert set(file.data) == {ord("a")}
