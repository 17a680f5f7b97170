"""The model's card: its form on a small corpus, its figures, and that the committed one is up to date."""

import itertools
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from classifier.calibration import Bin
from classifier.charts import draw_calibration, draw_curve
from classifier.crossval import FOLDS, folds
from classifier.encoder.model import find_encoder
from classifier.evaluate import measure
from classifier.labelled import CORPUS, Labelled, corpus_hash, read_labelled
from classifier.learning import FROZEN
from classifier.learning_curve import SHARES, Point, part_of
from classifier.model_card import CALIBRATION, CARD, CURVE, card_text, hashes_of, write_card
from classifier.registers import by_form, by_length, by_owner, length_of
from classifier.train import train
from classifier.weaknesses import weaknesses
from models.errors import Misconfigured
from models.prediction import Category, Flag, Intent, Prediction
from models.topics import AUTHORITIES, SERVICES

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
FILES = ("01", "05", "08", "10", "12", "18", "20", "25")
"""As many as there are folds; four of them are no encoder's."""
EVERY = 12
# Some fifty small heads are fitted: a minute on a busy machine.
pytestmark = pytest.mark.timeout(600)
HEADINGS = (
    "What it is",
    "What it learned from",
    "How it was judged",
    "How good it is",
    "By register",
    "The frozen set",
    "How sure it is",
    "Does more text help?",
    "Known weaknesses",
    "Pictures",
)


def every(path, out, step):
    out.mkdir(exist_ok=True)
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    (out / path.name).write_text("".join(lines[::step]), encoding="utf-8")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A card of a model fitted on a few files, in a folder beside that of its pictures."""
    folder = tmp_path_factory.mktemp("card")
    corpus, frozen, model = folder / "corpus", folder / "frozen", folder / "model" / "carebot.skops"
    for name in FILES:
        every(CORPUS / f"{name}.jsonl", corpus, EVERY)
    for file in FROZEN.glob("*.jsonl"):
        every(file, frozen, EVERY)
    train(corpus, model, now=NOW)
    card = folder / "text" / "CARD.md"
    standing = write_card(corpus, frozen, model, card, folder / "pictures", now=NOW)
    return folder, card.read_text(encoding="utf-8"), standing


def rows(card, head):
    """The cells of the table whose head begins with this cell."""
    lines = card.splitlines()
    starts = (n for n, line in enumerate(lines) if line.startswith(f"| {head} |"))
    first = next(n for n in starts if lines[n + 1].startswith("| ---")) + 2
    table = itertools.takewhile(lambda line: line.startswith("|"), lines[first:])
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table]


def total(card, head, column=1):
    return sum(int(row[column]) for row in rows(card, head))


def test_a_card_has_its_parts_in_order_and_nothing_unfilled(made):
    _, card, _ = made
    assert tuple(re.findall(r"^## (.+)$", card, re.MULTILINE)) == HEADINGS
    assert not re.search(r"\bNone\b|\bnan\b|\{\{|\}\}|\{%", card)
    assert "\n\n\n" not in card


def test_a_card_says_which_model_corpus_frozen_set_and_libraries_and_when(made):
    folder, card, standing = made
    assert hashes_of(card) == (corpus_hash(folder / "corpus"), corpus_hash(folder / "frozen"))
    told = {row[0]: row[1] for row in rows(card, "what")}
    assert str(standing.manifest["model"]) in told["model"]
    assert "27 November 2026" in told["model"]
    assert told["this card"] == "measured on 27 November 2026"
    assert f"{len(read_labelled(folder / 'corpus'))} texts" in told["corpus"]
    assert "scikit-learn 1." in told["libraries"]
    encoder = find_encoder()
    assert told["encoder"] == (f"`{encoder.version}`" if encoder else "none")
    assert told["learned from staff"] == "0 corrections"


def test_every_judged_text_is_counted_once_in_each_table(made):
    _, card, standing = made
    n = standing.report.n
    for head in ("category", "form", "length"):
        assert total(card, head) == n
    assert total(card, "service") + total(card, "authority") == n
    assert total(card, "sure") == n
    confused = [int(cell) for row in rows(card, "labelled below, said to be") for cell in row[1:]]
    assert sum(confused) == n
    assert [row[0] for row in rows(card, "flag")][: len(Flag)] == [
        f.replace("_", " ") for f in Flag
    ]
    assert {row[0] for row in rows(card, "frozen set")} == {"emails", "reports"}


def test_the_figures_of_a_card_are_those_of_the_held_out_report(made):
    _, card, standing = made
    report = standing.report
    assert report.macro_f1 == pytest.approx(standing.manifest["held_out"]["macro_f1"])
    assert f"(macro-F1 {report.macro_f1:.3f})" in card
    assert (
        f"calibration error, the mean distance from that, is {report.calibration_error:.3f}" in card
    )
    complaint = next(row for row in rows(card, "category") if row[0] == "complaint")
    assert complaint[4] == f"{report.categories['complaint'].f1:.3f}"


def test_the_learning_curve_ends_at_all_the_other_files(made):
    _, card, standing = made
    texts = [point.texts for point in standing.curve]
    assert texts == sorted(texts)
    assert len(set(texts)) == len(SHARES) + 1
    whole = standing.coverage.lines
    assert texts[-1] == round(whole * (FOLDS - 1) / FOLDS)
    if standing.manifest["encoder"] is None:
        assert standing.curve[-1].macro_f1 == pytest.approx(standing.report.macro_f1)
        assert standing.curve[-1].both == pytest.approx(standing.report.both)
    assert len(rows(card, "of the other files")) >= len(SHARES) + 1


def test_the_pictures_lie_where_the_card_looks_for_them_and_are_told_in_words(made):
    folder, card, _ = made
    pictures = re.findall(r"!\[([^\]]+)\]\(([^)]+)\)", card)
    assert [path for _, path in pictures] == [f"../pictures/{CALIBRATION}", f"../pictures/{CURVE}"]
    for words, path in pictures:
        assert re.search(r"\d", words)
        content = (folder / "text" / path).resolve().read_bytes()
        assert content.startswith(b"\x89PNG")
        assert len(content) < 100_000
    data_card = re.search(r"\[data card\]\(([^)]+)\)", card)[1]
    assert (folder / "text" / data_card).resolve() == CORPUS / "README.md"


def test_the_same_figures_give_the_same_card(made):
    _, card, standing = made
    data_card = re.search(r"\[data card\]\(([^)]+)\)", card)[1]
    assert card_text(standing, "../pictures", data_card, NOW) == card


def told_of(standing, **manifest):
    changed = replace(standing, manifest={**standing.manifest, **manifest})
    return " ".join(card_text(changed, "pictures", "README.md", NOW).split())


def test_a_card_tells_of_an_encoder_where_there_is_one_and_says_where_there_is_none(made):
    _, _, standing = made
    with_one, without = told_of(standing, encoder="e-1"), told_of(standing, encoder=None)
    for words in ("| encoder | `e-1` |", "a small encoder", "| all, with the encoder |"):
        assert words in with_one
        assert words not in without
    assert "Only texts of files that the encoder was not fitted on are judged" in with_one
    assert "no neural network" in without
    assert f"All {standing.report.n:,} texts are judged" in without


def test_a_card_says_where_no_threshold_was_good_enough(made):
    _, _, standing = made
    assert "From 90.0% on no person need look first" in told_of(standing, threshold=0.9)
    nowhere = told_of(standing, threshold=1.01)
    assert "so that a person decides all" in nowhere
    assert "101.0%" not in nowhere


def test_the_same_figures_give_the_same_pictures(tmp_path):
    bins = [Bin(0.4, 0.5, 7, 0.45, 0.5), Bin(0.9, 1.0, 70, 0.97, 0.95)]
    points = [Point(1 / 8, 100, 0.5, 0.4), Point(1.0, 800, 0.8, 0.7)]
    for name in ("a", "b"):
        draw_calibration(bins, 1.01, tmp_path / f"{name}1.png")
        draw_curve(points, tmp_path / f"{name}2.png")
    for number in (1, 2):
        first, second = (tmp_path / f"{name}{number}.png" for name in ("a", "b"))
        assert first.read_bytes() == second.read_bytes()


def test_no_card_of_a_model_that_was_fitted_on_another_corpus(made, tmp_path):
    folder, _, _ = made
    every(CORPUS / "01.jsonl", tmp_path / "corpus", 20)
    with pytest.raises(Misconfigured, match="was not fitted on .*`carebot train`"):
        write_card(
            tmp_path / "corpus",
            folder / "frozen",
            folder / "model" / "carebot.skops",
            tmp_path / "CARD.md",
            tmp_path,
            now=NOW,
        )
    assert not (tmp_path / "CARD.md").exists()


def test_without_matplotlib_the_command_says_so_before_it_works():
    program = (
        "import sys; sys.modules['matplotlib'] = None; sys.argv = ['carebot', 'card'];"
        "from bot.cli import main; main()"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60
    )
    assert ended.returncode == 2
    assert "need matplotlib" in ended.stderr
    assert "pip install --group dev" in ended.stderr


def test_a_part_of_the_files_is_whole_files_and_the_larger_part_holds_the_smaller():
    lines = read_labelled(CORPUS)
    fold = folds(lines)
    for number in range(FOLDS):
        others = np.flatnonzero(fold != number)
        before = set()
        for share in (*SHARES, 1.0):
            part = part_of(lines, share)(number, others)
            assert part.tolist() == part_of(lines, share)(number, others).tolist()
            files = {lines[place].file for place in part.tolist()}
            assert len(part) == sum(lines[place].file in files for place in others.tolist())
            assert before < files
            before = files
        assert part.tolist() == others.tolist()


def test_there_is_always_a_file_to_learn_from():
    lines = [labelled("01"), labelled("02"), labelled("02")]
    assert len(part_of(lines, 1 / 8)(0, np.array([0, 1, 2]))) in {1, 2}


def labelled(file, words=5, **fields):
    given = {
        "category": Category.GENERAL_ENQUIRY,
        "service": "waste_recycling",
        "authority": None,
        "topic": "missed_bin",
        "intent": Intent.ENQUIRY,
        "form": "email",
    }
    return Labelled(id=f"{file}-1", subject="", body="bin " * words, **(given | fields))


def predicted(**fields):
    given = {
        "category": Category.GENERAL_ENQUIRY,
        "service": "waste_recycling",
        "authority": None,
        "secondary_authority": None,
        "flags": (),
        "topic": "missed_bin",
        "intent": Intent.ENQUIRY,
        "confidence": 0.9,
        "needs_person": False,
        "reasons": (),
        "model": "m",
    }
    return Prediction(**(given | fields))


@pytest.mark.parametrize(
    ("words", "length"),
    [(0, "short"), (24, "short"), (25, "medium"), (99, "medium"), (100, "long")],
)
def test_a_text_is_short_medium_or_long_by_its_words(words, length):
    assert length_of(labelled("01", words)) == length


def test_registers_are_told_in_order_and_only_where_there_is_a_text():
    lines = [labelled("01", 200), labelled("01", form="street_report"), labelled("02", 30)]
    made = [predicted(), predicted(service="parking", topic="car_parks"), predicted()]
    forms, lengths = by_form(lines, made), by_length(lines, made)
    assert list(forms) == ["email", "street_report"]
    assert (forms["email"].both, forms["street_report"].both) == (1, 0)
    assert list(lengths) == ["short", "medium", "long"]
    owners = by_owner([*SERVICES, *AUTHORITIES], lines, made)
    assert list(owners) == ["waste_recycling"]
    assert owners["waste_recycling"].recall == pytest.approx(2 / 3)


def test_what_is_weak_is_found_in_the_figures():
    pothole = {
        "category": Category.NON_COUNCIL,
        "service": None,
        "authority": "county_highways",
        "topic": "pothole_road",
    }
    lines = [
        *(labelled("01") for _ in range(30)),
        *(
            labelled("02", form="phone_note", flags=frozenset({Flag.HAZARD}), **pothole)
            for _ in "abc" * 10
        ),
    ]
    taken = {"topic": "street_cleaning", "service": "streets_open_spaces"}
    made = [predicted() for _ in range(32)] + [predicted(**taken) for _ in range(28)]
    told = list(weaknesses(lines, made, measure(lines, made)))
    whole = "\n".join(told)
    assert "weakest category is non council (F1 0.00)" in whole
    assert "taken for general enquiry (30 of 30)" in whole
    assert "the county council (highways) (F1 0.00, 30 texts)" in whole
    assert "pothole road taken for street cleaning (28 times)" in whole
    assert "Missed: 30 of 30 with hazard" in whole
    assert "by form the phone note (0.0% with" in whole
    assert "100.0% of file 01" in whole
    assert (
        "Of 60 texts that no person would have looked at first, 30 were wrong; 0 of these" in whole
    )


def test_the_committed_card_was_made_from_the_committed_corpus_frozen_set_and_encoder():
    card = CARD.read_text(encoding="utf-8")
    assert hashes_of(card) == (corpus_hash(CORPUS), corpus_hash(FROZEN)), "run `carebot card`"
    encoder = find_encoder()
    told = {row[0]: row[1] for row in rows(card, "what")}
    assert told["encoder"] == (f"`{encoder.version}`" if encoder else "none")
    for path in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", card):
        assert (CARD.parent / path).is_file()
    assert tuple(re.findall(r"^## (.+)$", card, re.MULTILINE)) == HEADINGS
