"""A logistic regression over a few signs, kept as its numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from classifier.calibration import Array
from classifier.labelled import Labelled

_GROUPS = 8
"""Files are held out in so many groups."""


@dataclass(frozen=True, slots=True)
class Logit:
    """The probability is the logistic function of signs times weights, plus offset."""

    weights: Array
    offset: float

    def __call__(self, signs: Array) -> Array:
        """The probability of each row."""
        return np.asarray(1 / (1 + np.exp(-(signs @ self.weights + self.offset))))


def fit_logit(signs: Array, truth: NDArray[np.bool_], *, strength: float = 0.3) -> Logit:
    """The regression on these signs; lightly held back, so that few texts do not mislead it."""
    if truth.all() or not truth.any():
        # Nothing to tell apart in a corpus this small: the share seen, never quite certain.
        share = (truth.sum() + 1) / (len(truth) + 2)
        return Logit(np.zeros(signs.shape[1]), float(np.log(share / (1 - share))))
    fitted: Pipeline = make_pipeline(
        # A few signs and many texts: Newton's steps need milliseconds where lbfgs needs seconds.
        StandardScaler(),
        LogisticRegression(C=strength, solver="newton-cholesky"),
    )
    fitted.fit(signs, truth)
    scaler, logistic = fitted[0], fitted[1]
    weights = logistic.coef_[0] / scaler.scale_
    return Logit(weights, float(logistic.intercept_[0] - weights @ scaler.mean_))


def fit_apart(
    signs: Array, truth: NDArray[np.bool_], lines: Sequence[Labelled]
) -> tuple[Logit, Array]:
    """The regression on all, and each text's own probability as fitted without its file."""
    names = sorted({line.file for line in lines})
    group = np.array([names.index(line.file) % _GROUPS for line in lines])
    apart = np.zeros(len(truth))
    for number in np.unique(group):
        held = group == number
        if not held.all():
            apart[held] = fit_logit(signs[~held], truth[~held])(signs[held])
        else:
            apart[held] = fit_logit(signs, truth)(signs)
    return fit_logit(signs, truth), apart
