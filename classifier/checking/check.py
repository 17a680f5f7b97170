"""The whole check of a corpus: labels, what follows from them, leaks, likenesses, card, coverage."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from classifier.checking.card import wrong_card
from classifier.checking.coverage import Coverage, coverage_of
from classifier.checking.derivations import wrong_derivations
from classifier.checking.findings import Finding, Line
from classifier.checking.likenesses import wrong_likenesses
from classifier.checking.lines import read_lines, wrong_ids
from classifier.learning import FROZEN as OWN_FROZEN
from models.council import Catalogue

FROZEN = "frozen"
"""The folder beside a corpus with the lines that the model is judged by and never learns."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found: findings fail the check, warnings say where the corpus is thin."""

    findings: tuple[Finding, ...]
    warnings: tuple[str, ...]
    coverage: Coverage
    frozen: int

    @property
    def ok(self) -> bool:
        """Nothing is wrong."""
        return not self.findings

    def to_text(self) -> str:
        """For people: what is wrong, where it is thin, then the sum."""
        wrong = [finding.to_text() for finding in self.findings]
        thin = [f"thin: {warning}" for warning in self.warnings]
        counted = f"{self.coverage.lines} lines, {self.frozen} frozen"
        total = f"{counted}: {len(wrong)} wrong, {len(thin)} thin places"
        return "\n".join((*wrong, *thin, total))

    def to_json(self) -> dict[str, object]:
        """For machines."""
        return {
            "ok": self.ok,
            "findings": [finding.to_json() for finding in self.findings],
            "warnings": list(self.warnings),
            "coverage": self.coverage.to_json(),
            "frozen": self.frozen,
        }


def check_corpus(folder: Path, catalogue: Catalogue, own: Path | None = OWN_FROZEN) -> Checked:
    """Check every .jsonl file of `folder` and, where there is one, of the folder `frozen` beside it;
    a text of the set `own` that carebot judges by is found wherever the corpus lies.

    `catalogue` is the map by which the labels were made: a district's. Raises Misconfigured where
    there is nothing to read.
    """
    lines, findings = read_lines(folder)
    frozen, frozen_findings = _frozen(folder)
    coverage = coverage_of([line.labels for line in lines])
    findings += [
        *frozen_findings,
        *wrong_ids(lines),
        *(found for line in (*lines, *frozen) for found in wrong_derivations(line, catalogue)),
        *wrong_likenesses(lines, _never_learned(folder, frozen, own), folder),
        *wrong_card(folder, coverage),
    ]
    return Checked(tuple(findings), tuple(coverage.thin()), coverage, len(frozen))


def _never_learned(folder: Path, beside: Sequence[Line], own: Path | None) -> Sequence[Line]:
    """The frozen lines beside the corpus, and carebot's own, by which `carebot learn` judges."""
    if own is None or folder.resolve().parent / FROZEN == own.resolve():
        return beside
    return (*beside, *read_lines(own)[0])


def _frozen(folder: Path) -> tuple[Sequence[Line], Sequence[Finding]]:
    beside = folder.resolve().parent / FROZEN
    if not any(beside.glob("*.jsonl")):
        return (), ()
    return read_lines(beside)
