"""A file that staff put with a letter: what it is by its content, and a name that is safe to send."""

import hashlib

from handlers.mail.attachments import safe_name
from handlers.mail.file_types import type_of
from models.enclosures import ALLOWED, KINDS, Enclosure, ending_of
from models.errors import Refused

_NOTHING = "application/octet-stream"
_TEXT = "text/plain"


def enclosure_of(name: str, content: bytes) -> Enclosure:
    """The file as it goes with a letter. Raises Refused where it is empty, of a kind that does not
    go with letters, or not what its name says.
    """
    shown = safe_name(name)
    if not content:
        raise Refused(f"{shown} is empty.")
    kind = KINDS.get(ending_of(shown)) if "." in shown else None
    if kind is None:
        raise Refused(f"{shown} cannot go with a letter: only {ALLOWED} can.")
    content_type, words = kind
    if _content_type(content) != content_type:
        raise Refused(f"{shown} is not a {words}, whatever its name says. Save it again as one.")
    return Enclosure(shown, content_type, hashlib.sha256(content).hexdigest(), len(content))


def _content_type(content: bytes) -> str:
    found = type_of(content, _NOTHING)
    return _TEXT if found == _NOTHING and _is_text(content) else found


def _is_text(content: bytes) -> bool:
    """Whether it is text in UTF-8, or in the one-byte letters of Windows."""
    return not any(byte < 0x20 and byte not in b"\t\n\r\f" for byte in content)
