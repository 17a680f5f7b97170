"""What the model reads of a message: its own words, what it quotes, and its sentences.

A quoted message may be angry while the reply to it says thanks: the intent is read from the
sender's own words only, the topic also from what is quoted.
"""

import re
from dataclasses import dataclass

# A message longer than this is read up to here: what it is about is said long before.
LONGEST = 20_000

_WORD = re.compile(r"[\w']+|[£?!]")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+|;\s")
_QUOTED_LINE = re.compile(r"^[ \t]*>")
_QUOTE_STARTS = re.compile(
    r"^\s*(?:-{2,}.{0,40}(?:original|forwarded|message)|-{3,}\s*$|from:\s|on .{5,90} wrote:"
    r"|begin forwarded|fwd?:\s*$)",
    re.IGNORECASE,
)
_FORWARD = re.compile(r"^\s*(?:fwd?|fw|forwarded)\b", re.IGNORECASE)
# A form's own boxes: who is writing (never shown to the model) and what kind of feedback the
# sender guessed it to be (labels.md, case 12: the text decides).
_FORM_BOX = re.compile(
    r"^(?:type|feedback type|type of feedback|choose one|category|nature|what is this about"
    r"|i want to make|would you like a reply|name|your name|email|e-mail|address|contact number"
    r"|phone|tel|ref|reference)[^:\n]{0,20}:.*$",
    re.IGNORECASE | re.MULTILINE,
)
_ADDRESS = re.compile(r"\S{1,64}@\S{1,255}|https?://\S{1,500}|www\.\S{1,500}")
_FEW_WORDS = 3
# A scanner reads l as 1 and o as 0; a word with more letters than such digits is mended.
_SCANNED = str.maketrans("10", "lo")
_DIGIT = re.compile(r"\d")
_LONGEST_NUMBER = 5


@dataclass(frozen=True, slots=True)
class Reading:
    """A message in words: lower case, digits masked, addresses left out.

    `heading`, `said` and `cited` are subject, own words and quoted ones as they were written,
    addresses left out.
    """

    subject: list[str]
    body: list[str]
    quoted: list[str]
    sentences: list[list[str]]
    heading: str
    said: str
    cited: str


def read(subject: str, body: str) -> Reading:
    """The words of a message, with what it quotes told apart. Any text is accepted."""
    subject, body = subject[:LONGEST], body[:LONGEST]
    own, quoted = _apart(subject, _FORM_BOX.sub("", body))
    sentences = [words(part) for part in _SENTENCE.split(own)]
    heading = words(subject)
    return Reading(
        subject=heading,
        body=[word for sentence in sentences for word in sentence],
        quoted=words(quoted),
        sentences=[heading, *(s for s in sentences if len(s) >= _FEW_WORDS)],
        heading=_addressless(subject),
        said=_addressless(own),
        cited=_addressless(quoted),
    )


def written_sentences(subject: str, body: str) -> list[str]:
    """The sentences of `read`, in the same order and number, as they were written."""
    subject, body = subject[:LONGEST], body[:LONGEST]
    own, _ = _apart(subject, _FORM_BOX.sub("", body))
    parts = [part.strip() for part in _SENTENCE.split(own) if len(words(part)) >= _FEW_WORDS]
    return [subject.strip(), *parts]


def words(text: str) -> list[str]:
    """The words of a text as the model knows them."""
    found = _WORD.findall(_addressless(text).lower().replace("’", "'"))
    return [word if word.isalpha() else _masked(word) for word in found]


def _addressless(text: str) -> str:
    if "@" in text or "http" in text or "www." in text:
        return _ADDRESS.sub(" ", text)
    return text


def _masked(word: str) -> str:
    digits = set(_DIGIT.findall(word))
    if not digits:
        return word
    if word.isdigit():
        return "0" * min(len(word), _LONGEST_NUMBER)
    count = len(_DIGIT.findall(word))
    letters = len(word) - count
    if digits <= {"0", "1"} and letters >= max(count, 2):
        return word.translate(_SCANNED)
    return _DIGIT.sub("0", word)


def _apart(subject: str, body: str) -> tuple[str, str]:
    """The sender's own lines and the quoted ones; a forwarded message is not a quotation."""
    own: list[str] = []
    quoted: list[str] = []
    spoke = below = False
    for line in body.split("\n"):
        if _QUOTED_LINE.match(line):
            quoted.append(line.lstrip(" \t>"))
            continue
        below = below or (spoke and bool(_QUOTE_STARTS.match(line)))
        spoke = spoke or bool(line.strip())
        (quoted if below else own).append(line)
    if quoted and (_FORWARD.match(subject) or len(" ".join(own).split()) < _FEW_WORDS):
        return "\n".join(own + quoted), ""
    return "\n".join(own), "\n".join(quoted)
