"""Fit the models of guardrails/likeness.py on the val split of dstc9 and print their coefficients.

Usage: REPLYASSIST_BENCH_DATA=../shared/data python scripts/fit_support.py
Each statement of a reply is one example: supported beside its own fact, not supported beside another fact of the same
entity or of another one. Logistic regression with a ridge of 0.1, by Newton's method; no figure of the test split is
looked at.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np

from replyassist.benchmarks.fact_pairs import ALTERED, OWN, Pair, pairs_of, read_rows
from replyassist.benchmarks.grounding import voice_of
from replyassist.cli.bench.printing import bench_data
from replyassist.core.embedding import Encoder, SentenceTransformerEncoder
from replyassist.faq.template import ReplyTemplate
from replyassist.guardrails import CheckContext
from replyassist.guardrails.clauses import clause_spans
from replyassist.guardrails.ground import ground_of
from replyassist.guardrails.likeness import measure
from replyassist.guardrails.pleasantries import is_pleasantry, without_opening
from replyassist.guardrails.terms import terms

RIDGE = 0.1
STEPS = 50


def examples(pairs: list[Pair], *, encoder: Encoder | None) -> tuple[list[dict[str, float]], list[bool]]:
    """The features of every statement, and whether it stands beside its own fact."""
    features: list[dict[str, float]] = []
    supported: list[bool] = []
    for pair in pairs:
        if pair.kind in ALTERED:
            continue
        template = ReplyTemplate(id="fact", title=pair.question[:300], reply=pair.answer)
        ground = ground_of(CheckContext(voice=voice_of(pair.row), template=template, encoder=encoder))
        for start, end in clause_spans(pair.draft):
            clause = pair.draft[start:end]
            stated = ground.masked(without_opening(clause))
            names = frozenset(re.findall(r"\w+", pair.row.entity.lower()))
            is_statement = not clause.rstrip().endswith("?") and not is_pleasantry(clause)
            if is_statement and any(term.names_the_matter for term in terms(stated, names=names)):
                features.append(measure(stated, ground.trusted, encoder=encoder).features)
                supported.append(pair.kind == OWN)
    return features, supported


def fit(features: list[dict[str, float]], supported: list[bool]) -> dict[str, float]:
    """The coefficients by name, with the constant."""
    names = [name for name in features[0] if len({round(one[name], 9) for one in features}) > 1]
    given = np.array([[1.0, *(one[name] for name in names)] for one in features])
    wanted = np.array(supported, dtype=np.float64)
    weights = np.zeros(given.shape[1])
    ridge = np.diag([0.0, *[RIDGE] * len(names)])
    for _ in range(STEPS):
        probability = 1.0 / (1.0 + np.exp(-given @ weights))
        curvature = given.T @ (given * (probability * (1 - probability))[:, None]) + ridge + 1e-9 * np.eye(len(weights))
        weights = weights + np.linalg.solve(curvature, given.T @ (wanted - probability) - ridge @ weights)
    return dict(zip(["constant", *names], weights.tolist(), strict=True))


def main() -> None:
    """Print both models as they stand in the module."""
    rows = read_rows(Path(bench_data()), split="val")
    pairs = pairs_of(rows, among=rows)
    for name, encoder in (("WITH_MEANING", SentenceTransformerEncoder()), ("WITH_WORDS", None)):
        weights = fit(*examples(pairs, encoder=encoder))
        lines = [f'    "{feature}": {weight:.3f},' for feature, weight in weights.items()]
        sys.stdout.write("\n".join([f"{name}: dict[str, float] = {{", *lines, "}", ""]))


if __name__ == "__main__":
    main()
