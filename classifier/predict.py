"""The classifier: text to prediction, under one council's map."""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from classifier.artefact import Artefact, load
from classifier.decide import Decided, Ownership, flag_places
from classifier.evidence import Evidence, Rows, Weights, rows_of
from classifier.explain import Explainer
from classifier.flags import ruled
from classifier.pipeline import MIXED
from classifier.text import read
from models.council import Catalogue
from models.prediction import Flag, Prediction
from models.routing import route

BATCH = 64
"""Enough for speed, few enough that a stream is answered as it comes."""

Text = tuple[str, str, str]


class Classifier:
    """A fitted model with a council's map. The same model serves any map. Safe across threads."""

    def __init__(self, artefact: Artefact, catalogue: Catalogue, model: str) -> None:
        """Lay the model out for speed; `model` is the version every prediction bears."""
        self.model = model
        self._artefact = artefact
        self._catalogue = catalogue
        self._ownership = Ownership(catalogue)
        self._weights = Weights(artefact.heads)
        self._explainer = Explainer(artefact.about, artefact.meant)

    @classmethod
    def load(cls, path: Path, catalogue: Catalogue) -> "Classifier":
        """The model at `path`. Raises Misconfigured where there is none, or none to be trusted."""
        artefact, manifest = load(path)
        return cls(artefact, catalogue, str(manifest["model"]))

    def with_catalogue(self, catalogue: Catalogue) -> "Classifier":
        """The same fitted model under another council's map."""
        return Classifier(self._artefact, catalogue, self.model)

    def predict(self, subject: str, body: str, sender: str = "") -> Prediction:
        """One message's prediction; any text is accepted, the empty one too."""
        return self._batch([(subject, body, sender)])[0]

    def predict_many(self, texts: Iterable[Text]) -> Iterator[Prediction]:
        """Predictions of (subject, body, sender) in the same order, lazily, in batches."""
        waiting = iter(texts)
        while batch := list(islice(waiting, BATCH)):
            yield from self._batch(batch)

    def _batch(self, texts: list[Text]) -> list[Prediction]:
        rows = self._rows(texts)
        evidence = self._weights.evidence(rows)
        decided = self._artefact.tuning.decide(evidence, self._ownership)
        return self._predictions(texts, rows, evidence, decided)

    def _rows(self, texts: list[Text]) -> Rows:
        readings = [read(subject, body) for subject, body, _ in texts]
        return rows_of(readings, self._artefact.about, self._artefact.meant)

    def _predictions(
        self, texts: list[Text], rows: Rows, evidence: Evidence, decided: Decided
    ) -> list[Prediction]:
        tuning = self._artefact.tuning
        sure = tuning.confidence(decided.signs)
        persons = tuning.needs_person(sure, evidence)
        seconds = ~decided.outside & (
            tuning.secondary(decided.rival_signs) >= tuning.secondary_threshold
        )
        scored = flag_places(evidence.flags[:, :MIXED], tuning.flag_thresholds)
        made = []
        for row, (topic, intent) in enumerate(
            zip(decided.topics(), decided.intents(), strict=True)
        ):
            way = route(self._catalogue, topic, intent)
            rival = self._ownership.names[decided.rival[row]] if seconds[row] else None
            flags = ruled(*texts[row]).union(scored[row])
            made.append(
                Prediction(
                    category=way.category,
                    service=way.service,
                    authority=way.authority,
                    secondary_authority=rival,
                    flags=tuple(flag for flag in Flag if flag in flags),
                    topic=topic,
                    intent=intent,
                    confidence=float(sure[row]),
                    needs_person=bool(persons[row]),
                    reasons=self._explainer.reasons(
                        rows, self._weights, row, int(decided.topic[row]), int(decided.intent[row])
                    ),
                    model=self.model,
                )
            )
        return made
