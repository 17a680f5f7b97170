"""Opens opaque signed S/MIME (RFC 8551): the message inside, its signature left unchecked.

No library that is kept up reads the content of signed data without its certificates; what is
needed is the shell alone, in BER (X.690): tags and lengths down to one octet string.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

_SIGNED = bytes.fromhex("2a864886f70d010702")
_ENCRYPTED = (
    bytes.fromhex("2a864886f70d010703"),  # envelopedData
    bytes.fromhex("2a864886f70d010706"),  # encryptedData
    bytes.fromhex("2a864886f70d0109100117"),  # authEnvelopedData (RFC 5083)
)
_COMPRESSED = bytes.fromhex("2a864886f70d0109100109")  # RFC 3274
_OID, _OCTETS, _SEQUENCE, _EXPLICIT = 0x06, 0x04, 0x30, 0xA0
_OCTETS_IN_PIECES = 0x24
_DEEPEST = 8
_MOST_NODES = 200_000
_LONGEST_UNPACKED = 20_000_000


class CmsKind(StrEnum):
    """What a PKCS #7 file holds. `other` has no content of its own: certificates, for example."""

    SIGNED = "signed"
    ENCRYPTED = "encrypted"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Cms:
    """What it is; `content` is what was signed or compressed, empty where it stands elsewhere."""

    kind: CmsKind
    content: bytes = b""


def read_cms(data: bytes) -> Cms:
    """What a p7m file is, and the content of a signed or compressed one. Never raises."""
    try:
        return _read(_Ber(data))
    except (ValueError, LookupError, StopIteration, zlib.error):
        return Cms(CmsKind.OTHER)


@dataclass(frozen=True, slots=True)
class _Node:
    tag: int
    start: int
    end: int


class _Ber:
    """Values in BER, found by their places; a hostile file costs a second at most."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._left = _MOST_NODES

    def bytes_of(self, node: _Node) -> bytes:
        return self.data[node.start : node.end]

    def whole(self) -> _Node:
        return _Node(_SEQUENCE, 0, len(self.data))

    def children(self, parent: _Node) -> Iterator[_Node]:
        at = parent.start
        while at < parent.end:
            node, at = self._node(at, parent.end, 0)
            yield node

    def octets(self, parent: _Node, depth: int = 0) -> Iterator[bytes]:
        """The octet strings in a value, which may come in pieces (X.690, 8.7.3)."""
        if depth > _DEEPEST:
            raise ValueError("nested too deep")
        for child in self.children(parent):
            if child.tag == _OCTETS:
                yield self.bytes_of(child)
            elif child.tag == _OCTETS_IN_PIECES:
                yield from self.octets(child, depth + 1)

    def _node(self, at: int, end: int, depth: int) -> tuple[_Node, int]:
        """The value at a place, and where the next starts. One that is cut off ends with its file."""
        self._left -= 1
        if depth > _DEEPEST or self._left < 0:
            raise ValueError("nested too deep, or too many pieces")
        tag, length, at = self.data[at], self.data[at + 1], at + 2
        if tag & 0x1F == 0x1F:
            raise ValueError("a tag of several bytes")
        if length == 0x80:
            return self._until_end_mark(tag, at, end, depth)
        if length & 0x80:
            size = length & 0x7F
            length, at = int.from_bytes(self.data[at : at + size], "big"), at + size
        return _Node(tag, at, min(at + length, end)), at + length

    def _until_end_mark(self, tag: int, start: int, end: int, depth: int) -> tuple[_Node, int]:
        """A value of no stated length ends at two zero bytes (X.690, 8.1.3.6)."""
        at = start
        while at < end and self.data[at : at + 2] != b"\0\0":
            _, at = self._node(at, end, depth + 1)
        return _Node(tag, start, min(at, end)), at + 2


def _read(ber: _Ber) -> Cms:
    outer = ber.children(next(ber.children(ber.whole())))
    kind = ber.bytes_of(next(outer))
    if kind in _ENCRYPTED:
        return Cms(CmsKind.ENCRYPTED)
    if kind not in {_SIGNED, _COMPRESSED}:
        return Cms(CmsKind.OTHER)
    inside = next(ber.children(next(node for node in outer if node.tag == _EXPLICIT)))
    # The content is the sequence of an OID and [0]: an algorithm has no [0] behind its own.
    for node in ber.children(inside):
        parts = list(islice(ber.children(node), 3)) if node.tag == _SEQUENCE else []
        if [part.tag for part in parts] == [_OID, _EXPLICIT]:
            content = b"".join(ber.octets(parts[1]))
            if kind == _COMPRESSED:
                content = zlib.decompressobj().decompress(content, _LONGEST_UNPACKED)
            return Cms(CmsKind.SIGNED, content)
    return Cms(CmsKind.SIGNED)
