"""Which places a message is about, as far as they can be told for certain from its words.

A place is compared by its normalised name, so that "12 Mill Ln." and "12 mill lane" are one. What
is not certain ("our road", "the park") is no place.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class PlaceKind(StrEnum):
    """How closely a place is told. `address`: a street with a house number. `named`: a park, a car
    park or the like. A street's name may stand in several towns of one council.
    """

    ADDRESS = "address"
    POSTCODE = "postcode"
    STREET = "street"
    NAMED = "named"


@dataclass(frozen=True, slots=True)
class Location:
    """A place by its normalised name; a postcode is in lower case, without its space."""

    kind: PlaceKind
    name: str


@dataclass(frozen=True, slots=True)
class Located:
    """A case that was at a place, and by which place it was found."""

    reference: str
    location: Location


class LocationStore(Protocol):
    """Where cases were, kept for as long as anybody asks."""

    def add(
        self, reference: str, topic: str, received_at: datetime, locations: Collection[Location]
    ) -> None:
        """Keep the places of a case; the same place twice is kept once."""
        ...

    def of_case(self, reference: str) -> frozenset[Location]:
        """The places of a case that are still kept."""
        ...

    def at(
        self,
        locations: Collection[Location],
        topics: Collection[str],
        since: datetime,
        limit: int,
    ) -> tuple[Located, ...]:
        """Cases on these topics at any of these places that were received since then, the newest
        first; one that was at several of them comes as often.
        """
        ...

    def forget(self, before: datetime) -> int:
        """Take out places of what was received before then; how many they were, some thousands at most
        at a time.
        """
        ...


_LONGEST = 20_000
_MOST = 8
_LOOK_BACK = 60
_MOST_WORDS = 3

# What is hardly ever another word than a street, and what is one only by its capitals or a number.
_STREETS = {
    "road": "road", "rd": "road", "street": "street", "st": "street", "lane": "lane", "ln": "lane",
    "avenue": "avenue", "ave": "avenue", "crescent": "crescent", "cres": "crescent",
    "terrace": "terrace", "terr": "terrace", "grove": "grove", "mews": "mews",
}  # fmt: skip
_PERHAPS_STREETS = {
    "close": "close", "drive": "drive", "dr": "drive", "way": "way", "court": "court",
    "ct": "court", "place": "place", "pl": "place", "gardens": "gardens", "gdns": "gardens",
    "square": "square", "sq": "square", "hill": "hill", "row": "row", "walk": "walk",
    "rise": "rise", "view": "view", "parade": "parade", "quay": "quay", "yard": "yard",
}  # fmt: skip
_NAMED = (
    "recreation ground", "playing fields", "playing field", "play area", "play park", "skate park",
    "car park", "community centre", "leisure centre", "shopping centre", "bus station", "playground",
    "allotments", "cemetery", "common", "green", "woods", "wood", "park", "lake", "pond",
)  # fmt: skip
_WHOLE = _STREETS | _PERHAPS_STREETS
# These are never words of their own.
_ONLY_SHORT = frozenset({"rd", "ln"})
# Looked for in small letters: to leave the case open takes ten times as long.
_ENDS_A_NAME = re.compile(rf"\b(?:{'|'.join((*_NAMED, *_WHOLE))})\b(?!['’]\w)")
_SAINT = re.compile(r"[Ss][Tt]\.? [A-Z]")
_BREAK = re.compile(r"[\n.,;:!?()\[\]{}\"“”/|<>*]")
_ABBREVIATED_SAINT = re.compile(r"(?<![^\W_])(st|ste)\. ", re.IGNORECASE)
_NUMBER = re.compile(r"\d{1,4}[A-Za-z]?(?:-\d{1,4}[A-Za-z]?)?\Z", re.ASCII)
_NUMBER_BEFORE = re.compile(r"(?<![\w.,/£-])(\d{1,4}[A-Za-z]?), ?\Z", re.ASCII)
# "On 2 November 2026, Mill Lane" and "on November 2, Mill Lane" name no house.
_OF_A_DATE = re.compile(
    r"(?:(?:19|20)\d\d|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.? \d{1,2}), ?\Z",
    re.IGNORECASE | re.ASCII,
)
# Before a name in small letters: else "a long lane" would be one.
_LEADING = frozenset({
    "on", "in", "at", "of", "along", "down", "up", "near", "from", "off", "opposite", "outside",
    "behind", "into", "by", "to",
})  # fmt: skip
_NEVER_IN_A_NAME = frozenset({
    *_LEADING, "a", "an", "the", "this", "that", "these", "those", "my", "our", "your", "their",
    "his", "her", "its", "and", "or", "but", "with", "for", "is", "are", "was", "were", "be",
    "has", "have", "not", "no", "all", "any", "each", "every", "some", "same", "other", "another",
    "one", "two", "three", "four", "five", "six", "whole", "entire", "main", "side", "back",
    "front", "next", "between", "across", "through", "over", "under", "around", "about", "both",
    "dear", "mr", "mrs", "ms", "miss", "dr", "hi", "hello", "re", "fw", "fwd", "i", "we", "you", "he",
    "she", "it", "they", "there", "here", "where", "when", "what", "which", "who", "if", "as", "so", "also",
    "please", "thanks", "very", "busy", "quiet", "long", "narrow", "private", "public", "residential",
    "council", "missed", "bin", "bins", "rubbish", "litter", "noise", "flat", "number", "nos", "house",
    "corner", "junction", "top", "bottom", "end", "resident", "residents", "address", "location",
})  # fmt: skip

# The forms that Royal Mail's Postcode Address File gives, with or without the space. The second half
# is looked for first: it is rare in any other text.
_INWARD = re.compile(r"[0-9][ABD-HJLNP-UW-Zabd-hjlnp-uw-z]{2}\b", re.ASCII)
_OUTWARD = re.compile(
    r"(?<![^\W_])([A-PR-UWYZ](?:[0-9]{1,2}|[A-HK-Y][0-9]{1,2}|[0-9][A-HJKPS-UW]|[A-HK-Y][0-9]"
    r"[ABEHMNPRVWXY])) ?\Z",
    re.IGNORECASE | re.ASCII,
)
_OUTWARD_LENGTH = 6
_ORDINAL = re.compile(r"\d(?:st|nd|rd|th)\Z")

_BOX = re.compile(
    r"^[ \t*•-]{0,8}(?:(?:exact |the )?location(?: of [^:\n]{1,40})?|where(?: is it)?|site|street"
    r"|road)\*{0,2}[ \t]?[:?]+[ \t*]{0,4}(\S[^\n]{0,200})$",
    re.IGNORECASE | re.MULTILINE,
)
# The person's own address in a form says nothing of where the fly-tip is.
_HOME = re.compile(
    r"^[ \t*•-]{0,8}(?:your |home |postal |contact |customer )?"
    r"(?:address(?: line \d)?|post ?code|town)\*{0,2}[ \t]?[:?]+[^\n]*$",
    re.IGNORECASE | re.MULTILINE,
)
_FORWARDED = re.compile(
    r"^[ \t>]{0,4}(?:-{2,20} ?(?:original|forwarded) message ?-{2,20}|begin forwarded message:)[^\n]*$",
    re.IGNORECASE | re.MULTILINE,
)
_CLOSING = re.compile(
    r"[ \t]{0,8}(?:--[ \t]*|(?:(?:(?:kind|best|warm|kindest|many|with) ){0,2}(?:regards|wishes|thanks)"
    r"|yours(?: sincerely| faithfully| truly)?|sincerely|cheers|thank you)"
    r"(?:[,.!-][ \t]{0,4}(?:[^\W\d_][\w'’.-]{0,20}(?: [^\W\d_][\w'’.-]{0,20}){0,3})?)?[ \t]*)\r?\Z",
    re.IGNORECASE,
)
_POSTSCRIPT = re.compile(r"[ \t]{0,8}p\.? ?s\b", re.IGNORECASE)
_LONGEST_CLOSING = 120
# Who thanks in the middle of a long letter has not closed it.
_LONGEST_SIGNATURE = 20
_MANY_DIGITS = re.compile(r"\d{5}")
_BOX_WORDS = 5


def locations(text: str, *, at_home: bool) -> frozenset[Location]:
    """The places named in the first 20,000 characters of a text, eight at most; any text will do.

    `at_home`: the matter is where the sender lives, so a form's own address fields count.
    """
    text = text[:_LONGEST].replace("\t", " ").replace("\u00a0", " ")
    if not at_home:
        text = _HOME.sub("", text)
    found: dict[Location, None] = {}
    for one in _all(text):
        found[one] = None
        if len(found) >= _MOST:
            break
    return frozenset(found)


def elsewhere(one: Collection[Location], other: Collection[Location]) -> bool:
    """Whether two matters are certainly at different places: both are told in the same way, and
    never alike. Where one has no place, nobody knows.
    """
    shared = {a.kind for a in one} & {b.kind for b in other}
    return bool(shared) and not set(one) & set(other)


def differ(one: Collection[Location], other: Collection[Location], kind: PlaceKind) -> bool:
    """Whether both name places of this kind, and none is the same."""
    ours = {a for a in one if a.kind is kind}
    theirs = {b for b in other if b.kind is kind}
    return bool(ours and theirs) and not ours & theirs


def without_signatures(text: str, names: Collection[str], *, only_forwarded: bool) -> str:
    """A text without what stands below a closing ("Regards", or one of these people's names) as far
    as the next forwarded message: where its writer lives or works is not where the matter is. What
    follows "PS" stays. `only_forwarded`: nor what stands above the first forwarded message.
    """
    pieces = _FORWARDED.split(text[:_LONGEST])
    if only_forwarded and len(pieces) > 1:
        del pieces[0]
    people = {" ".join(name.casefold().split()) for name in names}
    return "\n".join(_without_signature(piece.split("\n"), people) for piece in pieces)


def _without_signature(lines: Sequence[str], people: Collection[str]) -> str:
    for number, line in enumerate(lines):
        if len(lines) - number <= _LONGEST_SIGNATURE and _closes(line, people):
            after = (n for n in range(number, len(lines)) if _POSTSCRIPT.match(lines[n]))
            return "\n".join((*lines[:number], *lines[next(after, len(lines)) :]))
    return "\n".join(lines)


def _closes(line: str, people: Collection[str]) -> bool:
    bare = " ".join(line.casefold().split()).strip(",.")
    return bare in people or _CLOSING.match(line[:_LONGEST_CLOSING]) is not None


def normalised(name: str) -> str:
    """A name of a place as it is compared: small letters of ASCII, digits and single spaces, with
    its last word written out ("Rd" is road, "St" street), "Saint" before it as "st".
    """
    plain = unicodedata.normalize("NFKD", re.sub(r"['’`´]", "", name))
    ascii_only = plain.encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", " ", ascii_only).split()
    if len(words) < 2:
        return " ".join(words)
    names = ["st" if word == "saint" else word for word in words[:-1]]
    return " ".join((*names, _WHOLE.get(words[-1], words[-1])))


def _all(text: str) -> Iterator[Location]:
    for match in _BOX.finditer(text):
        yield from _of_box(match[1])
    for match in _INWARD.finditer(text):
        outward = _OUTWARD.search(text, max(0, match.start() - _OUTWARD_LENGTH), match.start())
        if outward and not _ORDINAL.match(match[0]):  # "at no b4 2nd time"
            yield Location(PlaceKind.POSTCODE, (outward[1] + match[0]).lower())
    small = text.lower()
    # "İ" is longer in small letters, and what is found has to be shown as it is written.
    for match in _ENDS_A_NAME.finditer(small if len(small) == len(text) else text):
        yield from _ending_at(text, match.start(), match.end())


def _of_box(value: str) -> Iterator[Location]:
    """What stands first in a form's Location box is a name, however it is written."""
    first = normalised(re.split(r"[,;(]", value, maxsplit=1)[0])
    words = first.split()
    if not 1 < len(words) <= _BOX_WORDS or _MANY_DIGITS.search(first) or "@" in value:
        return
    number = words[0] if _NUMBER.match(words[0]) else ""
    names = words[1:] if number else words
    if not names or _NEVER_IN_A_NAME.intersection(names):
        return
    if words[-1] in _WHOLE.values():
        yield from _street(number, " ".join(names))
    elif not number:
        yield Location(PlaceKind.NAMED, first)


def _ending_at(text: str, start: int, end: int) -> Iterator[Location]:
    """The place whose name ends with a word such as road or park, where there is such a name."""
    if _SAINT.match(text, start):
        return
    raw = text[max(0, start - _LOOK_BACK) : start]
    fragment = _BREAK.split(_ABBREVIATED_SAINT.sub(r"\1 ", raw))[-1]
    before, suffix = fragment.split(), text[start:end]
    if before and not fragment.endswith((" ", "-")):
        return
    name = _capitalised(before) or _in_small_letters(before, suffix)
    number = _number(before[: len(before) - len(name)], raw, fragment)
    if not name or not _is_certain(suffix, number, in_the_middle=len(before) > len(name)):
        return
    whole = normalised(" ".join((*name, suffix)))
    if suffix.lower() in _WHOLE:
        yield from _street(normalised(number), whole)
    else:
        yield Location(PlaceKind.NAMED, whole)


def _street(number: str, street: str) -> Iterator[Location]:
    if number:
        yield Location(PlaceKind.ADDRESS, f"{number} {street}")
    yield Location(PlaceKind.STREET, street)


def _is_certain(suffix: str, number: str, *, in_the_middle: bool) -> bool:
    """A capital may only begin a sentence ("Busy road"), and "Close" may be no street."""
    lower = suffix.lower()
    if suffix[0].isupper() or number or lower in _ONLY_SHORT:
        return True
    return in_the_middle and lower not in _PERHAPS_STREETS


def _capitalised(before: Sequence[str]) -> Sequence[str]:
    taken = 0
    for word in reversed(before[-_MOST_WORDS:]):
        if not word[0].isupper() or not _may_be_a_name(word):
            break
        taken += 1
    return before[len(before) - taken :]


def _in_small_letters(before: Sequence[str], suffix: str) -> Sequence[str]:
    if not before or suffix.lower() not in _STREETS or not _may_be_a_name(before[-1]):
        return ()
    taken = 2 if len(before) > 1 and before[-2].lower() in {"st", "saint"} else 1
    lead = before[-taken - 1].lower() if len(before) > taken else ""
    if lead in _LEADING or _NUMBER.match(lead) or suffix.lower() in _ONLY_SHORT:
        return before[-taken:]
    return ()


def _may_be_a_name(word: str) -> bool:
    bare = word.lower().strip("'’-")
    return len(bare) > 1 and bare not in _NEVER_IN_A_NAME and not any(map(str.isdigit, bare))


def _number(before: Sequence[str], raw: str, fragment: str) -> str:
    """The house number that stands before the name, "12 Mill Lane" or "12, Mill Lane"."""
    if before:
        return before[-1] if _NUMBER.match(before[-1]) else ""
    above = raw[: len(raw) - len(fragment.lstrip())]
    found = _NUMBER_BEFORE.search(above[-8:])
    return "" if found is None or _OF_A_DATE.search(above) else found[1]
