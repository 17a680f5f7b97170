"""From words to numbers: a vocabulary learned once, then looked up fast, and TF-IDF weights.

What depends on one word only (the word itself, its first letters) is looked up once per word and
remembered: that is what makes an analyser in Python fast enough.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import chain, pairwise

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfTransformer

from classifier.text import Reading

# First letters stand in for stems and forgive endings, plurals and what a scanner misread.
_PREFIXES = (4, 5, 6)
_BEGINNING, _ENDING = 15, 12
_REMEMBERED_WORDS = 100_000
_FEWEST_CORRECTIONS = 5
"""What only customers wrote is learned where so many of them did: a name or a place is in fewer."""

Analyser = Callable[[Reading], list[str]]


@lru_cache(_REMEMBERED_WORDS)
def _prefixes(word: str) -> tuple[str, ...]:
    return tuple("^" + word[:size] for size in _PREFIXES if len(word) > size)


def topic_features(reading: Reading) -> list[str]:
    """For what it is about: words, pairs, first letters; the subject and the beginning again."""
    spoken = [*reading.subject, ".", *reading.body]
    found = list(chain(spoken, reading.quoted))
    found += [f"{a} {b}" for a, b in pairwise(spoken)]
    found += chain.from_iterable(map(_prefixes, spoken))
    found += ["s:" + word for word in reading.subject]
    found += ["b:" + word for word in reading.body[:_BEGINNING]]
    return found


def intent_features(reading: Reading) -> list[str]:
    """For what the sender means: own words, pairs and triples; the beginning and the end again."""
    spoken = [*reading.subject, ".", *reading.body]
    pairs = [f"{a} {b}" for a, b in pairwise(spoken)]
    found = spoken + pairs
    found += [f"{pair} {c}" for pair, c in zip(pairs, spoken[2:], strict=False)]
    found += ["b:" + word for word in reading.body[:_BEGINNING]]
    found += ["e:" + word for word in reading.body[-_ENDING:]]
    return found


def sentence_features(sentence: list[str]) -> list[str]:
    """As `topic_features`, for one sentence or one card."""
    pairs = [f"{a} {b}" for a, b in pairwise(sentence)]
    return [*sentence, *pairs, *chain.from_iterable(map(_prefixes, sentence))]


class Vocabulary:
    """The features seen often enough in training, and the weight of each."""

    def __init__(self, names: Sequence[str], weights: TfidfTransformer) -> None:
        """Know these features, in this order, with a fitted TfidfTransformer."""
        self.names = names
        self.weights = weights
        self._place = {name: place for place, name in enumerate(names)}
        self._rarity: NDArray[np.float32] = weights.idf_.astype(np.float32)

    @classmethod
    def learn(
        cls, texts: Sequence[list[str]], corrections: Sequence[list[str]] = ()
    ) -> "Vocabulary":
        """The vocabulary of these texts' features, with rarity (idf) counted over them.

        A feature is seen in two texts; one that is in `corrections` (what customers wrote) alone, in
        five of them.
        """
        known = Counter(chain.from_iterable(map(set, texts)))
        seen = known + Counter(chain.from_iterable(map(set, corrections)))
        texts = [*texts, *corrections]
        names = sorted(
            name
            for name, count in seen.items()
            if count >= (2 if name in known else _FEWEST_CORRECTIONS)
        )
        plain = cls(names, _weights().fit(sp.csr_matrix(np.ones((1, len(names)), np.float32))))
        return cls(names, _weights().fit(plain.count(texts)))

    def __contains__(self, name: str) -> bool:
        """Whether the feature is known."""
        return name in self._place

    def count(self, texts: Iterable[list[str]]) -> sp.csr_matrix:
        """How often each known feature stands in each text."""
        find = self._place.get
        places: list[int] = []
        ends = [0]
        for text in texts:
            places += [p for p in map(find, text) if p is not None]
            ends.append(len(places))
        counts = sp.csr_matrix(
            (np.ones(len(places), np.float32), np.array(places, np.int32), np.array(ends)),
            shape=(len(ends) - 1, len(self.names)),
        )
        counts.sum_duplicates()
        return counts

    def weigh(self, texts: Iterable[list[str]]) -> sp.csr_matrix:
        """TF-IDF rows of length one: what the fitted TfidfTransformer gives, in less time."""
        rows = self.count(texts)
        rows.data = (np.log(rows.data) + 1) * self._rarity[rows.indices]
        squares = np.concatenate(([0.0], np.cumsum(rows.data.astype(np.float64) ** 2)))
        length = np.sqrt(np.maximum(np.diff(squares[rows.indptr]), 0))
        length[length == 0] = 1
        rows.data /= np.repeat(length, np.diff(rows.indptr)).astype(np.float32)
        return rows


def _weights() -> TfidfTransformer:
    return TfidfTransformer(sublinear_tf=True)
