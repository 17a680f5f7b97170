"""Why: the words that weighed in a message, and what each added, exact for the linear heads."""

from dataclasses import dataclass

import numpy as np

from classifier.evidence import Rows, Weights
from classifier.features import Vocabulary
from classifier.phrases import Item, Phrases, families_of
from classifier.places import Words
from classifier.text import Reading
from classifier.weighing import Added, Compared, Families, Side, added, by_family
from models.prediction import WHOLE, Reason

MOST = 5
"""As many reasons as a person reads at a glance."""

_OFTEN = 0.003
_LEAST_WEIGHT = 0.02


@dataclass(frozen=True, slots=True)
class Spoke:
    """What the words of a message added to one or more decision values.

    `weight` is by family of words (`told`: with their places in `words`); what is left of `total`
    was added by words that say nothing to a person.
    """

    words: Words
    told: dict[str, list[int]]
    weight: dict[str, float]
    total: float
    items: tuple[Item, ...]


class Explainer:
    """Says which words weighed. Safe across threads."""

    def __init__(self, about: Vocabulary, meant: Vocabulary) -> None:
        """Explain in the words of these vocabularies."""
        self._families = Families()
        self._about, self._meant = Side(about, self._families), Side(meant, self._families)
        seldom = 1 - float(np.log(_OFTEN))
        often = np.flatnonzero(about.weights.idf_ < seldom)
        self._often = frozenset(about.names[place] for place in often.tolist())

    def topic(self, rows: Rows, weights: Weights, row: int, compared: Compared) -> Added:
        """What the features of message `row` added to a topic's decision value."""
        return added(self._about, rows.about, weights.topic, row, compared)

    def intent(self, rows: Rows, weights: Weights, row: int, compared: Compared) -> Added:
        """What they added to an intent's."""
        return added(self._meant, rows.meant, weights.intent, row, compared)

    def spoke(self, reading: Reading, *all_: Added, most: int = MOST) -> Spoke:
        """What its words added to all of these together, with the heaviest as items."""
        words = Words(reading)
        told = families_of(words)
        weight = by_family(self._families, told, words.known[: words.spoken], all_)
        phrases = Phrases(words, told, weight, all_, self._often.__contains__)
        total = sum(one.total for one in all_)
        return Spoke(words, told, weight, total, phrases.items(most, _LEAST_WEIGHT))

    def why(
        self,
        reading: Reading,
        rows: Rows,
        weights: Weights,
        row: int,
        topic: int,
        intent: int,
        whole: float | None = None,
    ) -> tuple[Reason, ...]:
        """The reasons for this topic and this intent, signed, at most five, the heaviest first.

        Each weight is what the words added to both decision values, above the mean of each head.
        `whole` is what the encoder added, in the same measure: an item of its own.
        """
        heavy = whole is not None and abs(whole) >= _LEAST_WEIGHT
        spoke = self.spoke(
            reading,
            self.topic(rows, weights, row, Compared(topic)),
            self.intent(rows, weights, row, Compared(intent)),
            most=MOST - heavy,
        )
        reasons = [Reason(item.shown, item.weight) for item in spoke.items]
        if heavy:
            reasons.append(Reason(WHOLE, float(whole or 0)))
        return tuple(sorted(reasons, key=lambda reason: -abs(reason.weight)))
