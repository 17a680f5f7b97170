"""The tables of the model's card, in Markdown, and what its pictures show, in words."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from classifier.calibration import Bin
from classifier.checking.coverage import Coverage
from classifier.evaluate import Measure, Report, number, percent
from classifier.labelled import Labelled
from classifier.learning_curve import Point
from classifier.markdown import table
from classifier.registers import by_owner
from classifier.standing import Standing
from classifier.weaknesses import plain, weaknesses
from models.prediction import Category, Intent, Prediction
from models.topics import AUTHORITIES, SERVICES, TOPICS


def identity(standing: Standing, now: datetime) -> str:
    """Which model, of which day, fitted on what and with what, and when the card was made."""
    manifest = standing.manifest
    corpus, libraries = _part(manifest, "corpus"), _part(manifest, "libraries")
    trained = datetime.fromisoformat(str(manifest["trained"]))
    rows = (
        ("model", f"`{manifest['model']}`, fitted on {_day(trained)}"),
        ("corpus", f"{corpus['texts']:,} texts, SHA-256 `{corpus['sha256']}`"),
        ("encoder", f"`{manifest['encoder']}`" if manifest["encoder"] else "none"),
        ("learned from staff", f"{manifest['corrections']} corrections"),
        ("frozen set", f"SHA-256 `{standing.frozen_hash}`"),
        ("libraries", ", ".join(f"{name} {version}" for name, version in libraries.items())),
        ("this card", f"measured on {_day(now)}"),
    )
    return table(("what", "which"), rows)


def data(coverage: Coverage) -> str:
    """How many texts of each category, intent and form."""
    intents = {
        intent.value: sum(coverage.cells[topic, intent] for topic in TOPICS) for intent in Intent
    }
    return table(
        ("by", "texts"),
        (
            ("category", _counts(coverage.categories)),
            ("intent", _counts(intents)),
            ("form", _counts(coverage.forms)),
        ),
    )


def measures(what: str, found: Mapping[str, Measure]) -> str:
    """A row a class."""
    rows = (
        (plain(name), m.n, number(m.precision), number(m.recall), number(m.f1))
        for name, m in found.items()
    )
    return table((what, "texts", "precision", "recall", "F1"), rows)


def confusion(report: Report) -> str:
    """Labels down, what was said across."""
    names = (plain(category) for category in Category)
    rows = (
        (plain(row), *(report.confusion[row][column] for column in Category)) for row in Category
    )
    return table(("labelled below, said to be", *names), rows)


def services(lines: Sequence[Labelled], predictions: Sequence[Prediction]) -> str:
    """A row a service."""
    found = by_owner(SERVICES, lines, predictions)
    return measures("service", {SERVICES[service]: m for service, m in found.items()})


def authorities(lines: Sequence[Labelled], predictions: Sequence[Prediction]) -> str:
    """A row an authority."""
    found = by_owner(AUTHORITIES, lines, predictions)
    return measures("authority", {AUTHORITIES[authority]: m for authority, m in found.items()})


def flags(report: Report) -> str:
    """A row a flag, and one for the other body that a matter still needs."""
    return measures("flag", report.flags | {"another body needed too": report.secondary})


def reports(what: str, found: Mapping[str, Report]) -> str:
    """A row a part of the texts."""
    head = (what, "texts", "category right", "macro-F1", "service", "authority", "both")
    rows = (
        (
            plain(name),
            report.n,
            percent(report.accuracy),
            number(report.macro_f1),
            percent(report.service),
            percent(report.authority),
            percent(report.both),
            percent(report.coverage),
            percent(report.automatic),
        )
        for name, report in found.items()
    )
    return table((*head, "without a person", "of those right"), rows)


def f1_by_category(found: Mapping[str, Report]) -> str:
    """F1, a row a part of the texts, a column a category."""
    rows = (
        (name, *(number(report.categories[category].f1) for category in Category))
        for name, report in found.items()
    )
    return table(("F1", *(plain(category) for category in Category)), rows)


def bins(found: Sequence[Bin]) -> str:
    """How sure, how many, how often right."""
    rows = (
        (f"{b.low:.0%} to {b.high:.0%}", b.n, percent(b.confidence), percent(b.right))
        for b in found
    )
    return table(("sure", "texts", "sure on average", "both right"), rows)


def curve(standing: Standing) -> str:
    """A row a share of the files, and one of the whole model where it is more than the heads."""
    rows = [
        (f"{100 * point.share:g}%", f"{point.texts:,}", number(point.macro_f1), percent(point.both))
        for point in standing.curve
    ]
    if standing.manifest["encoder"]:
        report, all_ = standing.report, standing.curve[-1]
        whole = (f"{all_.texts:,}", number(report.macro_f1), percent(report.both))
        rows.append(("all, with the encoder", *whole))
    return table(("of the other files", "texts learned", "macro-F1", "both"), rows)


def weak_points(standing: Standing) -> str:
    """What the figures show to be weak, an item each."""
    found = weaknesses(standing.lines, standing.predictions, standing.report)
    return "\n".join(f"- {sentence}" for sentence in found)


def calibration_in_words(standing: Standing) -> str:
    """What the picture of how sure it is shows, for who cannot see it."""
    report, last = standing.report, standing.bins[-1]
    return (
        f"How sure the model was against how often it was right, on {report.n:,} held-out texts: "
        f"the dots lie {number(report.calibration_error)} from the diagonal on average; where it was "
        f"surest, {percent(last.confidence)}, it was right in {percent(last.right)} of {last.n:,}"
    )


def curve_in_words(found: Sequence[Point]) -> str:
    """What the picture of the learning curve shows, for who cannot see it."""
    first, last = found[0], found[-1]
    return (
        f"Learning curve: with {first.texts:,} texts category macro-F1 {number(first.macro_f1)} and "
        f"both right {percent(first.both)}, with {last.texts:,} texts {number(last.macro_f1)} and "
        f"{percent(last.both)}"
    )


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{plain(name)} {count:,}" for name, count in counts.items())


def _part(manifest: Mapping[str, object], key: str) -> Mapping[str, object]:
    found = manifest[key]
    assert isinstance(found, dict)
    return found


def _day(at: datetime) -> str:
    return f"{at.day} {at:%B %Y}"
