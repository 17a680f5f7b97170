"""The live model of a running bot: a new version is taken up between two messages, not by a restart."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import structlog

from classifier.artefact import read_manifest
from classifier.predict import Classifier, Text
from models.council import Catalogue
from models.errors import Misconfigured
from models.prediction import Prediction

_LOOKS_BETWEEN_TRIES = 10
"""A version that could not be loaded is tried again after so many looks: some minutes."""

_log = structlog.get_logger(__name__)


class LiveModel:
    """Implements models.ports.Triage with the model that is live at `path`. Safe across threads."""

    def __init__(self, path: Path, catalogue: Catalogue) -> None:
        """Load it. Raises Misconfigured where there is none, or none to be trusted."""
        self._path, self._catalogue = path, catalogue
        # What the links lead to: model and manifest of one version, whatever is switched meanwhile.
        self._tried = _stamp(path)
        self._looks_to_go: int | None = None
        self._model = Classifier.load(path.resolve(), catalogue)

    def predict(self, subject: str, body: str, sender: str = "") -> Prediction:
        """As models.ports.Triage says."""
        return self._model.predict(subject, body, sender)

    def predict_many(self, texts: Iterable[Text]) -> Iterator[Prediction]:
        """As models.ports.Triage says; a batch is answered by the model with which it began."""
        return self._model.predict_many(texts)

    def look_again(self) -> bool:
        """Take up another version where one is live by now; whether it was.

        One that cannot be used is logged once, and the model that is there goes on; it is tried again
        some looks later, for what was wrong may have passed.
        """
        stamp = _stamp(self._path)
        failed_before = stamp == self._tried
        if failed_before and not self._is_time_to_try_again():
            return False
        self._tried, self._looks_to_go = stamp, None
        try:
            path = self._path.resolve()
            if read_manifest(path)["model"] == self._model.model:
                return False
            model = Classifier.load(path, self._catalogue)
        except Misconfigured as error:
            self._looks_to_go = _LOOKS_BETWEEN_TRIES
            if not failed_before:
                _log.error("new_model_not_taken_up", model=self._model.model, reason=str(error))
            return False
        _log.info("new_model_taken_up", before=self._model.model, model=model.model)
        self._model = model
        return True

    def _is_time_to_try_again(self) -> bool:
        if self._looks_to_go is None:
            return False
        self._looks_to_go -= 1
        return self._looks_to_go <= 0


def _stamp(path: Path) -> tuple[str, int, int]:
    """What tells a change of the manifest, which is written last and switched with the model."""
    manifest = path.with_suffix(".json").resolve()
    try:
        known = manifest.stat()
    except OSError:
        return str(manifest), 0, 0
    return str(manifest), known.st_mtime_ns, known.st_size
