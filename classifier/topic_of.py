"""The likeliest topic of a text where its owner is known: staff name an owner, never a topic."""

from collections.abc import Iterator, Sequence

from classifier.predict import Classifier, Text
from models.topics import TOPICS

_PLACES = {topic: place for place, topic in enumerate(TOPICS)}
_AT_ONCE = 64


def likeliest_topics(
    classifier: Classifier, texts: Sequence[Text], among: Sequence[Sequence[str]]
) -> list[str]:
    """Of each text the topic that the model scores highest among the ids given for it (at least one)."""
    return [
        max(allowed, key=lambda topic, scores=scores: scores[_PLACES[topic]])  # type: ignore[misc]  # a lambda's default
        for scores, allowed in zip(_scores(classifier, texts), among, strict=True)
    ]


def _scores(classifier: Classifier, texts: Sequence[Text]) -> Iterator[list[float]]:
    for start in range(0, len(texts), _AT_ONCE):
        yield from classifier.likely_topics(texts[start : start + _AT_ONCE]).tolist()
