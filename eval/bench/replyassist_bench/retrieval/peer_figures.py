"""What the raw times of a system's processes come to."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from .bench import Figures

START = ("import_seconds", "load_seconds", "first_answer_seconds", "start_seconds")


def of_system(built: Mapping[str, Any], rounds: Sequence[Mapping[str, Any]]) -> Figures:
    """Times over all messages of all rounds, of starts the median round, of memory the largest.

    ``added_ms``: a call less what the encoder took within it. ``over_bare_ms``: a call less a bare encoder call just
    before. ``given_vector_ms``: a call with the vector at hand, where the system has one. ``added_mb``: beyond the
    process with the encoder alone. ``build_seconds_without_encoder`` and ``start_seconds`` leave the encoder out.
    """

    def pooled(name: str) -> list[float]:
        return [value for one in rounds for value in one[name]]

    found: Figures = {
        **spread("added_ms", pooled("added_ms")),
        **spread("over_bare_ms", pooled("over_bare_ms")),
        **spread("given_vector_ms", pooled("given_ms")),
        **spread("bare_ms", pooled("bare_ms")),
        "messages_per_second": round(1000 * len(pooled("call_ms")) / sum(pooled("call_ms")), 1),
        "peak_mb": round(max(one["peak_mb"] for one in rounds), 1),
        "added_mb": round(max(one["peak_mb"] - one["encoder_mb"] for one in rounds), 1),
    }
    found |= {name: round(statistics.median(one[name] for one in rounds), 3) for name in START}
    found |= {name: round(built[name], 3) for name in ("build_seconds", "build_seconds_without_encoder")}
    return found | {"build_peak_mb": round(built["build_peak_mb"], 1), "index_mb": round(built["index_mb"], 2)}


def spread(name: str, values: Sequence[float]) -> dict[str, float | None]:
    """Median and 99th percentile (inclusive: never beyond the largest value); None without values."""
    if len(values) < 2:
        return {f"{name}_p50": None, f"{name}_p99": None}
    return {
        f"{name}_p50": round(statistics.median(values), 3),
        f"{name}_p99": round(statistics.quantiles(values, n=100, method="inclusive")[98], 3),
    }


def best_framework(systems: Mapping[str, Figures], *, ours: str, frameworks: Sequence[str]) -> Figures:
    """Our added latency as a share of the fastest framework's; below 1 ours is faster.

    ``ratio_to_best_framework`` compares whole calls, ``ratio_given_vector`` calls with the vector at hand. None where
    one side is missing.
    """
    found: Figures = {}
    for name, field in (("ratio_to_best_framework", "added_ms_p50"), ("ratio_given_vector", "given_vector_ms_p50")):
        known = {peer: systems[peer][field] for peer in frameworks if peer in systems and systems[peer][field]}
        own = systems.get(ours, {}).get(field)
        best = min(known, key=known.__getitem__, default=None)
        found[name] = round(own / known[best], 3) if best is not None and own is not None else None
        if name == "ratio_to_best_framework":
            found["best_framework"] = best
    return found
