"""What staff search for, and what is found: words in, cases out."""

import html
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from models.case import Case
from models.errors import Refused
from models.prediction import Flag

_LONGEST = 200
_MOST = 12
_MARKS = '"“”„‟«»'
_PARTS = re.compile(rf"[{_MARKS}]([^{_MARKS}]*)[{_MARKS}]?|[^\s{_MARKS}]+")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Words that must follow each other. `exact`: they were in quotes, so the last is whole; else it
    may be the beginning of one (not a single letter).
    """

    words: str
    exact: bool


@dataclass(frozen=True, slots=True)
class Sight:
    """What somebody may see: flags that keep a case private, in the order in which they decide on its
    channel, each with whether that channel is theirs. A case with none of these everybody sees.
    """

    private: tuple[tuple[Flag, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """A case that was found, with some of the customer's words around what was looked for."""

    case: Case
    words: str


@dataclass(frozen=True, slots=True)
class Hits:
    """How many cases were found that may be seen, and those of one page, the best first."""

    total: int
    page: tuple[Hit, ...]


class SearchStore(Protocol):
    """Full text of every case: what the customer wrote, subject, name, address, reference, notes."""

    def find(self, wanted: Sequence[Wanted], sight: Sight, limit: int, after: int) -> Hits:
        """Cases in which all that is wanted occurs, in any of their texts, whatever the accents and
        capitals; the best first, of equals the newest. Of more than some thousands the newest
        come first.
        """
        ...


def wanted(text: str) -> tuple[Wanted, ...]:
    """What a search asks for; any text will do. Words in quotes are a phrase.

    Raises Refused, with a sentence, where there is no word in it, or too much.
    """
    plain = "".join(c if c.isprintable() else " " for c in html.unescape(text))
    if len(plain) > _LONGEST:
        raise Refused(f"That is too long to search for: use at most {_LONGEST} characters.")
    found = []
    for part in _PARTS.finditer(plain):
        exact = part[1] is not None
        words = part[1] if exact else part[0]
        if any(map(_is_of_a_word, words)):
            found.append(Wanted(words, exact))
    if not found:
        raise Refused("Say which words to look for, such as `/case search missed bin`.")
    if len(found) > _MOST:
        raise Refused(f"That is too much to search for: use at most {_MOST} words.")
    return tuple(found)


def _is_of_a_word(character: str) -> bool:
    return unicodedata.category(character)[0] in "LN"
