"""Fit the model on the corpus: heads, then everything that is drawn from held-out scores."""

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from classifier.artefact import FORMAT, Artefact, libraries, save
from classifier.crossval import (
    Progress,
    beside_encoder,
    example_catalogue,
    held_out,
    judged_by,
    report_held_out,
    silent,
)
from classifier.decide import Ownership
from classifier.encoder.model import find_encoder
from classifier.labelled import Labelled, corpus_hash, read_labelled
from classifier.pipeline import examples, fit_heads
from classifier.tuning import PRECISION, tune
from models.errors import Misconfigured

_STEPS = 5
_SHORT = 6


def train(
    corpus: Path,
    out: Path,
    *,
    now: datetime,
    progress: Progress = silent,
    more: Sequence[Labelled] = (),
) -> dict[str, object]:
    """Fit on every labelled line under `corpus`, and `more` beside them (what staff corrected, with
    the labels of the example's map); write model and manifest; return the manifest.

    `progress` is told (step, done, total). Raises Misconfigured where a line cannot be used.
    """
    # Many small products: threads of the linear algebra would only wait for one another.
    with threadpool_limits(1):
        return _train(corpus, out, now, progress, more)


def _train(
    corpus: Path, out: Path, now: datetime, progress: Progress, more: Sequence[Labelled]
) -> dict[str, object]:
    progress("read the corpus", 0, _STEPS)
    texts, digest = read_labelled(corpus), corpus_hash(corpus)
    if not texts:
        raise Misconfigured(f"{corpus}: there is no labelled line in it")
    lines = [*texts, *more]
    progress("count the words", 1, _STEPS)
    known = examples(lines, len(more))
    encoder = find_encoder()
    # Corrections are the cases where a model was wrong: how sure one may be is drawn from the corpus.
    judged = judged_by(texts, encoder)
    if not len(judged):
        raise Misconfigured(
            f"{corpus}: the encoder learned every file in it: none is left to judge by"
        )
    evidence, held = held_out(known, lines, progress)
    # The last fit needs nothing of the thresholds: the two share the machine.
    with ThreadPoolExecutor(1) as pool:
        everything = pool.submit(fit_heads, known, np.arange(len(lines)))
        progress("draw the thresholds", 2, _STEPS)
        unseen = [lines[n] for n in judged.tolist()]
        evidence = beside_encoder(evidence, lines, judged, encoder)
        tuning = tune(evidence, known.chosen(judged), unseen, Ownership(example_catalogue()))
        report = report_held_out(evidence, held, known, lines, judged)
        progress("fit on everything", 3, _STEPS)
        heads = everything.result()
    progress("write the model", 4, _STEPS)
    manifest: dict[str, object] = {
        "format": FORMAT,
        "model": f"{now:%Y-%m-%d}-{_all_hash(digest, more)[:_SHORT]}",
        "trained": now.isoformat(),
        "corpus": {"sha256": digest, "texts": len(texts)},
        "corrections": len(more),
        "encoder": encoder.version if encoder else None,
        "libraries": libraries(),
        "threshold": tuning.threshold,
        "precision_aimed_at": PRECISION,
        "held_out": report.to_json(),
    }
    save(Artefact(known.about, known.meant, heads, tuning), manifest, out)
    progress("write the model", _STEPS, _STEPS)
    return manifest


def _all_hash(digest: str, more: Sequence[Labelled]) -> str:
    """The corpus' hash, or one over it and what is learned beside it."""
    if not more:
        return digest
    learned = [
        (line.id, line.subject, line.body, line.topic, line.intent, sorted(line.flags))
        for line in more
    ]
    return hashlib.sha256(f"{digest}{learned!a}".encode()).hexdigest()
