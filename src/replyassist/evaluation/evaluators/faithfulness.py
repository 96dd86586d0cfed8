"""Whether a draft says what its template says: all that was asked, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from replyassist.evaluation.evaluators.outcome import CaseOutcome, Value
from replyassist.evaluation.evaluators.passages import said
from replyassist.guardrails import Severity

GROUNDING, VOICE = "grounding.", "voice."
_COUNTS = (Severity.BLOCK, Severity.WARN)


@dataclass(frozen=True)
class Grounding:
    """By the checks (no grounding finding that blocks or warns) and by the labels (``must_not_include``)."""

    def evaluate(self, outcome: CaseOutcome) -> dict[str, Value]:
        """``no_grounding_findings``, ``says_nothing_forbidden``, and ``grounded``, which is both."""
        if not outcome.draft:
            return {}
        unobjected = not _objections(outcome, GROUNDING)
        allowed = not said(outcome.draft, outcome.case.expected.must_not_include)
        return {
            "no_grounding_findings": unobjected,
            "says_nothing_forbidden": allowed,
            "grounded": unobjected and allowed,
        }


@dataclass(frozen=True)
class CoverageEvaluator:
    """How much of what it should say a draft says."""

    def evaluate(self, outcome: CaseOutcome) -> dict[str, Value]:
        """``fact_coverage`` (0 to 1), ``template_coverage`` and ``asked_facts_kept``.

        ``fact_coverage`` is the share of the labelled ``must_include`` passages that the draft says; where a case
        labels none, it is the share of the template's own checkable facts, as the checks count them. The label
        ``coverage_by`` says which.
        """
        if not outcome.draft:
            return {}
        values: dict[str, Value] = {}
        if chosen := outcome.chosen:
            asked = any(fact.was_asked for fact in chosen.left_out)
            values = {"template_coverage": chosen.coverage, "asked_facts_kept": not asked}
        wanted = outcome.case.expected.must_include
        if wanted:
            return values | {"fact_coverage": len(said(outcome.draft, wanted)) / len(wanted), "coverage_by": "labels"}
        return values | ({"fact_coverage": values["template_coverage"], "coverage_by": "template"} if values else {})


@dataclass(frozen=True)
class VoiceKept:
    """The brand's own rules."""

    def evaluate(self, outcome: CaseOutcome) -> dict[str, Value]:
        """``voice_pass``: no rule of the voice blocks or warns."""
        return {"voice_pass": not _objections(outcome, VOICE)} if outcome.draft else {}


def _objections(outcome: CaseOutcome, prefix: str) -> list[str]:
    findings = outcome.proposal.findings
    return [finding.rule for finding in findings if finding.rule.startswith(prefix) and finding.severity in _COUNTS]
