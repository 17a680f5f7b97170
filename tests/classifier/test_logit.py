"""What is fitted apart never saw the text's file."""

import numpy as np
import pytest

from classifier.labelled import Labelled
from classifier.logit import fit_apart, fit_logit
from models.prediction import Category


def lines(files, each):
    return [
        Labelled(f"{file:02}-{n:03}", "", "", Category.COMPLAINT, "parking", None)
        for file in range(files)
        for n in range(each)
    ]


def test_a_sign_that_only_tells_the_file_is_worth_nothing_apart():
    known = lines(16, 20)
    files = np.array([int(line.file) for line in known])
    truth = np.random.default_rng(3).random(16)[files] > 0.5
    whose_file = np.eye(16)[files]
    logit, apart = fit_apart(whose_file, truth, known)
    assert ((logit(whose_file) > 0.5) == truth).all()
    assert ((apart > 0.5) == truth).mean() < 0.7


def test_all_texts_of_a_file_are_held_out_together():
    known = lines(9, 10)
    signs = np.random.default_rng(5).normal(size=(90, 2))
    truth = signs[:, 0] > 0
    _, apart = fit_apart(signs, truth, known)
    for file in range(9):
        mine = np.array([line.file == f"{file:02}" for line in known])
        together = np.array([int(line.file) % 8 == file % 8 for line in known])
        assert apart[mine] == pytest.approx(
            fit_logit(signs[~together], truth[~together])(signs[mine])
        )


def test_where_nothing_can_be_told_apart_the_share_seen_is_the_answer():
    signs = np.ones((8, 3))
    logit = fit_logit(signs, np.zeros(8, bool))
    assert logit(signs) == pytest.approx(np.full(8, 0.1))
