"""Small charts of weeks as shapes in a box of fixed size; the page draws them as SVG, with the figures in a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log10

WIDTH, HEIGHT = 640, 160
TOP, BOTTOM = 8.0, 132.0
LEFT, RIGHT = 36.0, 632.0
GAP = 0.35  # of a column's share of the width


@dataclass(frozen=True)
class ColumnBar:
    """One part of a column, from the top left; ``kind`` is the class that colours it."""

    x: float
    y: float
    width: float
    height: float
    kind: str


@dataclass(frozen=True)
class Chart:
    """``bars`` of all columns, ``labels`` below them (x, text), ``levels`` beside them (y, text)."""

    bars: list[ColumnBar]
    labels: list[tuple[float, str]]
    levels: list[tuple[float, str]]
    width: int = WIDTH
    height: int = HEIGHT


def stacked(columns: Sequence[Sequence[tuple[str, float]]], labels: Sequence[str], *, top: float, unit: str) -> Chart:
    """Parts on top of one another, the first one at the bottom; ``top`` is the value of the full height."""
    step = (RIGHT - LEFT) / max(1, len(columns))
    bars: list[ColumnBar] = []
    for number, parts in enumerate(columns):
        y = BOTTOM
        for kind, value in parts:
            height = (BOTTOM - TOP) * min(value, top) / top
            y -= height
            bars.append(ColumnBar(*_rounded(LEFT + step * (number + GAP / 2), y, step * (1 - GAP), height), kind))
    return Chart(bars, _labels(labels, step), _levels(top, unit))


def side_by_side(columns: Sequence[Sequence[tuple[str, float | None]]], labels: Sequence[str], *, unit: str) -> Chart:
    """Values next to one another; None leaves a gap."""
    values = [value for parts in columns for _, value in parts if value is not None]
    top = _round_top(max([*values, 1.0]))
    step = (RIGHT - LEFT) / max(1, len(columns))
    bars: list[ColumnBar] = []
    for number, parts in enumerate(columns):
        width = step * (1 - GAP) / max(1, len(parts))
        for place, (kind, value) in enumerate(parts):
            height = (BOTTOM - TOP) * (value or 0.0) / top
            x = LEFT + step * (number + GAP / 2) + width * place
            bars.append(ColumnBar(*_rounded(x, BOTTOM - height, width * 0.92, height), kind))
    return Chart(bars, _labels(labels, step), _levels(top, unit))


def around_zero(values: Sequence[float | None], labels: Sequence[str]) -> Chart:
    """Values of -1 to 1 above and below a line in the middle."""
    step, middle = (RIGHT - LEFT) / max(1, len(values)), (TOP + BOTTOM) / 2
    bars = []
    for number, value in enumerate(values):
        height = (BOTTOM - TOP) / 2 * abs(value or 0.0)
        y = middle - height if (value or 0.0) > 0 else middle
        kind = "good" if (value or 0.0) > 0 else "bad"
        bars.append(ColumnBar(*_rounded(LEFT + step * (number + GAP / 2), y, step * (1 - GAP), height), kind))
    return Chart(bars, _labels(labels, step), [(TOP, "+1"), (middle, "0"), (BOTTOM, "−1")])


def _rounded(x: float, y: float, width: float, height: float) -> tuple[float, float, float, float]:
    return round(x, 1), round(y, 1), round(width, 1), round(height, 1)


def _round_top(value: float) -> float:
    """The next number upwards whose half is easily read too."""
    power = 10.0 ** floor(log10(value))
    return next(step * power for step in (1, 2, 4, 6, 8, 10) if step * power >= value)


def _labels(labels: Sequence[str], step: float) -> list[tuple[float, str]]:
    return [(round(LEFT + step * (number + 0.5), 1), label) for number, label in enumerate(labels)]


def _levels(top: float, unit: str) -> list[tuple[float, str]]:
    shares = ((0.0, 0.0), (0.5, top / 2), (1.0, top))
    return [(round(BOTTOM - (BOTTOM - TOP) * share, 1), f"{value:.3g}{unit}") for share, value in shares]
