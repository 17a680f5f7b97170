"""The classifier: text to prediction, under one council's map."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifier.artefact import Artefact, load
from classifier.calibration import Array
from classifier.decide import Ownership
from classifier.doubts import doubts
from classifier.encoder.model import Encoder, find_encoder
from classifier.evidence import Evidence, Rows, Weights, rows_of
from classifier.explain import Explainer
from classifier.flags import raised, ruled, sentences_that_raised
from classifier.text import read
from classifier.whole import whole_of_both
from models.council import Catalogue
from models.errors import Misconfigured
from models.prediction import Doubt, Flag, Prediction
from models.routing import route

BATCH = 64
"""Enough for speed, few enough that a stream is answered as it comes."""

Text = tuple[str, str, str]


class Classifier:
    """A fitted model with a council's map. The same model serves any map. Safe across threads."""

    def __init__(
        self, artefact: Artefact, catalogue: Catalogue, model: str, encoder: Encoder | None
    ) -> None:
        """Lay the model out for speed; `model` is the version every prediction bears.

        `encoder` is the one that the model was fitted beside, None where it was fitted without.
        """
        self.model = model
        self._encoder = encoder
        self._artefact = artefact
        self._catalogue = catalogue
        self._ownership = Ownership(catalogue)
        self._weights = Weights(artefact.heads)
        self._explainer = Explainer(artefact.about, artefact.meant)

    @classmethod
    def load(cls, path: Path, catalogue: Catalogue) -> "Classifier":
        """The model at `path`. Raises Misconfigured where there is none, or none to be trusted."""
        artefact, manifest = load(path)
        encoder = find_encoder()
        here = encoder.version if encoder else None
        if manifest["encoder"] != here:
            raise Misconfigured(
                f"the model at {path} was fitted beside the encoder {manifest['encoder']}, "
                f"here is {here}: run `carebot train`"
            )
        return cls(artefact, catalogue, str(manifest["model"]), encoder)

    def with_catalogue(self, catalogue: Catalogue) -> "Classifier":
        """The same fitted model under another council's map."""
        return Classifier(self._artefact, catalogue, self.model, self._encoder)

    def predict(self, subject: str, body: str, sender: str = "") -> Prediction:
        """One message's prediction; any text is accepted, the empty one too."""
        return self._batch([(subject, body, sender)])[0]

    def predict_many(self, texts: Iterable[Text]) -> Iterator[Prediction]:
        """Predictions of (subject, body, sender) in the same order, lazily, in batches."""
        waiting = iter(texts)
        while batch := list(islice(waiting, BATCH)):
            yield from self._batch(batch)

    def predict_from(
        self, texts: Sequence[Text], rows: Rows, evidence: Evidence
    ) -> list[Prediction]:
        """The predictions of texts whose evidence is known already, a row of it each."""
        tuning = self._artefact.tuning
        decided = tuning.decide(evidence, self._ownership)
        sure = tuning.confidence(decided.signs)
        doubted = doubts(decided, sure, evidence, tuning)
        flags = raised(evidence, tuning.detectors)
        seconds = ~decided.outside & (
            tuning.secondary(decided.rival_signs) >= tuning.secondary_threshold
        )
        made = []
        for row, (topic, intent) in enumerate(
            zip(decided.topics(), decided.intents(), strict=True)
        ):
            way = route(self._catalogue, topic, intent)
            found = self._flags(texts[row], flags[row])
            places = int(decided.topic[row]), int(decided.intent[row])
            made.append(
                Prediction(
                    category=way.category,
                    service=way.service,
                    authority=way.authority,
                    secondary_authority=(
                        self._ownership.names[decided.rival[row]] if seconds[row] else None
                    ),
                    flags=found,
                    topic=topic,
                    intent=intent,
                    confidence=float(sure[row]),
                    needs_person=bool(doubted[row]),
                    reasons=self._explainer.why(
                        rows.readings[row],
                        rows,
                        self._weights,
                        row,
                        *places,
                        whole_of_both(evidence, tuning.blend, row, *places),
                    ),
                    model=self.model,
                    doubts=doubted[row],
                    raised=sentences_that_raised(*texts[row][:2], found, evidence, row),
                    second_owner=(
                        self._ownership.names[decided.second[row]]
                        if Doubt.TWO_MATTERS in doubted[row]
                        else None
                    ),
                )
            )
        return made

    def likely_topics(self, texts: Sequence[Text]) -> Array:
        """The probability of each topic (TOPICS) before any map, a row a text."""
        return self._artefact.tuning.blend.topics(self._evidence(texts)[1])

    def _batch(self, texts: list[Text]) -> list[Prediction]:
        return self.predict_from(texts, *self._evidence(texts))

    def _evidence(self, texts: Sequence[Text]) -> tuple[Rows, Evidence]:
        readings = [read(subject, body) for subject, body, _ in texts]
        rows = rows_of(readings, self._artefact.about, self._artefact.meant)
        evidence = self._weights.evidence(rows)
        if self._encoder is not None:
            evidence = evidence.beside(self._encoder.scores(readings))
        return rows, evidence

    def _flags(self, text: Text, found: NDArray[np.bool_]) -> tuple[Flag, ...]:
        plain = ruled(*text)
        return tuple(flag for flag, hit in zip(Flag, found, strict=True) if hit or flag in plain)
