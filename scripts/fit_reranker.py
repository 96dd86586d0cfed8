"""Fit how the reading of a template and a message is joined with the search (retrieval/reranker.npz).

Usage: python -m scripts.fit_reranker --vectors CACHE.npz RUN.json ...
``RUN.json`` are runs (``eval run --out``, with REPLYASSIST_RERANKER_DISABLED=1) of labelled messages of brands that
``scripts.fit_adapters`` did not learn. A pair is a message with one of the first templates that were found for it,
right where the label names that template; a logistic regression joins what ``scripts.fit_adapters`` made of it with the
sureness of the search. Printed is what the joined probability does, by brand. Vectors are kept in CACHE.npz by the
digest of their prompt: each new one takes a second or two.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from replyassist.core.embedded_llm.pair_reader import prompt_of
from replyassist.retrieval.reranking import PATH, RerankerWeights, log_odds, save_weights, shipped_weights
from scripts.labelled_replies import LabelledPair, pairs_of
from scripts.reading_vectors import Rows, kept_vectors

FREE = 100.0  # inverse of the ridge: two weights need none
RAISED = 0.767
"""Added to the fitted constant, so that .35, from which on templates answer, means what .20 means for the brands
that are fitted to: they hold more near misses than an inbox (decision 0040)."""
STEPS = 2000


def fit_join(pairs: Sequence[LabelledPair], readings: Rows) -> tuple[float, float, float]:
    """Weights of search and reading, and the constant."""
    rows = np.column_stack([[log_odds(each.sureness) for each in pairs], readings])
    model = LogisticRegression(C=FREE, max_iter=STEPS).fit(rows, [each.is_right for each in pairs])
    return float(model.coef_[0][0]), float(model.coef_[0][1]), float(model.intercept_[0])


def left_out(pairs: Sequence[LabelledPair], readings: Rows, fitted: RerankerWeights) -> Rows:
    """For each pair its joined probability, by a join of the other brands."""
    brands, joined = np.array([each.brand for each in pairs]), np.zeros(len(pairs))
    for brand in sorted(set(brands.tolist())):
        others, own = np.flatnonzero(brands != brand), np.flatnonzero(brands == brand)
        of_search, of_reading, offset = fit_join([pairs[at] for at in others], readings[others])
        join = replace(fitted, of_search=of_search, of_reading=of_reading, offset=offset)
        joined[own] = [join.probability(pairs[at].sureness, float(readings[at])) for at in own]
    return joined


def report(pairs: Sequence[LabelledPair], readings: Rows, joined: Rows) -> Iterator[str]:
    """What it is worth, by brand, for messages that a template answers and for all."""
    truth = np.array([each.is_right for each in pairs])
    before = np.array([each.sureness for each in pairs])
    for brand in (*sorted({each.brand for each in pairs}), ""):
        own = np.flatnonzero([brand in ("", each.brand) for each in pairs])
        aurocs = [roc_auc_score(truth[own], each[own]) for each in (before, readings, joined)]
        line = f"{brand or 'all'}: auroc of search, reading, both {' '.join(f'{each:.3f}' for each in aurocs)}"
        yield f"{line}; right first {_first(pairs, before, own):.3f} -> {_first(pairs, joined, own):.3f}"


def _first(pairs: Sequence[LabelledPair], likely: Rows, own: NDArray[np.int64]) -> float:
    """The share of answered messages whose likeliest pair is right."""
    groups: dict[str, list[int]] = {}
    for place in own.tolist():
        if pairs[place].is_in_scope:
            groups.setdefault(pairs[place].group, []).append(place)
    return float(np.mean([pairs[max(places, key=lambda place: likely[place])].is_right for places in groups.values()]))


def main() -> int:
    """Fit and write; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("runs", nargs="+")
    parser.add_argument("--vectors", type=Path, required=True)
    arguments = parser.parse_args()
    pairs = list(pairs_of(arguments.runs))
    vectors = kept_vectors(
        pairs,
        arguments.vectors,
        prompt=lambda each: prompt_of(each.pair),
        read=lambda reader, each: reader.read([each.pair])[0],
    )
    learned = shipped_weights()
    readings = learned.readings(np.array(vectors))
    sys.stdout.write("\n".join(report(pairs, readings, left_out(pairs, readings, learned))) + "\n")
    of_search, of_reading, offset = fit_join(pairs, readings)
    save_weights(replace(learned, of_search=of_search, of_reading=of_reading, offset=offset + RAISED), PATH)
    sys.stdout.write(f"search {of_search:.3f}, reading {of_reading:.3f}, offset {offset:.3f}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
