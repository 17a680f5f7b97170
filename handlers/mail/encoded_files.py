"""Files that stand in a text itself: uuencode and yEnc, whole or with an end cut off (B18)."""

import binascii
import re
from dataclasses import dataclass

_MOST_FILES = 50
_BEGIN = re.compile(r"^begin [0-7]{3,4} (.{1,255})$", re.MULTILINE)
# A full line is "M" and sixty signs.
_FULL_LINE = re.compile(r"^M[ -`]{60}$")
_FEWEST_LOOSE_LINES = 4
_YENC_BEGIN = re.compile(
    rb"^=ybegin (?:part=\d+ )?(?:total=\d+ )?line=\d+ size=\d+ name=(.*)$", re.MULTILINE
)
_YENC_LINE = re.compile(rb"^=y(part|end)\b", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class EncodedFile:
    """A file found in a text: its name as written there (untrusted, perhaps empty), its bytes."""

    name: str
    data: bytes


def without_uuencoded(text: str) -> tuple[str, list[EncodedFile]]:
    """The text without the files in it, and the files; one whose begin or end is missing too."""
    if "\nM" not in text and "begin " not in text:
        return text, []
    kept: list[str] = []
    files: list[EncodedFile] = []
    lines = text.rstrip("\n").split("\n")
    at = 0
    while at < len(lines):
        found = _uuencoded_at(lines, at) if len(files) < _MOST_FILES else None
        if found is None:
            kept.append(lines[at])
            at += 1
        else:
            file, at = found
            files.append(file)
    return ("\n".join(kept).strip("\n"), files) if files else (text, [])


def _uuencoded_at(lines: list[str], at: int) -> tuple[EncodedFile, int] | None:
    begin = _BEGIN.match(lines[at])
    if begin is None:
        loose = lines[at : at + _FEWEST_LOOSE_LINES]
        if len(loose) < _FEWEST_LOOSE_LINES or not all(map(_FULL_LINE.match, loose)):
            return None
    data: list[bytes] = []
    end = at + (begin is not None)
    while end < len(lines):
        decoded = _uu_line(lines[end], last=end == len(lines) - 1)
        if decoded is None:
            break
        data.append(decoded)
        end += 1
    if not data or (begin is None and not any(data)):
        return None
    if end < len(lines) and lines[end].strip() == "end":
        end += 1
    return EncodedFile(begin[1].strip() if begin else "", b"".join(data)), end


def _uu_line(line: str, *, last: bool) -> bytes | None:
    """A line's bytes; None where it is none. An empty line stands for a lost "`" or " ".

    Blanks at a line's end, which stand for zeros, are often lost; the last line may be cut off.
    """
    if not line or not line.isascii() or not " " <= line[0] <= "`":
        return b"" if line == "" else None
    size = (ord(line[0]) - 32) & 63
    signs = -(-size // 3) * 4
    if len(line) - 1 > signs + 2 or (len(line) < signs // 2 and not last) or size > 45:
        return None
    try:
        data = binascii.a2b_uu(line[: 1 + signs].ljust(1 + signs).encode("ascii"))
    except binascii.Error:
        return None
    return data[: len(line) * 3 // 4] if last else data


def without_yenc(data: bytes) -> tuple[bytes, list[EncodedFile]]:
    """The same for yEnc, in a part's bytes: it uses signs that no charset gives back."""
    files: list[EncodedFile] = []
    kept: list[bytes] = []
    at = 0
    for begin in _YENC_BEGIN.finditer(data):
        if begin.start() < at or len(files) >= _MOST_FILES:
            continue
        kept.append(data[at : begin.start()])
        end, at = _yenc_end(data, begin.end())
        name = begin[1].strip().decode("utf-8", "replace")
        files.append(EncodedFile(name, _yenc_bytes(data[begin.end() : end])))
    return (b"".join([*kept, data[at:]]).strip(b"\r\n"), files) if files else (data, [])


def _yenc_end(data: bytes, start: int) -> tuple[int, int]:
    """Where the encoded lines end, and where the text goes on."""
    for line in _YENC_LINE.finditer(data, start):
        if line[1] == b"end":
            after = data.find(b"\n", line.start())
            return line.start(), len(data) if after < 0 else after + 1
    return len(data), len(data)


def _yenc_bytes(data: bytes) -> bytes:
    lines = [one for one in re.split(rb"\r?\n", data) if not one.startswith(b"=ypart")]
    # A line that starts with a dot has two of them on its way through SMTP.
    joined = b"".join(one[1:] if one.startswith(b"..") else one for one in lines)
    plain = re.sub(rb"(?s)=(.)", lambda m: bytes([(m[1][0] - 64) % 256]), joined)
    return bytes((byte - 42) % 256 for byte in plain)
