"""Attachments: a name that is safe to show and to save, the size, a hash, and what they are (B18)."""

import hashlib
import re
import urllib.parse
from email.message import Message as Part

from handlers.mail.body import content_type, inner_parts, payload
from handlers.mail.charsets import clean, decode
from handlers.mail.file_types import ending_of, type_of
from handlers.mail.headers import HOSTILE, Headers, one_line
from models.message import Attachment

_LONGEST_NAME = 120
# Signs that mean something to a file system, a shell or a header, and those that turn the
# reading direction round ("gpj.exe" shown as "exe.jpg").
_UNSAFE = re.compile('[\\\\/:*?"<>|;\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069]+')
_DEVICE = re.compile(r"(?i)\A(con|prn|aux|nul|com\d|lpt\d)(\.|\Z)")
_MOST = 100


def attachments(parts: list[Part], defects: list[str]) -> tuple[Attachment, ...]:
    """Every part that is not the text, in order, under names that differ from one another.

    At most 100: the rest stays in the raw message, and `defects` says so.
    """
    taken: set[str] = set()
    if len(parts) > _MOST:
        defects.append(f"{len(parts)} attachments: those after the first {_MOST} are left out")
    return tuple(_attachment(part, taken, defects) for part in parts[:_MOST])


def _attachment(part: Part, taken: set[str], defects: list[str]) -> Attachment:
    declared = content_type(part)
    data = _message_bytes(part) if part.is_multipart() else payload(part, defects)
    kind = type_of(data, declared)
    name = safe_name(_declared_name(part, defects) or _fallback_name(part, declared, defects))
    if "." not in name:
        name += ending_of(kind)
    name = _different(name, taken)
    return Attachment(name, kind, len(data), hashlib.sha256(data).hexdigest(), data)


def _message_bytes(part: Part) -> bytes:
    try:
        return b"".join(one.as_bytes() for one in inner_parts(part))
    except HOSTILE:
        return b""


def _declared_name(part: Part, defects: list[str]) -> str:
    """`filename`, else `name`: RFC 2231 pieces joined, RFC 2047 read as well (Outlook writes it)."""
    for parameter, header in (("filename", "content-disposition"), ("name", "content-type")):
        try:
            value = part.get_param(parameter, None, header)
        except HOSTILE as error:
            defects.append(f"an attachment's name: {type(error).__name__}")
            continue
        if isinstance(value, tuple):
            # RFC 2231: the value's bytes, kept as Latin-1 by the parser, in a named charset.
            charset, _, text = value
            return decode(text.encode("latin-1", "replace"), charset)[0]
        if isinstance(value, str) and value.strip():
            return _unquoted(value)
    return ""


def _unquoted(value: str) -> str:
    text = value if value.isascii() else decode(value.encode("utf-8", "surrogateescape"), None)[0]
    text = one_line(text)
    # Some senders write percent-encoding without the RFC 2231 star.
    return (
        urllib.parse.unquote(text)
        if re.fullmatch(r"[\w.%-]*%[0-9A-Fa-f]{2}[\w.%-]*", text)
        else text
    )


def _fallback_name(part: Part, kind: str, defects: list[str]) -> str:
    inner = inner_parts(part)
    if kind == "message/rfc822" and inner:
        subject = Headers(inner[0], defects).text("subject")
        return f"{(subject or 'message')[:_LONGEST_NAME]}.eml"
    return f"attachment{ending_of(kind)}"


def safe_name(name: str) -> str:
    """A file name without folders, devices, control or direction signs; at most 120 characters."""
    last = re.split(r"[\\/]", clean(name))[-1]
    shown = re.sub(r"\s+", " ", _UNSAFE.sub("_", last)).strip(" .")
    if _DEVICE.match(shown):
        shown = f"_{shown}"
    if len(shown) > _LONGEST_NAME:
        stem, dot, ending = shown.rpartition(".")
        keep = ending if dot and len(ending) <= 10 else ""
        shown = (stem or shown)[: _LONGEST_NAME - len(keep) - 1] + (f".{keep}" if keep else "")
    return shown or "attachment"


def _different(name: str, taken: set[str]) -> str:
    stem, dot, ending = name.rpartition(".")
    if not dot:
        stem, ending = name, ""
    number, shown = 1, name
    while shown.lower() in taken:
        number += 1
        shown = f"{stem} ({number}){dot}{ending}"
    taken.add(shown.lower())
    return shown
