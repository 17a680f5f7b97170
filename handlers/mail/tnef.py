"""Reads TNEF (winmail.dat), in which Outlook hides a message's text and attachments (MS-OXTNEF)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

import compressed_rtf
from striprtf.striprtf import rtf_to_text

from handlers.mail.charsets import clean, decode

SIGNATURE = b"\x78\x9f\x3e\x22"
_MOST_ATTRIBUTES = 2_000
_MOST_PROPERTIES = 2_000
_MOST_VALUES = 1_000
_LONGEST_RTF = 2_000_000

# Attributes (MS-OXTNEF 2.1.3.2), by the low half of their id.
_BODY, _PROPERTIES, _CODE_PAGE = 0x800C, 0x9003, 0x9007
_NEW_FILE, _FILE_TITLE, _FILE_DATA, _FILE_PROPERTIES = 0x9002, 0x8010, 0x800F, 0x9005
# Properties (MS-OXPROPS).
_TEXT, _RTF, _HTML, _SUBJECT = 0x1000, 0x1009, 0x1013, 0x0037
_LONG_NAME, _SHORT_NAME, _SHOWN_NAME = 0x3707, 0x3704, 0x3001
_DATA, _MIME_TYPE = 0x3701, 0x370E
# Types of values (MS-OXCDATA 2.11.1) and how many bytes a value takes, padded to four.
_FIXED = {2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 0xA: 4, 0xB: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_STRING8, _UNICODE = 0x1E, 0x1F
_OBJECT = 0xD
_VARIABLE = frozenset([_STRING8, _UNICODE, _OBJECT, 0x102])
_EMBEDDED_ID = 16


@dataclass(slots=True)
class TnefFile:
    """A file in it: its name as written (untrusted, perhaps empty), its label and its bytes.

    `message` is the file's own TNEF where the file is a message.
    """

    name: str = ""
    content_type: str = "application/octet-stream"
    data: bytes = b""
    message: bytes = b""


@dataclass(slots=True)
class Tnef:
    """What was in it: the text in the best form that it has; `html` where only that is there."""

    subject: str = ""
    text: str = ""
    html: str = ""
    files: list[TnefFile] = field(default_factory=list)


def read_tnef(data: bytes, defects: list[str]) -> Tnef | None:
    """The content of a TNEF stream; None where it is none. Cut off, what came before the cut.

    Never raises; nothing is unpacked but the RTF text, of 2 MB at most.
    """
    if not data.startswith(SIGNATURE):
        return None
    reading = _Reading()
    try:
        for attribute, value in _attributes(data):
            reading.take(attribute, value)
    except (struct.error, ValueError):
        defects.append("winmail.dat: cut off or broken")
    return reading.result(defects)


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 6
    for _ in range(_MOST_ATTRIBUTES):
        if at >= len(data):
            return
        _, attribute, size = struct.unpack_from("<BII", data, at)
        at += 9
        if at + size > len(data):
            # What was being sent when it was cut off is taken as far as it came.
            yield attribute & 0xFFFF, data[at:]
            raise ValueError("cut off")
        yield attribute & 0xFFFF, data[at : at + size]
        at += size + 2


class _Reading:
    def __init__(self) -> None:
        self._code_page = "cp1252"
        self._body = b""
        self._properties: dict[int, tuple[int, bytes]] = {}
        self._files: list[TnefFile] = []

    def take(self, attribute: int, value: bytes) -> None:
        if attribute == _CODE_PAGE and len(value) >= 4:
            self._code_page = f"cp{struct.unpack_from('<I', value)[0]}"
        elif attribute == _BODY:
            self._body = value
        elif attribute == _PROPERTIES:
            self._properties.update(_properties(value))
        elif attribute == _NEW_FILE:
            self._files.append(TnefFile())
        elif self._files:
            self._take_of_file(self._files[-1], attribute, value)

    def _take_of_file(self, file: TnefFile, attribute: int, value: bytes) -> None:
        if attribute == _FILE_TITLE:
            file.name = file.name or self._string(_STRING8, value)
        elif attribute == _FILE_DATA:
            file.data = value
        elif attribute == _FILE_PROPERTIES:
            found = dict(_properties(value))
            names = (found[n] for n in (_LONG_NAME, _SHOWN_NAME, _SHORT_NAME) if n in found)
            file.name = next((self._string(*name) for name in names), file.name)
            if _MIME_TYPE in found:
                file.content_type = self._string(*found[_MIME_TYPE]).lower() or file.content_type
            if _DATA in found:
                kind, data = found[_DATA]
                if kind == _OBJECT:
                    data = data[_EMBEDDED_ID:]  # behind what kind of object it is
                file.message = data if data.startswith(SIGNATURE) else b""
                file.data = file.data or data

    def result(self, defects: list[str]) -> Tnef:
        found = self._properties
        tnef = Tnef(files=self._files)
        tnef.subject = self._property(_SUBJECT)
        tnef.text = self._property(_TEXT) or self._string(_STRING8, self._body)
        tnef.html = self._property(_HTML)
        if not tnef.text.strip() and not tnef.html.strip() and _RTF in found:
            tnef.text = _rtf_text(found[_RTF][1], defects)
        return tnef

    def _property(self, name: int) -> str:
        return self._string(*self._properties[name]) if name in self._properties else ""

    def _string(self, kind: int, value: bytes) -> str:
        label = "utf-16-le" if kind == _UNICODE else self._code_page
        return clean(decode(value, label)[0]).rstrip("\n")


def _properties(data: bytes) -> Iterator[tuple[int, tuple[int, bytes]]]:
    """The properties with a single value, or the first of several, with the value's type."""
    (count,) = struct.unpack_from("<I", data, 0)
    at = 4
    for _ in range(min(count, _MOST_PROPERTIES)):
        kind, name = struct.unpack_from("<HH", data, at)
        at += 4
        if name >= 0x8000:
            at = _after_name(data, at)
        value, at = _value(data, at, kind)
        yield name, (kind & 0xFFF, value)


def _after_name(data: bytes, at: int) -> int:
    """Behind a property's own name: a GUID, then a number or a text."""
    (kind,) = struct.unpack_from("<I", data, at + 16)
    if kind == 0:
        return at + 24
    (size,) = struct.unpack_from("<I", data, at + 20)
    return at + 24 + _padded(size)


def _value(data: bytes, at: int, kind: int) -> tuple[bytes, int]:
    several, kind = bool(kind & 0x1000), kind & 0xFFF
    values = 1
    if several or kind in _VARIABLE:
        (values,) = struct.unpack_from("<I", data, at)
        at += 4
        if values > _MOST_VALUES:
            raise ValueError("too many values")
    first = b""
    for number in range(values):
        if kind in _VARIABLE:
            (size,) = struct.unpack_from("<I", data, at)
            at += 4
            whole = _padded(size)
        elif kind in _FIXED:
            size = whole = _FIXED[kind]
        else:
            raise ValueError("a type that is none")
        if at + size > len(data):
            raise ValueError("cut off")
        first = data[at : at + size] if number == 0 else first
        at += whole
    return first, at


def _padded(size: int) -> int:
    return (size + 3) & ~3


def _rtf_text(packed: bytes, defects: list[str]) -> str:
    try:
        rtf = compressed_rtf.decompress(packed)[:_LONGEST_RTF]
        text = rtf_to_text(rtf.decode("latin-1"), errors="replace")  # type: ignore[no-untyped-call]  # it has no annotations
        return clean(text).strip()
    except Exception as error:  # noqa: BLE001  # both libraries raise what comes along for broken RTF
        defects.append(f"winmail.dat: its RTF text: {type(error).__name__}")
        return ""
