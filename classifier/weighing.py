"""What each word of a message added to a decision value of the linear heads.

The heads have no intercept, so what each feature of a message adds is known exactly, and all of it
together is the decision value. A feature belongs to the words that it is made of; those that say
nothing to a person give their part to the others. A beginning of words is shared by the words of the
message that begin so, as often as each stands there.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from itertools import count

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from classifier.features import Vocabulary, sentence_features
from classifier.pipeline import Floats
from classifier.readable import family

Doubles = NDArray[np.float64]
Places = NDArray[np.int32]

_LONGEST = 3
_BEGINS = "^"
WORD, BEGINNING, PHRASE = 1, 2, 3
"""The kinds of features: a word, the first letters of words, words side by side."""
_REMEMBERED = 50_000
_SHORTEST_BEGUN = 5


class Against(Enum):
    """With what a class is compared, where not with another class.

    The scores of all classes may rise and fall together, and probabilities do not change by it: above
    the average, what speaks against every topic alike speaks against none.
    """

    NOTHING = "nothing"
    AVERAGE = "average"


@dataclass(frozen=True, slots=True)
class Compared:
    """A class of a head (its place in TOPICS or Intent), and with what it is compared."""

    place: int
    against: int | Against = Against.AVERAGE

    def of(self, columns: NDArray[np.floating]) -> Doubles:
        """How the one stands to the other, a row a feature or a message."""
        mine = columns[:, self.place].astype(np.float64)
        if isinstance(self.against, int):
            return mine - columns[:, self.against]
        if self.against is Against.NOTHING:
            return mine
        # A product is several times as fast as `mean`.
        return mine - columns @ np.full(columns.shape[1], 1 / columns.shape[1], columns.dtype)


class Families:
    """The words that say something, their forms together, by number; 0 is nobody's."""

    def __init__(self) -> None:
        """None is known yet."""
        self._number: dict[str, int] = {}
        self._numbers = count(1)

    def number(self, name: str) -> int:
        """That of a family by its name, a new one where it is new.

        Two threads never get one number for two families; a number may stay unused.
        """
        found = self._number.get(name)
        return self._number.setdefault(name, next(self._numbers)) if found is None else found


class Side:
    """One vocabulary, and to which families of words each of its features belongs.

    A feature is looked at when a message has it for the first time: a model loads no slower for it.
    """

    def __init__(self, vocabulary: Vocabulary, families: Families) -> None:
        """Share the families with the other vocabulary."""
        self.names = vocabulary.names
        self._families = families
        self._owners = np.zeros((len(self.names), _LONGEST), np.int32)
        self._share = np.zeros(len(self.names))
        self._kind = np.zeros(len(self.names), np.int8)
        self._told: dict[int, tuple[str, ...]] = {}

    def look_at(self, features: Places) -> None:
        """Find the families of those features that no message had before."""
        for feature in features[self._kind[features] == 0].tolist():
            name = self.names[feature]
            if name[0] == _BEGINS:
                self._kind[feature] = BEGINNING
                continue
            words = (name[2:] if name[1:2] == ":" else name).split(" ")
            told = tuple(filter(None, map(family, words)))
            for place, one in enumerate(told):
                self._owners[feature, place] = self._families.number(one)
            self._share[feature] = 1 / max(len(told), 1)
            self._told[feature] = told
            self._kind[feature] = PHRASE if len(words) > 1 else WORD

    def owners(self, features: Places, parts: Doubles) -> tuple[Places, Doubles]:
        """Numbers of families, and what the features added to each; a number may come often."""
        shared = np.repeat(parts * self._share[features], _LONGEST)
        return self._owners[features].ravel(), shared

    def some(
        self, features: Places, parts: Doubles, kind: int, least: float = 0.0
    ) -> Iterator[tuple[int, float]]:
        """The features of one kind that added `least` or more, and what they added."""
        mine = (self._kind[features] == kind) & (np.abs(parts) >= least)
        return zip(features[mine].tolist(), parts[mine].tolist(), strict=True)

    def told(self, feature: int) -> tuple[str, ...]:
        """The families of a feature's words."""
        return self._told[feature]


@dataclass(frozen=True, slots=True)
class Added:
    """What the features of a message added to a decision value."""

    side: Side
    features: Places
    parts: Doubles

    @property
    def total(self) -> float:
        """What all of them added together."""
        return float(self.parts.sum())

    def owners(self) -> tuple[Places, Doubles]:
        """Numbers of families of words, and what was added to each; a number may come often."""
        return self.side.owners(self.features, self.parts)

    def beginnings(self) -> dict[str, float]:
        """The first letters of words, and what they added."""
        found = self.side.some(self.features, self.parts, BEGINNING)
        return {self.side.names[feature]: part for feature, part in found}

    def phrases(self, least: float) -> Iterator[tuple[str, float, tuple[str, ...]]]:
        """Words side by side that added `least` or more, what they added, and their families."""
        for feature, part in self.side.some(self.features, self.parts, PHRASE, least):
            yield self.side.names[feature], part, self.side.told(feature)


def added(side: Side, rows: sp.csr_matrix, columns: Floats, row: int, compared: Compared) -> Added:
    """What the features of message `row` added to a class, less what to the one it is compared with."""
    start, end = rows.indptr[row], rows.indptr[row + 1]
    features = rows.indices[start:end]
    side.look_at(features)
    return Added(side, features, rows.data[start:end] * compared.of(columns[features]))


def by_family(
    families: Families, told: Collection[str], spoken: Sequence[str], all_: Sequence[Added]
) -> dict[str, float]:
    """What each of the message's families of words (`told`, by name) added in all.

    `spoken` are the words of which beginnings are read.
    """
    numbers, parts = zip(*(one.owners() for one in all_), strict=True)
    found = {name: families.number(name) for name in told}
    most = max(found.values(), default=0)
    sums = np.bincount(np.concatenate(numbers), np.concatenate(parts), minlength=most + 1)
    weight = {name: float(sums[number]) for name, number in found.items()}
    for one in all_:
        _share_beginnings(one, spoken, weight)
    return weight


def _share_beginnings(one: Added, spoken: Sequence[str], weight: dict[str, float]) -> None:
    begun = one.beginnings()
    if not begun:
        return
    times = Counter(word for word in spoken if len(word) >= _SHORTEST_BEGUN)
    found = [
        (family(word), often, [one for one in _beginnings(word) if one in begun])
        for word, often in times.items()
    ]
    holders = dict.fromkeys(begun, 0)
    for _, often, beginnings in found:
        for beginning in beginnings:
            holders[beginning] += often
    for name, often, beginnings in found:
        if name is not None:
            weight[name] += often * sum(begun[one] / holders[one] for one in beginnings)


@lru_cache(_REMEMBERED)
def _beginnings(word: str) -> tuple[str, ...]:
    return tuple(sentence_features([word])[1:])
