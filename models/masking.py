"""Personal data taken out of a customer's words before anything is learned from them.

What goes: the names of those who are known on the message, names after a title or under a sign-off,
addresses, postcodes, phones, emails, links, the numbers of accounts, vehicles, people and cases.
Numbers keep their shape and addresses the kind of street, for the model reads them so; a name
becomes `…`, which it does not read at all. A street, a park or a road number alone says what a
matter is about and stays. A person in the middle of a sentence, without a title and not known from
the message, stays too: the model keeps no word that only one message has.
"""

import re
from collections.abc import Iterable, Iterator

from models.personal_data import EMAIL_ADDRESS, NI_NUMBER, PHONE

GONE = "…"
"""What stands for a name."""

_LINK = re.compile(r"\b(?:https?://|www\.)\S{1,500}", re.IGNORECASE)
_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?\s{0,2}\d[A-Z]{2}\b", re.IGNORECASE)
# As DVLA has issued them since 2001, 1983 and 1963. The A27 is a road: the older two need capitals
# and no gap.
_VEHICLE = re.compile(
    r"\b[A-Z]{2}\d\d\s?[A-Z]{3}\b|\b[a-z]{2}\d\d[a-z]{3}\b"
    r"|\b[A-Z]\d{1,3}[A-Z]{3}\b|\b[A-Z]{3}\d{1,3}[A-Z]\b"
)
# Four digits or more, with what people write between them; a year and a sum of money stay.
_NUMBER = re.compile(
    r"(?<![\w£.,])(?!(?:19|20)\d\d(?!\w|[-/]\w))[A-Za-z]{0,4}(?:[-/]?\w){3,30}(?!\w)"
)
_DIGIT = re.compile(r"\d")
_FEWEST_DIGITS = 4
_FORM_LINE = re.compile(
    r"^(?P<label>[ \t>*]*(?:your |full |first |last |middle |customer |account |contact |home |postal )?"
    r"(?:name|surname|forename|address|street|town|postcode|post code|phone|telephone|tel|mobile"
    r"|number|email|e-mail|date of birth|dob|reference|ref)[^:\n]{0,20}:[ \t]*)\S.*$",
    re.IGNORECASE | re.MULTILINE,
)
_WAY = (
    r"(?:Road|Rd|Street|St|Lane|Ln|Avenue|Ave|Close|Cl|Drive|Dr|Way|Row|Place|Pl|Court|Ct|Crescent"
    r"|Cres|Terrace|Gardens|Gdns|Grove|Hill|Square|Sq|Mews|Walk|Rise|View|Green|Park|Parade|Yard)"
)
_HOUSE = re.compile(
    r"(?P<number>\b(?:[Ff]lat|[Uu]nit|[Aa]partment|[Nn]o\.?|[Nn]umber)?\s?\d{1,4}[A-Za-z]?,?)"
    rf"(?P<name>(?:[ \t]+[A-Z][\w'’.-]{{0,30}}){{1,3}})(?P<way>[ \t]+{_WAY}\b)"
)
_COTTAGE = re.compile(
    r"\b(?:[A-Z][\w'’-]{1,30}[ \t]+){1,2}(?P<kind>Cottage|Lodge|Bungalow|Farmhouse)\b"
)
_WORD = r"[^\W\d_][\w'’-]{0,30}"
_NAME = r"[^\W\d_a-z][\w'’-]{0,30}"
_TITLED = re.compile(
    rf"\b(?P<title>Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Rev|Cllr|Councillor|Sir|Lady)\b\.?(?:[ \t]+{_NAME}\.?){{1,3}}"
)
_NAMED = re.compile(rf"(?i:\b(?P<said>my name is|my name's))(?:[ \t]+{_NAME}\.?){{1,3}}")
_SIGN_OFF = re.compile(
    r"^(?P<end>[ \t]*(?:(?:kind|best|warm|many|with)?[ \t]*(?:regards|wishes|thanks)|thank you|cheers"
    r"|yours[ \t]*(?:sincerely|faithfully|truly)?)[ \t]*[,.!]?[ \t]*\n(?:[ \t]*\n){0,2})"
    rf"(?P<name>[ \t]*{_WORD}\.?(?:[ \t]+{_WORD}\.?){{0,3}})[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_TITLES = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "miss",
        "mx",
        "dr",
        "prof",
        "rev",
        "cllr",
        "councillor",
        "sir",
        "lady",
        "the",
        "and",
        "of",
    ]
)
_LETTERS = re.compile(r"[^\W\d_][\w'’]*")
_SHORTEST_NAME = 2
_LONGEST_SIGNATURE = 4
_SEVERAL = re.compile(rf"{GONE}(?:[ \t]*{GONE})+")


def masked(text: str, people: Iterable[str] = ()) -> str:
    """`text` without personal data; `people` are names and addresses known to be in it.

    Masking what is masked changes nothing.
    """
    names = frozenset(_names(people))
    # A number that is masked may make a phone number with its neighbour: again until it is all gone.
    while (after := _masked_once(text, names)) != text:
        text = after
    return text


def _masked_once(text: str, names: frozenset[str]) -> str:
    text = _LINK.sub(f"https://{GONE}", text)
    text = EMAIL_ADDRESS.sub(f"{GONE}@{GONE}", text)
    text = _FORM_LINE.sub(rf"\g<label>{GONE}", text)
    for pattern in (PHONE, NI_NUMBER, _POSTCODE, _VEHICLE):
        text = pattern.sub(_shape, text)
    text = _NUMBER.sub(_shape_of_long, text)
    text = _HOUSE.sub(lambda m: f"{_zeros(m['number'])} {GONE}{m['way']}", text)
    text = _COTTAGE.sub(rf"{GONE} \g<kind>", text)
    text = _TITLED.sub(rf"\g<title> {GONE}", text)
    text = _NAMED.sub(rf"\g<said> {GONE}", text)
    text = _SIGN_OFF.sub(rf"\g<end>{GONE}", text)
    return _SEVERAL.sub(GONE, _without_people(text, names))


def _without_people(text: str, names: frozenset[str]) -> str:
    if not names:
        return text
    lines = [GONE if _is_signature(line, names) else line for line in text.split("\n")]
    # As names are written: a lower-case "will" or "green" is the word, not the person.
    forms = (f"{re.escape(name[0].upper())}(?i:{re.escape(name[1:])})" for name in sorted(names))
    known = re.compile(rf"(?<!\w)(?:{'|'.join(forms)})(?!\w)")
    return known.sub(GONE, "\n".join(lines))


def _names(people: Iterable[str]) -> Iterator[str]:
    for person in people:
        for word in _LETTERS.findall(person.partition("@")[0].replace("_", " ")):
            if len(word) >= _SHORTEST_NAME and word.lower() not in _TITLES:
                yield word.lower()


def _is_signature(line: str, names: frozenset[str]) -> bool:
    words = [word.lower() for word in _LETTERS.findall(line)]
    initials = all(len(word) == 1 or word in names or word in _TITLES for word in words)
    return 0 < len(words) <= _LONGEST_SIGNATURE and initials and not names.isdisjoint(words)


def _shape(match: re.Match[str]) -> str:
    return re.sub(r"[^\W\d_]", "A", _zeros(match[0]))


def _shape_of_long(match: re.Match[str]) -> str:
    enough = len(_DIGIT.findall(match[0])) >= _FEWEST_DIGITS
    return _shape(match) if enough else match[0]


def _zeros(text: str) -> str:
    return _DIGIT.sub("0", text)
