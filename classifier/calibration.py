"""From scores to probabilities, and where to draw the lines. All fitted on held-out scores."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


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


def expected_error(confidence: Array, right: NDArray[np.bool_], *, bins: int = 15) -> float:
    """Expected calibration error: how far confidence is from the share that was right."""
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    error = 0.0
    for number in range(bins):
        inside = place == number
        if inside.any():
            error += inside.mean() * abs(confidence[inside].mean() - right[inside].mean())
    return float(error)
