"""Bytes to a message's parts, as a mail program would see them: heads and boundaries that are broken
in the ways mail is really broken are mended first (B15, B17).
"""

import email.parser
import re
from email.errors import MissingHeaderBodySeparatorDefect
from email.message import Message as Part
from itertools import islice

from handlers.mail.charsets import decode
from handlers.mail.headers import HOSTILE

# The parser asks of each line whether it ends any of the parts that are open: lines times depth.
_MOST_NESTED = 100
_LARGE = 1_000_000
_LONGEST_HEAD = 400_000
_MOST_NESTED_IN_LARGE = 40
_NESTING = re.compile(rb"boundary[*\d]*\s*=|message/rfc822", re.IGNORECASE)
# Where a part may begin to hold others, a boundary's name, and the lines that end parts.
_OPENING = re.compile(
    rb"boundary[*\d]*[ \t]*=[ \t]*\"?([^\"\s;]{1,200})|^--([^\r\n]{1,200}?)--[ \t]*\r?$",
    re.IGNORECASE | re.MULTILINE,
)
_MOST_OPENINGS = 20_000
_PARSER = email.parser.BytesParser()
_HEADERS_ONLY = email.parser.BytesHeaderParser()
_BEFORE_THE_HEAD = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:>From [^\r\n]*\r?\n)?(?=[!-9;-~]+:)")
_END_OF_HEAD = re.compile(rb"\r?\n[ \t]*\r?\n")
_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_FIELD = re.compile(rb"From |[!-9;-~]+:|[ \t]")
_SPACE_BEFORE_COLON = re.compile(rb"([!-9;-~]+)[ \t]+:")
_KNOWN_FIELD = re.compile(
    rb"(?:From|To|Cc|Subject|Date|Received|Message-ID|MIME-Version|Content-[a-z-]+|Return-Path"
    rb"|Reply-To|X-[a-z-]+)[ \t]*:", re.IGNORECASE,
)  # fmt: skip
_BOUNDARY_IN_USE = re.compile(
    rb"^--([^\r\n]{1,200}?)[ \t]*\r?\n(?:Content-|MIME-)", re.IGNORECASE | re.MULTILINE
)


def parsed(content: bytes, defects: list[str]) -> Part:
    """One parse; what had to be mended or given up is named in `defects`. Never raises.

    Nested deeper than any honest message, only the headers are read and the body is one text.
    """
    content = _with_short_head(content[_before_the_head(content) :], defects)
    if _is_nested_too_deep(content):
        defects.append("nested too deep: the body is shown as it came")
        return _headers_and_text(content, defects)
    try:
        part = _PARSER.parsebytes(content)
        if any(isinstance(d, MissingHeaderBodySeparatorDefect) for d in part.defects):
            part = _with_mended_head(content, part, defects)
        if not part.is_multipart() and part.get_content_maintype() == "multipart":
            _mend_boundary(part, defects)
    except HOSTILE as error:
        defects.append(f"the structure: {type(error).__name__}")
        return _headers_and_text(content, defects)
    return part


def _with_short_head(content: bytes, defects: list[str]) -> bytes:
    """Of headers that no honest server writes so many of, the first and the last are read."""
    if len(content) <= _LONGEST_HEAD:
        return content
    end = _END_OF_HEAD.search(content)
    at = end.start() if end else len(content)
    if at <= _LONGEST_HEAD:
        return content
    defects.append("the headers are too long: cut")
    half = _LONGEST_HEAD // 2
    return content[:half] + b"\nX-Cut: " + content[at - half :]


def _before_the_head(content: bytes) -> int:
    """How many bytes stand before the first header: a byte order mark, blank lines, a mbox's mark."""
    match = _BEFORE_THE_HEAD.match(content) if content[:1] in b"\xef\r\n >" else None
    return match.end() if match else 0


def _is_nested_too_deep(content: bytes) -> bool:
    most = _MOST_NESTED if len(content) < _LARGE else _MOST_NESTED_IN_LARGE
    # Plain substrings: a pattern without regard to case would take seconds for 50 MB.
    low = content.lower()
    if low.count(b"boundary") + low.count(b"message/rfc822") <= most:
        return False
    if sum(1 for _ in islice(_NESTING.finditer(content), most + 1)) <= most:
        return False
    # Many parts are no depth: a digest of a hundred messages is two levels deep.
    deepest, open_ = 0, []
    for number, match in enumerate(_OPENING.finditer(content)):
        if match[1] is not None:
            open_.append(match[1])
            deepest = max(deepest, len(open_))
        elif match[2] in open_:
            del open_[open_.index(match[2]) :]
        if deepest > most or number > _MOST_OPENINGS:
            return True
    return False


def _with_mended_head(content: bytes, part: Part, defects: list[str]) -> Part:
    """Parsed again with the lines marked that are no headers but stand between headers."""
    end = _END_OF_HEAD.search(content)
    head = content[: end.start()] if end else content
    lines = [line for line in _LINE.findall(head) if line]
    known = [at for at, line in enumerate(lines) if _KNOWN_FIELD.match(line)]
    if not known or (len(known) < 2 and not part.keys()):
        return part
    mended = [
        line if _FIELD.match(line) else _marked(line) for line in lines[: known[-1] + 1]
    ] + lines[known[-1] + 1 :]
    defects.append("a line among the headers is none")
    return _PARSER.parsebytes(b"".join(mended) + content[len(head) :])


def _marked(line: bytes) -> bytes:
    spaced = _SPACE_BEFORE_COLON.match(line)
    return spaced[1] + line[spaced.end() - 1 :] if spaced else b"X-Unreadable: " + line


def _mend_boundary(part: Part, defects: list[str]) -> None:
    """The parts of a message whose boundary is not declared, or another than the one in use."""
    body = part.get_payload()
    if not isinstance(body, str):
        return
    raw = body.encode("utf-8", "surrogateescape")
    used = _BOUNDARY_IN_USE.search(raw)
    if used is None:
        return
    head = b'Content-Type: multipart/mixed; boundary="' + used[1].replace(b'"', b'\\"') + b'"\n\n'
    again = _PARSER.parsebytes(head + raw)
    if again.is_multipart():
        defects.append("the boundary between the parts is not the one declared")
        part.set_payload(again.get_payload())


def _headers_and_text(content: bytes, defects: list[str]) -> Part:
    part: Part = Part()
    try:
        part = _HEADERS_ONLY.parsebytes(content)
    except HOSTILE as error:
        defects.append(f"the headers: {type(error).__name__}")
    plain: Part = Part()
    for name, value in part.raw_items():
        if name.lower() not in {"content-type", "content-transfer-encoding"}:
            plain.set_raw(name, value)
    body = part.get_payload()
    plain.set_payload(body if isinstance(body, str) else decode(content, None)[0])
    return plain
