"""Labelled texts: the corpus the model learns from, and the files it is measured on."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
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


def _lines(file: Path) -> Iterator[Labelled]:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{file}: cannot be read as UTF-8 text: {error}") from error
    # Not splitlines(): JSON strings may hold U+2028 and its like unescaped.
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield _labelled(line, f"{file.name}, line {number}")


def _labelled(line: str, where: str) -> Labelled:
    try:
        data = json.loads(line)
    except ValueError as error:
        raise Misconfigured(f"{where}: not JSON: {error}") from error
    if not isinstance(data, dict):
        raise Misconfigured(f"{where}: not a JSON object")
    topic, intent = _topic(data, "topic", where), _choice(data, "intent", Intent, where)
    category = _choice(data, "category", Category, where)
    if category is None:
        raise Misconfigured(f"{where}: category: missing; allowed: {', '.join(Category)}")
    return Labelled(
        id=_text(data, "id", where) or where,
        subject=_text(data, "subject", where) or "",
        body=_required(data, "body", where),
        category=category,
        service=_text(data, "service", where),
        authority=_text(data, "authority", where),
        topic=topic,
        intent=intent,
        second_topic=_topic(data, "second_topic", where),
        secondary_authority=_text(data, "secondary_authority", where),
        flags=_flags(data, where),
        form=_text(data, "form", where),
        sender=_text(data, "from", where) or "",
    )


def _text(data: Mapping[str, object], field: str, where: str) -> str | None:
    value = data.get(field)
    if value is None or isinstance(value, str):
        return value
    raise Misconfigured(f"{where}: {field}: {value!r} is not text")


def _required(data: Mapping[str, object], field: str, where: str) -> str:
    value = _text(data, field, where)
    if value is None:
        raise Misconfigured(f"{where}: {field}: missing")
    return value


def _topic(data: Mapping[str, object], field: str, where: str) -> str | None:
    value = _text(data, field, where)
    if value is not None and value not in TOPICS:
        raise Misconfigured(f"{where}: {field}: {value!r}; allowed: {', '.join(TOPICS)}")
    return value


def _choice(
    data: Mapping[str, object], field: str, kind: type[_Choice], where: str
) -> _Choice | None:
    value = data.get(field)
    return None if value is None else _member(value, field, kind, where)


def _member(value: object, field: str, kind: type[_Choice], where: str) -> _Choice:
    try:
        return kind(str(value))
    except ValueError:
        raise Misconfigured(f"{where}: {field}: {value!r}; allowed: {', '.join(kind)}") from None


def _flags(data: Mapping[str, object], where: str) -> frozenset[Flag]:
    value = data.get("flags") or []
    if not isinstance(value, list):
        raise Misconfigured(f"{where}: flags: {value!r} is not a list")
    return frozenset(_member(flag, "flags", Flag, where) for flag in value)
