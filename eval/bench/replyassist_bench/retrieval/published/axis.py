"""Where values stand on a plot's axis."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Axis:
    """Values from ``first`` to ``last`` at places from ``start`` to ``end``; ``log`` spaces powers of ten evenly."""

    first: float
    last: float
    start: float
    end: float
    log: bool = False

    def place(self, value: float) -> float:
        """Of a value; what lies beyond an end stands at it."""
        value = min(self.last, max(self.first, value))
        first, last, value = (math.log10(item) if self.log else item for item in (self.first, self.last, value))
        share = (value - first) / (last - first) if last > first else 0.0
        return round(self.start + share * (self.end - self.start), 2)

    def ticks(self) -> list[tuple[float, str]]:
        """Places with their values: powers of ten, or about five round steps."""
        if self.log:
            powers = range(math.ceil(math.log10(self.first) - 1e-9), math.floor(math.log10(self.last) + 1e-9) + 1)
            values = [10.0**power for power in powers]
        else:
            step = _round_step((self.last - self.first) / 5)
            values = [step * number for number in range(math.ceil(self.first / step), math.floor(self.last / step) + 1)]
        return [(self.place(value), short(value)) for value in values]


def log_axis(values: list[float], *, start: float, end: float) -> Axis:
    """From the power of ten at or below the smallest value to that at or above the largest; values above 0."""
    powers = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return Axis(10.0 ** powers[0], 10.0 ** max(powers[1], powers[0] + 1), start, end, log=True)


def short(value: float) -> str:
    """A number as an axis or a bar names it."""
    if value >= 10_000:
        return f"{value / 1e6:g}M" if value >= 1e6 else f"{value / 1e3:g}k"
    return f"{round(value, 3):g}"


def _round_step(width: float) -> float:
    power = 10.0 ** math.floor(math.log10(width))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= width * 0.999)
