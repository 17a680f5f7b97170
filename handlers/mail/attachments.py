"""Attachments: a name that is safe to show and to save, the size, a hash, and what they are (B18)."""

import hashlib
import re
import urllib.parse
from email.message import Message as Part

from handlers.mail.body import content_type, inner_parts, payload
from handlers.mail.charsets import clean, decode
from handlers.mail.headers import HOSTILE, Headers, one_line
from models.message import Attachment

_LONGEST_NAME = 120
# Signs that mean something to a file system, a shell or a header, and those that turn the
# reading direction round ("gpj.exe" shown as "exe.jpg").
_UNSAFE = re.compile('[\\\\/:*?"<>|;\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069]+')
_DEVICE = re.compile(r"(?i)\A(con|prn|aux|nul|com\d|lpt\d)(\.|\Z)")
_CONTENT = (
    (b"%PDF-", "application/pdf", ".pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png", ".png"),
    (b"\xff\xd8\xff", "image/jpeg", ".jpg"),
    (b"GIF87a", "image/gif", ".gif"),
    (b"GIF89a", "image/gif", ".gif"),
    (b"II*\x00", "image/tiff", ".tif"),
    (b"MM\x00*", "image/tiff", ".tif"),
    (b"MZ", "application/x-msdownload", ".exe"),
    (b"\x7fELF", "application/x-executable", ".bin"),
    (b"Rar!\x1a\x07", "application/vnd.rar", ".rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed", ".7z"),
    (b"\x1f\x8b", "application/gzip", ".gz"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage", ".doc"),
    (b"{\\rtf", "application/rtf", ".rtf"),
    (b"\x78\x9f\x3e\x22", "application/ms-tnef", ".dat"),
)
_OFFICE = (
    (b"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (b"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (b"ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    (b"mimetypeapplication/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.text"),
)
# A family of old Office formats has one signature; there the label is the better witness.
_LABEL_KNOWS_BETTER = frozenset(["application/x-ole-storage", "application/zip"])
_ENDINGS = {
    "text/plain": ".txt",
    "text/html": ".html",
    "text/calendar": ".ics",
    "text/vcard": ".vcf",
    "text/x-vcard": ".vcf",
    "message/rfc822": ".eml",
    "application/zip": ".zip",
    "image/webp": ".webp",
    "image/heic": ".heic",
    **{kind: ending for _, kind, ending in _CONTENT},
}


def attachments(parts: list[Part], defects: list[str]) -> tuple[Attachment, ...]:
    """Every part that is not the text, in order, under names that differ from one another."""
    taken: set[str] = set()
    return tuple(_attachment(part, taken, defects) for part in parts)


def _attachment(part: Part, taken: set[str], defects: list[str]) -> Attachment:
    declared = content_type(part)
    data = _message_bytes(part) if part.is_multipart() else payload(part, defects)
    kind = _by_content(data, declared)
    name = safe_name(_declared_name(part, defects) or _fallback_name(part, declared, defects))
    if "." not in name and kind in _ENDINGS:
        name += _ENDINGS[kind]
    name = _different(name, taken)
    return Attachment(name, kind, len(data), hashlib.sha256(data).hexdigest(), data)


def _message_bytes(part: Part) -> bytes:
    try:
        return b"".join(one.as_bytes() for one in inner_parts(part))
    except HOSTILE:
        return b""


def _by_content(data: bytes, declared: str) -> str:
    if data.startswith(b"PK\x03\x04"):
        found = next((kind for sign, kind in _OFFICE if sign in data[:6000]), "application/zip")
    elif data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        found = "image/webp"
    elif data[4:12] in {b"ftypheic", b"ftypheix", b"ftypmif1"}:
        found = "image/heic"
    else:
        found = next((kind for sign, kind, _ in _CONTENT if data.startswith(sign)), declared)
    specific = declared not in {"application/octet-stream", "text/plain"}
    return declared if found in _LABEL_KNOWS_BETTER and specific else found


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
    return f"attachment{_ENDINGS.get(kind, '')}"


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
