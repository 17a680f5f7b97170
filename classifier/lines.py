"""JSON lines in, JSON lines out, in the same order."""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from classifier.predict import BATCH, Classifier, Text

_FIELDS = ("subject", "body", "from")


def classify_lines(
    lines: Iterable[str], classifier: Classifier, *, batch: int = BATCH
) -> Iterator[str]:
    """A JSON prediction for each line with `subject`, `body` and perhaps `from` and `id`.

    A malformed line gives `{"error": …, "line": n}` in its place and does not stop the stream.
    Up to `batch` lines are read before their answers are given: 1 answers each line at once.
    """
    remaining = iter(lines)
    chunks = iter(lambda: list(islice(remaining, max(batch, 1))), [])
    return classify_batches(chunks, classifier)


def classify_batches(batches: Iterable[Sequence[str]], classifier: Classifier) -> Iterator[str]:
    """As `classify_lines`; each batch of lines is answered before the next is asked for."""
    number = 1
    for batch in batches:
        yield from _answers(number, batch, classifier)
        number += len(batch)


def _answers(first: int, lines: Sequence[str], classifier: Classifier) -> Iterator[str]:
    asked = [(n, asked_of(line)) for n, line in enumerate(lines, start=first) if line.strip()]
    texts = [question[0] for _, question in asked if not isinstance(question, str)]
    predictions = classifier.predict_many(texts)
    for number, question in asked:
        if isinstance(question, str):
            yield as_line({"error": question, "line": number})
        else:
            yield as_line(question[1] | next(predictions).to_json())


def asked_of(line: str) -> tuple[Text, dict[str, object]] | str:
    """The text with the id to hand through; what is wrong with the line, as text, otherwise."""
    try:
        data = json.loads(line)
    except (ValueError, RecursionError) as error:
        return f"not JSON: {error}"
    if not isinstance(data, dict):
        return "not a JSON object"
    if "body" not in data and "subject" not in data:
        return "subject and body are missing"
    subject, body, sender = (data.get(field) or "" for field in _FIELDS)
    if not (isinstance(subject, str) and isinstance(body, str) and isinstance(sender, str)):
        return "subject, body and from must be text"
    return (subject, body, sender), ({"id": data["id"]} if "id" in data else {})


def as_line(data: dict[str, object]) -> str:
    """A line of JSON."""
    # ASCII: a lone surrogate of the input then passes through any output encoding.
    return json.dumps(data)
