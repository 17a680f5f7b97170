"""The shapes in which products write a form's fields into an email, as (label, value) pairs."""

import json
import re
from collections.abc import Callable, Iterator
from itertools import islice
from xml.etree import ElementTree as ET

from handlers.mail.charsets import clean
from handlers.mail.headers import HOSTILE

Pair = tuple[str, str]

MOST_FIELDS = 200
_LONGEST_LABEL = 200
_FEWEST_STACKED = 3
_MOST_LINES = 3_000
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_LABEL_KEYS = ("label", "question", "title", "field", "name", "key")
_VALUE_KEYS = ("value", "answer", "response", "text")
_MARKUP = "*_ \t"


def structured(text: str) -> list[Pair]:
    """The fields of a text that is JSON or XML as a whole; none of any other."""
    try:
        if text.startswith(("{", "[")):
            return list(islice(_json_pairs("", json.loads(text)), MOST_FIELDS))
        if text.startswith("<") and "<!" not in text:
            # Without a document type there are no entities that could grow.
            root = ET.fromstring(text)  # noqa: S314
            return list(islice(_xml_pairs(root), MOST_FIELDS))
    except (*HOSTILE, ET.ParseError):
        return []
    return []


def _json_pairs(label: str, value: object) -> Iterator[Pair]:
    if isinstance(value, dict):
        named = next((value[k] for k in _LABEL_KEYS if isinstance(value.get(k), str)), None)
        given = next((value[k] for k in _VALUE_KEYS if k in value), None)
        if named is not None and given is not None:
            yield from _json_pairs(named, given)
            return
        for key, inner in value.items():
            yield from _json_pairs(_words(key), inner)
    elif isinstance(value, list):
        if all(isinstance(one, str | int | float) for one in value):
            yield label, clean(", ".join(map(str, value)))
            return
        for inner in value:
            yield from _json_pairs(label, inner)
    elif value is not None:
        yield label, clean(str(value))


def _xml_pairs(root: ET.Element) -> Iterator[Pair]:
    for element in root.iter():
        if len(element) == 0 and element.text and element.text.strip():
            named = next((element.get(k) for k in _LABEL_KEYS if element.get(k)), None)
            yield named or _words(element.tag.rpartition("}")[2]), clean(element.text.strip())


def _words(key: str) -> str:
    """`emailAddress`, `email_address` and `email-address` are an email address."""
    return re.sub(r"[_\-.\s]+", " ", _CAMEL.sub(" ", key)).strip()[:_LONGEST_LABEL]


def stacked(text: str, is_label: Callable[[str], bool]) -> tuple[list[str], list[Pair]]:
    """What stands above the fields, and the fields of a text in which each known label has a line
    of its own and its value stands below; no fields where fewer than three labels are known.
    """
    if text.count("\n") > _MOST_LINES:
        return [], []
    above: list[str] = []
    found: list[tuple[str, list[str]]] = []
    for line in text.split("\n"):
        label = _label(line)
        if label and is_label(label) and len(found) < MOST_FIELDS:
            found.append((label, []))
        elif found:
            found[-1][1].append(line)
        elif line.strip():
            above.append(line)
    if len(found) < _FEWEST_STACKED:
        return [], []
    return above, [(label, "\n".join(lines).strip()) for label, lines in found]


def _label(line: str) -> str:
    """A line without the marks around it, such as `## **Your name:**`; empty where it is too long."""
    if len(line) > _LONGEST_LABEL:
        return ""
    # Not by one pattern: of three repeats side by side each would try the blanks of the others.
    bare = line.strip().lstrip(f"#{_MARKUP}").rstrip(_MARKUP)
    return bare.removesuffix(":").removesuffix("?").rstrip(_MARKUP) if bare[-1:] in ":?" else bare
