"""Builders for tests of cases, evaluators and runs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from replyassist.brands.voice import VoiceRules
from replyassist.core.prompts import PromptLibrary
from replyassist.core.resources import resource_folder
from replyassist.evaluation.cache import Usage
from replyassist.evaluation.dataset import Case
from replyassist.evaluation.evaluators import CaseOutcome
from replyassist.faq.template import ReplyTemplate
from replyassist.guardrails import Verdict
from replyassist.pipeline import PipelineContext
from replyassist.proposal import BY_MODEL, BY_NOBODY, Candidate, Proposal
from replyassist.retrieval.index import TemplateIndex, TemplateMatch
from replyassist.testing import FakeEncoder
from replyassist.triage import Route, triage
from tests.sureness import sure_of_few

REPLY = "We ship to 32 countries in Europe. Delivery takes 4 to 7 working days."


def case(number: int = 1, *, expected: dict[str, Any] | None = None, **overrides: Any) -> Case:
    """A case that the shipping template answers."""
    return Case.model_validate(record(number, expected=expected, **overrides))


def record(number: int = 1, *, expected: dict[str, Any] | None = None, **overrides: Any) -> dict[str, Any]:
    """The same as a line of a file."""
    fields: dict[str, Any] = {"id": f"c{number}", "text": "do you ship to Norway??", "author_name": "Tom"}
    return fields | overrides | {"expected": {"template_id": "shipping-abroad"} | (expected or {})}


def write_cases(path: Path, *records: dict[str, Any]) -> Path:
    """A JSONL file of these."""
    path.write_text("".join(json.dumps(item) + "\n" for item in records), encoding="utf-8")
    return path


def template(**overrides: Any) -> ReplyTemplate:
    """The shipping template."""
    fields: dict[str, Any] = {
        "id": "shipping-abroad",
        "title": "Do you ship abroad?",
        "questions": ["do you ship to Norway?", "international delivery?"],
        "reply": REPLY,
        "links": ["https://fernhill.example/shipping"],
    }
    return ReplyTemplate.model_validate(fields | overrides)


def voice(**overrides: Any) -> VoiceRules:
    """A plain voice."""
    fields: dict[str, Any] = {
        "brand": "fernhill",
        "name": "Fernhill Coffee",
        "greetings": {"named": ["Hi {name}!"], "unnamed": ["Hi there!"]},
    }
    return VoiceRules.model_validate(fields | overrides)


def context(*, templates: Sequence[ReplyTemplate] = (), **overrides: Any) -> PipelineContext:
    """Two templates, a fake encoder and no model."""
    encoder = FakeEncoder()
    opening = template(id="opening-hours", title="", questions=["when are you open?"], reply="We open at 9.", links=[])
    fields: dict[str, Any] = {
        "voice": voice(),
        "index": TemplateIndex(templates or (template(), opening), encoder, calibration=sure_of_few(encoder)),
        "encoder": encoder,
        "model": None,
        "library": PromptLibrary(resource_folder("prompts")),
        "day": date(2026, 11, 22),
        "threshold": 0.5,
    }
    return PipelineContext(**fields | overrides)


def proposal(draft: str = REPLY, **overrides: Any) -> Proposal:
    """A ready draft of the template, by the model."""
    fields: dict[str, Any] = {
        "route": Route.DRAFT,
        "reason": "",
        "triage": triage("do you ship to Norway??"),
        "template_id": "shipping-abroad",
        "draft": draft,
        "drafted_by": BY_MODEL if draft else BY_NOBODY,
        "verdict": Verdict.READY if draft else None,
    }
    return Proposal.model_validate(fields | overrides)


def candidate(text: str = REPLY, **overrides: Any) -> Candidate:
    """The candidate that became the draft."""
    fields: dict[str, Any] = {"drafted_by": BY_MODEL, "verdict": Verdict.READY, "findings": (), "coverage": 1.0}
    return Candidate.model_validate({"text": text, "score": 1.0} | fields | overrides)


def matches(*ids: str, score: float = 0.9) -> tuple[TemplateMatch, ...]:
    """Ranked templates, the first with this score."""
    return tuple(
        TemplateMatch(
            template_id=name,
            version="",
            title="",
            score=round(score - number / 100, 4),
            probability=round(score - number / 100, 4),
            matched_text="",
            matched_field="reply",
            reply="",
        )
        for number, name in enumerate(ids)
    )


def outcome(made: Proposal, *, of: Case | None = None, usage: Usage | None = None, seconds: float = 0.0) -> CaseOutcome:
    """What an evaluator is given."""
    return CaseOutcome(of or case(), made, context(), usage or Usage(), seconds)
