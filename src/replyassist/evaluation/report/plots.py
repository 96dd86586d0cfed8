"""Places of marks in the report's plots, in the units of their SVG; the template only draws them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from replyassist.evaluation.record import CaseResult
from replyassist.evaluation.statistics import Interval, proportion_interval

WIDTH, HEIGHT = 320.0, 110.0
BINS = 20
MOST_BARS = 12


@dataclass(frozen=True)
class IntervalRow:
    """A share with its interval on a line from 0 to 100."""

    label: str
    interval: Interval

    @property
    def low(self) -> float:
        """Left end."""
        return round(100 * min(1.0, max(0.0, self.interval.low)), 2)

    @property
    def high(self) -> float:
        """Right end."""
        return round(100 * min(1.0, max(0.0, self.interval.high)), 2)

    @property
    def at(self) -> float:
        """Place of the value."""
        return round(100 * min(1.0, max(0.0, self.interval.value)), 2)


@dataclass(frozen=True)
class CountBar:
    """A count with its length in per cent of the longest."""

    label: str
    count: int
    length: float


@dataclass(frozen=True)
class Column:
    """One column of a histogram, in SVG units from the upper left."""

    x: float
    y: float
    width: float
    height: float
    title: str


@dataclass(frozen=True)
class Histogram:
    """Columns of each series by name over one axis from ``first`` to ``last``; ``mark`` is a place worth a line."""

    series: dict[str, tuple[Column, ...]]
    first: float
    last: float
    mark: float | None = None


def shares_by(
    results: Iterable[CaseResult], assertion: str, *, key: Callable[[CaseResult], Iterable[str]]
) -> list[IntervalRow]:
    """The share of cases that pass an assertion, for each value of a key (a case may have several)."""
    groups: dict[str, list[bool]] = {}
    for result in results:
        if assertion in result.assertions:
            for name in key(result):
                groups.setdefault(name, []).append(result.assertions[assertion])
    return [IntervalRow(name, proportion_interval(sum(passed), len(passed))) for name, passed in sorted(groups.items())]


def bars(counts: Mapping[str, int]) -> list[CountBar]:
    """The largest counts, at most ``MOST_BARS``."""
    largest = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MOST_BARS]
    return [CountBar(name, count, round(100 * count / largest[0][1], 2)) for name, count in largest if count]


def histogram(values: Mapping[str, Sequence[float]], *, mark: float | None = None) -> Histogram | None:
    """Counts of each series in ``BINS`` equal bins, side by side; None without values."""
    every = [value for series in values.values() for value in series]
    if not every:
        return None
    first, last = min(every), max(every)
    if last - first < 1e-9:
        first, last = first - 0.5, last + 0.5
    counted = {name: _counts(series, first, last) for name, series in values.items()}
    tallest = max(max(counts) for counts in counted.values())
    share = WIDTH / BINS / len(counted)
    series = {
        name: tuple(_column(number, count, place, share, tallest) for number, count in enumerate(counts) if count)
        for place, (name, counts) in enumerate(counted.items())
    }
    at = WIDTH * (mark - first) / (last - first) if mark is not None and first <= mark <= last else None
    return Histogram(series, first, last, round(at, 2) if at is not None else None)


def _counts(values: Sequence[float], first: float, last: float) -> list[int]:
    counts = [0] * BINS
    for value in values:
        counts[min(BINS - 1, int((value - first) / (last - first) * BINS))] += 1
    return counts


def _column(number: int, count: int, place: int, share: float, tallest: int) -> Column:
    height = HEIGHT * count / tallest
    return Column(
        x=round(number * WIDTH / BINS + place * share, 2),
        y=round(HEIGHT - height, 2),
        width=round(share * 0.9, 2),
        height=round(height, 2),
        title=str(count),
    )
