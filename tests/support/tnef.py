"""Writes TNEF as Outlook does (MS-OXTNEF): the counterpart of handlers/mail/tnef.py, for tests."""

import struct
from collections.abc import Sequence

import compressed_rtf

_TEXT, _RTF, _HTML, _SUBJECT = 0x1000, 0x1009, 0x1013, 0x0037
_UNICODE, _BINARY, _LONG = 0x1F, 0x102, 3


def _attribute(level: int, id_: int, data: bytes) -> bytes:
    checksum = struct.pack("<H", sum(data) & 0xFFFF)
    return struct.pack("<BII", level, id_, len(data)) + data + checksum


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)


def _property(name: int, value: str | bytes | int, kind: int = _BINARY) -> bytes:
    if isinstance(value, int):
        return struct.pack("<HHi", _LONG, name, value)
    kind = _UNICODE if isinstance(value, str) else kind
    data = (value + "\0").encode("utf-16-le") if isinstance(value, str) else value
    return struct.pack("<HHII", kind, name, 1, len(data)) + _padded(data)


def _named_property(text: str) -> bytes:
    """A property that has a name of its own, as Outlook adds them."""
    name = _padded((text + "\0").encode("utf-16-le"))
    size = len((text + "\0").encode("utf-16-le"))
    head = struct.pack("<HH", _LONG, 0x8001) + b"\1" * 16 + struct.pack("<II", 1, size)
    return head + name + struct.pack("<i", 7)


def _properties(properties: Sequence[bytes]) -> bytes:
    return struct.pack("<I", len(properties)) + b"".join(properties)


def write_tnef(
    *,
    text: str = "",
    html: bytes = b"",
    rtf: str = "",
    body: bytes = b"",
    subject: str = "",
    files: Sequence[tuple[str, bytes]] = (),
    messages: Sequence[tuple[str, bytes]] = (),
) -> bytes:
    """A stream with these; `body` is the old plain form, `messages` are (name, TNEF) embedded."""
    out = struct.pack("<IH", 0x223E9F78, 1)
    out += _attribute(1, 0x00089006, struct.pack("<I", 0x00010000))
    out += _attribute(1, 0x00069007, struct.pack("<II", 1252, 0))
    out += _attribute(1, 0x00078008, b"IPM.Microsoft Mail.Note\0")
    if body:
        out += _attribute(1, 0x0002800C, body + b"\0")
    properties = [_property(0x0017, 1), _named_property("Keywords")]
    properties += [_property(_SUBJECT, subject)] if subject else []
    properties += [_property(_TEXT, text)] if text else []
    properties += [_property(_HTML, html)] if html else []
    if rtf:
        properties.append(_property(_RTF, compressed_rtf.compress(rtf.encode("ascii"))))
    out += _attribute(1, 0x00069003, _properties(properties))
    for name, data in files:
        out += _attribute(2, 0x00069002, struct.pack("<HIIHI", 1, 0xFFFFFFFF, 0, 0, 0))
        out += _attribute(2, 0x00018010, b"SHORT~1.DAT\0")
        out += _attribute(2, 0x0006800F, data)
        out += _attribute(2, 0x00069005, _properties([_property(0x3707, name)]))
    for name, data in messages:
        out += _attribute(2, 0x00069002, struct.pack("<HIIHI", 1, 0xFFFFFFFF, 0, 0, 0))
        embedded = _property(0x3701, b"\x07" * 16 + data, kind=0xD)
        out += _attribute(2, 0x00069005, _properties([_property(0x3001, name), embedded]))
    return out
