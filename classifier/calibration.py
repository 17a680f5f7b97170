"""From scores to probabilities, and where to draw the lines. All fitted on held-out scores."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_BINS = 15


def softmax(scores: NDArray[np.floating], heat: float) -> Array:
    """Probabilities that keep the scores' ranking; the higher the heat the surer."""
    scaled = scores.astype(np.float64) * heat
    grown: Array = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    total: Array = grown.sum(axis=1, keepdims=True)
    return grown / total


def log_odds(probability: NDArray[np.floating]) -> Array:
    """The log odds, kept finite."""
    safe = np.clip(probability.astype(np.float64), 1e-4, 1 - 1e-4)
    odds: Array = np.log(safe / (1 - safe))
    return odds


def precise_threshold(
    confidence: Array, right: NDArray[np.bool_], precision: float, *, fewest: int = 20
) -> float:
    """The lowest threshold at which those at or above it are right this often.

    1.01, which no confidence reaches, where none does on at least `fewest` texts.
    """
    order = np.argsort(-confidence, kind="stable")
    share = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero((share >= precision) & (np.arange(len(order)) + 1 >= fewest))
    return float(confidence[order][good[-1]]) if len(good) else 1.01


def best_threshold(scores: Array, truth: NDArray[np.bool_], *, recall_counts: float = 1.0) -> float:
    """The threshold with the highest F-measure; above 1, `recall_counts` prefers recall."""
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(truth[order])
    taken = np.arange(1, len(order) + 1)
    squared = recall_counts**2
    measure = (1 + squared) * hits / (squared * max(int(truth.sum()), 1) + taken)
    best = int(np.argmax(measure))
    ranked = scores[order]
    # Between the last taken and the first left out, so that a rounding does not flip either.
    return float((ranked[best] + ranked[min(best + 1, len(ranked) - 1)]) / 2)


@dataclass(frozen=True, slots=True)
class Bin:
    """The texts whose confidence lies from `low` to `high`: how sure on average, how often right."""

    low: float
    high: float
    n: int
    confidence: float
    right: float


def calibration_bins(confidence: Array, right: NDArray[np.bool_]) -> list[Bin]:
    """The texts in classes of confidence, all as wide; those that hold any."""
    place = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    return [
        Bin(
            low=number / _BINS,
            high=(number + 1) / _BINS,
            n=int(inside.sum()),
            confidence=float(confidence[inside].mean()),
            right=float(right[inside].mean()),
        )
        for number in range(_BINS)
        if (inside := place == number).any()
    ]


def expected_error(confidence: Array, right: NDArray[np.bool_]) -> float:
    """Expected calibration error: how far confidence is from the share that was right."""
    found = calibration_bins(confidence, right)
    return sum(b.n * abs(b.confidence - b.right) for b in found) / max(len(confidence), 1)
