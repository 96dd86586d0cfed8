"""What a careful reader would say about the templates of a brand, before a customer does.

The network is never asked: a link is judged by its form and its domain.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from replyassist.brands.voice import VoiceRules
from replyassist.core.embedding import Encoder

from .lint_findings import LintFinding, LintSeverity
from .lint_pairs import duplicate_ids, similar_questions, similar_replies
from .lint_rules import SINGLE_RULES, expired
from .template import ReplyTemplate

__all__ = ["LintFinding", "LintSeverity", "has_errors", "lint"]


def lint(
    templates: Sequence[ReplyTemplate],
    *,
    voice: VoiceRules | None,
    encoder: Encoder | None,
    today: date | None = None,
) -> list[LintFinding]:
    """Everything that is wrong or suspicious, errors first.

    Without a voice, its domains, lengths and phrases are not checked; without an encoder, only texts that are the same
    but for case and punctuation are called alike; without ``today``, nothing is called expired.
    """
    findings = [finding for template in templates for rule in SINGLE_RULES for finding in rule(template, voice)]
    if today is not None:
        findings += [finding for template in templates for finding in expired(template, today)]
    findings += duplicate_ids(templates)
    findings += similar_questions(templates, encoder)
    findings += similar_replies(templates, encoder)
    return sorted(findings, key=lambda finding: finding.severity is not LintSeverity.ERROR)


def has_errors(findings: Sequence[LintFinding]) -> bool:
    """Whether any finding is more than a warning."""
    return any(finding.severity is LintSeverity.ERROR for finding in findings)
