"""What retrieval is to reach, and whether it does."""

from __future__ import annotations

from dataclasses import dataclass

from ..bench import Figures

Path = tuple[str, ...]


@dataclass(frozen=True)
class Goal:
    """One measure: where its figure stands, and what it is to be.

    ``most``: the figure is to be at most the goal, else at least. ``beside`` is where the same figure of plain
    nearest neighbour is found, measured in the same run.
    """

    words: str
    path: Path
    goal: float
    most: bool = False
    beside: Path = ()

    def is_met(self, value: float) -> bool:
        """Whether a value reaches the goal."""
        return value <= self.goal if self.most else value >= self.goal


def figure_at(figures: Figures, path: Path) -> float | None:
    """The figure at a path of names; None where it was not measured."""
    found: object = figures
    for name in path:
        if not isinstance(found, dict):
            return None
        found = found.get(name)
    return float(found) if isinstance(found, int | float) else None


def _nearest(words: str, data: str, field: str, goal: float) -> Goal:
    return Goal(words, (data, field), goal, beside=(data, "nearest_neighbour", field))


GOALS = (
    _nearest("banking77, 5 examples per intent: hit@1", "banking77_5", "hit_at_1", 0.83),
    _nearest("banking77, 10 examples: hit@1", "banking77_10", "hit_at_1", 0.885),
    _nearest("banking77, 10 examples: hit@3", "banking77_10", "hit_at_3", 0.97),
    _nearest("banking77, all examples: hit@1", "banking77_all", "hit_at_1", 0.935),
    _nearest("clinc150, 10 examples: hit@1 in scope", "clinc150_10", "hit_at_1", 0.935),
    _nearest("clinc150, 10 examples: AUROC in against out of scope", "clinc150_10", "auroc_abstain", 0.97),
    Goal("clinc150: calibration error, fitted on val", ("clinc150_10", "ece"), 0.03, most=True),
    _nearest("bitext, reply and title only: hit@1", "bitext_cold", "hit_at_1", 0.80),
    _nearest("bitext, reply and title only: hit@3", "bitext_cold", "hit_at_3", 0.95),
    Goal(
        "learning from 1 example per intent: last 500 of 2,000",
        ("learning", "learning", "last_500"),
        0.85,
        beside=("learning", "nearest_neighbour", "last_500"),
    ),
    Goal("added latency, 2,000 examples: median, ms", ("latency", "added_ms_p50"), 1.0, most=True),
    Goal("added latency as a share of the best framework's", ("peers", "ratio_to_best_framework"), 0.333, most=True),
    Goal("1,000,000 examples: search, median, ms", ("scale", "1000000", "search_ms_p50"), 5.0, most=True),
    Goal("1,000,000 examples: recall@10", ("scale", "1000000", "recall_at_10"), 0.99),
    Goal("1,000,000 examples: memory, MB", ("scale", "1000000", "resident_mb"), 2500, most=True),
    Goal("1,000,000 examples: start from cache, s", ("scale", "1000000", "start_seconds"), 10.0, most=True),
    Goal("32 requests at once against one after the other", ("latency", "concurrent_32", "throughput_ratio"), 2.3),
)
