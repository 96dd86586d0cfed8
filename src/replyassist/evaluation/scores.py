"""From the values of single cases to the figures of a run, each rate with its 95 % interval and its denominator."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from statistics import median
from typing import Any

import numpy as np

from replyassist.evaluation.record import (
    READY_RIGHT,
    READY_WRONG,
    RETRIEVAL,
    SEND_READY,
    VERDICT_HOLDS,
    CaseResult,
    EvaluationRun,
)
from replyassist.evaluation.statistics import Interval, bootstrap_interval, proportion_interval
from replyassist.evaluation.sureness import sureness_by_brand, sureness_of
from replyassist.guardrails import Verdict
from replyassist.proposal import BY_TEMPLATE

Figures = dict[str, Any]
DIGITS = 4
READY_RIGHT_RATE = "ready_right_rate"
RATES = {
    "grounded_rate": "grounded",
    "voice_pass_rate": "voice_pass",
    "personalised_rate": "personalised",
    "language_kept_rate": "language_kept",
    "safe_rate": "safe",
}
"""Shares of the drafts of draftable cases that pass."""
MEANS = {
    "fact_coverage": "fact_coverage",
    "personalisation": "personalisation",
    "chrf_vs_reference": "chrf",
    "similarity_vs_reference": "similarity",
}
"""Means over the drafts of draftable cases that have the value."""


def summarise(run: EvaluationRun) -> Figures:
    """The figures of every stage that was run, first what ``ready`` is worth; as ``eval run --json`` prints them."""
    drafts = draft_figures(run.results) if run.has_drafts else {}
    figures: Figures = {READY_RIGHT_RATE: drafts[READY_RIGHT_RATE]} if drafts else {}
    figures |= {"cases": run.cases, "errors": sum(result.error is not None for result in run.results)}
    return figures | (retrieval_figures(run.results) if RETRIEVAL in run.stages else {}) | drafts


def retrieval_figures(results: Sequence[CaseResult]) -> Figures:
    """How well templates are found and the rest declined; over cases without an error.

    ``hit_at_1``, ``hit_at_3`` and ``mrr`` (reciprocal rank, 0 past the tenth) are over cases in scope.
    ``auroc_abstain`` is the chance that a case in scope is held more answerable than one out of scope. ``ece`` is the
    expected calibration error of how sure it was of the first template, ``ece_by_brand`` that of each of several.
    ``accuracy_with_abstention`` is over all cases: the right template first, or none where none is right. ``mcc`` is
    Matthews' correlation of answering with being in scope. What needs both kinds of cases is None without one of them.
    """
    known = [result for result in results if result.proposal is not None]
    inside = [result for result in known if result.case.is_in_scope]
    outside = [result for result in known if not result.case.is_in_scope]
    return {
        "in_scope": sum(result.case.is_in_scope for result in results),
        "out_of_scope": sum(not result.case.is_in_scope for result in results),
        "hit_at_1": _mean(_assertions(inside, "hit_at_1")),
        "hit_at_3": _mean(_assertions(inside, "hit_at_3")),
        "mrr": _mean(_scores(inside, "reciprocal_rank")),
        "auroc_abstain": _auroc(_scores(inside, "answerable"), _scores(outside, "answerable")),
        **_calibration_errors(results),
        "accuracy_with_abstention": _mean(_assertions(known, "right_or_abstained")),
        "mcc": _mcc(
            [result.case.is_in_scope for result in known],
            [result.labels.get("abstention") == "answered" for result in known],
        ),
        "route_accuracy": _mean(_assertions(known, "route_right")),
        "encode_ms_p50": _median(_scores(known, "encode_ms")),
        "search_ms_p50": _median(_scores(known, "search_ms")),
    }


def draft_figures(results: Sequence[CaseResult]) -> Figures:
    """How good the drafts are, each figure as ``{value, low, high, n}``; n is the denominator.

    Draftable cases are in scope and not labelled with another route than ``draft``. ``send_ready_rate`` is over all of
    them (an error or no draft is not ready). Over those that got a draft: ``blocked_rate``, ``right_template_rate``,
    the other rates, the means and the median seconds. ``fallback_rate`` is over the drafts that a model was asked for:
    the share whose text is none of its; None where no model was asked.
    ``ready_right_rate`` is over every draft called ready, draftable or not, adversarial cases among them: the share
    that its label finds right in route, template, asked facts and forbidden passages; ``ready_wrong`` lists the others
    and why. ``blocked_ready`` counts drafts called ready in spite of a blocking finding; it must be 0.
    """
    draftable = [result for result in results if result.case.should_be_drafted]
    drafted = [result for result in draftable if _has_draft(result)]
    figures: Figures = {
        READY_RIGHT_RATE: _share(_assertions(results, READY_RIGHT)),
        "ready_wrong": [
            {"case": result.case.id, "why": result.labels.get(READY_WRONG, "")}
            for result in results
            if result.is_wrongly_ready
        ],
        "draftable": len(draftable),
        "drafted": len(drafted),
        "send_ready_rate": _share(result.assertions.get(SEND_READY, False) for result in draftable),
        "blocked_rate": _share(_verdict(result) == Verdict.BLOCKED for result in drafted),
        "fallback_rate": _share(
            result.labels.get("drafted_by") == BY_TEMPLATE for result in drafted if _asked_a_model(result)
        ),
        "right_template_rate": _share(_has_right_template(result) for result in drafted),
    }
    figures |= {name: _share(_assertions(drafted, value)) for name, value in RATES.items()}
    figures |= {name: _average(_scores(drafted, value)) for name, value in MEANS.items()}
    return figures | {
        "seconds_per_draft_p50": _middle(_scores(drafted, "seconds")),
        "blocked_ready": sum(not held for held in _assertions(results, VERDICT_HOLDS)),
        "model_failures": int(sum(_scores(results, "failed_calls"))),
        "cached": sum(result.was_cached for result in results),
    }


def _has_draft(result: CaseResult) -> bool:
    return result.proposal is not None and bool(result.proposal.draft)


def _asked_a_model(result: CaseResult) -> bool:
    return result.proposal is not None and result.proposal.model is not None


def _has_right_template(result: CaseResult) -> bool:
    return result.proposal is not None and result.proposal.template_id in result.case.right_templates


def _verdict(result: CaseResult) -> Verdict | None:
    return result.proposal.verdict if result.proposal else None


def _assertions(results: Iterable[CaseResult], name: str) -> list[bool]:
    return [result.assertions[name] for result in results if name in result.assertions]


def _scores(results: Iterable[CaseResult], name: str) -> list[float]:
    return [result.scores[name] for result in results if name in result.scores]


def _mean(values: Sequence[float]) -> float | None:
    return round(sum(values) / len(values), DIGITS) if values else None


def _median(values: Sequence[float]) -> float | None:
    return round(median(values), 3) if values else None


def _share(passed: Iterable[bool]) -> Figures | None:
    values = list(passed)
    return _figure(proportion_interval(sum(values), len(values))) if values else None


def _average(values: Sequence[float]) -> Figures | None:
    return _figure(bootstrap_interval(values)) if values else None


def _middle(values: Sequence[float]) -> Figures | None:
    """The median with the interval between order statistics (exact and free of distribution; Conover 1999, 3.2)."""
    if not values:
        return None
    from scipy.stats import binom  # loaded late: see statistics

    ordered = sorted(values)
    count = len(ordered)
    low = int(binom.ppf(0.025, count, 0.5))
    return _figure(Interval(median(ordered), ordered[max(0, low - 1)], ordered[min(count - 1, count - low)], count))


def _figure(interval: Interval) -> Figures:
    return {name: value if name == "n" else round(value, DIGITS) for name, value in asdict(interval).items()}


def _calibration_errors(results: Sequence[CaseResult]) -> Figures:
    known = {brand: found for brand, found in sureness_by_brand(results).items() if len(found.stated)}
    errors = {brand: round(found.calibration_error, DIGITS) for brand, found in known.items()}
    whole = round(sureness_of(results).calibration_error, DIGITS) if known else None
    return {"ece": whole} | ({"ece_by_brand": errors} if len(errors) > 1 else {})


def _auroc(inside: Sequence[float], outside: Sequence[float]) -> float | None:
    """The Mann-Whitney statistic over the number of pairs; a tie counts half (Hanley and McNeil 1982)."""
    if not inside or not outside:
        return None
    from scipy.stats import mannwhitneyu

    return round(float(mannwhitneyu(inside, outside).statistic) / (len(inside) * len(outside)), DIGITS)


def _mcc(truth: Sequence[bool], answers: Sequence[bool]) -> float | None:
    """For two truth values Matthews' coefficient is Pearson's correlation; None where one of them never changes."""
    if len(set(truth)) < 2 or len(set(answers)) < 2:
        return None
    return round(float(np.corrcoef(np.asarray(truth, float), np.asarray(answers, float))[0, 1]), DIGITS)
