"""Held-out evidence: every text scored by heads that never saw its file.

Texts of one file are one voice; to hold out single texts of a voice would flatter (design).
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from classifier.artefact import Artefact
from classifier.decide import Ownership
from classifier.encoder.model import Encoder
from classifier.evaluate import Report, measure
from classifier.evidence import Evidence, Rows, Weights, rows_of
from classifier.labelled import Labelled
from classifier.pipeline import Examples, Floats, Heads, fit_heads
from classifier.predict import Classifier
from classifier.text import read
from classifier.tuning import tune
from models.council import Catalogue, CouncilType, default_catalogue
from models.prediction import Prediction

FOLDS = 6
_WORKERS = 2

Places = NDArray[np.int64]
Progress = Callable[[str, int, int], None]
Part = Callable[[int, Places], Places]
"""Of the texts of the other folds, those that the heads of this fold are fitted on."""


def silent(step: str, done: int, total: int) -> None:
    """Tell nobody."""


def whole(_fold: int, others: Places) -> Places:
    """Every text of the other folds."""
    return others


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
    known: Examples,
    lines: Sequence[Labelled],
    progress: Progress = silent,
    part: Part = whole,
) -> tuple[Evidence, list[Heads]]:
    """Evidence on each text from heads fitted on (a part of) the other folds, and those heads.

    The vocabulary is counted over all texts (without their labels); the heads are not.
    """
    rows, fold = all_rows(known, lines), folds(lines)
    progress("hold out files", 0, FOLDS)

    def fit(number: int) -> Heads:
        return fit_heads(known, part(number, np.flatnonzero(fold != number)))

    fitted = []
    # Threads: the products of sparse matrices, where the time goes, run without Python's lock.
    with ThreadPoolExecutor(_WORKERS) as pool:
        for done, heads in enumerate(pool.map(fit, range(FOLDS)), start=1):
            fitted.append(heads)
            progress("hold out files", done, FOLDS)
    parts = [Weights(heads).evidence(rows) for heads in fitted]
    return _by_fold(parts, fold, rows), fitted


def _by_fold(parts: list[Evidence], fold: NDArray[np.int64], rows: Rows) -> Evidence:
    lengths = np.diff(np.append(rows.starts, rows.sentences.shape[0]))
    of_sentence = np.repeat(fold, lengths)
    return Evidence(
        topics=_apart([p.topics for p in parts], fold),
        intents=_apart([p.intents for p in parts], fold),
        flags=_apart([p.flags for p in parts], fold),
        sentences=_apart([p.sentences for p in parts], of_sentence),
        sentence_flags=_apart([p.sentence_flags for p in parts], of_sentence),
        starts=rows.starts,
        words=rows.words,
        known=rows.known,
    )


def _apart(scores: list[Floats], fold: NDArray[np.int64]) -> Floats:
    """Each row as scored by the part that never saw it."""
    apart: Floats = np.empty_like(scores[0])
    for number, part in enumerate(scores):
        apart[fold == number] = part[fold == number]
    return apart


def beside_encoder(
    evidence: Evidence, lines: Sequence[Labelled], judged: Places, encoder: Encoder | None
) -> Evidence:
    """The evidence of the judged lines only, with what the encoder says of them."""
    chosen = evidence.chosen(judged)
    if encoder is None:
        return chosen
    unseen = [lines[n] for n in judged.tolist()]
    return chosen.beside(encoder.scores([read(line.subject, line.body) for line in unseen]))


def report_held_out(
    evidence: Evidence,
    heads: list[Heads],
    known: Examples,
    lines: Sequence[Labelled],
    judged: Places,
) -> Report:
    """The report on the judged lines, from `predict_held_out`."""
    made = predict_held_out(evidence, heads, known, lines, judged)
    return measure([lines[n] for n in judged.tolist()], made)


def predict_held_out(
    evidence: Evidence,
    heads: list[Heads],
    known: Examples,
    lines: Sequence[Labelled],
    judged: Places,
) -> list[Prediction]:
    """Each judged line's prediction, where heads, encoder and tuning never saw the text's file.

    `evidence` has a row for each of `judged`, the places of lines that the encoder never saw.
    """
    fold, ownership = folds(lines)[judged], Ownership(example_catalogue())
    known, mine = known.chosen(judged), [lines[n] for n in judged.tolist()]
    made: dict[int, Prediction] = {}
    for number in np.unique(fold).tolist():
        seen, unseen = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
        learned, asked = [mine[n] for n in seen.tolist()], [mine[n] for n in unseen.tolist()]
        tuning = tune(evidence.chosen(seen), known.chosen(seen), learned, ownership)
        artefact = Artefact(known.about, known.meant, heads[number], tuning)
        classifier = Classifier(artefact, example_catalogue(), "held out", None)
        texts = [(line.subject, line.body, line.sender) for line in asked]
        found = classifier.predict_from(texts, all_rows(known, asked), evidence.chosen(unseen))
        made.update(zip(unseen.tolist(), found, strict=True))
    return [made[number] for number in range(len(mine))]


def judged_by(lines: Sequence[Labelled], encoder: Encoder | None) -> Places:
    """The places of the lines that the encoder was not fitted on: all of them without an encoder."""
    tuned = encoder.tuned_on if encoder else frozenset()
    return np.array([n for n, line in enumerate(lines) if line.file not in tuned], np.int64)
