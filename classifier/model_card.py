"""The model's card, CARD.md: what the model is, what it learned from, how good it is and where not.

For an IT officer and a head of service. The words are in model_card.md.jinja, the tables in
card_tables.py; every figure comes from a Standing.
"""

import os
import re
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from classifier import card_tables
from classifier.charts import draw_calibration, draw_curve, need_charts
from classifier.checking.card import CARD as DATA_CARD
from classifier.crossval import FOLDS, Progress, silent
from classifier.evaluate import number, percent
from classifier.labelled import CORPUS
from classifier.registers import LENGTHS, by_form, by_length
from classifier.standing import Standing, measure_standing
from models.prediction import Flag
from models.topics import TOPICS

CARD = Path(__file__).parent / "CARD.md"
PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
CALIBRATION, CURVE = "model-calibration.png", "model-learning.png"

_TEMPLATE = "model_card.md.jinja"
_CORPUS_HASH = re.compile(r"^\| corpus \|.*`([0-9a-f]{64})`", re.MULTILINE)
_FROZEN_HASH = re.compile(r"^\| frozen set \|.*`([0-9a-f]{64})`", re.MULTILINE)


def write_card(
    corpus: Path,
    frozen: Path,
    model: Path,
    out: Path,
    pictures: Path,
    *,
    now: datetime,
    progress: Progress = silent,
) -> Standing:
    """Measure the model at `model` and write its card to `out`, two pictures into `pictures`.

    Raises Misconfigured, before any long work, where matplotlib is missing, and as `measure_standing`.
    """
    need_charts()
    standing = measure_standing(corpus, frozen, model, progress)
    draw_calibration(standing.bins, standing.threshold, pictures / CALIBRATION)
    draw_curve(standing.curve, pictures / CURVE)
    out.parent.mkdir(parents=True, exist_ok=True)
    places = _seen_from(out, pictures), _seen_from(out, CORPUS / DATA_CARD)
    out.write_text(card_text(standing, *places, now), encoding="utf-8")
    return standing


def hashes_of(card: str) -> tuple[str | None, str | None]:
    """The hashes of the corpus and of the frozen set that this card was made from."""
    found = _CORPUS_HASH.search(card), _FROZEN_HASH.search(card)
    return found[0] and found[0][1], found[1] and found[1][1]


def card_text(standing: Standing, pictures: str, data_card: str, now: datetime) -> str:
    """The card in Markdown; the pictures' folder and the data card are named as seen from it."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701  # Markdown of our own figures and ids, no page
        keep_trailing_newline=True,
    )
    environment.filters |= {"percent": percent, "number": number}
    lines, predictions = standing.lines, standing.predictions
    return environment.get_template(_TEMPLATE).render(
        report=standing.report,
        coverage=standing.coverage,
        encoder=standing.manifest["encoder"],
        threshold=standing.threshold,
        aim=standing.manifest["precision_aimed_at"],
        topics=len(TOPICS),
        flags=len(Flag),
        folds=FOLDS,
        limits=LENGTHS,
        identity=card_tables.identity(standing, now),
        data=card_tables.data(standing.coverage),
        categories=card_tables.measures("category", standing.report.categories),
        confusion=card_tables.confusion(standing.report),
        services=card_tables.services(lines, predictions),
        authorities=card_tables.authorities(lines, predictions),
        flag_measures=card_tables.flags(standing.report),
        forms=card_tables.reports("form", by_form(lines, predictions)),
        lengths=card_tables.reports("length", by_length(lines, predictions)),
        frozen=card_tables.reports("frozen set", standing.frozen),
        frozen_categories=card_tables.f1_by_category(standing.frozen),
        bins=card_tables.bins(standing.bins),
        curve=card_tables.curve(standing),
        weaknesses=card_tables.weak_points(standing),
        pictures=pictures,
        data_card=data_card,
        calibration_file=CALIBRATION,
        calibration_alt=card_tables.calibration_in_words(standing),
        curve_file=CURVE,
        curve_alt=card_tables.curve_in_words(standing.curve),
    )


def _seen_from(card: Path, other: Path) -> str:
    return Path(os.path.relpath(other.resolve(), card.parent.resolve())).as_posix()
