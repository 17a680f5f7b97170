"""Names of people and places in a message: what the model weighs there is no reason to be shown."""

from collections.abc import Callable, Iterable

from classifier.places import Part, Words

_WAYS = frozenset(
    [
        "road",
        "rd",
        "street",
        "st",
        "lane",
        "ln",
        "avenue",
        "ave",
        "close",
        "drive",
        "way",
        "row",
        "place",
        "court",
        "crescent",
        "terrace",
        "gardens",
        "grove",
        "hill",
        "square",
        "mews",
        "walk",
        "rise",
        "view",
        "green",
        "park",
        "parade",
        "yard",
        "house",
        "cottage",
        "lodge",
        "farm",
        "wood",
        "woods",
        "estate",
        "fold",
        "gate",
        "wharf",
        "quay",
        "bridge",
        "school",
        "primary",
        "surgery",
        "pub",
    ]
)
# Before such a word they say what kind it is: a car park, the high street.
_KINDS = frozenset(
    [
        "car",
        "play",
        "skate",
        "country",
        "council",
        "recreation",
        "public",
        "bus",
        "coach",
        "town",
        "market",
        "main",
        "high",
        "primary",
        "secondary",
        "industrial",
        "retail",
        "housing",
        "private",
        "care",
        "nursing",
        "village",
    ]
)
_BEFORE_A_NAME = frozenset(
    [
        "dear",
        "hi",
        "hello",
        "mr",
        "mrs",
        "ms",
        "miss",
        "mx",
        "dr",
        "rev",
        "cllr",
        "councillor",
        "regards",
        "from",
    ]
)
_ENDS_A_SENTENCE = frozenset(".!?:;\n-–—•*|")
_BETWEEN = " \t\"“”'‘’()[]>"
_BESIDE = " \t.,"
_LONGEST_SIGNATURE = 4
# Seldom in a letter to a council, and no name.
_BODIES = frozenset(
    [
        "parliament",
        "royal",
        "revenues",
        "democratic",
        "citizens",
        "lettings",
        "commons",
        "union",
        "equality",
        "methodist",
    ]
)


def is_name(places: Iterable[int], words: Words, often: Callable[[str], bool]) -> bool:
    """Whether the word at these places of the message names a person or a place.

    It does if it is written as a name somewhere and nowhere as a word. `often` says whether texts
    often have a word: Blue Badge is no name, however it is written.
    """
    told = {_as_a_name(place, words, often) for place in places}
    return True in told and False not in told


def _as_a_name(place: int, words: Words, often: Callable[[str], bool]) -> bool | None:
    """None where the capital letter may have another cause."""
    part, start, end = words.place(place)
    shown = words.text(part)[start:end]
    if shown.islower():
        return False
    if not shown[:1].isupper() or shown.isupper():
        return None
    if _by_its_neighbours(place, words):
        return True
    if part is Part.HEADING:
        return None
    return _by_its_line(start, end, words.text(part), words.known[place], often)


def _by_its_neighbours(place: int, words: Words) -> bool:
    known = words.known
    if _is_of_a_way(place, words):
        return True
    if place and known[place] in _WAYS and _is_of_a_way(place - 1, words):
        return True
    return place > 0 and known[place - 1] in _BEFORE_A_NAME and _beside(place - 1, words)


def _by_its_line(
    start: int, end: int, text: str, known: str, often: Callable[[str], bool]
) -> bool | None:
    """A signature, or a seldom word with a capital in the middle of a sentence."""
    if _signs(start, end, text):
        return True
    before = text[:start].rstrip(_BETWEEN)[-1:]
    starts = not before or before in _ENDS_A_SENTENCE
    return None if starts or known in _BODIES or often(known) else True


def _is_of_a_way(place: int, words: Words) -> bool:
    """Whether it is the name of the street, the house or the park that follows."""
    known = words.known
    if place + 1 == len(known) or known[place + 1] not in _WAYS or known[place] in _KINDS:
        return False
    part, start, _ = words.place(place)
    return words.text(part)[start : start + 1].isupper() and _beside(place, words)


def _beside(place: int, words: Words) -> bool:
    gap = words.between(place)
    return gap is not None and gap.strip(_BESIDE) == ""


def _signs(start: int, end: int, text: str) -> bool:
    """Whether the line is a signature: a few words below the first line, each a name's."""
    first, last = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    parts = text[first : last if last >= 0 else len(text)].split()
    return first > 0 and len(parts) <= _LONGEST_SIGNATURE and all(p[0].isupper() for p in parts)
