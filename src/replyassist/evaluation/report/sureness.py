"""Places of marks in the two pictures of sureness: reliability, and what a threshold costs and gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from replyassist.evaluation.record import EvaluationRun
from replyassist.evaluation.report.plots import WIDTH, Column
from replyassist.evaluation.sureness import (
    BINS,
    Sureness,
    ThresholdEffect,
    choice,
    coverage_curve,
    reliability,
    sureness_by_brand,
    sureness_of,
)

SIDE = 200.0  # height of both pictures
FOOT = 36.0  # height of the histogram under the reliability diagram
PICTURE = {"width": WIDTH, "side": SIDE, "foot": FOOT}
THRESHOLDS = tuple(tenth / 10 for tenth in range(1, 10))
MOST_BRANDS = 12
EVERY_BRAND = "all brands"


@dataclass(frozen=True)
class ReliabilityMark:
    """A bin: its dot, and its interval from ``top`` to ``bottom``."""

    x: float
    y: float
    top: float
    bottom: float
    title: str


@dataclass(frozen=True)
class CoverageMark:
    """Where a threshold stands on the curve."""

    x: float
    y: float
    title: str


@dataclass(frozen=True)
class SurenessView:
    """Both pictures of one brand's messages, with the table of thresholds; ``threshold`` is the brand's own."""

    name: str
    messages: int
    calibration_error: float
    marks: tuple[ReliabilityMark, ...]
    columns: tuple[Column, ...]
    curve: str
    lowest: float
    now: CoverageMark | None
    choices: tuple[ThresholdEffect, ...]
    threshold: float | None


def views_of(run: EvaluationRun) -> list[SurenessView]:
    """One view of all messages, and where a few brands were asked one of each; none without a probability."""
    brands = {name: found for name, found in sureness_by_brand(run.results).items() if len(found.stated)}
    if not brands:
        return []
    if len(brands) == 1:
        name, found = next(iter(brands.items()))
        return [view_of(name, found, threshold=run.thresholds.get(name))]
    whole = view_of(EVERY_BRAND, sureness_of(run.results), threshold=_shared(run.thresholds))
    if len(brands) > MOST_BRANDS:
        return [whole]
    return [whole, *(view_of(name, found, threshold=run.thresholds.get(name)) for name, found in brands.items())]


def view_of(name: str, sureness: Sureness, *, threshold: float | None) -> SurenessView:
    """The pictures of some messages (at least one)."""
    bins = reliability(sureness)
    fullest = max(part.right.n for part in bins)
    points = coverage_curve(sureness)
    lowest = min(int(min(point.right for point in points) * 10) / 10, 0.9)
    chosen = None if threshold is None else choice(sureness, threshold)
    values = {*THRESHOLDS, *(() if threshold is None else (threshold,))}
    return SurenessView(
        name=name,
        messages=len(sureness.stated),
        calibration_error=sureness.calibration_error,
        marks=tuple(
            ReliabilityMark(
                x=_across(part.stated),
                y=_up(part.right.value),
                top=_up(part.right.high),
                bottom=_up(part.right.low),
                title=f"said {part.stated:.0%}, right {part.right.value:.0%} of {part.right.n}",
            )
            for part in bins
        ),
        columns=tuple(
            Column(
                x=_across(part.low),
                y=round(FOOT - FOOT * part.right.n / fullest, 2),
                width=round(0.9 * WIDTH / BINS, 2),
                height=round(FOOT * part.right.n / fullest, 2),
                title=f"{part.right.n} messages",
            )
            for part in bins
        ),
        curve=" ".join(f"{_across(point.drafted)},{_up(point.right, lowest=lowest)}" for point in points),
        lowest=lowest,
        now=_mark(chosen, lowest=lowest),
        choices=tuple(choice(sureness, value) for value in sorted(values)),
        threshold=threshold,
    )


def _mark(chosen: ThresholdEffect | None, *, lowest: float) -> CoverageMark | None:
    if chosen is None or chosen.right is None:
        return None
    title = f"from {chosen.threshold:g}: {chosen.drafted} of {chosen.messages} drafted, {chosen.right.value:.0%} right"
    return CoverageMark(_across(chosen.drafted / chosen.messages), _up(chosen.right.value, lowest=lowest), title)


def _shared(thresholds: Mapping[str, float]) -> float | None:
    values = set(thresholds.values())
    return values.pop() if len(values) == 1 else None


def _across(share: float) -> float:
    return round(WIDTH * share, 2)


def _up(share: float, *, lowest: float = 0.0) -> float:
    return round(SIDE * (1 - (share - lowest) / (1 - lowest)), 2)
