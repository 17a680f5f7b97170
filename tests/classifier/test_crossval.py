"""What is held out is whole files."""

from datetime import UTC, datetime

import pytest

from classifier.crossval import FOLDS, folds
from classifier.labelled import CORPUS, read_labelled
from classifier.text import read
from classifier.train import train
from models.errors import Misconfigured


def test_whole_files_are_held_out_together():
    lines = read_labelled(CORPUS)
    fold = folds(lines)
    assert set(fold.tolist()) == set(range(FOLDS))
    by_file = {}
    for line, number in zip(lines, fold.tolist(), strict=True):
        by_file.setdefault(line.file, set()).add(number)
    assert all(len(numbers) == 1 for numbers in by_file.values())


def test_texts_of_few_files_are_spread_over_the_folds(few):
    lines = [line for line in read_labelled(few) if line.file == "01"]
    assert set(folds(lines).tolist()) == set(range(FOLDS))


def test_the_evidence_of_some_texts_is_theirs(classifier, few):
    lines = read_labelled(few)[:9]
    _, evidence = classifier._evidence([(line.subject, line.body, "") for line in lines])
    picked = evidence.chosen(folds(lines)[[5, 2]])
    assert len(picked) == 2
    number = int(folds(lines)[5])
    assert (picked.topics[0] == evidence.topics[number]).all()
    sentences = len(read(lines[number].subject, lines[number].body).sentences)
    assert picked.starts.tolist() == [0, sentences]


def test_a_corpus_without_a_line_is_refused_with_a_sentence(tmp_path):
    (tmp_path / "01.jsonl").write_text("\n", encoding="utf-8")
    with pytest.raises(Misconfigured, match="there is no labelled line in it"):
        train(tmp_path, tmp_path / "carebot.skops", now=datetime(2026, 11, 27, tzinfo=UTC))
    assert not (tmp_path / "carebot.skops").exists()
