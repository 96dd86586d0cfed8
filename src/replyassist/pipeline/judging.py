"""Mends, checks and scores one text: a candidate."""

from __future__ import annotations

from replyassist.guardrails import CheckContext, Finding, Severity, check, verdict_of
from replyassist.guardrails.fixing import mend
from replyassist.guardrails.personal import likest, personalisation
from replyassist.guardrails.ranking import Merits, asked_share, relevance, supported_share
from replyassist.pipeline.assignment import Assignment
from replyassist.proposal import Candidate

# What compares the meaning of sentences, which across two languages it cannot.
_WITHIN_ONE_LANGUAGE = frozenset(
    {
        "grounding.unsupported_sentence",
        "grounding.negation_flipped",
        "grounding.condition_dropped",
        "grounding.asked_fact_left_out",
        "grounding.unsupported_name",
        "grounding.fact_swapped",
    }
)


def judge(
    text: str,
    drafted_by: str,
    *,
    assignment: Assignment,
    checks: CheckContext,
    also: tuple[Finding, ...] = (),
) -> Candidate:
    """Mend what mends itself, then hold the text against every rule; ``also``: what is known beside the rules."""
    mended = mend(text, checks)
    result = check(mended.text, checks)
    found = result.findings
    if assignment.is_translation:
        found = (*(item for item in found if item.rule not in _WITHIN_ONE_LANGUAGE), _translated(mended.text))
    findings = (*mended.findings, *found, *also)
    recent = assignment.context.recent_replies(assignment.template)
    personal = personalisation(mended.text, checks, recent=recent)
    merits = Merits(
        support=supported_share(result.spans),
        coverage=asked_share(result),
        relevance=relevance(mended.text, checks),
        personal=personal,
        variety=1.0 - likest(mended.text, (*recent, *assignment.message.earlier_replies)),
    )
    return Candidate(
        text=mended.text,
        drafted_by=drafted_by,
        verdict=verdict_of(findings),
        findings=findings,
        coverage=round(result.coverage, 3),
        score=round(merits.score, 3),
        spans=result.spans,
        left_out=result.left_out,
        personalisation=round(personal, 3),
    )


def _translated(text: str) -> Finding:
    return Finding(
        rule="draft.translated",
        severity=Severity.WARN,
        explanation="The template is in another language. Please let somebody who speaks both compare them.",
        start=0,
        end=len(text),
        excerpt=text,
    )


def perhaps_irony(text: str) -> Finding:
    """No rule can tell praise from sarcasm, and thanking for sarcasm is the kind of reply that gets a screenshot."""
    return Finding(
        rule="draft.praise_or_irony",
        severity=Severity.WARN,
        explanation="This thanks for praise. Read the message once more: is it meant?",
        start=0,
        end=len(text),
        excerpt=text,
    )


def two_questions(candidate: Candidate, *, other: str, is_answered: bool) -> Candidate:
    """A draft for a message that seems to ask two things: a person looks whether it does, and whether both stand there.

    A second question is seen where there is none about once in five times (``docs/benchmarks.md``).
    """
    answer = "Please make sure that it was asked." if is_answered else "This reply does not answer it."
    finding = Finding(
        rule="draft.two_questions" if is_answered else "draft.second_question",
        severity=Severity.WARN,
        explanation=f'The message seems to ask a second thing: "{other}". {answer}',
        start=0,
        end=len(candidate.text),
        excerpt=candidate.text,
    )
    findings = (*candidate.findings, finding)
    return candidate.model_copy(update={"findings": findings, "verdict": verdict_of(findings)})


def unsure(candidate: Candidate, sureness: float) -> Candidate:
    """A draft from a template that may be the wrong one: a person makes sure that this is what was asked."""
    finding = Finding(
        rule="draft.unsure_template",
        severity=Severity.WARN,
        explanation=f"It is only {sureness:.0%} sure that this template answers the message. Is this what was asked?",
        start=0,
        end=len(candidate.text),
        excerpt=candidate.text,
    )
    findings = (*candidate.findings, finding)
    return candidate.model_copy(update={"findings": findings, "verdict": verdict_of(findings)})
