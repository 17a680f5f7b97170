"""What is fitted on held-out scores: how sharp, how sure, and every threshold."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from classifier.calibration import Array, best_threshold, fit_heat, precise_threshold
from classifier.decide import Decided, Ownership, decide, side_signs
from classifier.evidence import Evidence
from classifier.flags import RECALL_COUNTS
from classifier.labelled import Labelled
from classifier.pipeline import Examples
from models.prediction import Category, Flag

PRECISION = 0.98
"""How often a category and its owner must be right where no person looks first."""

# Below this share of known words a text is of another kind: another language, or spam.
_STRANGE = 0.5


@dataclass(frozen=True, slots=True)
class Logit:
    """A logistic regression over a few signs, as its numbers."""

    weights: Array
    offset: float

    def __call__(self, signs: Array) -> Array:
        """The probability of each row."""
        return np.asarray(1 / (1 + np.exp(-(signs @ self.weights + self.offset))))


@dataclass(frozen=True, slots=True)
class Tuning:
    """Heats of topic and intent, the confidence, and the thresholds of each decision."""

    heats: tuple[float, float]
    side: Logit
    confidence: Logit
    secondary: Logit
    threshold: float
    secondary_threshold: float
    flag_thresholds: Array
    strange: float = _STRANGE

    def decide(self, evidence: Evidence, ownership: Ownership) -> Decided:
        """The decisions on this evidence under this council's map."""
        elsewhere = self.side(side_signs(evidence, ownership, self.heats[0]))
        return decide(evidence, ownership, self.heats, elsewhere)

    def needs_person(self, sure: Array, evidence: Evidence) -> NDArray[np.bool_]:
        """Whether a person decides: not sure enough, no words, or mostly unknown ones."""
        return np.asarray(
            (sure < self.threshold) | (evidence.known < self.strange) | (evidence.words == 0)
        )


def tune(
    evidence: Evidence, known: Examples, lines: Sequence[Labelled], ownership: Ownership
) -> Tuning:
    """Fit everything on evidence that was held out from its own heads."""
    heats = (fit_heat(evidence.topics, known.topics), fit_heat(evidence.intents, known.intents))
    outside = np.array([line.category is Category.NON_COUNCIL for line in lines])
    side, elsewhere = _apart(side_signs(evidence, ownership, heats[0]), outside, lines)
    decided = decide(evidence, ownership, heats, elsewhere)
    right = decided_right(decided, lines, ownership)
    secondary, meant = _secondary(decided, lines, ownership)
    sure, apart = _apart(decided.signs, right, lines)
    return Tuning(
        heats=heats,
        side=side,
        confidence=sure,
        secondary=secondary,
        threshold=precise_threshold(apart, right, PRECISION),
        secondary_threshold=best_threshold(secondary(decided.rival_signs), meant),
        flag_thresholds=np.array(
            [
                best_threshold(
                    evidence.flags[:, place].astype(np.float64),
                    known.flags[:, place] == 1,
                    recall_counts=RECALL_COUNTS.get(flag, 1.0),
                )
                for place, flag in enumerate(Flag)
            ]
        ),
    )


def decided_right(
    decided: Decided, lines: Sequence[Labelled], ownership: Ownership
) -> NDArray[np.bool_]:
    """Whether category and owner are both as labelled."""
    return np.array(
        [
            ownership.names[owner] == (line.service or line.authority)
            and outside == (line.category is Category.NON_COUNCIL)
            and (outside or intent is line.intent)
            for owner, outside, intent, line in zip(
                decided.owner, decided.outside, decided.intents(), lines, strict=True
            )
        ]
    )


def _apart(
    signs: Array, truth: NDArray[np.bool_], lines: Sequence[Labelled]
) -> tuple[Logit, Array]:
    """The probability fitted on all, and each text's own as fitted without its file."""
    files = np.array([line.file for line in lines])
    apart = np.zeros(len(truth))
    for file in np.unique(files):
        held = files == file
        apart[held] = _logit(signs[~held], truth[~held])(signs[held])
    return _logit(signs, truth), apart


def _secondary(
    decided: Decided, lines: Sequence[Labelled], ownership: Ownership
) -> tuple[Logit, NDArray[np.bool_]]:
    meant = np.array(
        [
            line.secondary_authority is not None
            and line.secondary_authority == ownership.names[rival]
            for rival, line in zip(decided.rival, lines, strict=True)
        ]
    )
    inside = ~decided.outside
    return _logit(decided.rival_signs[inside], meant[inside]), meant & inside


def _logit(signs: Array, truth: NDArray[np.bool_]) -> Logit:
    if truth.all() or not truth.any():
        # Nothing to tell apart in a corpus this small: the share seen, never quite certain.
        share = (truth.sum() + 1) / (len(truth) + 2)
        return Logit(np.zeros(signs.shape[1]), float(np.log(share / (1 - share))))
    fitted: Pipeline = make_pipeline(StandardScaler(), LogisticRegression(C=0.3, max_iter=500))
    fitted.fit(signs, truth)
    scaler, logistic = fitted[0], fitted[1]
    weights = logistic.coef_[0] / scaler.scale_
    return Logit(weights, float(logistic.intercept_[0] - weights @ scaler.mean_))
