"""One page that tells a lead what a brand's templates would catch, and what to do about it first."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from replyassist.core.errors import InvalidInput
from replyassist.core.pages import page_environment, write_page
from replyassist.evaluation.coverage.actions import CoverageAction, CoverageActionKind, actions_of
from replyassist.evaluation.coverage.figures import Basis, BrandCoverage, CurvePoint, LostQuestions, TemplateFigures
from replyassist.evaluation.report.page import PACKAGE, source_of
from replyassist.evaluation.report.plots import HEIGHT, WIDTH

COVERAGE_PAGE = "coverage.html"
MOST_ACTIONS = 10
MOST_THEFTS = 40
MANY_REPEATS = 0.75  # different ones among the questions; brands drawn at random have .85 and more, repeated ones .6
FAINTEST = 3  # questions measured at a place of the curve from which it gets a dot


@dataclass(frozen=True)
class Dot:
    """A measured share, in SVG units from the upper left; larger with more questions behind it."""

    x: float
    y: float
    radius: float
    title: str


@dataclass(frozen=True)
class Drawing:
    """The growing share: ``line`` and ``band`` are points, ``ticks`` the places of numbers below."""

    line: str
    band: str
    dots: tuple[Dot, ...]
    ticks: tuple[tuple[float, int], ...]


def write_coverage(coverage: BrandCoverage, path: Path, *, brand: str, made_at: datetime) -> Path:
    """Write the page to ``path``, or into it where it names no .html file; its path.

    Raise InvalidInput when it cannot be written.
    """
    return write_page(render(coverage, brand=brand, made_at=made_at), place_of(path))


def place_of(path: Path) -> Path:
    """Where the page goes. Raise InvalidInput now, and not after minutes of work, where no file can be made."""
    is_file = path.suffix.lower() in (".html", ".htm") and not path.is_dir()
    place = path if is_file else path / COVERAGE_PAGE
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInput(f"cannot be written: {error.strerror or error}", file=str(path)) from error
    if place.is_dir() or not os.access(place if place.exists() else place.parent, os.W_OK):
        raise InvalidInput("cannot be written", file=str(place))
    return place


def render(coverage: BrandCoverage, *, brand: str, made_at: datetime) -> str:
    """One self-contained HTML page without a script; everything that people wrote is escaped."""
    environment = page_environment(PACKAGE)
    actions = actions_of(coverage)
    return environment.get_template("coverage.html").render(
        brand=brand,
        coverage=coverage,
        actions=actions[:MOST_ACTIONS],
        actions_left=max(0, len(actions) - MOST_ACTIONS),
        by_id={template.template_id: template for template in coverage.templates},
        templates=sorted(coverage.templates, key=lambda each: (each.now.value, each.template_id)),
        loses_to=_loses_to(coverage),
        thefts=coverage.thefts[:MOST_THEFTS],
        thefts_left=max(0, len(coverage.thefts) - MOST_THEFTS),
        bare=[template for template in coverage.templates if not template.questions],
        repeats=coverage.ways < MANY_REPEATS * coverage.questions,
        drawing=drawn(coverage.curve) if coverage.curve else None,
        size=(WIDTH, HEIGHT),
        basis_words=BASIS_WORDS,
        is_more=_is_more,
        style=source_of(environment, "report.css") + source_of(environment, "coverage.css"),
        made_at=made_at,
    )


BASIS_WORDS: Mapping[Basis, str] = {
    Basis.MEASURED: "tried with its own questions",
    Basis.FEW: "a guess from few questions and your other templates",
    Basis.OTHERS: "a guess from your other templates",
    Basis.ELSEWHERE: "a guess from other companies' templates",
}


def drawn(points: tuple[CurvePoint, ...]) -> Drawing:
    """The picture of a curve of at least one point."""
    last = max(1, points[-1].ways)

    def across(ways: int) -> float:
        return round(WIDTH * ways / last, 2)

    upper = [f"{across(point.ways)},{_up(point.share.high)}" for point in points]
    lower = [f"{across(point.ways)},{_up(point.share.low)}" for point in points]
    dots = [
        Dot(
            x=across(point.ways),
            y=_up(point.measured.value),
            radius=round(min(7.0, 2.0 + point.measured.n**0.5 / 4), 1),
            title=f"{point.ways} known: {point.measured.value:.0%} of {point.measured.n} hidden questions came home",
        )
        for point in points
        if point.measured is not None and point.measured.n >= FAINTEST
    ]
    return Drawing(
        line=" ".join(f"{across(point.ways)},{_up(point.share.value)}" for point in points),
        band=" ".join(upper + lower[::-1]),
        dots=tuple(dots),
        ticks=tuple((across(point.ways), point.ways) for point in points),
    )


def _up(share: float) -> float:
    return round(HEIGHT * (1 - share), 2)


def _is_more(action: CoverageAction) -> bool:
    return action.kind is CoverageActionKind.ADD_QUESTIONS


def _loses_to(coverage: BrandCoverage) -> dict[str, list[tuple[TemplateFigures, LostQuestions]]]:
    by_id = {template.template_id: template for template in coverage.templates}
    found: dict[str, list[tuple[TemplateFigures, LostQuestions]]] = defaultdict(list)
    for theft in coverage.thefts:
        found[theft.robbed].append((by_id[theft.thief], theft))
    return dict(found)
