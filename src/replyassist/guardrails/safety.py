"""What shows that a stranger's text got its way: the prompt told, their content passed on, their task done."""

from __future__ import annotations

from collections.abc import Iterable

from replyassist.guardrails.context import CheckContext, Rule, report
from replyassist.guardrails.findings import Finding, Severity
from replyassist.guardrails.planted import planted_claims, planted_codes, planted_contacts, planted_words
from replyassist.guardrails.secrets import leaks
from replyassist.guardrails.sources import suspicion_around
from replyassist.guardrails.tasks import foreign_tasks


def prompt_leak(text: str, context: CheckContext) -> Iterable[Finding]:
    """Block the canary of the prompt, and sentences of the prompt itself."""
    for span, what in leaks(text, context):
        yield report(
            text,
            span,
            rule="safety.prompt_leak",
            severity=Severity.BLOCK,
            explanation=f"This gives away {what}. Please take it out.",
        )


def attacker_content(text: str, context: CheckContext) -> Iterable[Finding]:
    """Block what a stranger planted: contacts, codes, slogans, and the words of a suspicious text.

    A person who writes without a template is warned only.
    """
    found = (
        *planted_contacts(text, context),
        *planted_codes(text, context),
        *planted_claims(text, context),
        *planted_words(text, context),
    )
    for planted in found:
        yield report(
            text,
            planted.span,
            rule="safety.attacker_content",
            severity=_unless_by_hand(planted.severity, context),
            explanation=f'"{text[slice(*planted.span)]}" {planted.reason}',
        )


def off_brand_task(text: str, context: CheckContext) -> Iterable[Finding]:
    """Block poems, code, talk of prompts and modes, "as requested": the reply does what the brand never asked for.

    A person who writes without a template is warned only.
    """
    for span, what in foreign_tasks(text, context):
        yield report(
            text,
            span,
            rule="safety.off_brand_task",
            severity=_unless_by_hand(Severity.BLOCK, context),
            explanation=f"This is {what}, which is not what a reply of {context.voice.name} is for.",
        )


def suspicious_message(text: str, context: CheckContext) -> Iterable[Finding]:
    """Warn when what is answered looks like an order to the machine, so that a person reads the reply with care."""
    suspicion = suspicion_around(context)
    if not suspicion.lowers_trust:
        return
    yield report(
        text,
        (0, 0),
        rule="safety.suspicious_message",
        severity=Severity.WARN,
        explanation=f'The message, its post or its author\'s name says "{suspicion.signs[0].excerpt}", '
        "which may be meant to steer the machine. Please read the reply with care.",
    )


def _unless_by_hand(severity: Severity, context: CheckContext) -> Severity:
    """What no template stands behind was written by a person, who may know why."""
    return severity if context.template is not None else Severity.WARN


SAFETY_RULES: tuple[Rule, ...] = (prompt_leak, attacker_content, off_brand_task, suspicious_message)
"""Every rule that guards against orders in strangers' texts."""
