"""Why: what each word of a message added to the scores of its topic and its intent.

The heads are linear without intercept, so the contributions of all terms add up exactly to the
topic's decision value plus the intent's.
"""

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from classifier.evidence import Rows, Weights
from classifier.features import Vocabulary
from classifier.pipeline import Floats
from models.prediction import Reason

MOST = 5
_LOOKED_AT = 20
_LEAST_WEIGHT = 0.01
_MARKS = ("s:", "b:", "e:")


class Explainer:
    """Contributions of terms: a word with its places in the text, a phrase, a beginning of words."""

    def __init__(self, about: Vocabulary, meant: Vocabulary) -> None:
        """Number the terms of both vocabularies together."""
        terms: dict[str, int] = {}
        self._about = np.array([terms.setdefault(_term(n), len(terms)) for n in about.names])
        self._meant = np.array([terms.setdefault(_term(n), len(terms)) for n in meant.names])
        self.terms = list(terms)
        self._telling = np.array([_telling(term) for term in self.terms])

    def contributions(
        self, rows: Rows, weights: Weights, row: int, topic: int, intent: int
    ) -> tuple[NDArray[np.int64], Floats]:
        """Term numbers and what each added; the sum is the two decision values together."""
        about, added_about = _added(rows.about, weights.topic, row, topic)
        meant, added_meant = _added(rows.meant, weights.intent, row, intent)
        found = np.concatenate([self._about[about], self._meant[meant]])
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
