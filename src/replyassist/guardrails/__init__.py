"""What a draft may not say: pure rules, their findings, and the verdict."""

from replyassist.guardrails.check import RULES, CheckResult, check
from replyassist.guardrails.context import CheckContext, Rule
from replyassist.guardrails.coverage import content_recall, coverage
from replyassist.guardrails.findings import Concern, Finding, Severity, Verdict, verdict_of
from replyassist.guardrails.spans import LeftOut, Span, Support

__all__ = [
    "RULES",
    "CheckContext",
    "CheckResult",
    "Concern",
    "Finding",
    "LeftOut",
    "Rule",
    "Severity",
    "Span",
    "Support",
    "Verdict",
    "check",
    "content_recall",
    "coverage",
    "verdict_of",
]
