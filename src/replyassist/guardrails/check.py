"""Hold a draft against every rule there is."""

from __future__ import annotations

from dataclasses import replace

from pydantic import BaseModel

from replyassist.guardrails.advice import forbidden_advice
from replyassist.guardrails.claims import unsupported_actions, unsupported_promises
from replyassist.guardrails.context import CheckContext, Rule
from replyassist.guardrails.coverage import coverage
from replyassist.guardrails.direct_answers import wrong_yes
from replyassist.guardrails.entailment import entailed, judged
from replyassist.guardrails.findings import Finding, Severity, Verdict, verdict_of
from replyassist.guardrails.grounding import grounded_mentions
from replyassist.guardrails.language import draft_language, meaning_unchecked, message_unread
from replyassist.guardrails.leftovers import (
    cut_end,
    empty_draft,
    prompt_debris,
    repeated_sentences,
    unfit_places,
)
from replyassist.guardrails.limits import turned_limits
from replyassist.guardrails.names import unsupported_names
from replyassist.guardrails.negation import negation_flipped
from replyassist.guardrails.omissions import left_out
from replyassist.guardrails.personal_data import personal_data
from replyassist.guardrails.safety import SAFETY_RULES
from replyassist.guardrails.spans import EntailmentJudgement, OmittedFact, Span
from replyassist.guardrails.support import spans_of, unsupported_sentences
from replyassist.guardrails.voice import VOICE_RULES

LEFTOVER_RULES: tuple[Rule, ...] = (empty_draft, unfit_places, prompt_debris, repeated_sentences, cut_end)
GROUNDING_RULES: tuple[Rule, ...] = (
    grounded_mentions,
    turned_limits,
    unsupported_promises,
    forbidden_advice,
    unsupported_names,
    unsupported_actions,
    unsupported_sentences,
    negation_flipped,
    wrong_yes,
    entailed,
)
PRIVACY_RULES: tuple[Rule, ...] = (personal_data,)
LANGUAGE_RULES: tuple[Rule, ...] = (draft_language, meaning_unchecked, message_unread)
RULES: tuple[Rule, ...] = (
    *LEFTOVER_RULES,
    *VOICE_RULES,
    *GROUNDING_RULES,
    *PRIVACY_RULES,
    *SAFETY_RULES,
    *LANGUAGE_RULES,
)
"""Every rule that a draft is held against; there is no other list."""

_ORDER = {Severity.BLOCK: 0, Severity.WARN: 1, Severity.FIX: 2, Severity.INFO: 3}


class CheckResult(BaseModel, frozen=True):
    """What all rules say of one draft. ``coverage`` is the share of the template's facts that it keeps, 0 to 1.

    ``spans`` are its clauses with what supports them; ``left_out`` is what of the template it does not say. ``judged``
    is what an entailment model says of its statements, where one was asked.
    """

    findings: tuple[Finding, ...]
    verdict: Verdict
    coverage: float
    spans: tuple[Span, ...] = ()
    left_out: tuple[OmittedFact, ...] = ()
    judged: EntailmentJudgement | None = None


def check(text: str, context: CheckContext) -> CheckResult:
    """Run every rule; findings come in the order of the text, at the same place the worst first.

    A rule objects to the same place once.
    """
    if context.judged is None and (told := judged(text, context)) is not None:
        context = replace(context, judged=told)
    found = {(finding.rule, finding.start, finding.end): finding for rule in RULES for finding in rule(text, context)}
    findings = tuple(
        sorted(found.values(), key=lambda finding: (finding.start, _ORDER[finding.severity], finding.end, finding.rule))
    )
    kept = coverage(text, context.template) if context.template else 1.0
    return CheckResult(
        findings=findings,
        verdict=verdict_of(findings),
        coverage=kept,
        spans=spans_of(text, context),
        left_out=left_out(text, context),
        judged=context.judged,
    )
