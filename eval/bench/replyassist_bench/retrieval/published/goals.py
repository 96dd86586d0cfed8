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


def _brand(brand: str) -> tuple[Goal, ...]:
    data = f"brand_{brand}"
    return (
        _nearest(f"{brand}: hit@1", data, "hit_at_1", 0.85),
        _nearest(f"{brand}: AUROC answerable against not", data, "auroc_abstain", 0.80),
        Goal(f"{brand}: right or rightly none", (data, "accuracy_with_abstention"), 0.78),
    )


GOALS = (
    Goal("smallest gain over nearest neighbour over all sets: hit@1", ("summary", "all", "smallest_gain"), 0.0),
    Goal("mean gain over nearest neighbour over all sets: hit@1", ("summary", "all", "mean_gain"), 0.045),
    Goal("smallest gain of AUROC over the bare cosine", ("summary", "all", "smallest_auroc_gain"), 0.0),
    _nearest("banking77, 10 examples: hit@1", "banking77_10", "hit_at_1", 0.88),
    _nearest("clinc150, 10 examples: hit@1 in scope", "clinc150_10", "hit_at_1", 0.94),
    _nearest("bitext, reply and title only: hit@1", "bitext_cold", "hit_at_1", 0.805),
    _nearest("clinc150: AUROC answerable against not", "clinc150_10", "auroc_abstain", 0.972),
    _nearest("hwu64, 1 example: AUROC answerable against not", "hwu64-1", "auroc_abstain", 0.865),
    _nearest("vira, 4 examples: AUROC answerable against not", "vira-4", "auroc_abstain", 0.745),
    *(goal for brand in ("hollinfir", "kbt") for goal in _brand(brand)),
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
