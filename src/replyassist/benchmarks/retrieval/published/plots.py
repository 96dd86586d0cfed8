"""Which figures are drawn, and how."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..bench import Figures
from .charts import Points, bars, lines, ranges
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
    curves = _series(figures.get("learning", {}).get("curves", {}), _CURVES)
    title = "Right template first, while people decide"
    return lines(title, curves, log=False, across="messages decided", up="accuracy") if curves else ""


def _scale(figures: Figures) -> str:
    curves = _series(figures.get("scale", {}).get("curves", {}), _SCALES)
    title = "Search by number of examples, median"
    return lines(title, curves, log=True, across="examples", up="milliseconds") if curves else ""


_CURVES: dict[str, str] = {}
_SCALES: dict[str, str] = {}
_PLOTS: dict[str, Callable[[Figures], str]] = {
    "retrieval-accuracy": _accuracy,
    "retrieval-latency": _latency,
    "retrieval-learning": _learning,
    "retrieval-scale": _scale,
}


def _series(found: Mapping[str, Points], names: Mapping[str, str]) -> dict[str, Points]:
    return {names.get(name, name): points for name, points in found.items() if points}
