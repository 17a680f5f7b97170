"""The fields of each line, by labels.md and topics.md: every wrong one is found, not only the first."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from classifier.checking.findings import Finding, Line
from classifier.labelled import WrongField, fields_of, labelled_of, written_lines, wrong_fields
from models.errors import Misconfigured
from models.topics import AUTHORITIES

FORMS = (
    "email",
    "webform",
    "reply_chain",
    "forward",
    "phone_note",
    "letter_scan",
    "dictated",
    "street_report",
)
"""How a message came: the values of `form`."""

_FIELDS = (
    "id",
    "scenario",
    "subject",
    "body",
    "topic",
    "second_topic",
    "intent",
    "category",
    "service",
    "authority",
    "secondary_authority",
    "flags",
    "form",
)
_MAY_BE_NULL = {"second_topic", "service", "authority", "secondary_authority"}


def read_lines(folder: Path) -> tuple[list[Line], list[Finding]]:
    """The lines of every .jsonl file that can be read, in name order, and what is wrong with any.

    Raises Misconfigured where the folder has no such file or one is not UTF-8.
    """
    files = sorted(folder.glob("*.jsonl"))
    if not files:
        raise Misconfigured(f"{folder}: there is no .jsonl file in this folder")
    lines: list[Line] = []
    findings: list[Finding] = []
    for file in files:
        for number, written in written_lines(file):
            try:
                fields = fields_of(written)
            except WrongField as wrong:
                findings.append(Finding(file.name, number, wrong.field, wrong.wrong))
                continue
            found = [
                Finding(file.name, number, wrong.field, wrong.wrong, wrong.allowed)
                for wrong in _wrong(fields)
            ]
            findings += found
            if not found:
                lines.append(Line(file.name, number, labelled_of(fields)))
    return lines, findings


def wrong_ids(lines: Sequence[Line]) -> Iterator[Finding]:
    """Ids that stand twice or are not of their file, and scenarios that lie in two files."""
    seen: dict[str, Line] = {}
    files = defaultdict[str, set[str]](set)
    for line in lines:
        files[line.labels.scenario or ""].add(line.file)
    for line in lines:
        labels, own = line.labels, line.file.removesuffix(".jsonl")
        if labels.file != own:
            yield Finding.of(line, "id", "is not of this file", f"{own}-…")
        if first := seen.get(labels.id):
            yield Finding.of(line, "id", f"stands in {first.file}, line {first.number} already")
        seen.setdefault(labels.id, line)
        if len(both := files[labels.scenario or ""]) > 1:
            wrong = f"{labels.scenario} lies in {' and '.join(sorted(both))}"
            yield Finding.of(line, "scenario", wrong, "one file: files are held out whole")


def _wrong(fields: Mapping[str, object]) -> Iterator[WrongField]:
    refused = wrong_fields(fields)
    yield from refused
    known = {wrong.field for wrong in refused}
    for field in _FIELDS:
        there = field in fields if field in _MAY_BE_NULL else fields.get(field) is not None
        if not there and field not in known:
            yield WrongField(field, "missing", "null" if field in _MAY_BE_NULL else "")
    for field in sorted(fields.keys() - set(_FIELDS)):
        yield WrongField(field, "no such field", ", ".join(_FIELDS))
    yield from _wrong_values(fields)


def _wrong_values(fields: Mapping[str, object]) -> Iterator[WrongField]:
    for field in ("id", "scenario", "body"):
        value = fields.get(field)
        if isinstance(value, str) and not value.strip():
            yield WrongField(field, "empty")
    if isinstance(form := fields.get("form"), str) and form not in FORMS:
        yield WrongField("form", repr(form), ", ".join(FORMS))
    second = fields.get("secondary_authority")
    if isinstance(second, str) and second not in AUTHORITIES:
        yield WrongField("secondary_authority", repr(second), ", ".join(AUTHORITIES))
    flags = fields.get("flags")
    if isinstance(flags, list):
        twice = [flag for flag, count in Counter(map(str, flags)).items() if count > 1]
        if twice:
            yield WrongField("flags", f"{', '.join(twice)} stands twice", "each once")
