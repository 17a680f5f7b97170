"""Opens what wraps a message or a file: TNEF, opaque S/MIME, uuencode, yEnc, calendars (B18).

Archives are never opened here, and a wrapper in a wrapper only twice: there are no bombs.
"""

import base64
import email.parser
import re
from email.message import Message as Part

from handlers.mail.body import Contents, content_type, contents, html_to_text, inner_parts, payload
from handlers.mail.charsets import clean, decode
from handlers.mail.cms import CmsKind, read_cms
from handlers.mail.encoded_files import EncodedFile, without_uuencoded, without_yenc
from handlers.mail.headers import HOSTILE
from handlers.mail.tnef import SIGNATURE, Tnef, TnefFile, read_tnef

_DEEPEST = 2
_MOST_PARTS_LOOKED_AT = 500
_TNEF = frozenset(["application/ms-tnef", "application/vnd.ms-tnef", "application/octet-stream"])
_SMIME = frozenset(["application/pkcs7-mime", "application/x-pkcs7-mime"])
_PARSER = email.parser.BytesParser()
_PGP = "-----BEGIN PGP "
_PGP_ENCRYPTED = re.compile(r"^-----BEGIN PGP MESSAGE-----[ \t]*$", re.MULTILINE)
_PGP_ARMOUR = re.compile(
    r"^-----BEGIN PGP (MESSAGE|SIGNATURE|PUBLIC KEY BLOCK)-----[ \t]*\n"
    r"(?:(?!-----BEGIN).*\n){0,5000}?-----END PGP \1-----[ \t]*$",
    re.MULTILINE,
)
_PGP_SIGNED = re.compile(
    r"^-----BEGIN PGP SIGNED MESSAGE-----[ \t]*\n(?:[A-Z][A-Za-z]*: .*\n)*(?:[ \t]*\n)?",
    re.MULTILINE,
)
_FOLDED = re.compile(r"\r?\n[ \t]")
_CALENDAR_LINE = re.compile(
    r"^(SUMMARY|DTSTART|DTEND|LOCATION|DESCRIPTION)(?:;[^:\n]{0,200})?:(.{1,2000})$", re.MULTILINE
)
_CALENDAR_ESCAPE = re.compile(r"\\([nN,;\\])")


def read_contents(message: Part, raw: bytes, defects: list[str]) -> Contents:
    """What is in a message, with what wraps it opened. `raw` are the message's bytes."""
    files = _yenc_files(message, defects) if b"=ybegin " in raw else []
    found = contents(message, defects)
    found.others += files
    _open(found, defects, 0)
    if not found.text.strip():
        _read_calendars(found, defects)
    return found


def without_armour(text: str) -> str:
    """The text without PGP's armour (RFC 9580, 6.2 and 7): what was signed stays."""
    if _PGP not in text:
        return text
    bare = _PGP_SIGNED.sub("", _PGP_ARMOUR.sub("", text))
    if bare != text:
        bare = re.sub(r"^- (?=-)", "", bare, flags=re.MULTILINE)
    return bare.strip() or text


def _open(found: Contents, defects: list[str], depth: int) -> None:
    found.encrypted = found.encrypted or any(map(_PGP_ENCRYPTED.search, found.texts))
    _open_uuencoded(found)
    kept: list[Part] = []
    for part in found.others:
        inside = _inside(part, defects, depth)
        if inside is None:
            kept.append(part)
            continue
        found.encrypted = found.encrypted or inside.encrypted
        if inside.texts and not found.text.strip():
            found.texts = inside.texts
        kept += inside.others
        found.forwarded += inside.forwarded
    found.others = kept


def _inside(part: Part, defects: list[str], depth: int) -> Contents | None:
    """What a wrapper holds; None where the part is none, or is to stay as it is."""
    kind = content_type(part)
    if depth >= _DEEPEST or part.is_multipart() or kind not in _TNEF | _SMIME:
        return None
    data = payload(part, defects)
    if data.startswith(SIGNATURE):
        tnef = read_tnef(data, defects)
        return _of_tnef(tnef, defects, depth) if tnef else None
    return _of_smime(part, data, defects, depth) if kind in _SMIME else None


def _of_smime(part: Part, data: bytes, defects: list[str], depth: int) -> Contents | None:
    cms = read_cms(data)
    if cms.kind is CmsKind.ENCRYPTED:
        return Contents(others=[part], encrypted=True)
    if not cms.content:
        return None
    try:
        found = contents(_PARSER.parsebytes(cms.content), defects)
    except HOSTILE as error:
        defects.append(f"the signed message: {type(error).__name__}")
        return None
    _open(found, defects, depth + 1)
    return found


def _of_tnef(tnef: Tnef, defects: list[str], depth: int) -> Contents:
    text = tnef.text if tnef.text.strip() else html_to_text(tnef.html, defects)
    found = Contents(texts=[text] if text.strip() else [])
    for file in tnef.files:
        found.others += _of_tnef_file(file, defects, depth)
    return found


def _of_tnef_file(file: TnefFile, defects: list[str], depth: int) -> list[Part]:
    if not file.message:
        return [_part(file.name, file.content_type, file.data)]
    tnef = read_tnef(file.message, defects) if depth + 1 < _DEEPEST else None
    if tnef is None:
        return [_part(file.name, "application/ms-tnef", file.message)]
    inner = _of_tnef(tnef, defects, depth + 1)
    text = _part(f"{tnef.subject or file.name or 'message'}.txt", "text/plain", inner.text.encode())
    return [text, *inner.others]


def _open_uuencoded(found: Contents) -> None:
    texts: list[str] = []
    for text in found.texts:
        rest, files = without_uuencoded(text)
        texts += [rest] if rest.strip() else []
        found.others += map(_of_encoded, files)
    found.texts = texts


def _yenc_files(message: Part, defects: list[str]) -> list[Part]:
    """Take yEnc out of the text parts, whose bytes must not have become characters yet."""
    files: list[Part] = []
    waiting, seen = [message], 0
    while waiting and seen < _MOST_PARTS_LOOKED_AT:
        part = waiting.pop()
        seen += 1
        waiting += inner_parts(part)
        if part.is_multipart() or content_type(part) != "text/plain":
            continue
        rest, found = without_yenc(payload(part, defects))
        if found:
            files += map(_of_encoded, found)
            del part["content-transfer-encoding"]
            part["Content-Transfer-Encoding"] = "8bit"
            part.set_payload(rest.decode("ascii", "surrogateescape"))
    return files


def _read_calendars(found: Contents, defects: list[str]) -> None:
    """An invitation with nothing beside it says what it is for (RFC 5545)."""
    for part in found.others:
        if content_type(part) != "text/calendar":
            continue
        text = _FOLDED.sub("", clean(decode(payload(part, defects), None)[0]))
        event = text[text.find("BEGIN:VEVENT") :]
        lines = [
            f"{name.capitalize()}: {_CALENDAR_ESCAPE.sub(_unescaped, value)}"
            for name, value in _CALENDAR_LINE.findall(event)[:20]
        ]
        found.texts += ["\n".join(lines)] if lines else []


def _unescaped(match: re.Match[str]) -> str:
    return "\n" if match[1] in "nN" else match[1]


def _of_encoded(file: EncodedFile) -> Part:
    return _part(file.name, "application/octet-stream", file.data)


def _part(name: str, kind: str, data: bytes) -> Part:
    """A part as if the file had been attached in the usual way."""
    part: Part = Part()
    part.add_header("Content-Type", kind if re.fullmatch(r"[\w.+-]+/[\w.+-]+", kind) else "")
    part.add_header("Content-Disposition", "attachment")
    if name:
        part.set_param("filename", name, "Content-Disposition", charset="utf-8")
    part.add_header("Content-Transfer-Encoding", "base64")
    part.set_payload(base64.b64encode(data).decode("ascii"))
    return part
