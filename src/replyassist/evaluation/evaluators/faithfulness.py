"""Whether a draft says what its template says: all that was asked, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from replyassist.evaluation.evaluators.outcome import Outcome, Value
from replyassist.evaluation.evaluators.passages import said
from replyassist.guardrails import Severity, Verdict, check

GROUNDING, VOICE = "grounding.", "voice."
_COUNTS = (Severity.BLOCK, Severity.WARN)


@dataclass(frozen=True)
class Grounding:
    """By the checks (no grounding finding that blocks or warns) and by the labels (``must_not_include``)."""

    def evaluate(self, outcome: Outcome) -> dict[str, Value]:
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
class Coverage:
    """How much of what it should say a draft says."""

    def evaluate(self, outcome: Outcome) -> dict[str, Value]:
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

    def evaluate(self, outcome: Outcome) -> dict[str, Value]:
        """``voice_pass``: no rule of the voice blocks or warns."""
        return {"voice_pass": not _objections(outcome, VOICE)} if outcome.draft else {}


@dataclass(frozen=True)
class Readiness:
    """Whether a person could send the draft as it is."""

    def evaluate(self, outcome: Outcome) -> dict[str, Value]:
        """``send_ready`` for every case that should be drafted: the verdict is ready, and the labels agree.

        They do when the draft says every ``must_include`` (where a case labels none: when it was written from a right
        template) and no ``must_not_include``. No draft is not ready.
        ``verdict_holds`` is false where a draft is called ready, though a blocking finding stands with it or turns up
        when it is checked again: it must never be.
        """
        values: dict[str, Value] = {}
        expected = outcome.case.expected
        is_ready = bool(outcome.draft) and outcome.proposal.verdict is Verdict.READY
        if outcome.draft:
            values = {"drafted_by": outcome.proposal.drafted_by, "verdict": str(outcome.proposal.verdict)}
            values["verdict_holds"] = not (is_ready and _has_blocking_finding(outcome))
        if outcome.case.should_be_drafted:
            forbidden = said(outcome.draft, expected.must_not_include)
            values["send_ready"] = is_ready and not forbidden and _answers(outcome)
        return values


def _answers(outcome: Outcome) -> bool:
    """A ready draft that answers another question has no finding against it; only a label can tell."""
    wanted = outcome.case.expected.must_include
    if wanted:
        return len(said(outcome.draft, wanted)) == len(wanted)
    return outcome.proposal.template_id in outcome.case.right_templates


def _objections(outcome: Outcome, prefix: str) -> list[str]:
    findings = outcome.proposal.findings
    return [finding.rule for finding in findings if finding.rule.startswith(prefix) and finding.severity in _COUNTS]


def _has_blocking_finding(outcome: Outcome) -> bool:
    again = check(outcome.draft, outcome.checks).findings
    return any(finding.severity is Severity.BLOCK for finding in (*outcome.proposal.findings, *again))
