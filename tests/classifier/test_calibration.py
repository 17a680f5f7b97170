"""Calibration makes scores honest, and changes nothing else."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.blend import fit_weighing
from classifier.calibration import (
    best_threshold,
    calibration_bins,
    expected_error,
    precise_threshold,
    softmax,
)


@given(
    st.lists(st.integers(-100, 100), min_size=2, max_size=9, unique=True),
    st.floats(0.2, 20),
)
def test_calibration_keeps_the_ranking(scores, heat):
    row = np.array([scores]) / 100
    probabilities = softmax(row, heat)
    assert probabilities.sum() == pytest.approx(1)
    assert probabilities.argsort().tolist() == row.argsort().tolist()


def test_the_fitted_weighing_makes_confidence_what_it_says():
    chance = np.random.default_rng(1)
    scores = chance.normal(size=(4000, 3))
    truth = np.array([chance.choice(3, p=row) for row in softmax(scores, 2.0)])
    assert fit_weighing(scores, None, truth).heads == pytest.approx(2.0, rel=0.1)
    sure = softmax(scores, 2.0)
    assert expected_error(sure.max(axis=1), sure.argmax(axis=1) == truth) < 0.03


def test_the_threshold_is_the_lowest_that_is_precise_enough():
    confidence = np.linspace(0, 1, 100)
    right = confidence > 0.3
    threshold = precise_threshold(confidence, right, 0.98)
    assert right[confidence >= threshold].mean() >= 0.98
    assert right[confidence >= threshold - 0.02].mean() < 0.98


def test_where_nothing_is_precise_enough_no_confidence_reaches_the_threshold():
    assert precise_threshold(np.ones(50), np.zeros(50, bool), 0.98) > 1


def test_the_best_threshold_separates_what_can_be_separated():
    scores, truth = np.array([0.1, 0.2, 0.8, 0.9]), np.array([False, False, True, True])
    assert 0.2 < best_threshold(scores, truth) < 0.8


def test_the_bins_hold_every_text_and_add_up_to_the_calibration_error():
    chance = np.random.default_rng(2)
    confidence = np.append(chance.random(500), 1.0)
    right = chance.random(501) < confidence**2
    bins = calibration_bins(confidence, right)
    assert sum(b.n for b in bins) == 501
    assert all(b.low <= b.confidence <= b.high for b in bins)
    gaps = sum(b.n * abs(b.right - b.confidence) for b in bins) / 501
    assert expected_error(confidence, right) == pytest.approx(gaps)
    assert gaps > 0.1


def test_of_no_text_there_is_no_bin():
    assert calibration_bins(np.array([]), np.array([], bool)) == []
