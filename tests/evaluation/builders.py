"""Small evaluation runs for tests, with the fields that matter named by the test."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from replyassist.evaluation.dataset import Case
from replyassist.evaluation.record import CaseResult, EvaluationRun
from replyassist.guardrails import Finding, Severity, Verdict
from replyassist.proposal import BY_MODEL, Candidate, Proposal
from replyassist.retrieval.index import TemplateMatch
from replyassist.triage import Route, triage

DRAFT = "Hi Tom! We ship to 32 countries in Europe. Delivery takes 4 to 7 working days."


def case(number: int = 1, **overrides: Any) -> Case:
    fields: dict[str, Any] = {
        "id": f"c{number}",
        "brand": "fernhill",
        "text": "do you ship to Norway??",
        "author_name": "Tom",
        "expected": {"template_id": "shipping-abroad", "reply": "Hi Tom! Yes, we ship to Norway."},
    }
    return Case.model_validate(fields | overrides)


def finding(severity: Severity = Severity.BLOCK, **overrides: Any) -> Finding:
    fields: dict[str, Any] = {"rule": "grounding.number", "severity": severity, "explanation": "No template says 32."}
    return Finding(**(fields | overrides))


def proposal(draft: str = DRAFT, **overrides: Any) -> Proposal:
    verdict = overrides.get("verdict", Verdict.READY) if draft else None
    findings = overrides.get("findings", ())
    more = {name: overrides.pop(name, ()) for name in ("spans", "left_out")}
    candidates = (
        [
            Candidate(
                text=draft, drafted_by=BY_MODEL, verdict=verdict, findings=findings, coverage=1.0, score=1.0, **more
            )
        ]
        if verdict
        else []
    )
    fields: dict[str, Any] = {
        "route": Route.DRAFT,
        "reason": "",
        "triage": triage("do you ship to Norway??"),
        "template_id": "shipping-abroad",
        "draft": draft,
        "drafted_by": BY_MODEL,
        "verdict": verdict,
        "candidates": tuple(candidates),
    }
    return Proposal(**(fields | overrides))


def result(number: int = 1, **overrides: Any) -> CaseResult:
    fields: dict[str, Any] = {"case": case(number), "proposal": proposal()}
    return CaseResult(**(fields | overrides))


def run(*results: CaseResult, **overrides: Any) -> EvaluationRun:
    fields: dict[str, Any] = {
        "id": "run-1",
        "created_at": datetime(2026, 11, 22, 12, tzinfo=UTC),
        "stages": ("retrieval", "draft"),
        "dataset_digest": "cases-1",
        "cases": len(results),
        "model": "fake",
        "results": results,
    }
    return EvaluationRun(**(fields | overrides))


def match(reply: str, *, title: str = "") -> TemplateMatch:
    """The template that was found, with this reply."""
    return TemplateMatch(
        template_id="shipping-abroad",
        version="1",
        title=title,
        score=0.9,
        matched_text="",
        matched_field="title",
        reply=reply,
    )
