"""The report by register: how a message came, how long it is, which voice wrote it, who answers it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from classifier.checking.lines import FORMS
from classifier.evaluate import Measure, Report, measure, measure_class
from classifier.labelled import Labelled
from models.prediction import Prediction

LENGTHS: Mapping[str, int] = {"short": 0, "medium": 25, "long": 100}
"""From how many words of the body on a message is of this length."""


def by_form(lines: Sequence[Labelled], predictions: Sequence[Prediction]) -> dict[str, Report]:
    """A report for each form that occurs, in the order of FORMS."""
    return _by(lambda line: line.form, FORMS, lines, predictions)


def by_length(lines: Sequence[Labelled], predictions: Sequence[Prediction]) -> dict[str, Report]:
    """A report for each length of LENGTHS that occurs."""
    return _by(length_of, LENGTHS, lines, predictions)


def by_file(lines: Sequence[Labelled], predictions: Sequence[Prediction]) -> dict[str, Report]:
    """A report for each file, which is one voice."""
    files = sorted({line.file for line in lines})
    return _by(lambda line: line.file, files, lines, predictions)


def length_of(line: Labelled) -> str:
    """Which of LENGTHS this text is."""
    words = len(line.body.split())
    return [name for name, least in LENGTHS.items() if words >= least][-1]


def by_owner(
    owners: Iterable[str], lines: Sequence[Labelled], predictions: Sequence[Prediction]
) -> dict[str, Measure]:
    """How well each of these services or authorities (ids) is found; those that occur."""
    truth = [line.service or line.authority for line in lines]
    said = [prediction.service or prediction.authority for prediction in predictions]
    return {
        owner: measure_class([t == owner for t in truth], [s == owner for s in said])
        for owner in owners
        if owner in truth
    }


def _by(
    kind_of: Callable[[Labelled], str | None],
    kinds: Iterable[str],
    lines: Sequence[Labelled],
    predictions: Sequence[Prediction],
) -> dict[str, Report]:
    parts: dict[str | None, tuple[list[Labelled], list[Prediction]]] = defaultdict(lambda: ([], []))
    for line, prediction in zip(lines, predictions, strict=True):
        mine, made = parts[kind_of(line)]
        mine.append(line)
        made.append(prediction)
    return {kind: measure(*parts[kind]) for kind in kinds if kind in parts}
