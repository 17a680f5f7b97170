"""Held-out evidence: every text scored by heads that never saw its file.

Texts of one file are one voice; to hold out single texts of a voice would flatter (design).
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from classifier.artefact import Artefact
from classifier.decide import Ownership
from classifier.evaluate import Report, measure
from classifier.evidence import Evidence, Rows, Weights, rows_of
from classifier.labelled import Labelled
from classifier.pipeline import Examples, Heads, fit_heads
from classifier.predict import Classifier
from classifier.text import read
from classifier.tuning import tune
from models.council import Catalogue, CouncilType, default_catalogue
from models.prediction import Prediction

FOLDS = 8
_WORKERS = 2

Progress = Callable[[str, int, int], None]


def silent(step: str, done: int, total: int) -> None:
    """Tell nobody."""


def example_catalogue() -> Catalogue:
    """The map that the corpus' labels follow: a district's in a two-tier area."""
    return default_catalogue(CouncilType.DISTRICT)


def folds(lines: Sequence[Labelled]) -> NDArray[np.int64]:
    """The fold of each text: whole files together, or text by text where files are few."""
    files = sorted({line.file for line in lines})
    if len(files) < FOLDS:
        return np.arange(len(lines)) % FOLDS
    return np.array([files.index(line.file) % FOLDS for line in lines])


def all_rows(known: Examples, lines: Sequence[Labelled]) -> Rows:
    """The lines as rows, as a message's would be."""
    readings = [read(line.subject, line.body) for line in lines]
    return rows_of(readings, known.about, known.meant)


def held_out(
    known: Examples, lines: Sequence[Labelled], progress: Progress = silent
) -> tuple[Evidence, list[Heads]]:
    """Evidence on each text from heads fitted on the other folds, and those heads.

    The vocabulary is counted over all texts (without their labels); the heads are not.
    """
    rows, fold = all_rows(known, lines), folds(lines)
    progress("hold out files", 0, FOLDS)

    def fit(number: int) -> Heads:
        return fit_heads(known, np.flatnonzero(fold != number))

    fitted = []
    # Threads: the products of sparse matrices, where the time goes, run without Python's lock.
    with ThreadPoolExecutor(_WORKERS) as pool:
        for done, heads in enumerate(pool.map(fit, range(FOLDS)), start=1):
            fitted.append(heads)
            progress("hold out files", done, FOLDS)
    parts = [Weights(heads).evidence(rows) for heads in fitted]
    return _by_fold(parts, fold, rows), fitted


def _by_fold(parts: list[Evidence], fold: NDArray[np.int64], rows: Rows) -> Evidence:
    texts = np.arange(len(fold))
    lengths = np.diff(np.append(rows.starts, rows.sentences.shape[0]))
    of_sentence = np.repeat(fold, lengths)
    sentences = np.arange(len(of_sentence))
    return Evidence(
        topics=np.stack([part.topics for part in parts])[fold, texts],
        intents=np.stack([part.intents for part in parts])[fold, texts],
        flags=np.stack([part.flags for part in parts])[fold, texts],
        sentences=np.stack([part.sentences for part in parts])[of_sentence, sentences],
        starts=rows.starts,
        words=rows.words,
        known=rows.known,
    )


def report_held_out(
    evidence: Evidence, heads: list[Heads], known: Examples, lines: Sequence[Labelled]
) -> Report:
    """The report where heads and tuning alike never saw the text's file."""
    fold, ownership = folds(lines), Ownership(example_catalogue())
    made: dict[int, Prediction] = {}
    for number in range(FOLDS):
        seen, unseen = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
        learned = [lines[n] for n in seen.tolist()]
        tuning = tune(evidence.chosen(seen), known.chosen(seen), learned, ownership)
        artefact = Artefact(known.about, known.meant, heads[number], tuning)
        classifier = Classifier(artefact, example_catalogue(), "held out")
        texts = ((lines[n].subject, lines[n].body, lines[n].sender) for n in unseen.tolist())
        made.update(zip(unseen.tolist(), classifier.predict_many(texts), strict=True))
    return measure(lines, [made[number] for number in range(len(lines))])
