"""What a ranking is worth: how high the right template stands, and how well sureness tells right from wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from replyassist.retrieval.confidence import expected_calibration_error

DRAFT_FROM = 0.5


@dataclass(frozen=True)
class Answer:
    """How one message came out. ``rank`` of the right template, from 1; 0 when it is not among the first ten.

    ``sureness`` orders messages by how likely the first template is right; a probability or a cosine.
    """

    in_scope: bool
    rank: int
    sureness: float


def figures(answers: Sequence[Answer], *, is_probability: bool = True) -> dict[str, float]:
    """``hit_at_1``, ``hit_at_3`` and ``mrr`` over messages in scope.

    With messages out of scope also ``auroc_abstain``, the chance that one in scope is surer than one out of scope, and
    for probabilities ``accuracy_with_abstention`` (drafting from .5) and ``ece``, the calibration error in 15 bins.
    """
    ranks = np.array([answer.rank for answer in answers if answer.in_scope])
    found = {
        "hit_at_1": float((ranks == 1).mean()),
        "hit_at_3": float(((ranks >= 1) & (ranks <= 3)).mean()),
        "mrr": float(np.where(ranks > 0, 1 / np.maximum(ranks, 1), 0.0).mean()),
    }
    sure = np.array([answer.sureness for answer in answers])
    in_scope = np.array([answer.in_scope for answer in answers])
    if not in_scope.all():
        found["auroc_abstain"] = auroc(sure[in_scope], sure[~in_scope])
    if is_probability:
        right = np.array([answer.in_scope and answer.rank == 1 for answer in answers])
        drafted = sure >= DRAFT_FROM
        found["accuracy_with_abstention"] = float(((drafted & right) | (~drafted & ~in_scope)).mean())
        found["ece"] = expected_calibration_error(sure, right)
    return found


def auroc(inside: NDArray[np.float64], outside: NDArray[np.float64]) -> float:
    """The chance that a value of the first exceeds one of the second; a tie counts half (Mann and Whitney 1947)."""
    ranks = rankdata(np.concatenate([inside, outside]))
    above = ranks[: len(inside)].sum() - len(inside) * (len(inside) + 1) / 2
    return float(above / (len(inside) * len(outside)))


def mean_of(runs: Sequence[dict[str, float]]) -> dict[str, float]:
    """The mean of each figure over runs, rounded to four places."""
    return {name: round(sum(run[name] for run in runs) / len(runs), 4) for name in runs[0]}
