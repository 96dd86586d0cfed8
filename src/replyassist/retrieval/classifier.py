"""A linear classifier over the vectors of a brand's example questions, trained in about a second."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from replyassist.core.embedding import Vectors

STRENGTH = 0.1  # of the L2 penalty, over the number of texts; .01 to 3 were tried on banking77 train and clinc150 val
ITERATIONS = 80


@dataclass(frozen=True)
class LinearClassifier:
    """``weights`` of shape (classes, features) and ``bias`` of shape (classes,)."""

    weights: Vectors
    bias: Vectors

    def logits(self, features: Vectors) -> Vectors:
        """Log-odds of every class for one text's features, less their mean; shape (classes,)."""
        raw = self.weights @ features + self.bias
        return np.asarray(raw - raw.mean(), dtype=np.float32)


def fit_classifier(features: Vectors, classes: NDArray[np.int64], *, count: int) -> LinearClassifier:
    """Softmax regression with an L2 penalty, each of the ``count`` classes weighing the same.

    ``features`` has shape (texts, features) and ``classes`` (texts,). Deterministic.
    """
    texts, width = features.shape
    rows = np.arange(texts)
    share = (1.0 / (np.maximum(np.bincount(classes, minlength=count), 1)[classes] * count)).astype(np.float32)
    target = np.zeros((texts, count), dtype=np.float32)
    target[rows, classes] = 1.0
    penalty = STRENGTH / texts

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        parameters = flat.reshape(count, width + 1).astype(np.float32)
        weights = parameters[:, :-1]
        logits = features @ weights.T + parameters[:, -1]
        logits -= logits.max(axis=1, keepdims=True)
        odds = np.exp(logits)
        total = odds.sum(axis=1, keepdims=True)
        error = (odds / total - target) * share[:, None]
        gradient = np.empty_like(parameters)
        gradient[:, :-1] = error.T @ features + penalty * weights
        gradient[:, -1] = error.sum(axis=0)
        value = -(share * (logits[rows, classes] - np.log(total[:, 0]))).sum()
        value += 0.5 * penalty * float((weights * weights).sum())
        return float(value), gradient.ravel().astype(np.float64)

    start = np.zeros(count * (width + 1))
    found: Any = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": ITERATIONS})
    fitted = found.x.reshape(count, width + 1).astype(np.float32)
    return LinearClassifier(weights=np.ascontiguousarray(fitted[:, :-1]), bias=fitted[:, -1].copy())
