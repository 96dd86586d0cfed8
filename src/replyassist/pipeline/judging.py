"""Mends, checks and scores one text: a candidate."""

from __future__ import annotations

from collections.abc import Iterator

from replyassist.drafting.claimed import ClaimedReply
from replyassist.guardrails import CheckContext, check, verdict_of
from replyassist.guardrails.findings import Finding
from replyassist.guardrails.fixing import mend
from replyassist.guardrails.personal import likest, personalisation
from replyassist.guardrails.ranking import Merits, asked_share, relevance, supported_share
from replyassist.guardrails.translation import changed_in_translation
from replyassist.pipeline.assignment import Assignment
from replyassist.pipeline.plan_checks import against_sources, kept_plan
from replyassist.proposal import Candidate

# What compares the meaning of sentences, which across two languages it cannot.
_WITHIN_ONE_LANGUAGE = frozenset(
    {
        "grounding.unsupported_sentence",
        "grounding.negation_flipped",
        "grounding.unsupported_name",
    }
)


def judge(
    text: str,
    drafted_by: str,
    *,
    assignment: Assignment,
    checks: CheckContext,
    claimed: ClaimedReply | None = None,
) -> Candidate:
    """Mend what mends itself, then hold the text against every rule, and against the plan that a model gave with it."""
    mended = mend(text, checks)
    result = check(mended.text, checks)
    found = result.findings
    if assignment.is_translation:
        kept = (item for item in found if item.rule not in _WITHIN_ONE_LANGUAGE)
        found = (*kept, *_of_the_translation(mended.text, assignment, checks))
    plan = None
    if claimed is not None and assignment.plan is not None:
        found = (*found, *against_sources(mended.text, claimed, assignment.plan, checks=checks, result=result))
        plan = kept_plan(claimed, assignment.plan, message=assignment.message.text)
    findings = (*mended.findings, *found)
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
        judged=result.judged,
        plan=plan,
    )


def _of_the_translation(text: str, assignment: Assignment, checks: CheckContext) -> Iterator[Finding]:
    """Whether it has the figures, addresses and names of the plan's answer, and no other of its own.

    It may have those of the whole template, for the model chooses by itself what to say of it.
    """
    voice = assignment.context.voice
    also = [voice.sign_off.text, *voice.handover.public, *voice.handover.private, checks.message.author_name or ""]
    return changed_in_translation(text, source=assignment.answer, also=[*also, *checks.trusted_texts])
