"""Fit the models of guardrails/likeness.py on the val split of dstc9, and show how their threshold was chosen.

Usage: REPLYASSIST_BENCH_DATA=../shared/data python scripts/fit_support.py [--check]
Each statement of a reply is one example: supported beside its own fact, not supported beside another fact of the same
entity, and beside a fact of another entity; both are drawn by ``fact_pairs.pairs_of`` with its own seed. Logistic
regression with a ridge of 0.1, by Newton's method. The thresholds are printed from models that were fitted without the
domain that they are applied to: for each share of supported statements below the threshold, what it is, and how many
of the others it catches. With ``--check`` only what differs from the module is printed, and then it exits 1. No figure
of the test split is looked at.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from replyassist.core.embedding import Encoder, SentenceTransformerEncoder
from replyassist.core.encoders import CHECKS
from replyassist.faq.template import ReplyTemplate
from replyassist.guardrails import CheckContext
from replyassist.guardrails import likeness as module
from replyassist.guardrails.clauses import clause_spans
from replyassist.guardrails.ground import CheckSources, ground_of
from replyassist.guardrails.likeness import measure, texts_to_embed
from replyassist.guardrails.pleasantries import is_pleasantry, without_opening
from replyassist.guardrails.terms import terms
from replyassist.guardrails.vectors import MEMORY
from replyassist_bench.commands.printing import bench_data
from replyassist_bench.fact_pairs import ALTERED, OWN, Pair, pairs_of, read_rows
from replyassist_bench.grounding import voice_of

RIDGE = 0.1
STEPS = 50
BATCH = 2000
FALSE_ALARMS = (0.0025, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.04)
DECIMALS = 3


@dataclass(frozen=True, slots=True)
class Example:
    """The features of a statement; whether it stands beside its own fact; its domain."""

    features: dict[str, float]
    supported: bool
    domain: str


def examples(pairs: Sequence[Pair], *, encoder: Encoder | None) -> list[Example]:
    """Every statement of these pairs beside its fact."""
    found: list[Example] = []
    for first in range(0, len(pairs), BATCH):
        placed = [
            (pair, ground, stated)
            for pair in pairs[first : first + BATCH]
            for ground in (_ground(pair, encoder),)
            for stated in _statements(pair.draft, ground)
        ]
        if encoder is not None:
            MEMORY.learn(encoder, [text for _, ground, one in placed for text in texts_to_embed(one, ground.trusted)])
        found += [
            Example(measure(stated, ground.trusted, encoder=encoder).features, pair.kind == OWN, pair.row.domain)
            for pair, ground, stated in placed
        ]
    return found


def _ground(pair: Pair, encoder: Encoder | None) -> CheckSources:
    template = ReplyTemplate(id="fact", title=pair.question[:300], reply=pair.answer)
    return ground_of(CheckContext(voice=voice_of(pair.row), template=template, encoder=encoder))


def _statements(draft: str, ground: CheckSources) -> list[str]:
    clauses = [draft[start:end] for start, end in clause_spans(draft)]
    stated = [
        ground.masked(without_opening(clause))
        for clause in clauses
        if not clause.rstrip().endswith("?") and not is_pleasantry(clause)
    ]
    return [one for one in stated if any(term.names_the_matter for term in terms(one, names=ground.trusted.names))]


def fit(given: Sequence[Example]) -> dict[str, float]:
    """The coefficients by name, with the constant, rounded as the module holds them."""
    names = [name for name in given[0].features if len({round(one.features[name], 9) for one in given}) > 1]
    values = np.array([[1.0, *(one.features[name] for name in names)] for one in given])
    wanted = np.array([one.supported for one in given], dtype=np.float64)
    weights = np.zeros(values.shape[1])
    ridge = np.diag([0.0, *[RIDGE] * len(names)])
    for _ in range(STEPS):
        probability = 1.0 / (1.0 + np.exp(-values @ weights))
        spread = (probability * (1 - probability))[:, None]
        curvature = values.T @ (values * spread) + ridge + 1e-9 * np.eye(len(weights))
        weights = weights + np.linalg.solve(curvature, values.T @ (wanted - probability) - ridge @ weights)
    return {name: round(weight, DECIMALS) for name, weight in zip(["constant", *names], weights.tolist(), strict=True)}


def probabilities(given: Sequence[Example], weights: dict[str, float]) -> NDArray[np.float64]:
    """That each example is supported, shape (len(given),)."""
    total = [
        weights["constant"] + sum(weights.get(name, 0.0) * value for name, value in one.features.items())
        for one in given
    ]
    return np.asarray(1.0 / (1.0 + np.exp(-np.array(total))))


def thresholds(given: Sequence[Example]) -> list[str]:
    """Lines of a table: each domain is judged by the model that was fitted on the others."""
    found, truth = [], []
    for domain in sorted({one.domain for one in given}):
        left_out = [one for one in given if one.domain == domain]
        found.append(probabilities(left_out, fit([one for one in given if one.domain != domain])))
        truth.append(np.array([one.supported for one in left_out]))
    values, supported = np.concatenate(found), np.concatenate(truth)
    return [
        f"#   {share:.1%} of the supported statements are below {limit:.4f}, "
        f"and {np.mean(values[~supported] < limit):.1%} of the others"
        for share in FALSE_ALARMS
        for limit in (float(np.quantile(values[supported], share)),)
    ]


def main() -> int:
    """Print both models as they stand in the module, or compare them with it; the exit status."""
    is_check = "--check" in sys.argv[1:]
    rows = read_rows(Path(bench_data()), split="val")
    pairs = [pair for pair in pairs_of(rows, among=rows) if pair.kind not in ALTERED]
    differing = 0
    for name, encoder in (("WITH_MEANING", SentenceTransformerEncoder(CHECKS.name)), ("WITH_WORDS", None)):
        given = examples(pairs, encoder=encoder)
        weights = fit(given)
        if is_check:
            if weights != getattr(module, name):
                differing += 1
                sys.stdout.write(f"{name} differs from likeness.py: {weights}\n")
            continue
        lines = [f'    "{feature}": {weight},' for feature, weight in weights.items()]
        sys.stdout.write("\n".join([*thresholds(given), f"{name}: dict[str, float] = {{", *lines, "}", ""]))
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
