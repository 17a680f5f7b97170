"""How a fitted model stands: all that its card says in figures, measured anew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from classifier.artefact import read_manifest
from classifier.calibration import Bin, calibration_bins
from classifier.checking.coverage import Coverage, coverage_of
from classifier.crossval import (
    Places,
    Progress,
    beside_encoder,
    example_catalogue,
    held_out,
    judged_by,
    predict_held_out,
)
from classifier.encoder.model import Encoder, find_encoder
from classifier.evaluate import Report, evaluate, is_right, measure
from classifier.labelled import Labelled, corpus_hash, read_labelled
from classifier.learning_curve import Point, point, points
from classifier.pipeline import Examples, examples
from classifier.predict import Classifier
from models.errors import Misconfigured
from models.prediction import Prediction


@dataclass(frozen=True, slots=True)
class Standing:
    """The model's manifest, what it learned from, and what was measured.

    `lines` and `predictions` are the judged texts, each predicted by heads, encoder and thresholds
    that never saw its file; `report` and `bins` are theirs. `frozen` has a report of the model itself
    for each file of the frozen set. `curve` is of the words' heads alone.
    """

    manifest: Mapping[str, object]
    coverage: Coverage
    lines: Sequence[Labelled]
    predictions: Sequence[Prediction]
    report: Report
    bins: Sequence[Bin]
    curve: Sequence[Point]
    frozen: Mapping[str, Report]
    frozen_hash: str

    @property
    def threshold(self) -> float:
        """How sure the model must be for no person to look first; above 1 where that never is."""
        return float(str(self.manifest["threshold"]))


def measure_standing(corpus: Path, frozen: Path, model: Path, progress: Progress) -> Standing:
    """Measure the model at `model`, which was fitted on `corpus`. Takes a few trainings' time.

    Raises Misconfigured where the model was fitted on another corpus, or cannot be used here.
    """
    classifier = Classifier.load(model, example_catalogue())
    manifest = _manifest_of(model, corpus)
    on_frozen = {
        file.stem: evaluate(classifier, read_labelled(file))
        for file in sorted(frozen.glob("*.jsonl"))
    }
    lines, encoder = read_labelled(corpus), find_encoder()
    known, judged = examples(lines), judged_by(lines, encoder)
    curve = list(points(known, lines, judged, progress))
    last, predictions = _whole(known, lines, judged, encoder, progress)
    mine = [lines[n] for n in judged.tolist()]
    return Standing(
        manifest=manifest,
        coverage=coverage_of(lines),
        lines=mine,
        predictions=predictions,
        report=measure(mine, predictions),
        bins=_bins(mine, predictions),
        curve=[*curve, last],
        frozen=on_frozen,
        frozen_hash=corpus_hash(frozen),
    )


def _manifest_of(model: Path, corpus: Path) -> Mapping[str, object]:
    manifest = read_manifest(model)
    learned = manifest["corpus"]
    if not isinstance(learned, dict) or learned.get("sha256") != corpus_hash(corpus):
        raise Misconfigured(
            f"the model at {model} was not fitted on {corpus} as it is now: run `carebot train`"
        )
    return manifest


def _whole(
    known: Examples,
    lines: Sequence[Labelled],
    judged: Places,
    encoder: Encoder | None,
    progress: Progress,
) -> tuple[Point, list[Prediction]]:
    """The curve's last point, and the predictions of the whole model."""
    evidence, heads = held_out(known, lines, progress)
    last = point(1.0, evidence.chosen(judged), known, lines, judged)
    progress("judge the held-out texts", 0, 1)
    beside = beside_encoder(evidence, lines, judged, encoder)
    predictions = predict_held_out(beside, heads, known, lines, judged)
    progress("judge the held-out texts", 1, 1)
    return last, predictions


def _bins(lines: Sequence[Labelled], predictions: Sequence[Prediction]) -> list[Bin]:
    confidence = np.array([prediction.confidence for prediction in predictions])
    right = [is_right(line, made) for line, made in zip(lines, predictions, strict=True)]
    return calibration_bins(confidence, np.array(right))
