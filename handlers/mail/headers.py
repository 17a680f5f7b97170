"""Guarded access to a message's headers: nothing a stranger writes there may raise (B15, B21).

The standard library's `email.policy.default` is right about well-formed headers, slow on all, and
raises IndexError, AttributeError, ValueError, RecursionError or LookupError on hostile ones
(cpython#151857, #148518, #83281). So the message is parsed with compat32, which reads no header;
plain headers are read here by regular expression, and only the rest is handed to the standard
library's structured parser, under guard, with a coarser reading behind it.
"""

import base64
import quopri
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import AddressHeader, HeaderRegistry
from email.message import Message as Part
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import cast

from handlers.mail.charsets import clean, decode

# What the structured parser may raise; everything else is a bug of ours and must be seen.
HOSTILE = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
_LONGEST_STRUCTURED = 2_000
_LONGEST = 20_000
_MOST_ADDRESSES = 200
_MOST_IDS = 100
# RFC 5322 allows one of each; some servers split a long list over several.
_MOST_HEADERS = 10
# Parts that are asked for a charset of theirs, for headers that declare none.
_MOST_ASKED = 5

_SPACE = re.compile(r"\s+")
# Senders forget to encode a question mark, and cut the last word short.
_ENCODED_WORD = re.compile(
    r"=\?([^?*\s]+)(?:\*[^?\s]*)?\?([bBqQ])\?"
    r"((?:[^?=]|=(?!\?[^?\s]+\?[bBqQ]\?)|\?(?!=(?![0-9A-F]{2})))*)(?:\?=|\Z)"
)
_BETWEEN_WORDS = re.compile(r"(\?=)\s+(?==\?[^?\s]+\?[bBqQ]\?)")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")
_ATOM = r"[^\s<>@,;:()\"\\\[\]]"
# An encoded word may hold any sign; the look-ahead leaves one way only to read it, so no
# backtracking.
_PHRASE = r"(?:=\?[^?\s]+\?[bBqQ]\?[^?\s]*\?=|(?!=\?)[^\"<>@,;:()\[\]\\])*?"
_PLAIN_ADDRESS = re.compile(
    rf'\s*(?:(?:"([^"\\]*)"|({_PHRASE}))\s*<\s*({_ATOM}+@{_ATOM}+)\s*>'
    rf"|({_ATOM}+@{_ATOM}+))\s*\Z"
)
_SOME_ADDRESS = re.compile(rf"{_ATOM}{{1,64}}@{_ATOM}{{1,255}}")
# One address in angle brackets at the end: all before it is the name, whatever signs are in it.
_LAST_ADDRESS = re.compile(
    rf"([^<>]{{0,1000}})<\s*(?:mailto:)?({_ATOM}+@{_ATOM}+)\s*>?[\s,;.>]*(?:\([^()]*\))?\s*\Z"
)
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_COMMENT = re.compile(r"\(([^()]*)\)\s*\Z")
_MESSAGE_ID = re.compile(r"<([^<>\s]{1,400})>")
_REGISTRY = HeaderRegistry()


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One name and address of an address header; the address's domain is in lower case."""

    name: str
    address: str


def unencode(value: str) -> str:
    """RFC 2047 encoded words decoded, neighbours joined first (a letter may span two words)."""
    if "=?" not in value:
        return value
    pieces: list[str] = []
    waiting, charset, end = b"", "", 0
    value = _BETWEEN_WORDS.sub(r"\1", value)
    for word in _ENCODED_WORD.finditer(value):
        if waiting and (word.start() > end or word[1].lower() != charset):
            pieces.append(decode(waiting, charset)[0])
            waiting = b""
        pieces.append(value[end : word.start()])
        charset, end = word[1].lower(), word.end()
        waiting += _word_bytes(word[2], word[3])
    if waiting:
        pieces.append(decode(waiting, charset)[0])
    pieces.append(value[end:])
    return "".join(pieces)


def _word_bytes(encoding: str, body: str) -> bytes:
    data = body.encode("utf-8", "replace")
    if encoding in "qQ":
        return quopri.decodestring(data, header=True)
    data = _NOT_BASE64.sub(b"", data)
    if len(data) % 4 == 1:
        data = data[:-1]
    return base64.b64decode(data + b"=" * (-len(data) % 4))


def one_line(value: str, longest: int = _LONGEST) -> str:
    """Text for one line: encoded words read, white space folded, controls and CR/LF gone."""
    return _SPACE.sub(" ", clean(unencode(value[:longest]))).strip()


def lower_domain(address: str) -> str:
    """The address with its domain in lower case; the local part stays as it was written."""
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.lower().rstrip('.')}"


class Headers:
    """A part's headers, read when asked for. What cannot be read is named in `defects`."""

    def __init__(self, part: Part, defects: list[str]) -> None:
        """Read names and raw values once; `defects` is the message's list, added to."""
        self._defects = defects
        self._part = part
        self._values: dict[str, list[str]] = {}
        for name, value in part.raw_items():
            self._values.setdefault(name.lower().rstrip(), []).append(value)

    def __contains__(self, name: str) -> bool:
        """Whether there is a header of this name (in lower case)."""
        return name in self._values

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of the header as written, unfolded; 8-bit bytes read as text."""
        return tuple(self._read(v) for v in self._values.get(name, ()))

    def raw(self, name: str) -> str:
        """The first value as written, unfolded; empty where there is none."""
        values = self._values.get(name)
        return self._read(values[0]) if values else ""

    def text(self, name: str) -> str:
        """The first value as one clean line for people; empty where there is none."""
        return one_line(self.raw(name))

    def mailboxes(self, name: str) -> tuple[Mailbox, ...]:
        """Every address in every header of this name, groups opened, in the order written."""
        found: list[Mailbox] = []
        for value in self.all(name)[:_MOST_HEADERS]:
            found.extend(self._mailboxes(name, _SPACE.sub(" ", value[:_LONGEST])))
        return tuple(found[:_MOST_ADDRESSES])

    def _mailboxes(self, name: str, value: str) -> list[Mailbox]:
        plain = _PLAIN_ADDRESS.match(value)
        if plain:
            shown = plain[1] if plain[1] is not None else plain[2] or ""
            return [Mailbox(one_line(shown), lower_domain(clean(plain[3] or plain[4])))]
        named = _name_and_last_address(value)
        if named is not None:
            return [named]
        failed = False
        if len(value) <= _LONGEST_STRUCTURED:
            try:
                found = _structured(value)
            except HOSTILE as error:
                self._defects.append(f"{name}: {type(error).__name__}")
                failed = True
            else:
                if found:
                    return found
        coarse = _coarse(value)
        if not coarse and (failed or "@" in value):
            self._defects.append(f"{name}: no address in it")
        return coarse

    def _read(self, value: str) -> str:
        """Unfolded; bytes that the parser kept as surrogates become the text they most likely are."""
        if not value.isascii():
            raw = value.encode("utf-8", "surrogateescape")
            value = decode(raw, _declared_charset(self._part))[0]
        return value.replace("\r", "").replace("\n", "") if "\n" in value else value

    def message_ids(self, name: str) -> tuple[str, ...]:
        """The Message-IDs in the header, with their angle brackets, in the order written."""
        found = _MESSAGE_ID.findall(" ".join(self.all(name))[: 4 * _LONGEST])
        return tuple(f"<{clean(one)}>" for one in found[-_MOST_IDS:])

    def own_id(self) -> str | None:
        """The message's own Message-ID with angle brackets; None where it has none."""
        ids = self.message_ids("message-id")
        if ids:
            return ids[0]
        bare = _SPACE.sub("", clean(self.raw("message-id")))[:400].strip("<>")
        return f"<{bare}>" if bare else None

    def date(self, name: str) -> datetime | None:
        """The header's date, aware, in UTC; None where there is none that can be read."""
        value = self.raw(name)
        if not value:
            return None
        try:
            read = parsedate_to_datetime(value[:200])
            # "-0000" says that the zone is not known (RFC 5322, 3.3): UTC is the convention.
            return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
        except HOSTILE:
            self._defects.append(f"{name}: not a date")
            return None


def _declared_charset(part: Part) -> str | None:
    """The charset of the message's first text: what raw 8-bit headers are most likely written in."""
    for one in islice(part.walk(), _MOST_ASKED):
        try:
            charset = one.get_param("charset")
        except HOSTILE:
            continue
        if isinstance(charset, str) and charset:
            return charset
    return None


def _name_and_last_address(value: str) -> Mailbox | None:
    """A name with commas, brackets or a lone "@" in it, which the grammar forbids and people write."""
    match = _LAST_ADDRESS.match(value)
    if match is None:
        return None
    before, address = match[1].strip(), clean(match[2])
    if ":" in before and value.rstrip().endswith(";"):
        return None  # a group
    others = _SOME_ADDRESS.findall(_QUOTED.sub("", before))
    if any(other.lower().strip("'") != address.lower() for other in others):
        return None
    return Mailbox(_shown_name(before), lower_domain(address))


def _shown_name(written: str) -> str:
    if _QUOTED.fullmatch(written):
        written = re.sub(r"\\(.)", r"\1", written[1:-1])
    return one_line(written).strip()


def _coarse(value: str) -> list[Mailbox]:
    """Whatever looks like an address; beside a single one the rest is the name."""
    found = _SOME_ADDRESS.findall(value)
    if not found and "=?" in value:
        value = one_line(value)
        found = _SOME_ADDRESS.findall(value)
    if len(found) != 1:
        return [Mailbox("", lower_domain(clean(address))) for address in found]
    rest = value.replace(found[0], " ", 1).replace("mailto:", "")
    return [Mailbox(one_line(rest).strip(' <>"(),;:'), lower_domain(clean(found[0])))]


def _structured(value: str) -> list[Mailbox]:
    parsed = cast("AddressHeader", _REGISTRY("from", value))
    found: list[Mailbox] = []
    for one in parsed.addresses:
        address = clean(one.addr_spec)
        if one.username and one.domain and _SPACE.search(address) is None:
            found.append(Mailbox(one_line(one.display_name), lower_domain(address)))
    if len(found) == 1 and not found[0].name:
        # RFC 822's way: the name in brackets behind the address.
        comment = _COMMENT.search(value)
        if comment:
            found[0] = Mailbox(one_line(comment[1]).strip(' "'), found[0].address)
    return found
