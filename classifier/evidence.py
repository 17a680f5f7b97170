"""What the heads say of a batch of messages, before the council's map and any threshold."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from classifier.encoder.scores import Scores
from classifier.features import (
    Vocabulary,
    intent_features,
    sentence_features,
    topic_features,
)
from classifier.pipeline import Floats, Heads
from classifier.text import Reading


@dataclass(frozen=True, slots=True)
class Evidence:
    """Scores, a row a message; those of sentences have a row each, from `starts[i]` for message i.

    `encoded` is what the encoder says of the messages, where there is one.
    """

    topics: Floats
    intents: Floats
    flags: Floats
    sentences: Floats
    sentence_flags: Floats
    starts: NDArray[np.int64]
    words: NDArray[np.int64]
    known: Floats
    encoded: Scores | None = None

    def __len__(self) -> int:
        """How many messages."""
        return len(self.topics)

    def chosen(self, rows: NDArray[np.int64]) -> "Evidence":
        """The evidence of these messages only, in this order."""
        ends = np.append(self.starts, len(self.sentences))[1:]
        spans = [np.arange(self.starts[row], ends[row]) for row in rows]
        lengths = np.array([len(span) for span in spans], np.int64)
        spoken = np.concatenate(spans) if spans else np.array([], np.int64)
        return Evidence(
            topics=self.topics[rows],
            intents=self.intents[rows],
            flags=self.flags[rows],
            sentences=self.sentences[spoken],
            sentence_flags=self.sentence_flags[spoken],
            starts=np.cumsum(lengths) - lengths,
            words=self.words[rows],
            known=self.known[rows],
            encoded=self.encoded.chosen(rows) if self.encoded else None,
        )

    def beside(self, encoded: Scores | None) -> "Evidence":
        """The same with what the encoder says."""
        return replace(self, encoded=encoded)


@dataclass(frozen=True, slots=True)
class Rows:
    """A batch of readings as TF-IDF rows."""

    readings: Sequence[Reading]
    about: sp.csr_matrix
    meant: sp.csr_matrix
    sentences: sp.csr_matrix
    starts: NDArray[np.int64]
    words: NDArray[np.int64]
    known: Floats


def rows_of(readings: Sequence[Reading], about: Vocabulary, meant: Vocabulary) -> Rows:
    """The rows of these readings, with how many words each has and what share is known."""
    counts = np.array([len(reading.sentences) for reading in readings], np.int64)
    spoken = [[*reading.subject, *reading.body] for reading in readings]
    return Rows(
        readings=readings,
        about=about.weigh(map(topic_features, readings)),
        meant=meant.weigh(map(intent_features, readings)),
        sentences=about.weigh(sentence_features(s) for r in readings for s in r.sentences),
        starts=np.cumsum(counts) - counts,
        words=np.array([len(words) for words in spoken], np.int64),
        known=np.array(
            [sum(map(about.__contains__, words)) / max(len(words), 1) for words in spoken],
            np.float32,
        ),
    )


class Weights:
    """The heads' coefficients laid out for sparse rows times dense columns."""

    def __init__(self, heads: Heads) -> None:
        """Copy the coefficients once, feature by feature."""
        self.topic: Floats = np.ascontiguousarray(heads.topic.coef_.T, np.float32)
        self.intent: Floats = np.ascontiguousarray(heads.intent.coef_.T, np.float32)
        self.flags: Floats = np.ascontiguousarray(heads.flags.coef_.T, np.float32)

    def evidence(self, rows: Rows) -> Evidence:
        """The decision values of every head, equal to sklearn's decision_function."""
        return Evidence(
            topics=rows.about @ self.topic,
            intents=rows.meant @ self.intent,
            flags=rows.about @ self.flags,
            sentences=rows.sentences @ self.topic,
            sentence_flags=rows.sentences @ self.flags,
            starts=rows.starts,
            words=rows.words,
            known=rows.known,
        )
