"""Messages that are broken in the ways mail is really broken are read as a mail program would."""

import pytest

from handlers.mail.body import contents, html_to_text
from handlers.mail.structure import parsed


def read(content: bytes) -> tuple[str, str, list[str]]:
    defects: list[str] = []
    part = parsed(content, defects)
    return str(part["subject"]), contents(part, defects).text, defects


@pytest.mark.parametrize(
    "before", [b"\n\n", b"\xef\xbb\xbf", b">From jane Mon Jun  1 10:00:00 2020\n", b"\r\n"]
)
def test_b15_what_stands_before_the_first_header_is_passed_over(before: bytes) -> None:
    assert read(before + b"Subject: Bins\n\nFull.\n")[:2] == ("Bins", "Full.")


def test_b15_a_stray_line_among_the_headers_hides_none_of_them() -> None:
    subject, text, defects = read(b"To: a@x.org\nno header\nSubject: Bins\n\nFull.\n")
    assert (subject, text, defects) == ("Bins", "Full.", ["a line among the headers is none"])


def test_b15_a_text_without_headers_is_all_text() -> None:
    text = "Dear council,\nFrom: my window I see bins.\n\nJane"
    assert read(text.encode())[1] == text


def test_b17_parts_are_found_where_the_boundary_is_not_the_one_declared() -> None:
    head = b"Subject: x\nContent-Type: multipart/mixed; boundary=a\n\n"
    parts = b"--b\nContent-Type: text/plain\n\nFull.\n--b\nContent-Type: image/png\n\nx\n--b--\n"
    assert read(head + parts)[1] == "Full."


def test_b17_a_digest_of_many_messages_is_not_too_deep() -> None:
    part = b"--d\nContent-Type: message/rfc822\n\nSubject: y\n\nFull.\n"
    content = (
        b"Subject: x\nContent-Type: multipart/digest; boundary=d\n\n" + part * 150 + b"--d--\n"
    )
    assert "nested too deep: the body is shown as it came" not in read(content)[2]


@pytest.mark.parametrize("depth", [200, 5_000])
def test_b15_nested_too_deep_the_body_is_shown_as_it_came(depth: int) -> None:
    content = "Subject: x\nContent-Type: multipart/mixed; boundary=b0\n\n"
    for level in range(depth):
        content += f"--b{level}\nContent-Type: multipart/mixed; boundary=b{level + 1}\n\n"
    subject, text, defects = read((content + "Full.\n").encode())
    assert (subject, text.endswith("Full.")) == ("x", True)
    assert defects[0] == "nested too deep: the body is shown as it came"


def test_b17_html_whose_head_never_ends_shows_its_body() -> None:
    assert html_to_text("<html><head><title>x</title><body><p>Full.</p></body>", []) == "Full."


def test_b20_a_mail_programs_quote_is_marked_and_a_persons_indent_is_not() -> None:
    html = (
        "<p>On 1 June</p><blockquote type=cite>Which street?</blockquote>"
        "<p>Elm.</p><blockquote>in</blockquote>"
    )
    lines = [line for line in html_to_text(html, []).split("\n") if line.strip(" >")]
    assert lines == ["On 1 June", "> Which street?", "Elm.", "in"]
