"""Runs the encoder: an 8-bit ONNX file and its tokenizer, on one core, with nothing downloaded."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from classifier.encoder.reading import LONGEST, pieces
from classifier.encoder.scores import Floats, Scores
from classifier.text import Reading
from models.errors import Misconfigured

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

FOLDER = Path(__file__).parent
ONNX, TOKENIZER, MANIFEST = "encoder.onnx", "tokenizer.json", "encoder.json"

_BATCH = 16


@dataclass(frozen=True, slots=True)
class Encoder:
    """A fitted encoder. Safe across threads.

    `tuned_on` names the corpus files it was fitted on: what is drawn from its scores (how much they
    weigh, how sure they are) is drawn from other files.
    """

    session: "InferenceSession"
    tokenizer: "Tokenizer"
    version: str
    tuned_on: frozenset[str]

    def scores(self, readings: Sequence[Reading]) -> Scores:
        """The scores of these messages. Texts of like length share a run."""
        texts = [pieces(reading, self.tokenizer) for reading in readings]
        order = sorted(range(len(texts)), key=lambda n: len(texts[n]))
        parts = [self._run([texts[n] for n in batch]) for batch in _batches(order)]
        back = np.argsort(np.array(order, np.int64), kind="stable")
        topics, intents, flags = (np.concatenate(part)[back] for part in zip(*parts, strict=True))
        return Scores(topics, intents, flags)

    def _run(self, texts: list[list[int]]) -> tuple[Floats, Floats, Floats]:
        longest = max(map(len, texts))
        numbers = np.zeros((len(texts), longest), np.int64)
        mask = np.zeros((len(texts), longest), np.int64)
        for row, text in enumerate(texts):
            numbers[row, : len(text)] = text
            mask[row, : len(text)] = 1
        found = self.session.run(None, {"pieces": numbers, "mask": mask})
        return found[0], found[1], found[2]


def load_encoder(folder: Path = FOLDER) -> Encoder:
    """The encoder in `folder`. Raises Misconfigured where a file is missing or damaged, or where
    what it needs (the extra `encoder`) is not installed.
    """
    try:
        import onnxruntime  # noqa: PLC0415  # an extra: who has no encoder needs neither
        from tokenizers import Tokenizer  # noqa: PLC0415
    except ImportError as error:
        raise Misconfigured(f"{folder}: needs `pip install 'carebot[encoder]'`: {error}") from error
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        content = _as_described(folder / ONNX, manifest["sha256"])
        tokenizer = _as_described(folder / TOKENIZER, manifest["tokenizer"])
        if manifest["longest"] != LONGEST:
            raise Misconfigured(
                f"{folder}: fitted on {manifest['longest']} pieces, not on {LONGEST}"
            )
        options = onnxruntime.SessionOptions()
        # One core a message: more would only wait for one another on texts this short.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        return Encoder(
            session=onnxruntime.InferenceSession(
                content, options, providers=["CPUExecutionProvider"]
            ),
            tokenizer=Tokenizer.from_buffer(tokenizer),
            version=str(manifest["version"]),
            tuned_on=frozenset(manifest["tuned_on"]),
        )
    except (OSError, ValueError, KeyError) as error:
        raise Misconfigured(f"{folder}: no encoder to be used there: {error}") from error


def find_encoder(folder: Path = FOLDER) -> Encoder | None:
    """The encoder in `folder`; None where there is none. Raises Misconfigured as `load_encoder`."""
    return load_encoder(folder) if (folder / MANIFEST).exists() else None


def _as_described(file: Path, digest: str) -> bytes:
    content = file.read_bytes()
    if hashlib.sha256(content).hexdigest() != digest:
        raise Misconfigured(f"{file}: damaged: not the file that {MANIFEST} describes")
    return content


def _batches(order: list[int]) -> Iterator[list[int]]:
    return (order[n : n + _BATCH] for n in range(0, len(order), _BATCH))
