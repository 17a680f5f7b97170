"""When a person decides, and why: the model says what it does not know."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from classifier.calibration import Array
from classifier.decide import Decided
from classifier.evidence import Evidence
from classifier.tuning import Tuning
from models.prediction import Doubt

# Below this share of known words a text is of another kind: another language, or spam. Measured
# (classifier.md): unrelated spam has a median of .63, letters to a council of .98.
_STRANGE = 0.5
# So near to the first that either may be meant.
_LEVEL = 0.6
# Less than this is no tone that anybody would hear.
_HEARD = 0.15


def doubts(
    decided: Decided, sure: Array, evidence: Evidence, tuning: Tuning
) -> list[tuple[Doubt, ...]]:
    """The doubts on each message, in the order of Doubt; none where the model may decide."""
    found: Sequence[tuple[Doubt, NDArray[np.bool_]]] = (
        (Doubt.NOT_SURE, sure < tuning.threshold),
        (Doubt.NO_WORDS, evidence.words == 0),
        (Doubt.UNLIKE, (evidence.known < _STRANGE) & (evidence.words > 0)),
        (Doubt.TWO_MATTERS, decided.second_owner >= _LEVEL * decided.first_owner),
        (Doubt.TONE, _two_tones(decided)),
    )
    return [tuple(doubt for doubt, rows in found if rows[n]) for n in range(len(evidence))]


def _two_tones(decided: Decided) -> NDArray[np.bool_]:
    """Praise and dissatisfaction are near one another: sarcasm, or praise with a complaint in it."""
    low = np.minimum(decided.praise, decided.dissatisfaction)
    high = np.maximum(decided.praise, decided.dissatisfaction)
    tones: NDArray[np.bool_] = (low >= _LEVEL * high) & (low >= _HEARD) & ~decided.outside
    return tones
