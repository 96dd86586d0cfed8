"""The coverage curve as SVG: how much of the messages the first proposals answer. No script, no style of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment

from replyassist.core.pages import page_environment
from replyassist.faq.proposed import ProposalCoverage

WIDTH, HEIGHT = 640, 260
LEFT, RIGHT, TOP, BOTTOM = 44.0, 624.0, 14.0, 216.0
MOST_NUMBERS = 10  # below the axis


@dataclass(frozen=True)
class Point:
    """The place of the share that the first ``number`` proposals reach."""

    number: int
    x: float
    y: float
    percent: int


@cache
def environment() -> Environment:
    """Templates of pictures and of the report."""
    return page_environment("replyassist.learning")


def coverage_chart(coverage: ProposalCoverage, sentence: str, translate: Callable[[str], str] = str) -> str:
    """The curve from no proposal to all of them, with its sentence for who cannot see it; safe markup.

    The page that holds it styles the classes ``grid``, ``curve``, ``area``, ``dot`` and ``tick``.
    """
    points = _points(coverage)
    last = len(points) - 1
    step = max(1, -(-last // MOST_NUMBERS))
    return (
        environment()
        .get_template("coverage.svg")
        .render(
            points=points,
            numbered=[point for point in points if point.number % step == 0],
            levels=[(percent, BOTTOM - (BOTTOM - TOP) * percent / 100) for percent in (0, 25, 50, 75, 100)],
            sentence=sentence,
            _=translate,
            width=WIDTH,
            height=HEIGHT,
            left=LEFT,
            right=RIGHT,
            bottom=BOTTOM,
        )
    )


def _points(coverage: ProposalCoverage) -> list[Point]:
    shares = coverage.shares
    across = (RIGHT - LEFT) / max(1, len(shares) - 1)
    return [
        Point(number, round(LEFT + across * number, 1), round(BOTTOM - (BOTTOM - TOP) * share, 1), round(100 * share))
        for number, share in enumerate(shares)
    ]
