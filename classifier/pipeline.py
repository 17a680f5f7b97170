"""The learned heads: linear over TF-IDF rows, one for the topic, one for the intent, one for flags.

Ridge regression on plus and minus one was measured better here than logistic regression, and is
many times faster to fit; probabilities come from a softmax whose sharpness is fitted out of fold.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.linear_model import RidgeClassifier

from classifier.cards import read_cards
from classifier.features import (
    Vocabulary,
    intent_features,
    sentence_features,
    topic_features,
)
from classifier.labelled import Labelled
from classifier.text import read, words
from models.errors import Misconfigured
from models.prediction import Flag, Intent
from models.topics import TOPICS

Floats = NDArray[np.float32]

MIXED = len(Flag)
"""The column after the flags: whether the message is in two matters."""

_SMOOTHING = 0.15
_CARD_WEIGHT = 0.3

_TOPIC_PLACE = {topic: place for place, topic in enumerate(TOPICS)}
_INTENT_PLACE = {intent.value: place for place, intent in enumerate(Intent)}
_FLAG_PLACE = {flag.value: place for place, flag in enumerate(Flag)}


@dataclass(frozen=True, slots=True)
class Heads:
    """Three fitted estimators; columns are in the order of TOPICS, Intent and Flag."""

    topic: RidgeClassifier
    intent: RidgeClassifier
    flags: RidgeClassifier


@dataclass(frozen=True, slots=True)
class Examples:
    """What the heads are fitted on: the lines' rows, then the cards'. `corrected` tells which lines
    are corrections: of flags and second matters staff said nothing there.
    """

    about: Vocabulary
    meant: Vocabulary
    topic_rows: sp.csr_matrix
    topic_cards: sp.csr_matrix
    intent_rows: sp.csr_matrix
    intent_cards: sp.csr_matrix
    flag_cards: sp.csr_matrix
    topics: NDArray[np.int64]
    intents: NDArray[np.int64]
    flags: NDArray[np.int64]
    corrected: NDArray[np.bool_]

    def chosen(self, rows: NDArray[np.int64]) -> "Examples":
        """The same with these lines only."""
        return replace(
            self,
            topic_rows=self.topic_rows[rows],
            intent_rows=self.intent_rows[rows],
            topics=self.topics[rows],
            intents=self.intents[rows],
            flags=self.flags[rows],
            corrected=self.corrected[rows],
        )


def examples(lines: Sequence[Labelled], corrections: int = 0) -> Examples:
    """The corpus, corrections (the last so many lines) and the cards as rows.

    Raises Misconfigured where a line lacks topic or intent.
    """
    for line in lines:
        if line.topic is None or line.intent is None:
            raise Misconfigured(f"{line.id}: topic and intent are needed to learn from a line")
    readings = [read(line.subject, line.body) for line in lines]
    about = [topic_features(reading) for reading in readings]
    meant = [intent_features(reading) for reading in readings]
    cards = {
        name: [sentence_features(words(text)) for _, text in read_cards(name)]
        for name in ("topics", "intents", "flags")
    }
    sure = len(lines) - corrections
    about_words = Vocabulary.learn(about[:sure] + cards["topics"] + cards["flags"], about[sure:])
    meant_words = Vocabulary.learn(meant[:sure] + cards["intents"], meant[sure:])
    return Examples(
        about=about_words,
        meant=meant_words,
        topic_rows=about_words.weigh(about),
        topic_cards=about_words.weigh(cards["topics"]),
        intent_rows=meant_words.weigh(meant),
        intent_cards=meant_words.weigh(cards["intents"]),
        flag_cards=about_words.weigh(cards["flags"]),
        topics=np.array([_TOPIC_PLACE[line.topic or ""] for line in lines]),
        intents=np.array([_INTENT_PLACE[line.intent or ""] for line in lines]),
        flags=np.array(
            [
                [*(int(flag in line.flags) for flag in Flag), int(line.second_topic is not None)]
                for line in lines
            ]
        ),
        corrected=np.arange(len(lines)) >= sure,
    )


def fit_topic(known: Examples, chosen: NDArray[np.int64]) -> RidgeClassifier:
    """The topic head, fitted on the chosen lines and all cards; rarer topics weigh more."""
    topics = known.topics[chosen]
    labels = np.concatenate([topics, [_TOPIC_PLACE[t] for t, _ in read_cards("topics")]])
    counts = Counter(topics.tolist())
    even = len(topics) / len(TOPICS)
    weights = np.sqrt([even / max(counts[label], 1) for label in labels.tolist()])
    weights[len(topics) :] *= _CARD_WEIGHT
    return _fit(sp.vstack([known.topic_rows[chosen], known.topic_cards]), labels, weights)


def fit_intent(known: Examples, chosen: NDArray[np.int64]) -> RidgeClassifier:
    """The intent head, fitted on the chosen lines and all cards."""
    cards = [_INTENT_PLACE[intent] for intent, _ in read_cards("intents")]
    labels = np.concatenate([known.intents[chosen], cards])
    weights = np.ones(len(labels))
    weights[len(chosen) :] = _CARD_WEIGHT
    return _fit(sp.vstack([known.intent_rows[chosen], known.intent_cards]), labels, weights)


def fit_flags(known: Examples, chosen: NDArray[np.int64]) -> RidgeClassifier:
    """The flag heads, one against the rest each, fitted on the chosen lines of the corpus and all
    cards. The flags of a correction are the model's own guess, which it must not teach itself.
    """
    chosen = chosen[~known.corrected[chosen]]
    cards = np.zeros((known.flag_cards.shape[0], MIXED + 1), np.int64)
    for row, (flag, _) in enumerate(read_cards("flags")):
        cards[row, _FLAG_PLACE[flag]] = 1
    labels = np.concatenate([known.flags[chosen], cards])
    weights = np.ones(len(labels))
    weights[len(chosen) :] = _CARD_WEIGHT
    return _fit(sp.vstack([known.topic_rows[chosen], known.flag_cards]), labels, weights)


def fit_heads(known: Examples, chosen: NDArray[np.int64]) -> Heads:
    """All three heads, fitted on the chosen lines."""
    return Heads(fit_topic(known, chosen), fit_intent(known, chosen), fit_flags(known, chosen))


def _fit(
    rows: sp.csr_matrix, labels: NDArray[np.int64], weights: NDArray[np.float64]
) -> RidgeClassifier:
    # No intercept: a text without a known word then scores nothing for every class.
    head = RidgeClassifier(alpha=_SMOOTHING, fit_intercept=False, solver="sparse_cg", tol=1e-2)
    head.fit(sp.csr_matrix(rows), labels, sample_weight=weights.astype(np.float32))
    head.coef_ = head.coef_.astype(np.float32)
    return head
