"""A model file is what training wrote, or it is refused with a sentence that helps."""

import json
import shutil

import pytest
from sklearn.feature_extraction.text import CountVectorizer
from skops import io as skops_io

from classifier.crossval import FOLDS
from classifier.evaluate import evaluate
from classifier.labelled import read_labelled
from classifier.predict import Classifier
from models.council import CouncilType, default_catalogue
from models.errors import Misconfigured

DISTRICT = default_catalogue(CouncilType.DISTRICT)


@pytest.fixture
def copied(trained, tmp_path):
    out = trained[0]
    for file in (out, out.with_suffix(".json")):
        shutil.copy(file, tmp_path / file.name)
    return tmp_path / out.name


def test_training_tells_its_steps_and_leaves_two_files(trained):
    out, manifest, steps = trained
    assert [step for step in steps if step[0] == "hold out files"][-1] == (
        "hold out files",
        FOLDS,
        FOLDS,
    )
    assert steps[-1][1] == steps[-1][2]
    assert sorted(file.name for file in out.parent.iterdir()) == ["carebot.json", "carebot.skops"]
    assert json.loads(out.with_suffix(".json").read_text(encoding="utf-8")) == manifest


def test_the_manifest_says_where_the_model_is_from(trained, classifier):
    manifest = trained[1]
    assert classifier.model == manifest["model"]
    assert manifest["model"] == f"2026-11-27-{manifest['corpus']['sha256'][:6]}"
    assert set(manifest["libraries"]) == {"scikit-learn", "numpy", "scipy", "skops"}
    assert manifest["held_out"]["n"] == manifest["corpus"]["texts"]


def test_a_model_read_twice_predicts_the_same(classifier, copied, few):
    again = Classifier.load(copied, DISTRICT)
    texts = [(line.subject, line.body, "") for line in read_labelled(few)[:64]]
    assert list(again.predict_many(texts)) == list(classifier.predict_many(texts))


def test_no_type_in_the_file_needs_trust(trained):
    assert skops_io.get_untrusted_types(file=trained[0]) == []


def test_a_missing_model_says_what_to_run(tmp_path):
    with pytest.raises(Misconfigured, match=r"no model at .*: run `carebot train`"):
        Classifier.load(tmp_path / "carebot.skops", DISTRICT)


def test_a_file_with_a_type_of_its_own_is_refused(copied):
    skops_io.dump({"about": pytest.Item}, copied)
    with pytest.raises(Misconfigured, match="not trusted"):
        Classifier.load(copied, DISTRICT)


def test_another_object_in_the_file_is_refused(copied):
    skops_io.dump(CountVectorizer(), copied)
    with pytest.raises(Misconfigured, match="cannot be read"):
        Classifier.load(copied, DISTRICT)


def test_a_damaged_file_is_refused(copied):
    copied.write_bytes(copied.read_bytes()[:5000])
    with pytest.raises(Misconfigured, match="cannot be read"):
        Classifier.load(copied, DISTRICT)


def test_a_model_of_other_library_versions_is_refused(copied):
    beside = copied.with_suffix(".json")
    manifest = json.loads(beside.read_text(encoding="utf-8"))
    manifest["libraries"]["scikit-learn"] = "0.1"
    beside.write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(Misconfigured, match=r"made with scikit-learn 0\.1.*carebot train"):
        Classifier.load(copied, DISTRICT)


@pytest.mark.parametrize("text", ["", "[]", '{"format": 99}'])
def test_a_manifest_of_another_kind_is_refused(copied, text):
    copied.with_suffix(".json").write_text(text, encoding="utf-8")
    with pytest.raises(Misconfigured, match="not a manifest"):
        Classifier.load(copied, DISTRICT)


def test_the_report_has_every_figure_and_time_only_with_a_timer(classifier, few):
    lines = read_labelled(few)[:80]
    report = evaluate(classifier, lines)
    assert report.milliseconds is None
    assert report.accuracy > 0.9  # these lines were learned from
    assert sum(sum(row.values()) for row in report.confusion.values()) == report.n == 80
    assert json.loads(json.dumps(report.to_json()))["n"] == 80
    assert "macro-F1" in report.to_text()
    ticks = iter([1.0, 3.0])
    assert evaluate(classifier, lines, timer=lambda: next(ticks)).milliseconds == 25


def test_nothing_to_measure_is_said(classifier):
    with pytest.raises(Misconfigured, match="no labelled line"):
        evaluate(classifier, [])
