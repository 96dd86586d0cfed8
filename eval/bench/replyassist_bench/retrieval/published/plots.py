"""Which figures are drawn, and how."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..bench import Figures
from .charts import bars, lines, ranges
from .tables import DATA, NAMES

OURS = "replyassist"


def plots(figures: Figures) -> dict[str, str]:
    """Name of the plot and its SVG, for whatever has been measured."""
    drawn = {name: draw(figures) for name, draw in _PLOTS.items()}
    return {name: svg for name, svg in drawn.items() if svg}


def _accuracy(figures: Figures) -> str:
    known: Mapping[str, Figures] = figures.get("peers", {}).get("accuracy", {})
    groups = {
        DATA.get(data, data): {NAMES.get(name, name): found["hit_at_1"] for name, found in systems.items()}
        for data, systems in known.items()
    }
    return bars("The right template first (hit@1)", groups, first=OURS) if groups else ""


def _latency(figures: Figures) -> str:
    known: Mapping[str, Figures] = figures.get("peers", {}).get("systems", {})
    rows = {NAMES.get(name, name): (found["added_ms_p50"], found["added_ms_p99"]) for name, found in known.items()}
    title = "Added to the encoder by one request, median and 99th percentile"
    return ranges(title, rows, first=OURS, unit="milliseconds, 2,002 examples") if rows else ""


def _learning(figures: Figures) -> str:
    known: Figures = figures.get("learning", {})
    curves = {words: known[name]["curve"] for name, words in _CURVES.items() if name in known}
    title = "Right template first while people decide, from one example per intent"
    return lines(title, curves, log=False, across="messages decided", up="accuracy") if curves else ""


def _scale(figures: Figures) -> str:
    known: Mapping[str, Figures] = figures.get("scale", {})
    by_size = sorted((int(size), found) for size, found in known.items())
    curves = {words: [(size, found[name]) for size, found in by_size] for name, words in _SCALES.items()}
    title = "One search by number of examples, median"
    return lines(title, curves, log=True, across="examples", up="milliseconds") if by_size else ""


_CURVES = {
    "learning": "with learning",
    "without_corrections": "from approvals and rejections",
    "rejections_alone": "from rejections alone",
    "no_learning": "without learning",
    "nearest_neighbour": "nearest neighbour",
}
_SCALES = {"search_ms_p50": "whole search, ours", "exact_ms_p50": "scan of all vectors"}
_PLOTS: dict[str, Callable[[Figures], str]] = {
    "retrieval-accuracy": _accuracy,
    "retrieval-latency": _latency,
    "retrieval-learning": _learning,
    "retrieval-scale": _scale,
}
