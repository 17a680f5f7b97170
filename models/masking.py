"""Personal data taken out of a customer's words before anything is learned from them.

What goes: the names of those who are known on the message, names after a title or under a sign-off,
addresses, postcodes, phones, emails, links, the numbers of accounts, vehicles, people and cases.
Numbers keep their shape and addresses the kind of street, for the model reads them so; a name
becomes `…`, which it does not read at all. A street, a park or a road number alone says what a
matter is about and stays. A person in the middle of a sentence, without a title and not known from
the message, stays too: of words that the corpus does not have the model keeps only those of several
corrections. A name that is a word as well (Will, Green) goes where it stands with the rest of the
name, and what a mailbox is called (Council Tax Forms) is no name.
"""

import re
from collections.abc import Iterable

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
_INLINE_SIGN_OFF = re.compile(
    r"(?P<end>\b(?i:regards|wishes|thanks|thank you|cheers|sincerely|faithfully|truly)\b"
    r"[ \t]{0,3}[,.!-]?[ \t]{1,3})"
    rf"(?P<name>{_NAME}\.?(?:[ \t]{{1,3}}{_NAME}\.?){{0,2}})(?=[ \t]{{0,20}}$)",
    re.MULTILINE,
)
_BEFORE_A_NAME = (
    r"(?P<before>\b(?:regards|wishes|thanks|thank you|cheers|sincerely|faithfully|truly|name is|name's"
    r"|i am|i'm|this is)\b[ \t,.!:-]{1,4}\n?)"
)
_OFFICE = frozenset(
    re.findall(
        r"\w+",
        "account accounts admin alerts benefits bins bookings borough business care centre city clerk"
        " complaints contact council county customer customers digital district do donotreply email"
        " enquiries feedback form forms grants help helpdesk housing info library licensing mail mailbox"
        " no noreply notifications office online parish parking payments planning rates recycling refuse"
        " report reports reply scanner school service services signup society support tax team town trust"
        " updates waste web webform webforms webmaster website",
    )
)
"""In the name of a sender these are of an office or a mailbox, not of a person."""
_WORDS_TOO = frozenset(
    re.findall(
        r"\w+",
        "april art august ball banks barker bill black bloom bond brook brown bush case chance chase church"
        " clay close cole cook cross daisy day dawn dean drew fair faith farmer field fields fisher ford"
        " forest fox frank gardener gardens gate gene glass gold good grace grant gray green grey grove hall"
        " hart heath hill hills holly hope house hunt hunter ivy jack joy june king lake lamb lane law lily"
        " lock long mark marsh mason max may mead miles mill mills moor moore noble north olive paige park"
        " parks pat penny perry pool porter price rich ray read reed ridge rivers road rob robin rock rose"
        " ruby rush sandy sharp shaw short sky snow south spring stone street sue summer tanner taylor wall"
        " walls ward waters way weeks well wells west white will winter wood woods young",
    )
)
"""Names that are words as well, and such as people write to a council of."""
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
    known = _Known(people)
    # A number that is masked may make a phone number with its neighbour: again until it is all gone.
    while (after := _masked_once(text, known)) != text:
        text = after
    return text


def _masked_once(text: str, known: "_Known") -> str:
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
    text = _INLINE_SIGN_OFF.sub(rf"\g<end>{GONE}", text)
    return _SEVERAL.sub(GONE, known.without(text))


class _Known:
    """The names of those who are known on a message, and where they stand in its words."""

    def __init__(self, people: Iterable[str]) -> None:
        written = [_words_of(person) for person in people]
        self._names = frozenset(word for words in written for word in words)
        if not self._names:
            return
        sure = self._names - _WORDS_TOO
        any_case = _one_of(self._names)
        # Full names in any case; one that is all words ("will green bins be emptied") as names are
        # written only, and so is a single name: lower-case "jo" may be anything.
        self._runs = re.compile(rf"(?<!\w)(?i:{any_case})(?:[ \t,-]{{1,3}}(?i:{any_case}))+(?!\w)")
        self._single = re.compile(rf"(?<!\w)(?:{_capital(sure)})(?!\w)") if sure else None
        ended = rf"(?:{any_case})(?=[ \t]{{0,9}}(?:$|[\n.,!]))"
        last = rf"{_one_of(sure)}|{ended}" if sure else ended
        self._signed = re.compile(
            rf"{_BEFORE_A_NAME}(?:{last})(?!\w)", re.IGNORECASE
        )  # fmt: skip
        self._sure = sure

    def without(self, text: str) -> str:
        """The text with `GONE` in the place of each."""
        if not self._names:
            return text
        lines = [GONE if self._is_signature(line) else line for line in text.split("\n")]
        text = self._runs.sub(self._run, "\n".join(lines))
        if self._single is not None:
            text = self._single.sub(GONE, text)
        return self._signed.sub(rf"\g<before>{GONE}", text)

    def _run(self, match: re.Match[str]) -> str:
        words = _LETTERS.findall(match[0])
        is_name = any(_plain(word) in self._sure for word in words)
        return GONE if is_name or all(word[0].isupper() for word in words) else match[0]

    def _is_signature(self, line: str) -> bool:
        words = [_plain(word) for word in _LETTERS.findall(line)]
        initials = all(len(word) == 1 or word in self._names | _TITLES for word in words)
        return (
            0 < len(words) <= _LONGEST_SIGNATURE and initials and not self._names.isdisjoint(words)
        )


def _words_of(person: str) -> list[str]:
    """The words of a name or an address that are a person's, in lower case."""
    found = map(_plain, _LETTERS.findall(person.partition("@")[0].replace("_", " ")))
    words = [word for word in found if len(word) >= _SHORTEST_NAME and word not in _TITLES]
    if _OFFICE.isdisjoint(words):
        return words
    return [word for word in words if word not in _OFFICE | _WORDS_TOO]


def _plain(word: str) -> str:
    return word.lower().replace("’", "'")


def _one_of(names: Iterable[str]) -> str:
    """A pattern of these names, the longest first, with either apostrophe."""
    longest = sorted(names, key=lambda name: (-len(name), name))
    return "|".join(map(_either, longest))


def _capital(names: Iterable[str]) -> str:
    longest = sorted(names, key=lambda name: (-len(name), name))
    return "|".join(f"{_either(name[0].upper())}(?i:{_either(name[1:])})" for name in longest)


def _either(name: str) -> str:
    return re.escape(name).replace("'", "['’]")


def _shape(match: re.Match[str]) -> str:
    return re.sub(r"[^\W\d_]", "A", _zeros(match[0]))


def _shape_of_long(match: re.Match[str]) -> str:
    enough = len(_DIGIT.findall(match[0])) >= _FEWEST_DIGITS
    return _shape(match) if enough else match[0]


def _zeros(text: str) -> str:
    return _DIGIT.sub("0", text)
