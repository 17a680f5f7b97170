"""Flags: each has a detector of its own, and a few plain rules that a person can check.

A detector hears the whole message, its loudest sentences and the encoder. The loudest sentence is also
what is shown: the sentence that raised the flag.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifier.calibration import Array, best_threshold
from classifier.evidence import Evidence
from classifier.labelled import Labelled
from classifier.logit import Logit, fit_apart
from classifier.text import written_sentences
from models.prediction import Flag

# Who writes says it: their own addresses.
_SENDERS = (
    (Flag.MP_ENQUIRY, ("parliament.uk",)),
    (Flag.OMBUDSMAN, ("lgo.org.uk", "housing-ombudsman.org.uk")),
)
# Wordings of law and office were tried as rules and left out: the learned heads were better.
_WORDINGS = ((Flag.HAZARD, re.compile(r"(?i)\bsmell(?:s|ing)? of gas\b|\bgas (?:smell|leak)\b")),)
# Missing one of these costs more than a needless look: the threshold prefers recall.
RECALL_COUNTS = {Flag.SAFEGUARDING: 3.0, Flag.HAZARD: 3.0}


@dataclass(frozen=True, slots=True)
class Detector:
    """Raises one flag where the probability of its signs reaches the threshold."""

    logit: Logit
    threshold: float


def fit_detectors(
    evidence: Evidence, truth: NDArray[np.int64], lines: Sequence[Labelled]
) -> tuple[Detector, ...]:
    """A detector for each flag, in the order of Flag; its threshold from texts of other files."""
    return tuple(
        _detector(flag_signs(evidence, place), truth[:, place] == 1, lines, flag)
        for place, flag in enumerate(Flag)
    )


def raised(evidence: Evidence, detectors: Sequence[Detector]) -> NDArray[np.bool_]:
    """Which flags the detectors raise, a row a message, a column a flag."""
    return np.column_stack(
        [
            detector.logit(flag_signs(evidence, place)) >= detector.threshold
            for place, detector in enumerate(detectors)
        ]
    )


def flag_signs(evidence: Evidence, place: int) -> Array:
    """What speaks for a flag: the whole message and its loudest sentence, for it and for the others
    (what speaks for one of them often speaks against another), and the encoder.
    """
    loudest = np.maximum.reduceat(evidence.sentence_flags, evidence.starts, axis=0)
    encoded = evidence.encoded
    return np.column_stack(
        [
            evidence.flags[:, place],
            loudest[:, place],
            encoded.flags[:, place] if encoded else np.zeros(len(evidence)),
            evidence.flags,
            loudest,
        ]
    ).astype(np.float64)


def ruled(subject: str, body: str, sender: str) -> frozenset[Flag]:
    """The flags that a plain rule raises, whatever the detectors say."""
    found = {flag for flag, wording in _WORDINGS if wording.search(subject) or wording.search(body)}
    domain = sender.rpartition("@")[2].strip(" <>\t\r\n").lower()
    for flag, domains in _SENDERS:
        if any(domain == known or domain.endswith("." + known) for known in domains):
            found.add(flag)
    return frozenset(found)


def sentences_that_raised(
    subject: str, body: str, flags: Sequence[Flag], evidence: Evidence, row: int
) -> dict[Flag, str]:
    """For each of these flags of message `row` the sentence, as written, that speaks loudest for it.

    Nothing for a flag raised by the sender's address alone, where nothing was written.
    """
    if not flags:
        return {}
    written = written_sentences(subject, body)
    start = int(evidence.starts[row])
    scores = evidence.sentence_flags[start : start + len(written)]
    places = {flag: place for place, flag in enumerate(Flag)}
    found = {flag: _plainly(flag, written) for flag in flags}
    return {
        flag: sentence
        for flag in flags
        if (sentence := found[flag] or written[int(scores[:, places[flag]].argmax())])
    }


def _plainly(flag: Flag, written: Sequence[str]) -> str | None:
    """The sentence in which a rule's wording for the flag stands."""
    rules = [wording for known, wording in _WORDINGS if known is flag]
    return next((s for s in written if any(rule.search(s) for rule in rules)), None)


def _detector(
    signs: Array, truth: NDArray[np.bool_], lines: Sequence[Labelled], flag: Flag
) -> Detector:
    logit, apart = fit_apart(signs, truth, lines)
    return Detector(logit, best_threshold(apart, truth, recall_counts=RECALL_COUNTS.get(flag, 1.0)))
