"""What the rule about numbers, dates, links and the like finds, without the other rules."""

from __future__ import annotations

from replyassist.guardrails import CheckContext, Finding
from replyassist.guardrails.grounding import grounded_mentions


def fact_findings(text: str, in_context: CheckContext, rule: str = "") -> list[Finding]:
    """Its findings of one rule name, or of a family such as ``grounding``, each place once."""
    found = {
        (finding.rule, finding.start, finding.end): finding
        for finding in grounded_mentions(text, in_context)
        if finding.rule.startswith(rule)
    }
    return sorted(found.values(), key=lambda finding: (finding.start, finding.end))
