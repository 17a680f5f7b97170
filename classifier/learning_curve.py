"""Does more text help? The words' heads fitted on a part of the other files, judged on the held-out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from classifier.blend import fit_blend
from classifier.crossval import FOLDS, Part, Places, Progress, example_catalogue, folds, held_out
from classifier.decide import Ownership, decide, side_signs
from classifier.evaluate import is_right, macro_f1, measure_categories
from classifier.evidence import Evidence
from classifier.labelled import Labelled
from classifier.logit import fit_logit
from classifier.pipeline import Examples
from models.prediction import Category
from models.routing import Route, route

SHARES = (1 / 8, 1 / 4, 1 / 2)
"""Parts of the other files, before the whole of them."""


@dataclass(frozen=True, slots=True)
class Point:
    """What heads reach that learned `texts` texts (the mean of the folds), a share of those there are.

    `both` is the share with category and owner right.
    """

    share: float
    texts: int
    macro_f1: float
    both: float


def part_of(lines: Sequence[Labelled], share: float) -> Part:
    """A share of the other files, at least one file: whole files, since a file is a voice.

    Which ones is drawn anew for each fold, always the same, and the larger part holds the smaller.
    """

    def chosen(fold: int, others: Places) -> Places:
        files = sorted({lines[place].file for place in others.tolist()})
        order = np.random.default_rng(fold).permutation(len(files)).tolist()
        kept = {files[place] for place in order[: max(1, round(len(files) * share))]}
        return others[[lines[place].file in kept for place in others.tolist()]]

    return chosen


def points(
    known: Examples, lines: Sequence[Labelled], judged: Places, progress: Progress
) -> Iterator[Point]:
    """A point for each of SHARES, on the judged lines."""
    for share in SHARES:
        evidence, _ = held_out(known, lines, _told(progress, share), part_of(lines, share))
        yield point(share, evidence.chosen(judged), known, lines, judged)


def point(
    share: float, evidence: Evidence, known: Examples, lines: Sequence[Labelled], judged: Places
) -> Point:
    """The point of heads fitted on this share; `evidence` is of the judged lines, and theirs alone."""
    fold, part = folds(lines), part_of(lines, share)
    sizes = [len(part(n, np.flatnonzero(fold != n))) for n in range(FOLDS)]
    mine = [lines[n] for n in judged.tolist()]
    found = _routes(evidence, known.chosen(judged), mine, fold[judged])
    right = [is_right(line, way) for line, way in zip(mine, found, strict=True)]
    categories = measure_categories([line.category for line in mine], [w.category for w in found])
    return Point(share, round(float(np.mean(sizes))), macro_f1(categories), sum(right) / len(right))


def _routes(
    evidence: Evidence, known: Examples, lines: Sequence[Labelled], fold: Places
) -> list[Route]:
    """Where each line would go, decided by what the other folds taught, as `tune` does it.

    What has no say in that (confidence, flags) is not fitted: it takes most of the time.
    """
    catalogue = example_catalogue()
    ownership = Ownership(catalogue)
    outside = np.array([line.category is Category.NON_COUNCIL for line in lines])
    found: dict[int, Route] = {}
    for number in np.unique(fold).tolist():
        seen, unseen = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
        learned, asked = evidence.chosen(seen), evidence.chosen(unseen)
        blend = fit_blend(learned, known.topics[seen], known.intents[seen])
        side = fit_logit(side_signs(learned, ownership, blend), outside[seen])
        decided = decide(asked, ownership, blend, side(side_signs(asked, ownership, blend)))
        for place, topic, intent in zip(
            unseen.tolist(), decided.topics(), decided.intents(), strict=True
        ):
            found[place] = route(catalogue, topic, intent)
    return [found[place] for place in range(len(lines))]


def _told(progress: Progress, share: float) -> Progress:
    return lambda step, done, total: progress(f"{step}, learn {share:.1%}", done, total)
