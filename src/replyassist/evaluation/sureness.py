"""Whether "80 % sure" is right in 80 of 100 cases, and what each number to draft from would cost and give."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from replyassist.evaluation.record import CaseResult
from replyassist.evaluation.statistics import Interval, proportion_interval
from replyassist.retrieval.confidence import expected_calibration_error

BINS = 15  # those of the calibration error, so that the picture shows what the number says


@dataclass(frozen=True)
class Sureness:
    """For each message how sure it was of the first template, whether that was right, and whether any would be.

    All of shape (messages,); ``stated`` is a probability.
    """

    stated: NDArray[np.float64]
    right: NDArray[np.bool_]
    in_scope: NDArray[np.bool_]

    @property
    def calibration_error(self) -> float:
        """Mean distance of stated probability and share of right ones (``expected_calibration_error``)."""
        return expected_calibration_error(self.stated, self.right, bins=BINS)


@dataclass(frozen=True)
class ReliabilityBin:
    """Messages whose probability lies between ``low`` and ``high``: its mean, and the share that was right."""

    low: float
    high: float
    stated: float
    right: Interval


@dataclass(frozen=True)
class ThresholdEffect:
    """What drafting from this probability on does.

    ``drafted`` of ``messages`` get a draft, ``right`` is the share of those from the right template (None without any);
    ``answered_outside`` have no right template and get one nevertheless, ``declined_inside`` have one and get none.
    """

    threshold: float
    messages: int
    drafted: int
    right: Interval | None
    answered_outside: int
    declined_inside: int


@dataclass(frozen=True)
class CoveragePoint:
    """The surest ``drafted`` (share of all messages) are right in this share; ``threshold`` draws the line there."""

    drafted: float
    right: float
    threshold: float


def sureness_of(results: Iterable[CaseResult]) -> Sureness:
    """Of every case that was answered without an error."""
    known = [result for result in results if "best_score" in result.scores]
    return Sureness(
        np.array([result.scores["best_score"] for result in known], dtype=np.float64),
        np.array([result.assertions.get("hit_at_1", False) for result in known], dtype=np.bool_),
        np.array([result.case.is_in_scope for result in known], dtype=np.bool_),
    )


def sureness_by_brand(results: Iterable[CaseResult]) -> dict[str, Sureness]:
    """Of each brand's cases, by its id."""
    groups: dict[str, list[CaseResult]] = {}
    for result in results:
        groups.setdefault(result.case.brand, []).append(result)
    return {brand: sureness_of(group) for brand, group in sorted(groups.items())}


def reliability(sureness: Sureness) -> list[ReliabilityBin]:
    """Equally wide bins with a message in them, each share with Wilson's 95 % interval."""
    places = np.minimum((sureness.stated * BINS).astype(np.int64), BINS - 1)
    found = []
    for place in np.unique(places).tolist():
        inside = places == place
        share = proportion_interval(int(sureness.right[inside].sum()), int(inside.sum()))
        found.append(ReliabilityBin(place / BINS, (place + 1) / BINS, float(sureness.stated[inside].mean()), share))
    return found


def choice(sureness: Sureness, threshold: float) -> ThresholdEffect:
    """What a brand that drafts from this probability on gets."""
    drafted = sureness.stated >= threshold
    count = int(drafted.sum())
    return ThresholdEffect(
        threshold=threshold,
        messages=len(drafted),
        drafted=count,
        right=proportion_interval(int(sureness.right[drafted].sum()), count) if count else None,
        answered_outside=int((drafted & ~sureness.in_scope).sum()),
        declined_inside=int((~drafted & sureness.in_scope).sum()),
    )


def coverage_curve(sureness: Sureness) -> list[CoveragePoint]:
    """One point for each probability that was stated, the highest first (El-Yaniv and Wiener, JMLR 2010)."""
    order = np.argsort(-sureness.stated, kind="stable")
    stated, right = sureness.stated[order], np.cumsum(sureness.right[order])
    lasts = np.flatnonzero(np.append(stated[1:] != stated[:-1], len(stated) > 0))
    return [
        CoveragePoint((last + 1) / len(stated), float(right[last]) / (last + 1), float(stated[last]))
        for last in map(int, lasts)
    ]
