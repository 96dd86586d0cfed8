"""Fit how likely a draft's template answers its message (pipeline/readiness.yaml, readiness_read.yaml).

Usage: python scripts/fit_readiness.py [--check] RUN.json ...
``RUN.json`` are runs (``eval run --out``, without a language model) of labelled messages: eval/cases/dev.jsonl, and the
brands of eval/brands/dev and eval/replies/dev with ``--voice default``. A draft is right as for ``ready_right_rate``:
in route, templates, asked facts and forbidden passages. Runs whose templates were read by the reranker, of brands that
``scripts.fit_adapters`` did not learn, make ``readiness_read.yaml``.
Logistic regression over the evidence that the proposals keep;
each brand is judged by a model of the others, and printed is what thresholds do with drafts that nothing else speaks
against. With ``--check`` nothing is written, and it exits 1 where the shipped weights give other probabilities by more
than 0.02.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from replyassist.evaluation.evaluators.readiness import wrongs
from replyassist.evaluation.record import CaseResult, load_run
from replyassist.pipeline.readiness import PATH, READ_PATH, READING, shipped_model
from replyassist.proposal import Readiness

Rows = NDArray[np.float64]
STRENGTH = 0.03  # inverse of the ridge; .01 and .1 are no better
STEPS = 3000
DIFFERENCE = 0.02
THRESHOLDS = (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9)
ABOUT_THE_CHOICE = frozenset({"draft.unsure_template", "draft.fact_not_in_answer"})
HEADER = "# Fitted by scripts/fit_readiness.py; the evidence is told in pipeline/readiness.py.\n"


@dataclass(frozen=True)
class Drafted:
    """A draft with its evidence, whether it is right, and whether nothing else speaks against it."""

    brand: str
    readiness: Readiness
    is_right: bool
    may_be_ready: bool


def drafts_of(paths: Sequence[str]) -> tuple[list[Drafted], int]:
    """All drafts of the runs that have evidence, and how many messages are due one."""
    found, due = [], 0
    for path in paths:
        for result in load_run(Path(path)).results:
            due += result.case.should_be_drafted
            if result.proposal is not None and result.proposal.readiness is not None:
                found.append(_drafted(result))
    return found, due


def _drafted(result: CaseResult) -> Drafted:
    proposal = result.proposal
    assert proposal is not None
    assert proposal.readiness is not None
    others = (*proposal.findings, *(doubt for doubt in proposal.doubts if doubt.rule not in ABOUT_THE_CHOICE))
    return Drafted(
        brand=result.case.brand,
        readiness=proposal.readiness,
        is_right=not any(wrongs(result.case, proposal)),
        may_be_ready=not any(finding.severity in ("warn", "block") for finding in others),
    )


def fit(rows: Rows, truth: NDArray[np.bool_]) -> tuple[Rows, float]:
    """The weights and the constant."""
    means, scales = rows.mean(axis=0), np.maximum(rows.std(axis=0), 1e-6)
    model = LogisticRegression(C=STRENGTH, max_iter=STEPS).fit((rows - means) / scales, truth)
    weights = model.coef_[0] / scales
    return weights, float(model.intercept_[0] - weights @ means)


def left_out(rows: Rows, truth: NDArray[np.bool_], brands: NDArray[np.str_]) -> Rows:
    """For each draft what the model of the other brands says."""
    likely = np.zeros(len(rows))
    for brand in sorted(set(brands.tolist())):
        weights, constant = fit(rows[brands != brand], truth[brands != brand])
        likely[brands == brand] = expit(rows[brands == brand] @ weights + constant)
    return likely


def report(drafts: Sequence[Drafted], likely: Rows, truth: NDArray[np.bool_], due: int) -> Iterator[str]:
    """What thresholds do, line by line."""
    may = np.array([each.may_be_ready for each in drafts])
    yield f"{len(drafts)} drafts, {due} due, auroc {roc_auc_score(truth, likely):.3f}"
    yield "from: ready, right of these, share of what is due"
    for least in THRESHOLDS:
        ready = may & (likely >= least)
        yield f"  {least:.2f}: {ready.sum()} {truth[ready].mean():.3f} {(ready & truth).sum() / due:.3f}"


def main() -> int:
    """Fit and write, or compare with what is shipped; the exit status."""
    paths = [argument for argument in sys.argv[1:] if argument != "--check"]
    drafts, due = drafts_of(paths)
    names = sorted({name for each in drafts for name in each.readiness.evidence})
    rows = np.array([[each.readiness.evidence.get(name, 0.0) for name in names] for each in drafts])
    truth = np.array([each.is_right for each in drafts])
    weights, constant = fit(rows, truth)
    path = READ_PATH if READING in names else PATH
    shipped = shipped_model(path if path.exists() else PATH)
    if "--check" in sys.argv[1:]:
        before = [shipped.probability(each.readiness.evidence) for each in drafts]
        worst = float(np.abs(np.array(before) - expit(rows @ weights + constant)).max())
        sys.stdout.write(f"the probabilities differ by at most {worst:.3f}\n")
        return 1 if worst > DIFFERENCE else 0
    likely = left_out(rows, truth, np.array([each.brand for each in drafts]))
    sys.stdout.write("\n".join(report(drafts, likely, truth, due)) + "\n")
    fitted = {
        "constant": round(constant, 4),
        "ready_from": shipped.ready_from,
        "weights": {name: round(float(weight), 4) for name, weight in zip(names, weights, strict=True)},
    }
    path.write_text(HEADER + yaml.safe_dump(fitted, sort_keys=False), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
