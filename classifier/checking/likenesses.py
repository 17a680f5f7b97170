"""Texts that are nearly the same: between scenarios, files, and what is learned and what is judged by."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from classifier.checking.card import read_text
from classifier.checking.findings import Finding, Line
from classifier.likeness import pairs_alike

APART = "apart.txt"
"""In the folder: pairs that were read and are two texts, `ID ID why` a line; # begins a remark."""

Pair = frozenset[str]


def wrong_likenesses(
    lines: Sequence[Line], frozen: Sequence[Line], folder: Path
) -> Iterator[Finding]:
    """Lines of different scenarios with nearly one text, or with one that the frozen set has.

    A pair inside the corpus may be told apart in `apart.txt`; a text of the frozen set never.
    """
    judged = {line.labels.scenario for line in frozen}
    for line in lines:
        if line.labels.scenario in judged:
            why = f"{line.labels.scenario} lies in the frozen set too"
            yield Finding.of(line, "scenario", why, "a scenario that the model is not judged by")
    apart, findings = _told_apart(folder)
    yield from findings
    every = [*lines, *frozen]
    alike: set[Pair] = set()
    for low, high, cosine in pairs_alike([line.text for line in every]):
        one, other = every[low], every[high]
        if low >= len(lines):
            continue
        pair = frozenset((one.labels.id, other.labels.id))
        alike.add(pair)
        if high >= len(lines):
            why = f"nearly the text of {other.labels.id} in the frozen set ({cosine:.2f})"
            yield Finding.of(one, "body", why, "no text that the model is judged by")
        elif pair not in apart and one.labels.scenario != other.labels.scenario:
            why = f"nearly the text of {other.labels.id} ({cosine:.2f})"
            yield Finding.of(one, "body", why, f"one scenario, one text, or a line in {APART}")
    for pair in sorted(apart.keys() - alike, key=sorted):
        yield Finding(APART, apart[pair], "", f"{' and '.join(sorted(pair))} are not alike")


def _told_apart(folder: Path) -> tuple[dict[Pair, int], list[Finding]]:
    """The pairs of `apart.txt` with the numbers of their lines, and lines that cannot be read."""
    file = folder / APART
    pairs: dict[Pair, int] = {}
    findings: list[Finding] = []
    if not file.exists():
        return pairs, findings
    for number, line in enumerate(read_text(file).splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        words = line.split(maxsplit=2)
        if len(words) == 3:
            pairs[frozenset(words[:2])] = number
        else:
            findings.append(Finding(APART, number, "", f"{line!r}", "ID ID why they are two texts"))
    return pairs, findings
