"""From single cases to the figures of a run."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from replyassist.evaluation.record import DRAFT, RETRIEVAL, CaseResult, EvaluationRun
from replyassist.evaluation.scores import summarise
from replyassist.guardrails import Verdict

from .labelled import case, proposal


def run(*results: CaseResult, stages: tuple[str, ...] = (RETRIEVAL, DRAFT)) -> EvaluationRun:
    return EvaluationRun(
        id="r",
        created_at=datetime(2026, 11, 22, tzinfo=UTC),
        stages=stages,
        dataset_digest="",
        cases=len(results),
        results=results,
    )


def found(score: float, *, in_scope: bool, answered: bool, hit: bool = False) -> CaseResult:
    ranks: dict[str, Any] = {"hit_at_1": hit, "hit_at_3": True} if in_scope else {}
    right = hit and answered if in_scope else not answered
    return CaseResult(
        case=case(expected={"template_id": "a" if in_scope else None}),
        proposal=proposal(""),
        scores={"best_score": score, "answerable": score, "encode_ms": 8.0, "search_ms": 0.2}
        | ({"reciprocal_rank": 1.0 if hit else 0.5} if in_scope else {}),
        assertions=ranks | {"right_or_abstained": right},
        labels={"abstention": "answered" if answered else "abstained"},
    )


def drafted(verdict: Verdict = Verdict.READY, *, by: str = "model", **overrides: Any) -> CaseResult:
    assertions = {"send_ready": verdict is Verdict.READY, "verdict_holds": True, "grounded": True, "voice_pass": True}
    assertions |= {"says_nothing_forbidden": True} | overrides.pop("assertions", {})
    told = overrides.pop("model", "fake")
    fields: dict[str, Any] = {"case": case(), "proposal": proposal(verdict=verdict, drafted_by=by, model=told)}
    fields |= {"scores": {"fact_coverage": 1.0, "seconds": 2.0}, "labels": {"drafted_by": by}}
    return CaseResult(**fields | {"assertions": assertions} | overrides)


def test_retrieval_is_scored_by_hand_made_cases() -> None:
    figures = summarise(
        run(
            found(0.9, in_scope=True, answered=True, hit=True),
            found(0.7, in_scope=True, answered=True),
            found(0.4, in_scope=True, answered=False, hit=True),
            found(0.5, in_scope=False, answered=False),
            found(0.6, in_scope=False, answered=True),
            stages=(RETRIEVAL,),
        )
    )

    assert (figures["cases"], figures["in_scope"], figures["out_of_scope"]) == (5, 3, 2)
    assert (figures["hit_at_1"], figures["hit_at_3"]) == (0.6667, 1.0)
    assert figures["mrr"] == pytest.approx((1 + 0.5 + 1) / 3, abs=1e-4)
    assert figures["auroc_abstain"] == pytest.approx(4 / 6, abs=1e-4)
    assert figures["ece"] == pytest.approx((0.1 + 0.7 + 0.6 + 0.5 + 0.6) / 5)
    assert figures["accuracy_with_abstention"] == 0.4
    assert figures["mcc"] == pytest.approx(1 / 6, abs=1e-4)
    assert (figures["encode_ms_p50"], figures["search_ms_p50"]) == (8.0, 0.2)
    assert "send_ready_rate" not in figures


def test_the_calibration_error_is_said_for_each_of_several_brands() -> None:
    results = [found(0.9, in_scope=True, answered=True, hit=True), found(0.4, in_scope=False, answered=False)]
    moved = results[1].model_copy(update={"case": case(brand="harbour", expected={"template_id": None})})

    assert summarise(run(results[0], moved))["ece_by_brand"] == {results[0].case.brand: 0.1, "harbour": 0.4}
    assert "ece_by_brand" not in summarise(run(*results))
    assert summarise(run(CaseResult(case=case(), error="x")))["ece"] is None


def test_what_needs_both_kinds_of_cases_is_unknown_without_one() -> None:
    figures = summarise(run(found(0.9, in_scope=True, answered=True, hit=True), stages=(RETRIEVAL,)))

    assert (figures["auroc_abstain"], figures["mcc"], figures["hit_at_1"]) == (None, None, 1.0)


def test_rates_of_drafts_have_an_interval_and_a_denominator() -> None:
    not_drafted = CaseResult(case=case(), proposal=proposal(""), assertions={"send_ready": False})
    failed = CaseResult(case=case(), error="RuntimeError")
    outside = CaseResult(case=case(expected={"template_id": None}), proposal=proposal(""))
    figures = summarise(
        run(
            drafted(),
            drafted(by="template"),
            drafted(Verdict.BLOCKED, assertions={"grounded": False}),
            not_drafted,
            failed,
            outside,
        )
    )

    assert (figures["draftable"], figures["drafted"], figures["errors"]) == (5, 3, 1)
    assert (figures["send_ready_rate"]["value"], figures["send_ready_rate"]["n"]) == (0.4, 5)
    assert (figures["blocked_rate"]["value"], figures["blocked_rate"]["n"]) == (0.3333, 3)
    assert (figures["fallback_rate"]["value"], figures["grounded_rate"]["value"]) == (0.3333, 0.6667)
    assert figures["send_ready_rate"]["low"] < 0.4 < figures["send_ready_rate"]["high"]
    assert figures["fact_coverage"] == {"value": 1.0, "low": 1.0, "high": 1.0, "n": 3}
    assert figures["seconds_per_draft_p50"]["value"] == 2.0
    assert figures["chrf_vs_reference"] is None
    assert figures["blocked_ready"] == 0


def test_a_template_that_no_model_was_asked_about_is_no_fallback() -> None:
    plain = drafted(by="template", model=None)

    assert summarise(run(plain))["fallback_rate"] is None
    shares = summarise(run(plain, drafted(), drafted(by="template")))["fallback_rate"]
    assert (shares["value"], shares["n"]) == (0.5, 2)


def test_a_ready_draft_with_a_blocking_finding_is_counted() -> None:
    assert summarise(run(drafted(assertions={"verdict_holds": False}), drafted()))["blocked_ready"] == 1


def ready(right: bool, number: int = 1, **expected: Any) -> CaseResult:
    why = {} if right else {"ready_wrong": "template: a, not b"}
    return drafted(case=case(number, expected=expected), assertions={"ready_right": right}, labels=why)


def test_ready_drafts_are_judged_by_their_labels_out_of_scope_too() -> None:
    figures = summarise(run(ready(True), ready(False, 2, template_id=None), drafted(Verdict.NEEDS_EDIT)))

    assert (figures["ready_right_rate"]["value"], figures["ready_right_rate"]["n"]) == (0.5, 2)
    assert figures["ready_wrong"] == [{"case": "c2", "why": "template: a, not b"}]


def test_what_ready_is_worth_is_the_first_figure() -> None:
    assert next(iter(summarise(run(ready(True))))) == "ready_right_rate"


@pytest.mark.parametrize(("count", "low"), [(1, 0.2065), (10, 0.7225)])
def test_a_few_right_drafts_do_not_make_the_rate_certain(count: int, low: float) -> None:
    figures = summarise(run(*(ready(True, number) for number in range(count))))

    assert figures["ready_right_rate"] == {"value": 1.0, "low": low, "high": 1.0, "n": count}


def test_without_a_ready_draft_the_rate_is_unknown() -> None:
    figures = summarise(run(drafted(Verdict.NEEDS_EDIT)))

    assert (figures["ready_right_rate"], figures["ready_wrong"]) == (None, [])


def test_the_median_lies_within_its_interval() -> None:
    results = [drafted(scores={"seconds": float(number)}) for number in range(1, 41)]
    seconds = summarise(run(*results))["seconds_per_draft_p50"]

    assert seconds == {"value": 20.5, "low": 14.0, "high": 27.0, "n": 40}
