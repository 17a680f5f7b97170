"""What is fitted on held-out scores: how they are weighed, how sure, and every threshold."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifier.blend import Blend, fit_blend
from classifier.calibration import best_threshold, precise_threshold
from classifier.decide import Decided, Ownership, decide, side_signs
from classifier.evidence import Evidence
from classifier.flags import Detector, fit_detectors
from classifier.labelled import Labelled
from classifier.logit import Logit, fit_apart
from classifier.pipeline import Examples
from models.prediction import Category

PRECISION = 0.98
"""How often a category and its owner must be right where no person looks first."""


@dataclass(frozen=True, slots=True)
class Tuning:
    """The blend, the confidence, and the thresholds of each decision."""

    blend: Blend
    side: Logit
    confidence: Logit
    secondary: Logit
    threshold: float
    secondary_threshold: float
    detectors: tuple[Detector, ...]

    def decide(self, evidence: Evidence, ownership: Ownership) -> Decided:
        """The decisions on this evidence under this council's map."""
        elsewhere = self.side(side_signs(evidence, ownership, self.blend))
        return decide(evidence, ownership, self.blend, elsewhere)


def tune(
    evidence: Evidence, known: Examples, lines: Sequence[Labelled], ownership: Ownership
) -> Tuning:
    """Fit everything on evidence that was held out from its own heads and from the encoder."""
    blend = fit_blend(evidence, known.topics, known.intents)
    outside = np.array([line.category is Category.NON_COUNCIL for line in lines])
    side, elsewhere = fit_apart(side_signs(evidence, ownership, blend), outside, lines)
    decided = decide(evidence, ownership, blend, elsewhere)
    right = decided_right(decided, lines, ownership)
    secondary, secondary_threshold = _secondary(decided, lines, ownership)
    sure, apart = fit_apart(decided.signs, right, lines)
    return Tuning(
        blend=blend,
        side=side,
        confidence=sure,
        secondary=secondary,
        threshold=precise_threshold(apart, right, PRECISION),
        secondary_threshold=secondary_threshold,
        detectors=fit_detectors(evidence, known.flags, lines),
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


def _secondary(
    decided: Decided, lines: Sequence[Labelled], ownership: Ownership
) -> tuple[Logit, float]:
    """Whether the council's message needs the other body too, and from which probability on."""
    meant = np.array(
        [
            line.secondary_authority is not None
            and line.secondary_authority == ownership.names[rival]
            for rival, line in zip(decided.rival, lines, strict=True)
        ]
    )
    inside = np.flatnonzero(~decided.outside)
    logit, apart = fit_apart(
        decided.rival_signs[inside], meant[inside], [lines[n] for n in inside.tolist()]
    )
    return logit, best_threshold(apart, meant[inside])
