"""One model a session, fitted on a few hundred texts in well under a minute."""

from datetime import UTC, datetime

import pytest

from classifier.labelled import CORPUS
from classifier.predict import Classifier
from classifier.train import train
from models.council import CouncilType, default_catalogue

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
EVERY = 28


@pytest.fixture(scope="session")
def few(tmp_path_factory):
    """A corpus of every twenty-eighth text of every file."""
    folder = tmp_path_factory.mktemp("corpus")
    for file in sorted(CORPUS.glob("*.jsonl")):
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        (folder / file.name).write_text("".join(lines[::EVERY]), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def trained(few, tmp_path_factory):
    """Where the model lies, its manifest, and the steps that were told while it was fitted."""
    out = tmp_path_factory.mktemp("model") / "carebot.skops"
    steps = []
    manifest = train(few, out, now=NOW, progress=lambda *step: steps.append(step))
    return out, manifest, steps


@pytest.fixture(scope="session")
def classifier(trained):
    return Classifier.load(trained[0], default_catalogue(CouncilType.DISTRICT))
