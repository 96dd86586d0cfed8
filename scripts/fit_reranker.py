"""Fit what the reading of a template and a message together tells (retrieval/reranker.npz).

Usage: python -m scripts.fit_reranker --vectors CACHE.npz [--out FILE] [--leave-out BRAND ...] RUN.json ...
``RUN.json`` are runs (``eval run --out``, with REPLYASSIST_RERANKER_DISABLED=1) of labelled messages:
eval/cases/dev.jsonl, and the brands of eval/brands/dev and eval/replies/dev with ``--voice default``. A pair is a
message with one of the first three templates that were found for it, right where the label names that template; the
labelled pairs of the training brands of eval/near_misses come beside them. A logistic regression over the vectors reads
each pair; a second joins that reading, by a model of the other brands, with the sureness of the search. Printed is what
the joined probability does, by brand. Vectors are kept in CACHE.npz by the digest of their prompt: each new one takes a
second or two. ``--leave-out`` fits without these brands, so that they can be run as a brand that was never seen.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from replyassist.core.embedded_llm.pair_reader import prompt_of
from replyassist.core.pair_reading import TextPair
from replyassist.evaluation.record import load_run
from replyassist.retrieval.reranking import MOST_READ, PATH, RerankerWeights, log_odds, save_weights
from replyassist_bench.near_misses import Label, read_pairs
from scripts.reading_vectors import Rows, fit_line, kept_vectors, reader_digest

ROOT = Path(__file__).resolve().parents[1]
STRENGTH = 3e-3  # inverse of the ridge; .001 and .01 are no better
STEPS = 2000


@dataclass(frozen=True)
class LabelledPair:
    """``group`` is the message of a run, "" for a near miss, which no search found; ``sureness`` is the search's."""

    brand: str
    pair: TextPair
    is_right: bool
    group: str = ""
    sureness: float = 0.0
    is_in_scope: bool = False


def pairs_of(runs: Sequence[str]) -> Iterator[LabelledPair]:
    """All pairs to fit to."""
    for each in read_pairs(ROOT / "eval" / "near_misses", split="train"):
        if each.label is not Label.OFF_TOPIC:
            pair = TextPair(each.template.title, each.template.rendered_reply, each.question)
            yield LabelledPair(each.brand, pair, each.is_answered)
    for path in runs:
        for result in load_run(Path(path)).results:
            case, right = result.case, result.case.right_templates
            for match in result.proposal.templates[:MOST_READ] if result.proposal else ():
                pair = TextPair(match.title, match.reply, case.text)
                is_right = match.template_id in right
                yield LabelledPair(case.brand, pair, is_right, case.id, match.probability, bool(right))


def fit_join(pairs: Sequence[LabelledPair], readings: Rows) -> tuple[float, float, float]:
    """Weights of search and reading, and the constant, over the pairs that a search found."""
    found = np.array([each.group != "" for each in pairs])
    rows = np.column_stack([[log_odds(each.sureness) for each in pairs], readings])[found]
    truth = np.array([each.is_right for each in pairs])[found]
    model = LogisticRegression(C=100.0, max_iter=STEPS).fit(rows, truth)
    return float(model.coef_[0][0]), float(model.coef_[0][1]), float(model.intercept_[0])


def left_out(pairs: Sequence[LabelledPair], vectors: NDArray[np.float32]) -> Rows:
    """For each pair the reading by a model of the other brands."""
    brands, truth = np.array([each.brand for each in pairs]), np.array([each.is_right for each in pairs])
    readings = np.zeros(len(pairs))
    for brand in sorted(set(brands.tolist())):
        weights, constant = fit_line(vectors[brands != brand], truth[brands != brand], strength=STRENGTH)
        readings[brands == brand] = vectors[brands == brand] @ weights + constant
    return readings


def report(pairs: Sequence[LabelledPair], readings: Rows, fitted: RerankerWeights) -> Iterator[str]:
    """What it is worth, by brand, for messages that a template answers and for all."""
    joined = np.array([fitted.probability(each.sureness, float(at)) for each, at in zip(pairs, readings, strict=True)])
    truth = np.array([each.is_right for each in pairs])
    for brand in sorted({each.brand for each in pairs}):
        own = np.array([each.brand == brand for each in pairs])
        found = np.flatnonzero(own & np.array([each.group != "" for each in pairs]))
        line = f"{brand}: reading auroc {roc_auc_score(truth[own], readings[own]):.3f}"
        if found.size:
            before = np.array([each.sureness for each in pairs])
            line += f", search {roc_auc_score(truth[found], before[found]):.3f}"
            line += f", both {roc_auc_score(truth[found], joined[found]):.3f}"
            line += f"; right first {_first(pairs, before, found):.3f} -> {_first(pairs, joined, found):.3f}"
        yield line


def _first(pairs: Sequence[LabelledPair], likely: Rows, found: NDArray[np.int64]) -> float:
    """The share of answered messages whose likeliest pair is right."""
    groups: dict[str, list[int]] = {}
    for place in found.tolist():
        if pairs[place].is_in_scope:
            groups.setdefault(pairs[place].group, []).append(place)
    return float(np.mean([pairs[max(places, key=lambda place: likely[place])].is_right for places in groups.values()]))


def main() -> int:
    """Fit and write; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("runs", nargs="+")
    parser.add_argument("--vectors", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=PATH)
    parser.add_argument("--leave-out", nargs="*", default=())
    arguments = parser.parse_args()
    pairs = [each for each in pairs_of(arguments.runs) if each.brand not in arguments.leave_out]
    vectors = np.array(
        kept_vectors(
            pairs,
            arguments.vectors,
            prompt=lambda each: prompt_of(each.pair),
            read=lambda reader, each: reader.read([each.pair])[0],
        )
    )
    readings = left_out(pairs, vectors)
    weights, constant = fit_line(vectors, np.array([each.is_right for each in pairs]), strength=STRENGTH)
    fitted = RerankerWeights(reader_digest(), weights, constant, *fit_join(pairs, readings))
    save_weights(fitted, arguments.out)
    sys.stdout.write("\n".join(report(pairs, readings, fitted)) + "\n")
    sys.stdout.write(f"search {fitted.of_search:.3f}, reading {fitted.of_reading:.3f}, offset {fitted.offset:.3f}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
