"""How good: predictions beside labels."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from classifier.calibration import expected_error
from classifier.labelled import Labelled
from classifier.predict import Classifier
from models.errors import Misconfigured
from models.prediction import Category, Flag, Prediction
from models.routing import Route

Timer = Callable[[], float]
"""Seconds of a clock that only goes forward, such as time.perf_counter."""


@dataclass(frozen=True, slots=True)
class Measure:
    """Precision, recall and their mean of one class, and how often it is labelled.

    None is not nought: nothing was said, or nothing was labelled, so there is no share.
    """

    precision: float | None
    recall: float | None
    f1: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Report:
    """What was measured. Shares are from 0 to 1.

    `service` and `authority` are shares of all lines that have that label; `both` is category and
    owner right together; `coverage` is the share answered without a person, `automatic` how often
    category and owner were both right there. A share of no lines is None.
    """

    n: int
    accuracy: float | None
    macro_f1: float
    categories: dict[str, Measure]
    confusion: dict[str, dict[str, int]]
    service: float | None
    authority: float | None
    both: float | None
    secondary: Measure
    flags: dict[str, Measure]
    calibration_error: float
    coverage: float | None
    automatic: float | None
    milliseconds: float | None = None

    def to_json(self) -> dict[str, object]:
        """All of it, for json.dumps."""
        return asdict(self)

    def to_text(self) -> str:
        """All of it, for people."""
        lines = [
            f"texts                     {self.n}",
            f"category right            {percent(self.accuracy)}   macro-F1 {self.macro_f1:.3f}",
            f"service right             {percent(self.service)}",
            f"authority right           {percent(self.authority)}",
            f"category and owner right  {percent(self.both)}",
            f"calibration error         {self.calibration_error:.3f}",
            f"without a person          {percent(self.coverage)}",
            f"  of those right          {percent(self.automatic)}",
        ]
        if self.milliseconds is not None:
            lines.append(f"time                      {self.milliseconds:.2f} ms a message")
        lines += ["", f"{'':24}{'precision':>10}{'recall':>8}{'F1':>7}{'n':>7}"]
        measures = self.categories | {"secondary authority": self.secondary} | self.flags
        lines += [
            f"{name:24}{number(m.precision):>10}{number(m.recall):>8}{number(m.f1):>7}{m.n:>7}"
            for name, m in measures.items()
        ]
        names = list(Category)
        lines += ["", "labelled \\ predicted    " + "".join(f"{name:>17}" for name in names)]
        lines += [
            f"{row:24}" + "".join(f"{self.confusion[row][column]:>17}" for column in names)
            for row in names
        ]
        return "\n".join(lines) + "\n"


def evaluate(
    classifier: Classifier, lines: Iterable[Labelled], *, timer: Timer | None = None
) -> Report:
    """Predict every line and compare. Time is measured only where a timer is handed in.

    Raises Misconfigured where there is no line.
    """
    known = list(lines)
    texts = [(line.subject, line.body, line.sender) for line in known]
    before = timer() if timer else 0.0
    predictions = list(classifier.predict_many(texts))
    taken = timer() - before if timer else None
    return measure(known, predictions, seconds=taken)


def measure(
    lines: Sequence[Labelled], predictions: Sequence[Prediction], *, seconds: float | None = None
) -> Report:
    """The report on these predictions of these lines."""
    if not lines:
        raise Misconfigured("there is no labelled line to measure on")
    pairs = list(zip(lines, predictions, strict=True))
    categories = measure_categories(
        [line.category for line in lines], [p.category for p in predictions]
    )
    both = np.array([is_right(line, prediction) for line, prediction in pairs])
    alone = np.array([not prediction.needs_person for prediction in predictions])
    return Report(
        n=len(lines),
        accuracy=_share([line.category is p.category for line, p in pairs]),
        macro_f1=macro_f1(categories),
        categories=categories,
        confusion=_confusion(lines, predictions),
        service=_share([line.service == p.service for line, p in pairs if line.service]),
        authority=_share([line.authority == p.authority for line, p in pairs if line.authority]),
        both=_share(both.tolist()),
        secondary=_secondary(lines, predictions),
        flags={
            flag.value: measure_class(
                [flag in line.flags for line in lines], [flag in p.flags for p in predictions]
            )
            for flag in Flag
        },
        calibration_error=expected_error(np.array([p.confidence for p in predictions]), both),
        coverage=_share(alone.tolist()),
        automatic=_share(both[alone].tolist()),
        milliseconds=None if seconds is None else seconds * 1000 / len(lines),
    )


def measure_categories(truth: Sequence[Category], said: Sequence[Category]) -> dict[str, Measure]:
    """The measure of each category."""
    return {
        category.value: measure_class(
            [labelled is category for labelled in truth], [found is category for found in said]
        )
        for category in Category
    }


def macro_f1(measures: Mapping[str, Measure]) -> float:
    """The mean F1 of the classes that are labelled at all; nothing said counts as nought."""
    return float(np.mean([m.f1 or 0.0 for m in measures.values() if m.n]))


def is_right(line: Labelled, said: Prediction | Route) -> bool:
    """Whether category and owner are as labelled."""
    return (line.category, line.service, line.authority) == (
        said.category,
        said.service,
        said.authority,
    )


def _share(right: Sequence[bool]) -> float | None:
    return sum(right) / len(right) if right else None


def percent(share: float | None) -> str:
    """A share for people; a dash where there is none."""
    return "-" if share is None else f"{share:.1%}"


def number(share: float | None) -> str:
    """A share to three places; a dash where there is none."""
    return "-" if share is None else f"{share:.3f}"


def measure_class(truth: Sequence[bool], said: Sequence[bool]) -> Measure:
    """The measure of one class: of each text, whether it is labelled and whether it was said."""
    hits = sum(a and b for a, b in zip(truth, said, strict=True))
    return _of_counts(hits, sum(said), sum(truth))


def _of_counts(hits: int, said: int, true: int) -> Measure:
    precision = hits / said if said else None
    recall = hits / true if true else None
    return Measure(precision, recall, 2 * hits / (said + true) if said + true else None, true)


def _secondary(lines: Sequence[Labelled], predictions: Sequence[Prediction]) -> Measure:
    labels = [line.secondary_authority for line in lines]
    said = [prediction.secondary_authority for prediction in predictions]
    hits = sum(a is not None and a == b for a, b in zip(labels, said, strict=True))
    return _of_counts(
        hits, sum(s is not None for s in said), sum(label is not None for label in labels)
    )


def _confusion(
    lines: Sequence[Labelled], predictions: Sequence[Prediction]
) -> dict[str, dict[str, int]]:
    pairs = zip(lines, predictions, strict=True)
    counted = Counter((line.category, prediction.category) for line, prediction in pairs)
    return {
        row.value: {column.value: counted[row, column] for column in Category} for row in Category
    }
