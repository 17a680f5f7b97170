"""The model on disk: a skops file, which cannot run code, and a manifest in JSON beside it."""

import json
import os
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import RidgeClassifier
from skops import io as skops_io
from skops.io.exceptions import UntrustedTypesFoundException

from classifier.blend import Blend, Weighing
from classifier.features import Vocabulary
from classifier.flags import Detector
from classifier.logit import Logit
from classifier.pipeline import Heads
from classifier.tuning import Tuning
from models.errors import Misconfigured

FORMAT = 2
_LIBRARIES = ("scikit-learn", "numpy", "scipy", "skops")
_TRAIN = "run `carebot train`"


@dataclass(frozen=True, slots=True)
class Artefact:
    """Everything a prediction needs."""

    about: Vocabulary
    meant: Vocabulary
    heads: Heads
    tuning: Tuning


def libraries() -> dict[str, str]:
    """The versions a model is bound to."""
    return {name: version(name) for name in _LIBRARIES}


def save(artefact: Artefact, manifest: Mapping[str, object], out: Path) -> None:
    """Write model and manifest, each whole or not at all; the manifest last."""
    out.parent.mkdir(parents=True, exist_ok=True)
    content = {
        "about": _vocabulary(artefact.about),
        "meant": _vocabulary(artefact.meant),
        "heads": {
            "topic": _with_numbers_of(artefact.heads.topic, np.float16),
            "intent": _with_numbers_of(artefact.heads.intent, np.float16),
            "flags": _with_numbers_of(artefact.heads.flags, np.float16),
        },
        "tuning": asdict(artefact.tuning),
    }
    _atomically(
        out,
        lambda path: skops_io.dump(
            content, path, compression=zipfile.ZIP_DEFLATED, compresslevel=1
        ),
    )
    text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
    _atomically(out.with_suffix(".json"), lambda path: path.write_text(text, encoding="utf-8"))


def read_manifest(path: Path) -> dict[str, object]:
    """The manifest beside the model at `path`. Raises Misconfigured where there is none to use."""
    beside = path.with_suffix(".json")
    if not path.is_file() or not beside.is_file():
        raise Misconfigured(f"no model at {path}: {_TRAIN}")
    try:
        manifest = json.loads(beside.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Misconfigured(f"{beside}: not a manifest ({error}): {_TRAIN}") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise Misconfigured(f"{beside}: not a manifest of this version of carebot: {_TRAIN}")
    return manifest


def load(path: Path) -> tuple[Artefact, dict[str, object]]:
    """Model and manifest at `path`.

    Raises Misconfigured where there is none, where it was made with other library versions, or
    where the file holds a type that is not plainly scikit-learn's, numpy's or Python's own data.
    """
    manifest = read_manifest(path)
    made_with, here = manifest.get("libraries"), libraries()
    if made_with != here:
        raise Misconfigured(
            f"the model at {path} was made with {_told(made_with)}, here are {_told(here)}: {_TRAIN}"
        )
    try:
        # Nothing is trusted beyond what skops trusts by itself.
        return _artefact(skops_io.load(path, trusted=[])), manifest
    except UntrustedTypesFoundException as error:
        raise Misconfigured(
            f"the model at {path} holds types that are not trusted ({error}): {_TRAIN}"
        ) from error
    # A damaged zip or a schema of another shape ends in whatever skops stumbles over first.
    except Exception as error:
        raise Misconfigured(f"the model at {path} cannot be read ({error}): {_TRAIN}") from error


def _with_numbers_of(head: RidgeClassifier, size: type[np.floating[Any]]) -> RidgeClassifier:
    """The head with coefficients of this size: halves on disk, which nobody can tell in a decision."""
    changed = copy(head)
    changed.coef_ = head.coef_.astype(size)
    return changed


def _vocabulary(vocabulary: Vocabulary) -> dict[str, object]:
    # One text and not a list: skops writes a node for each item of a list.
    return {"names": "\n".join(vocabulary.names), "weights": vocabulary.weights}


def _artefact(content: dict[str, dict[str, Any]]) -> Artefact:
    def vocabulary(name: str) -> Vocabulary:
        names = content[name]["names"]
        if not isinstance(names, str):
            raise TypeError(f"{name}: the names are not text")
        return Vocabulary(names.split("\n"), content[name]["weights"])

    heads = Heads(
        **{name: _with_numbers_of(head, np.float32) for name, head in content["heads"].items()}
    )
    about, meant = vocabulary("about"), vocabulary("meant")
    for head, words in ((heads.topic, about), (heads.flags, about), (heads.intent, meant)):
        if head.coef_.shape[1] != len(words.names):
            raise ValueError("the heads do not fit the vocabulary")
    return Artefact(about, meant, heads, _tuning(content["tuning"]))


def _tuning(content: Mapping[str, Any]) -> Tuning:
    blend = content["blend"]
    return Tuning(
        blend=Blend(_weighing(blend["topic"]), _weighing(blend["intent"])),
        side=_logit(content["side"]),
        confidence=_logit(content["confidence"]),
        secondary=_logit(content["secondary"]),
        threshold=float(content["threshold"]),
        secondary_threshold=float(content["secondary_threshold"]),
        detectors=tuple(
            Detector(_logit(detector["logit"]), float(detector["threshold"]))
            for detector in content["detectors"]
        ),
    )


def _weighing(content: Mapping[str, Any]) -> Weighing:
    return Weighing(float(content["heads"]), float(content["encoder"]))


def _logit(content: Mapping[str, Any]) -> Logit:
    return Logit(np.asarray(content["weights"]), float(content["offset"]))


def _told(libraries_: object) -> str:
    if not isinstance(libraries_, dict):
        return "unknown libraries"
    return ", ".join(f"{name} {number}" for name, number in libraries_.items())


def _atomically(path: Path, write: Callable[[Path], object]) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=path.suffix)
    os.close(handle)
    half = Path(name)
    try:
        write(half)
        half.chmod(0o644)
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)
