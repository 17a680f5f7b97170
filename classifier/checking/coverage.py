"""What the corpus holds and where it is thin: topics by intent, rules, forms, flags, lengths."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from classifier.checking.lines import FORMS
from classifier.checking.rules import RULES
from classifier.labelled import Labelled
from models.prediction import Category, Flag, Intent
from models.topics import TOPICS

FEW = 10
"""A cell of topic and intent with fewer lines is thin: held out by file, some parts have none."""

_FEW_OF_A_KIND = 20

LENGTHS = (10, 25, 50, 100, 200, 400)
"""Limits of the classes of length, in words of the body."""

NEAR_MISSES: Mapping[Flag, re.Pattern[str]] = {
    flag: re.compile(cue)
    for flag, cue in (
        (Flag.MP_ENQUIRY, r"\bmp\b|member of parliament|constituent"),
        (Flag.OMBUDSMAN, r"ombudsman"),
        (Flag.LEVEL_TWO_REQUEST, r"stage (?:one|two|1|2)|your (?:reply|response) to my complaint"),
        (Flag.INFORMATION_REQUEST, r"freedom of information|\bfoi\b|cop(?:y|ies) of|records"),
        (Flag.SAFEGUARDING, r"dementia|on (?:his|her) own|frighten|afraid|vulnerable|children"),
        (Flag.HAZARD, r"gas\b|needle|wires?\b|electric|danger|hazard|fell|leaning|hole\b"),
        (Flag.LEGAL_ACTION, r"solicitor|tribunal|\bcourt\b|\bclaim\b|barrister|insurer"),
        (Flag.DISCRIMINATION, r"wheelchair|disab|deaf|blind|autis|accent|large print|interpreter"),
    )
}
"""Words that come with a flag, to count the lines that have them without it."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Counts over the lines of a corpus. `others`: how many still need another body.

    `flags`: with the flag, and without it in words that come with it.
    """

    lines: int
    scenarios: int
    files: Mapping[str, int]
    categories: Mapping[str, int]
    cells: Mapping[tuple[str, Intent], int]
    second_matters: int
    others: int
    rules: Mapping[int, int]
    forms: Mapping[str, int]
    flags: Mapping[Flag, tuple[int, int]]
    lengths: tuple[int, ...]

    def thin(self) -> list[str]:
        """What there is too little of, as sentences: warnings, not findings."""
        cells = [
            f"{topic}, {intent}: {self.cells[topic, intent]} lines"
            for topic in TOPICS
            for intent in Intent
            if self.cells[topic, intent] < FEW
        ]
        kinds = [
            *((f"rule {rule.number} ({rule.decides})", self.rules[rule.number]) for rule in RULES),
            *((f"form {form}", count) for form, count in self.forms.items()),
            *((f"flag {flag}", count) for flag, (count, _) in self.flags.items()),
            *((f"words of {flag} without it", near) for flag, (_, near) in self.flags.items()),
        ]
        return cells + [f"{kind}: {count} lines" for kind, count in kinds if count < _FEW_OF_A_KIND]

    def to_json(self) -> dict[str, object]:
        """For machines; `lengths` has one count more than LENGTHS has limits."""
        return {
            "lines": self.lines,
            "scenarios": self.scenarios,
            "files": dict(self.files),
            "categories": dict(self.categories),
            "topics": {
                topic: {intent.value: self.cells[topic, intent] for intent in Intent}
                for topic in TOPICS
            },
            "second_matters": self.second_matters,
            "secondary_authorities": self.others,
            "rules": {str(number): count for number, count in self.rules.items()},
            "forms": dict(self.forms),
            "flags": {
                flag.value: {"with": count, "near": near}
                for flag, (count, near) in self.flags.items()
            },
            "lengths": list(self.lengths),
        }


def coverage_of(lines: Sequence[Labelled]) -> Coverage:
    """Count what these lines hold."""
    cells = Counter((line.topic or "", line.intent) for line in lines)
    return Coverage(
        lines=len(lines),
        scenarios=len({line.scenario for line in lines}),
        files=dict(sorted(Counter(line.file for line in lines).items())),
        categories=_counted(Category, (line.category for line in lines)),
        cells={(topic, intent): cells[topic, intent] for topic in TOPICS for intent in Intent},
        second_matters=sum(line.second_topic is not None for line in lines),
        others=sum(line.secondary_authority is not None for line in lines),
        rules=_by_rule(lines),
        forms=_counted(FORMS, (line.form for line in lines)),
        flags={flag: _with_and_near(flag, lines) for flag in Flag},
        lengths=_lengths(lines),
    )


def _by_rule(lines: Sequence[Labelled]) -> dict[int, int]:
    counts = Counter(rule.number for line in lines for rule in RULES if rule.holds(line))
    return {rule.number: counts[rule.number] for rule in RULES}


def _counted(kinds: Iterable[str], values: Iterable[str | None]) -> dict[str, int]:
    counts = Counter(values)
    return {str(kind): counts[kind] for kind in kinds}


def _with_and_near(flag: Flag, lines: Sequence[Labelled]) -> tuple[int, int]:
    cue = NEAR_MISSES[flag]
    near = sum(
        flag not in line.flags and cue.search(f"{line.subject}\n{line.body}".lower()) is not None
        for line in lines
    )
    return sum(flag in line.flags for line in lines), near


def _lengths(lines: Sequence[Labelled]) -> tuple[int, ...]:
    counts = [0] * (len(LENGTHS) + 1)
    for line in lines:
        words = len(line.body.split())
        counts[sum(words >= limit for limit in LENGTHS)] += 1
    return tuple(counts)
