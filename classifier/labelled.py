"""Labelled texts: the corpus the model learns from, and the files it is measured on."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from models.errors import Misconfigured
from models.prediction import Category, Flag, Intent
from models.topics import TOPICS

CORPUS = Path(__file__).parent / "corpus"
DEFAULT_MODEL = Path(__file__).parent / "model" / "carebot.skops"

_Choice = TypeVar("_Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Labelled:
    """One text with its labels. What a line leaves out is None or empty."""

    id: str
    subject: str
    body: str
    category: Category
    service: str | None
    authority: str | None
    topic: str | None = None
    intent: Intent | None = None
    second_topic: str | None = None
    secondary_authority: str | None = None
    flags: frozenset[Flag] = frozenset()
    form: str | None = None
    sender: str = ""
    scenario: str | None = None

    @property
    def file(self) -> str:
        """The corpus file it is from: the part of the id before the dash. One file, one voice."""
        return self.id.partition("-")[0]


def read_labelled(path: Path) -> list[Labelled]:
    """The labelled lines of a file, or of every .jsonl file of a folder in name order.

    Raises Misconfigured naming file, line, field and the allowed values.
    """
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    if not files:
        raise Misconfigured(f"{path}: there is no .jsonl file in this folder")
    return [line for file in files for line in _lines(file)]


def corpus_hash(path: Path) -> str:
    """SHA-256 over the names and bytes of the labelled files under `path`."""
    digest = hashlib.sha256()
    for file in sorted(path.glob("*.jsonl")) if path.is_dir() else [path]:
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


class WrongField(Exception):
    """A field of a line is not what labels.md and topics.md allow."""

    def __init__(self, field: str, wrong: str, allowed: str = "") -> None:
        """Name the field, what is wrong with it and, where that is a list, what is allowed."""
        super().__init__(f"{field}: {wrong}" + (f"; allowed: {allowed}" if allowed else ""))
        self.field = field
        self.wrong = wrong
        self.allowed = allowed


def written_lines(file: Path) -> Iterator[tuple[int, str]]:
    """The lines of a file that hold something, with their numbers from 1. Raises Misconfigured."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{file}: cannot be read as UTF-8 text: {error}") from error
    # Not splitlines(): JSON strings may hold U+2028 and its like unescaped.
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield number, line


def fields_of(line: str) -> Mapping[str, object]:
    """The fields of a line. Raises WrongField with no field's name where it is no JSON object."""
    try:
        data = json.loads(line)
    except (ValueError, RecursionError) as error:  # nested deeper than Python reads
        raise WrongField("", f"not JSON: {error}") from error
    if not isinstance(data, dict):
        raise WrongField("", "not a JSON object")
    return data


def wrong_fields(data: Mapping[str, object]) -> list[WrongField]:
    """Every field of a line that the reader of labelled lines would refuse."""
    found = []
    for field, (_, read) in _FIELDS.items():
        try:
            read(data, field)
        except WrongField as wrong:
            found.append(wrong)
    return found


def labelled_of(data: Mapping[str, object]) -> Labelled:
    """A line's labels. Raises WrongField at the first wrong one."""
    read = {name: reader(data, field) for field, (name, reader) in _FIELDS.items()}
    return Labelled(**read)  # type: ignore[arg-type]  # each reader gives what its attribute takes


def _lines(file: Path) -> Iterator[Labelled]:
    for number, line in written_lines(file):
        where = f"{file.name}, line {number}"
        try:
            found = labelled_of(fields_of(line))
        except WrongField as wrong:
            raise Misconfigured(f"{where}: {str(wrong).removeprefix(': ')}") from wrong
        yield found if found.id else replace(found, id=where)


def _text(data: Mapping[str, object], field: str) -> str | None:
    value = data.get(field)
    if value is None or isinstance(value, str):
        return value
    raise WrongField(field, f"{value!r} is not text")


def _perhaps(data: Mapping[str, object], field: str) -> str:
    return _text(data, field) or ""


def _required(data: Mapping[str, object], field: str) -> str:
    value = _text(data, field)
    if value is None:
        raise WrongField(field, "missing")
    return value


def _topic(data: Mapping[str, object], field: str) -> str | None:
    value = _text(data, field)
    if value is not None and value not in TOPICS:
        raise WrongField(field, repr(value), ", ".join(TOPICS))
    return value


def _category(data: Mapping[str, object], field: str) -> Category:
    value = data.get(field)
    if value is None:
        raise WrongField(field, "missing", ", ".join(Category))
    return _member(value, field, Category)


def _intent(data: Mapping[str, object], field: str) -> Intent | None:
    value = data.get(field)
    return None if value is None else _member(value, field, Intent)


def _member(value: object, field: str, kind: type[_Choice]) -> _Choice:
    try:
        return kind(str(value))
    except ValueError:
        raise WrongField(field, repr(value), ", ".join(kind)) from None


def _flags(data: Mapping[str, object], field: str) -> frozenset[Flag]:
    value = data.get(field) or []
    if not isinstance(value, list):
        raise WrongField(field, f"{value!r} is not a list")
    return frozenset(_member(flag, field, Flag) for flag in value)


_FIELDS: Mapping[str, tuple[str, Callable[[Mapping[str, object], str], object]]] = {
    "id": ("id", _perhaps),
    "scenario": ("scenario", _text),
    "from": ("sender", _perhaps),
    "subject": ("subject", _perhaps),
    "body": ("body", _required),
    "topic": ("topic", _topic),
    "second_topic": ("second_topic", _topic),
    "intent": ("intent", _intent),
    "category": ("category", _category),
    "service": ("service", _text),
    "authority": ("authority", _text),
    "secondary_authority": ("secondary_authority", _text),
    "flags": ("flags", _flags),
    "form": ("form", _text),
}
"""Each field of a line: the attribute it becomes, and its reader."""
