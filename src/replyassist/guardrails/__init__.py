"""What a draft may not say: pure rules, their findings, and the verdict."""

from replyassist.guardrails.check import RULES, CheckResult, check
from replyassist.guardrails.context import CheckContext, Rule
from replyassist.guardrails.coverage import coverage
from replyassist.guardrails.findings import Concern, Finding, Severity, Verdict, verdict_of
from replyassist.guardrails.spans import OmittedFact, Span, Support

__all__ = [
    "RULES",
    "CheckContext",
    "CheckResult",
    "Concern",
    "Finding",
    "OmittedFact",
    "Rule",
    "Severity",
    "Span",
    "Support",
    "Verdict",
    "check",
    "coverage",
    "verdict_of",
]
