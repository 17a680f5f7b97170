"""How the words' heads and the encoder are weighed against each other.

Both give log-odds; the blend is a weighted sum of them, its two weights fitted for the least surprise
on texts that neither has seen. Without an encoder its weight is nought.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from classifier.calibration import Array, softmax
from classifier.evidence import Evidence

_LEAST = 1e-6
_WIDEST = ((1e-2, 60.0), (0.0, 5.0))


@dataclass(frozen=True, slots=True)
class Weighing:
    """The weight of the heads' scores and of the encoder's."""

    heads: float
    encoder: float

    def likely(self, heads: NDArray[np.floating], encoder: NDArray[np.floating] | None) -> Array:
        """Probabilities, a row a text."""
        scores = heads.astype(np.float64) * self.heads
        if encoder is not None:
            scores = scores + encoder.astype(np.float64) * self.encoder
        return softmax(scores, 1.0)


@dataclass(frozen=True, slots=True)
class Blend:
    """The weighing of topics and that of intents."""

    topic: Weighing
    intent: Weighing

    def topics(self, evidence: Evidence) -> Array:
        """The probability of each topic."""
        encoded = evidence.encoded
        return self.topic.likely(evidence.topics, encoded.topics if encoded else None)

    def intents(self, evidence: Evidence) -> Array:
        """The probability of each intent."""
        encoded = evidence.encoded
        return self.intent.likely(evidence.intents, encoded.intents if encoded else None)


def fit_blend(evidence: Evidence, topics: NDArray[np.int64], intents: NDArray[np.int64]) -> Blend:
    """The blend under which the labels of this held-out evidence were likeliest."""
    encoded = evidence.encoded
    return Blend(
        topic=fit_weighing(evidence.topics, encoded.topics if encoded else None, topics),
        intent=fit_weighing(evidence.intents, encoded.intents if encoded else None, intents),
    )


def fit_weighing(
    heads: NDArray[np.floating], encoder: NDArray[np.floating] | None, labels: NDArray[np.int64]
) -> Weighing:
    """The weighing under which the held-out labels were likeliest."""
    rows = np.arange(len(labels))

    def surprise(weights: NDArray[np.float64]) -> float:
        likely = Weighing(float(weights[0]), float(weights[1])).likely(heads, encoder)
        return float(-np.log(likely[rows, labels] + _LEAST).mean())

    bounds = _WIDEST if encoder is not None else (_WIDEST[0], (0.0, 0.0))
    found = minimize(
        surprise,
        x0=np.array([5.0, 0.0]),
        bounds=bounds,
        method="Nelder-Mead",
        options={"xatol": 0.02, "fatol": 1e-5},
    )
    return Weighing(float(found.x[0]), float(found.x[1]))
