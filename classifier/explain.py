"""Why: the words that weighed in a message, and what each added, exact for the linear heads."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from classifier.evidence import Rows, Weights
from classifier.features import Vocabulary
from classifier.phrases import Item, Phrases, families_of
from classifier.pipeline import Floats
from classifier.places import Words
from classifier.text import Reading
from classifier.weighing import Added, Compared, Families, Side, added, by_family
from models.prediction import WHOLE, Reason

MOST = 5
"""As many reasons as a person reads at a glance."""

_OFTEN = 0.003
_LEAST_WEIGHT = 0.02
_LOOKED_AT = 20
_MARKS = ("s:", "b:", "e:")


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
        # Until predict.py hands over the reading (`why`): the reasons of `reasons`, by terms.
        terms: dict[str, int] = {}
        self._about_terms = np.array([terms.setdefault(_term(n), len(terms)) for n in about.names])
        self._meant_terms = np.array([terms.setdefault(_term(n), len(terms)) for n in meant.names])
        self.terms = list(terms)
        self._telling = np.array([_telling(term) for term in self.terms])

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

    def contributions(
        self, rows: Rows, weights: Weights, row: int, topic: int, intent: int
    ) -> tuple[NDArray[np.int64], Floats]:
        """Term numbers and what each added; the sum is the two decision values together."""
        about, added_about = _added(rows.about, weights.topic, row, topic)
        meant, added_meant = _added(rows.meant, weights.intent, row, intent)
        found = np.concatenate([self._about_terms[about], self._meant_terms[meant]])
        unique, place = np.unique(found, return_inverse=True)
        total = np.bincount(
            place, np.concatenate([added_about, added_meant]), minlength=len(unique)
        )
        return unique, total.astype(np.float32)

    def reasons(
        self, rows: Rows, weights: Weights, row: int, topic: int, intent: int
    ) -> tuple[Reason, ...]:
        """The terms that weighed most, signed, at most five; words that say nothing left out."""
        found, total = self.contributions(rows, weights, row, topic, intent)
        heavy = self._telling[found] & (np.abs(total) >= _LEAST_WEIGHT)
        found, total = found[heavy], total[heavy]
        order = np.argsort(-np.abs(total), kind="stable")[:_LOOKED_AT]
        shown: list[Reason] = []
        for n in order.tolist():
            term = self.terms[found[n]]
            if len(shown) < MOST and not _said_already(term, shown):
                shown.append(Reason(term, float(total[n])))
        return tuple(shown)


def _added(
    rows: sp.csr_matrix, columns: Floats, row: int, column: int
) -> tuple[NDArray[np.int32], Floats]:
    start, end = rows.indptr[row], rows.indptr[row + 1]
    features = rows.indices[start:end]
    added: Floats = rows.data[start:end] * columns[features, column]
    return features, added


def _term(name: str) -> str:
    if name.startswith("^"):
        return name[1:] + "…"
    return name[2:] if name.startswith(_MARKS) else name


def _said_already(term: str, shown: list[Reason]) -> bool:
    """Whether the term is only the beginning of a word that is shown, or it with its neighbour."""
    stem = term.rstrip("…")
    return any(stem in reason.word or reason.word.rstrip("…") in stem for reason in shown)


def _telling(term: str) -> bool:
    """Whether a person learns something from the term."""
    return " ." not in term and any(
        len(word) > 2 and not word.isdigit() and word not in ENGLISH_STOP_WORDS
        for word in term.split()
    )
