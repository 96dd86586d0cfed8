"""Figures as Markdown tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ..bench import Figures
from .goals import GOALS, Goal, figure_at

NAMES = {
    "replyassist": "replyassist",
    "replyassist_parts": "replyassist, parts too",
    "haystack": "Haystack, in-memory store",
    "langchain": "LangChain, FAISS",
    "llama_index": "LlamaIndex, vector store index",
    "bm25": "BM25 (bm25s)",
    "nearest_neighbour": "plain nearest neighbour (numpy)",
}
DATA = {
    "banking77_10": "banking77, 10 examples per intent",
    "clinc150_10": "clinc150, 10 examples per intent",
    "bitext_cold": "bitext, reply and title only",
}
_SET_COLUMNS = (
    "hit@1 (95 %) / nearest neighbour",
    "AUROC answerable / bare cosine",
    "right or rightly none",
    "calibration error",
)
_SHORT = {"hit_at_1": "hit@1", "auroc_abstain": "AUROC", "accuracy_with_abstention": "right or none"}
_TIMES = {
    "added, median / p99, ms": ("added_ms_p50", "added_ms_p99"),
    "vector given, median / p99, ms": ("given_vector_ms_p50", "given_vector_ms_p99"),
    "over a bare call, ms": ("over_bare_ms_p50",),
    "messages/s": ("messages_per_second",),
    "build, of it outside the encoder, s": ("build_seconds", "build_seconds_without_encoder"),
    "start from its cache, of it imports, s": ("start_seconds", "import_seconds"),
    "memory beyond the encoder's, MB": ("added_mb",),
}


def goals_table(figures: Figures) -> str:
    """Each goal that was measured, met or missed; empty when none was."""
    rows = []
    for goal in GOALS:
        value = figure_at(figures, goal.path)
        if value is not None:
            beside = figure_at(figures, goal.beside) if goal.beside else None
            rows.append((goal.words, _number(beside), f"**{_number(value)}**", *_against(goal, value)))
    return _table(("measure", "plain nearest neighbour", "replyassist", "goal", ""), rows)


def _against(goal: Goal, value: float) -> tuple[str, str]:
    return f"{'≤' if goal.most else '≥'} {goal.goal:g}", "met" if goal.is_met(value) else "missed"


def sets_table(by_encoder: Mapping[str, Figures]) -> str:
    """Each data set with every encoder, and its goals; empty when no set was measured."""
    names = [
        name for name, found in next(iter(by_encoder.values())).items() if isinstance(found, dict) and "gain" in found
    ]
    rows = [
        (
            _set_name(name, by_encoder),
            *(cell for figures in by_encoder.values() for cell in _set_cells(figures.get(name, {}))),
            _goals_of(name),
        )
        for name in names
    ]
    header = [f"{encoder}: {what}" for encoder in by_encoder for what in _SET_COLUMNS]
    return _table(("data", *header, "goals"), rows)


def _set_name(name: str, by_encoder: Mapping[str, Figures]) -> str:
    split = next(figures[name]["split"] for figures in by_encoder.values() if name in figures)
    return f"{name} ({split})"


def _set_cells(found: Figures) -> tuple[str, ...]:
    low, high = (_number(bound) for bound in found.get("hit_at_1_interval", (None, None)))
    beside = found.get("nearest_neighbour", {}).get("hit_at_1")
    return (
        f"{_number(found.get('hit_at_1'))} ({low} to {high}) / {_number(beside)}",
        f"{_number(found.get('auroc_abstain'))} / {_number(found.get('auroc_cosine'))}",
        _number(found.get("accuracy_with_abstention")),
        _number(found.get("ece")),
    )


def _goals_of(name: str) -> str:
    goals = (goal for goal in GOALS if goal.path[0] == name)
    return "; ".join(f"{_SHORT[goal.path[-1]]} {'≤' if goal.most else '≥'} {goal.goal:g}" for goal in goals) or "–"


def accuracy_table(accuracy: Mapping[str, Mapping[str, Figures]]) -> str:
    """hit@1, hit@3 and MRR of every system on every data set; AUROC where messages are out of scope."""
    systems = list(dict.fromkeys(name for found in accuracy.values() for name in found))
    rows = [(NAMES.get(name, name), *(_ranked(found.get(name, {})) for found in accuracy.values())) for name in systems]
    return _table(("hit@1 / hit@3 / MRR (AUROC)", *(DATA.get(name, name) for name in accuracy)), rows)


def _ranked(found: Figures) -> str:
    words = " / ".join(_number(found.get(field)) for field in ("hit_at_1", "hit_at_3", "mrr"))
    return words + (f" ({_number(found['auroc_abstain'])})" if "auroc_abstain" in found else "")


def systems_table(systems: Mapping[str, Figures]) -> str:
    """Times and memory of every system."""
    rows = [
        (
            NAMES.get(name, name),
            *(" / ".join(_number(found.get(field)) for field in fields) for fields in _TIMES.values()),
        )
        for name, found in systems.items()
    ]
    return _table(("2,002 examples", *_TIMES), rows)


def _number(value: float | None) -> str:
    """Three places below 10, as people read shares and milliseconds; a dash for nothing."""
    if value is None:
        return "–"
    if abs(value) < 10:
        return f"{value:.3f}"
    return f"{value:,.1f}" if abs(value) < 1000 else f"{value:,.0f}"


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return ""

    def lines() -> Iterator[Sequence[str]]:
        yield header
        yield ["---"] * len(header)
        yield from rows

    return "\n".join("| " + " | ".join(line) + " |" for line in lines())
