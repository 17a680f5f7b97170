"""The words that templates are filled with: dates, names, headings, addresses."""

import unicodedata
from datetime import date

from handlers.mail.charsets import clean
from models.errors import Refused
from models.letter import LetterFacts, LetterKind
from models.prediction import Category

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_MATTER = {
    Category.COMPLAINT: "complaint",
    Category.GENERAL_ENQUIRY: "enquiry",
    Category.COMPLIMENT: "kind words",
    Category.NON_COUNCIL: "message",
}
_HEADINGS = {
    LetterKind.ACKNOWLEDGEMENT: "We have received your {matter}",
    LetterKind.HOLDING_REPLY: "We need more time to answer your {matter}",
    LetterKind.RESPONSE: "Our answer to your {matter}",
    LetterKind.SIGNPOST: "Who can help with your {matter}",
}
_HEADINGS_OF_A_REVIEW = {
    LetterKind.ACKNOWLEDGEMENT: "We will review your complaint",
    LetterKind.HOLDING_REPLY: "We need more time to review your complaint",
    LetterKind.RESPONSE: "The outcome of the review of your complaint",
}
_LONGEST_NAME = 60
_JOINERS = "\u200c\u200d"  # Persian and Indic names are misspelt without them
_INSIDE_A_NAME = " '’ʼ‐·-" + _JOINERS
# Yoruba and Vietnamese pile up two marks on a letter, Indic and Thai three; what piles up more is
# made to be seen across lines.
_MOST_MARKS = 3
_LONGEST_LINE_OF_AN_ADDRESS = 50
_MOST_LINES_OF_AN_ADDRESS = 7


def in_words(day: date) -> str:
    """The date as a person says it: Monday 22 June 2020."""
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def heading(kind: LetterKind, facts: LetterFacts) -> str:
    """What a letter is called: its subject, its title, its first heading."""
    if facts.final and kind in _HEADINGS_OF_A_REVIEW:
        return _HEADINGS_OF_A_REVIEW[kind]
    matter = _MATTER[facts.category] if facts.decided else "message"
    if kind is LetterKind.ACKNOWLEDGEMENT and matter == "kind words":
        return "Thank you for your kind words"
    return _HEADINGS[kind].format(matter=matter)


def salutation(name: str) -> str | None:
    """The name to greet somebody by, in whatever script; None where it is not surely a name.

    A name is the customer's own text too, so only what can be nothing else is repeated: letters
    with their marks, and spaces, hyphens, apostrophes and full stops between them.
    """
    shown = unicodedata.normalize("NFC", " ".join(clean(name).split()))
    if not 0 < len(shown) <= _LONGEST_NAME or not shown[0].isalpha():
        return None
    marks = 0
    for at, character in enumerate(shown):
        kind = unicodedata.category(character)[0]
        marks = marks + 1 if kind == "M" else 0
        ends_a_word = shown[at + 1 : at + 2] in {"", " "}
        fits = kind in {"L", "M"} or character in _INSIDE_A_NAME
        if marks > _MOST_MARKS or not (fits or (character == "." and ends_a_word)):
            return None
    return shown


def postal_address(text: str) -> str:
    """The lines of an address, as many as show in an envelope's window. Raises Refused."""
    lines = [" ".join(line.split()) for line in clean(text).split("\n") if line.strip()]
    if len(lines) < 2:
        raise Refused("Type the name and the postal address, each line on its own.")
    if len(lines) > _MOST_LINES_OF_AN_ADDRESS:
        raise Refused(
            f"The address has more than {_MOST_LINES_OF_AN_ADDRESS} lines: they would not show in "
            "the window of an envelope."
        )
    if max(map(len, lines)) > _LONGEST_LINE_OF_AN_ADDRESS:
        raise Refused(
            f"A line of the address is longer than {_LONGEST_LINE_OF_AN_ADDRESS} characters: it "
            "would not show in the window of an envelope."
        )
    return "\n".join(lines)
