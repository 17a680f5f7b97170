"""How the whole reads: what the encoder adds to a decision, which belongs to no single word."""

import numpy as np

from classifier.blend import Blend, Weighing
from classifier.evidence import Evidence
from classifier.pipeline import Floats


def whole(scores: Floats | None, weighing: Weighing, row: int, place: int) -> float | None:
    """How the whole reads: what the encoder's `scores` add to a class, above its mean of all.

    In the measure of the linear heads' decision values, as the two are weighed in the blend.
    """
    if scores is None:
        return None
    above = float(scores[row, place]) - float(scores[row].mean(dtype=np.float64))
    return above * weighing.encoder / weighing.heads


def whole_of_both(
    evidence: Evidence, blend: Blend, row: int, topic: int, intent: int
) -> float | None:
    """The same of a topic and an intent together: what `Explainer.why` takes."""
    encoded = evidence.encoded
    if encoded is None:
        return None
    about = whole(encoded.topics, blend.topic, row, topic)
    meant = whole(encoded.intents, blend.intent, row, intent)
    return (about or 0.0) + (meant or 0.0)
