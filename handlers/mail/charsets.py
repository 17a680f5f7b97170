"""Bytes to text that can be shown and stored, whatever the label on them says (mail.md, B16)."""

import codecs
import re
from functools import lru_cache

# What mail is really written in. Names Python knows but which are no charsets of mail (idna, hex,
# rot13, punycode, unicode_escape) must never be run on a stranger's bytes, so this is a list of
# what is allowed, by the codec's own name.
_ALLOWED = frozenset(
    [f"iso8859-{n}" for n in (*range(1, 12), *range(13, 17))]
    + [f"cp{n}" for n in (437, 850, 852, 858, 866, 874, 932, 949, 950, *range(1250, 1259))]
    + ["ascii", "utf-8", "utf-8-sig", "utf-7", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
    + ["koi8-r", "koi8-u", "mac-roman", "tis-620", "big5", "big5hkscs", "gb2312", "gbk", "gb18030"]
    + ["hz", "euc_jp", "euc_kr", "shift_jis", "johab", "iso2022_jp", "iso2022_jp_2", "iso2022_kr"]
)
# Labels that mean more than they say, and names only mail uses. The WHATWG table of encodings
# maps the same ones: who writes "iso-8859-1" has written windows-1252 for twenty years.
_MEANT = {
    "ascii": "utf-8",
    "iso8859-1": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "iso2022_jp": "iso2022_jp_2",
}
_ALIASES = {
    "unicode-1-1-utf-7": "utf-7",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "x-sjis": "cp932",
    "x-gbk": "gb18030",
    "iso-8859-8-i": "iso8859-8",
    "utf8mb4": "utf-8",
    "macintosh": "mac-roman",
}
# In these every ASCII byte is itself, so text of ASCII bytes only needs no further look.
_NOT_ASCII_BASED = ("utf-7", "utf-16", "utf-32", "iso2022", "hz")
# C0 controls (but tab and line feed), DEL, C1 controls, lone surrogates and noncharacters of the
# byte order mark. NUL stops PostgreSQL, the others draw nothing but can fool a reader.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ufeff\ufffe\uffff]")
_SURROGATES = re.compile("[\ud800-\udfff]")


@lru_cache(maxsize=256)
def _codec(label: str) -> str | None:
    name = label.strip(" \t\"'").lower()[:40]
    name = _ALIASES.get(name, name)
    try:
        found = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    return _MEANT.get(found, found) if found in _ALLOWED else None


def clean(text: str) -> str:
    """The text with one kind of line end (LF) and without NULs, controls and lone surrogates."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _CONTROLS.sub("", text)
    return text if text.isascii() else _SURROGATES.sub("\ufffd", text)


def decode(data: bytes, label: str | None) -> tuple[str, str | None]:
    """The text of `data`, and what was wrong with its label (None where nothing was).

    Never raises. A label that is missing, unknown or not true falls back to UTF-8 where the
    bytes are valid UTF-8, else to windows-1252.
    """
    codec = _codec(label) if label else "utf-8"
    ascii_based = codec is None or not codec.startswith(_NOT_ASCII_BASED)
    defect = None if codec else f"charset {clean(label or '')[:40]!r} is unknown"
    if ascii_based and data.isascii():
        return data.decode("ascii"), defect
    if ascii_based:
        # Valid UTF-8 with non-ASCII in it is practically never anything else.
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            pass
        else:
            wrong = codec is not None and not codec.startswith("utf-8")
            return text, f"charset {codec!r} is really utf-8" if wrong else defect
    if codec == "utf-16" and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        # RFC 2781, 4.3: without a byte order mark it is big-endian, where its zeros do not say else.
        codec = "utf-16-le" if data[1:2] == b"\0" != data[:1] else "utf-16-be"
    if codec is not None and codec != "cp1252":
        try:
            return data.decode(codec), defect
        except (UnicodeError, LookupError):
            defect = f"charset {codec!r} is not true"
    return data.decode("cp1252", "replace"), defect
