"""One message classified, a thousand together, and what the model takes to load and to store."""

from functools import partial
from itertools import islice
from time import perf_counter

from benchmarks.figures import Row, Sizes, median, seconds_of
from benchmarks.town import example
from bot.wiring import classifier_of
from classifier.encoder.model import FOLDER, ONNX, TOKENIZER
from classifier.labelled import CORPUS, DEFAULT_MODEL, read_labelled

_SUBJECT = "classify"


def measure(sizes: Sizes) -> list[Row]:
    """The rows. The texts are the corpus': their words are known, as most of a letter's are."""
    started = perf_counter()
    classifier = classifier_of(example())
    loaded = perf_counter() - started
    files = [DEFAULT_MODEL, DEFAULT_MODEL.with_suffix(".json"), FOLDER / ONNX, FOLDER / TOKENIZER]
    size = sum(file.stat().st_size for file in files if file.exists())
    lines = read_labelled(CORPUS)
    # Every seventh line, so that all files, and so all voices, come by.
    texts = [(line.subject, line.body, line.sender) for line in (lines * 7)[::7]]
    warm, texts = texts[:50], texts[50:]
    list(classifier.predict_many(warm))
    alone = [
        seconds_of(partial(classifier.predict, *text)) for text in islice(texts, sizes.singles)
    ]
    batch = texts[: sizes.batch]
    together = min(seconds_of(lambda: list(classifier.predict_many(batch))) for _ in range(3))
    one, each = median(alone), together / len(batch)
    return [
        Row(_SUBJECT, "one message (median)", one * 1e3, "ms", note=f"{len(alone)} messages"),
        Row(_SUBJECT, f"a batch of {len(batch):,}", 1 / each, "messages/s",
            one / each, "so many times as fast a message as alone", "the best of three"),
        Row(_SUBJECT, "loading the model, libraries included", loaded, "s"),
        Row(_SUBJECT, "files of the model", size / 1e6, "MB"),
    ]  # fmt: skip
