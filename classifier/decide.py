"""From evidence to a decision under one council's map: category, owner, topic, and how sure."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifier.blend import Blend
from classifier.calibration import Array, log_odds, softmax
from classifier.evidence import Evidence
from classifier.pipeline import MIXED, Floats
from models.council import Catalogue
from models.prediction import Intent
from models.topics import TOPICS

_TOPIC_IDS = tuple(TOPICS)
_INTENTS = tuple(Intent)
_SENTENCE_HEAT = 6.0
_ENCODER_VOICE = 0.2


class Ownership:
    """The catalogue's map as a matrix: which topic belongs to which owner, and who is outside."""

    def __init__(self, catalogue: Catalogue) -> None:
        """Number the owners of this catalogue."""
        owners = [catalogue.owner(topic) for topic in _TOPIC_IDS]
        unique = list(dict.fromkeys(owners))
        self.names = [owner.service or owner.authority or "" for owner in unique]
        self.outside = np.array([owner.authority is not None for owner in unique])
        self.of_topic = np.array([unique.index(owner) for owner in owners])
        self._belongs = np.equal.outer(self.of_topic, np.arange(len(unique))).astype(np.float64)
        self._topics_of = [np.flatnonzero(column) for column in self._belongs.T]

    def sums(self, topics: Array) -> Array:
        """Topic probabilities summed by owner."""
        summed: Array = topics @ self._belongs
        return summed

    def peaks(self, topics: NDArray[np.floating]) -> Array:
        """The best topic score of each owner."""
        return np.column_stack([topics[:, mine].max(axis=1) for mine in self._topics_of])


@dataclass(frozen=True, slots=True)
class Decided:
    """A batch of decisions, a row a message. Places are in TOPICS, Intent and Ownership.names.

    `second` is the likeliest owner beside `owner`.
    `first_owner` and `second_owner` are the probabilities of the two likeliest owners, `praise` and
    `dissatisfaction` those of the intents compliment and complaint.
    """

    topic: NDArray[np.int64]
    intent: NDArray[np.int64]
    owner: NDArray[np.int64]
    second: NDArray[np.int64]
    outside: NDArray[np.bool_]
    rival: NDArray[np.int64]
    rival_signs: Array
    signs: Array
    first_owner: Array
    second_owner: Array
    praise: Array
    dissatisfaction: Array

    def topics(self) -> Iterator[str]:
        """The topic ids."""
        return (_TOPIC_IDS[place] for place in self.topic)

    def intents(self) -> Iterator[Intent]:
        """The intents."""
        return (_INTENTS[place] for place in self.intent)


def side_signs(evidence: Evidence, ownership: Ownership, blend: Blend) -> Array:
    """Signs of whether the matter is another body's: of the whole, and of single sentences.

    A message in two matters is labelled by the council's part (labels.md, case 6), so that the
    strongest voice for either side counts, and whether the message is in two matters at all.
    """
    elsewhere = ownership.sums(blend.topics(evidence))[:, ownership.outside].sum(axis=1)
    whole = ownership.peaks(evidence.topics)
    spoken = ownership.peaks(_strongest(evidence.sentences, evidence.starts))
    return np.column_stack(
        [
            log_odds(elsewhere),
            evidence.flags[:, MIXED],
            _best(whole, ~ownership.outside),
            _best(whole, ownership.outside),
            _best(spoken, ~ownership.outside),
            _best(spoken, ownership.outside),
            *_encoder_signs(evidence, ownership),
        ]
    )


def _encoder_signs(evidence: Evidence, ownership: Ownership) -> list[Array]:
    """What the encoder says alone: whose matter, in two matters, the best of either side."""
    if evidence.encoded is None:
        return [np.zeros(len(evidence))] * 4
    owners = ownership.sums(softmax(evidence.encoded.topics, 1.0))
    peaks = ownership.peaks(evidence.encoded.topics)
    return [
        log_odds(owners[:, ownership.outside].sum(axis=1)),
        evidence.encoded.flags[:, MIXED].astype(np.float64),
        _best(peaks, ~ownership.outside),
        _best(peaks, ownership.outside),
    ]


def decide(
    evidence: Evidence,
    ownership: Ownership,
    blend: Blend,
    elsewhere: Array,
) -> Decided:
    """The likeliest category, in it the likeliest owner, and of that owner the likeliest topic.

    `elsewhere` is the probability of `non_council`; the other categories share the rest by intent.
    """
    topics, intents = blend.topics(evidence), blend.intents(evidence)
    owners = _rebalanced(ownership.sums(topics), elsewhere, ownership.outside)
    outside = elsewhere > intents.max(axis=1) * (1 - elsewhere)
    side = ownership.outside[None, :] == outside[:, None]
    owner = np.where(side, owners, -1).argmax(axis=1)
    mine = ownership.of_topic[None, :] == owner[:, None]
    rival = _rival(evidence, owner, ownership)
    sure_intent = np.where(outside, 1.0, intents.max(axis=1))
    return Decided(
        topic=np.where(mine, topics, -1).argmax(axis=1),
        intent=intents.argmax(axis=1),
        owner=owner,
        second=np.where(np.arange(owners.shape[1]) == owner[:, None], -1, owners).argmax(axis=1),
        outside=outside,
        rival=rival,
        rival_signs=_rival_signs(evidence, owners, owner, rival, ownership),
        first_owner=np.partition(owners, -1, axis=1)[:, -1],
        second_owner=np.partition(owners, -2, axis=1)[:, -2],
        praise=intents[:, _INTENTS.index(Intent.COMPLIMENT)],
        dissatisfaction=intents[:, _INTENTS.index(Intent.COMPLAINT)],
        signs=_signs(evidence, owners, owner, intents.argmax(axis=1), sure_intent, ownership),
    )


def _rebalanced(owners: Array, elsewhere: Array, outside: NDArray[np.bool_]) -> Array:
    """The owners' probabilities, made to agree with the probability of either side."""
    before = owners[:, outside].sum(axis=1)
    least = 1e-9
    grown = np.where(
        outside[None, :],
        (elsewhere / np.maximum(before, least))[:, None],
        ((1 - elsewhere) / np.maximum(1 - before, least))[:, None],
    )
    balanced: Array = owners * grown
    return balanced


def _signs(
    evidence: Evidence,
    owners: Array,
    owner: NDArray[np.int64],
    intent: NDArray[np.int64],
    sure_intent: Array,
    ownership: Ownership,
) -> Array:
    """Signs of whether category and owner are right."""
    rows = np.arange(len(owner))
    others = np.arange(owners.shape[1])[None, :] != owner[:, None]
    spoken = ownership.peaks(_strongest(evidence.sentences, evidence.starts))
    body, starts = _without_subject(evidence)
    in_body = ownership.peaks(_strongest(body, starts))[rows, owner]
    likely = ownership.sums(softmax(body, _SENTENCE_HEAT))
    chosen = owners[rows, owner]
    outside = ownership.outside[owner]
    elsewhere = owners[:, ownership.outside].sum(axis=1)
    return np.column_stack(
        [
            log_odds(chosen * sure_intent),
            log_odds(chosen),
            log_odds(sure_intent),
            log_odds(np.where(outside, elsewhere, 1 - elsewhere)),
            log_odds(np.where(others, owners, 0).max(axis=1)),
            spoken[rows, owner],
            np.where(others, spoken, -9).max(axis=1),
            evidence.flags[:, MIXED],
            evidence.topics.max(axis=1),
            np.log1p(evidence.words),
            evidence.known,
            outside,
            # A subject may be left over from an earlier matter: does the body say it too?
            in_body,
            log_odds(_strongest(likely, starts)[rows, owner]),
            *_encoder_agrees(evidence, owner, intent, ownership),
        ]
    )


def _encoder_agrees(
    evidence: Evidence, owner: NDArray[np.int64], intent: NDArray[np.int64], ownership: Ownership
) -> list[Array]:
    """How likely owner and intent are to the encoder alone, and whether it sees two matters."""
    if evidence.encoded is None:
        return [np.zeros(len(evidence))] * 3
    rows = np.arange(len(owner))
    owners = ownership.sums(softmax(evidence.encoded.topics, 1.0))
    sure = softmax(evidence.encoded.intents, 1.0)[rows, intent]
    return [
        log_odds(owners[rows, owner]),
        log_odds(np.where(ownership.outside[owner], 1.0, sure)),
        evidence.encoded.flags[:, MIXED].astype(np.float64),
    ]


def _best(scores: Array, columns: NDArray[np.bool_]) -> Array:
    """The best of these columns; a low constant where a council's map has none of them."""
    if not columns.any():
        return np.full(len(scores), -1.0)
    best: Array = scores[:, columns].max(axis=1)
    return best


def _strongest(sentences: NDArray[np.floating], starts: NDArray[np.int64]) -> Array:
    """The highest score of each column in any one sentence of a message."""
    lengths = np.diff(np.append(starts, len(sentences)))
    strongest = np.asarray(sentences[starts], np.float64)
    # Sentence by sentence, all messages at once: many times faster than reduceat over short runs.
    for place in range(1, int(lengths.max(initial=1))):
        rows = np.flatnonzero(lengths > place)
        strongest[rows] = np.maximum(strongest[rows], sentences[starts[rows] + place])
    return strongest


def _without_subject(evidence: Evidence) -> tuple[Floats, NDArray[np.int64]]:
    """The sentences without each message's first, its subject, unless there is no other."""
    lengths = np.diff(np.append(evidence.starts, len(evidence.sentences)))
    kept = np.ones(len(evidence.sentences), bool)
    kept[evidence.starts[lengths > 1]] = False
    left = np.maximum(lengths - 1, 1)
    return evidence.sentences[kept], np.cumsum(left) - left


def _rival(evidence: Evidence, owner: NDArray[np.int64], ownership: Ownership) -> NDArray[np.int64]:
    """The other body most spoken of, in the whole (which tells better) and in a sentence."""
    spoken = ownership.peaks(_strongest(evidence.sentences, evidence.starts))
    voice = spoken + 4 * ownership.peaks(evidence.topics)
    if evidence.encoded is not None:
        voice = voice + _ENCODER_VOICE * ownership.peaks(evidence.encoded.topics)
    places = np.arange(voice.shape[1])
    allowed = ownership.outside[None, :] & (places[None, :] != owner[:, None])
    rival: NDArray[np.int64] = np.where(allowed, voice, -99.0).argmax(axis=1)
    return rival


def _rival_signs(
    evidence: Evidence,
    owners: Array,
    owner: NDArray[np.int64],
    rival: NDArray[np.int64],
    ownership: Ownership,
) -> Array:
    """Signs of whether the message really needs that other body too."""
    rows = np.arange(len(owner))
    likely = ownership.sums(softmax(evidence.sentences, _SENTENCE_HEAT))
    spoken = _strongest(likely, evidence.starts)
    return np.column_stack(
        [
            log_odds(spoken[rows, rival]),
            log_odds(owners[rows, rival]),
            ownership.peaks(evidence.topics)[rows, rival],
            log_odds(spoken[rows, owner]),
            evidence.flags[:, MIXED],
            np.log1p(evidence.words),
            *_encoder_hears(evidence, rival, ownership),
        ]
    )


def _encoder_hears(
    evidence: Evidence, rival: NDArray[np.int64], ownership: Ownership
) -> list[Array]:
    """How likely the other body is to the encoder, and whether it sees two matters."""
    if evidence.encoded is None:
        return [np.zeros(len(evidence))] * 2
    owners = ownership.sums(softmax(evidence.encoded.topics, 1.0))
    return [
        log_odds(owners[np.arange(len(rival)), rival]),
        evidence.encoded.flags[:, MIXED].astype(np.float64),
    ]
