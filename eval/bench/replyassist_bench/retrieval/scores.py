"""What a ranking is worth: how high the right template stands, and how well sureness tells right from wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from replyassist.core.settings import Settings
from replyassist.retrieval.confidence import expected_calibration_error

DRAFT_FROM: float = Settings.model_fields["abstain_threshold"].default


@dataclass(frozen=True)
class Answer:
    """How one message came out. ``rank`` of the right template, from 1; 0 when it is not among the first ten.

    ``answerable`` orders messages by how likely any template answers, a probability or a cosine; ``sureness`` is the
    probability that the first does, None from what knows none.
    """

    in_scope: bool
    rank: int
    answerable: float
    sureness: float | None = None


def figures(answers: Sequence[Answer]) -> dict[str, float]:
    """``hit_at_1``, ``hit_at_3`` and ``mrr`` over messages in scope.

    With messages out of scope also ``auroc_abstain``, the chance that one in scope is rather answerable than one out of
    scope; with probabilities ``accuracy_with_abstention``, right or rightly none when drafting from the product's own
    threshold, and ``ece``, the calibration error in 15 bins.
    """
    ranks = np.array([answer.rank for answer in answers if answer.in_scope])
    found = {
        "hit_at_1": float((ranks == 1).mean()),
        "hit_at_3": float(((ranks >= 1) & (ranks <= 3)).mean()),
        "mrr": float(np.where(ranks > 0, 1 / np.maximum(ranks, 1), 0.0).mean()),
    }
    in_scope = np.array([answer.in_scope for answer in answers])
    if not in_scope.all():
        answerable = np.array([answer.answerable for answer in answers])
        found["auroc_abstain"] = auroc(answerable[in_scope], answerable[~in_scope])
    sure = np.array([answer.sureness for answer in answers if answer.sureness is not None])
    if len(sure) == len(answers):
        right = np.array([answer.in_scope and answer.rank == 1 for answer in answers])
        found["accuracy_with_abstention"] = float(np.where(sure >= DRAFT_FROM, right, ~in_scope).mean())
        found["ece"] = expected_calibration_error(sure, right)
    return found


def hits(runs: Sequence[Sequence[Answer]]) -> NDArray[np.float64]:
    """How often the right template came first for each message in scope, over runs with the same messages."""
    found = np.array([[answer.rank == 1 for answer in run if answer.in_scope] for run in runs], dtype=np.float64)
    return np.asarray(found.mean(axis=0))


def auroc(inside: NDArray[np.float64], outside: NDArray[np.float64]) -> float:
    """The chance that a value of the first exceeds one of the second; a tie counts half (Mann and Whitney 1947)."""
    ranks = rankdata(np.concatenate([inside, outside]))
    above = ranks[: len(inside)].sum() - len(inside) * (len(inside) + 1) / 2
    return float(above / (len(inside) * len(outside)))


def mean_of(runs: Sequence[dict[str, float]]) -> dict[str, float]:
    """The mean of each figure over runs, rounded to four places."""
    return {name: round(sum(run[name] for run in runs) / len(runs), 4) for name in runs[0]}
