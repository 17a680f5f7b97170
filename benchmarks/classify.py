"""One message classified, and a thousand together."""

from functools import partial
from itertools import islice

from benchmarks.figures import Row, Sizes, median, seconds_of
from benchmarks.town import example
from bot.wiring import classifier_of
from classifier.labelled import CORPUS, read_labelled

_SUBJECT = "classify"


def measure(sizes: Sizes) -> list[Row]:
    """The rows. The texts are the corpus': their words are known, as most of a letter's are."""
    classifier = classifier_of(example())
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
    ]  # fmt: skip
