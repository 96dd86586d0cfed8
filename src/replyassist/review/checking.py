"""Checks a text that a person wants to send, against the template, voice and message as they stand now.

``assess`` is the one function behind every verdict that is shown, filtered by or decided on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from replyassist.brands.voice import VoiceRules
from replyassist.core.digests import text_digest
from replyassist.core.entailment import Entailment
from replyassist.core.language import UNKNOWN, detect_language
from replyassist.drafting.courtesies import without_courtesies
from replyassist.faq.joined import joined
from replyassist.faq.template import ReplyTemplate
from replyassist.guardrails import CheckContext, CheckResult, Concern, Finding, Severity, Verdict, check, verdict_of
from replyassist.proposal import Candidate
from replyassist.triage.reading import as_read

from .binding import Binding
from .models import OPEN, ReviewItem, ReviewStatus
from .standing import settled, standing_findings
from .surroundings import Surroundings, surroundings
from .thread import inbound

LONGEST_REPLY = 10_000
_WORST_FIRST = {Severity.BLOCK: 0, Severity.WARN: 1, Severity.FIX: 2, Severity.INFO: 3}


@dataclass(frozen=True)
class CheckedText:
    """What the checks said of a text, and what they read: the result holds while none of that changes."""

    text: str
    result: CheckResult
    message: str
    template_version: str | None
    also_template_version: str | None
    voice_version: str

    def holds_for(self, binding: Binding) -> bool:
        """Whether message, templates, voice and text are still those that were checked."""
        return (self.message, self.template_version, self.also_template_version, self.voice_version) == (
            binding.message,
            binding.template_version,
            binding.also_template_version,
            binding.voice_version,
        ) and text_digest(self.text) == binding.text


def assess(
    item: ReviewItem, text: str, around: Surroundings, *, now: datetime, entailment: Entailment | None = None
) -> CheckResult:
    """Findings and verdict for this text as the reply to this item, with what stands against the item itself."""
    return weigh(item, check_text(item, text, around, entailment=entailment).result, around, now=now)


def weigh(item: ReviewItem, result: CheckResult, around: Surroundings, *, now: datetime) -> CheckResult:
    """What the checks said of a text, with what stands against the item whatever its text is; the verdict of both."""
    of_text = tuple(
        settled(finding, item) if finding.concern is Concern.MESSAGE else finding for finding in result.findings
    )
    standing = sorted(standing_findings(item, around, now=now), key=lambda finding: _WORST_FIRST[finding.severity])
    findings = (*standing, *of_text)
    return result.model_copy(update={"findings": findings, "verdict": verdict_of(findings)})


def shown(item: ReviewItem, around: Surroundings, *, now: datetime) -> tuple[Verdict | None, tuple[Finding, ...]]:
    """Verdict and findings of an item's own draft, for readers; without a draft, what stands against any reply.

    Of an item that is decided: those that it was decided with, or came to rest with.
    """
    if ReviewStatus(item.status) not in OPEN:
        findings = (*item.proposal.doubts, *item.proposal.findings)
        return Verdict(item.verdict) if item.verdict else None, tuple(settled(each, item) for each in findings)
    if not item.draft:
        return None, standing_findings(item, around, now=now)
    result = assess(item, item.draft, around, now=now)
    return result.verdict, result.findings


def keep_verdict(
    session: Session, item: ReviewItem, of_draft: CheckResult | None, around: Surroundings, *, now: datetime
) -> None:
    """Keep the verdict that the queue filters by in step with what ``assess`` says; no version, no audit row.

    ``of_draft``: what the checks say of the item's own draft, None where there is none.
    """
    verdict = weigh(item, of_draft, around, now=now).verdict.value if of_draft else None
    if verdict != item.verdict:
        item.verdict = verdict
        session.add(item)
        session.flush()


def refresh_verdict(session: Session, item: ReviewItem, *, now: datetime) -> None:
    """``keep_verdict`` with what the checks said when the draft was made; no check runs.

    Where that no longer holds (the template or the voice has changed) the verdict is left for the reconciler.
    """
    around = surroundings(session, item)
    of_draft = _stored(item, around)
    if of_draft is not None or not item.draft:
        keep_verdict(session, item, of_draft, around, now=now)


def check_text(
    item: ReviewItem, text: str, around: Surroundings, *, entailment: Entailment | None = None
) -> CheckedText:
    """Findings and verdict for this text by itself; read in a transaction that others need not wait for.

    For the draft as it was made these are the findings of that time, which compared meanings with an encoder, as long
    as template and voice are the same. What an entailment model said of it holds as long as the templates do, and it
    is not asked again: a row, of which there are many on a page, says the same as the item's page. A person's own words
    are checked here, by words, and by an ``entailment`` model where one is given.
    """
    voice, stored = around.voice, around.stored
    made = _made(item, around) if text == item.draft else None
    earlier = _stored(item, around) if text == item.draft else None
    result = earlier or check(
        text,
        CheckContext(
            voice=voice,
            template=_one_source(around.templates, voice),
            message=as_read(inbound(stored, around.earlier_replies)),
            language=_language(item, voice),
            mood=item.proposal.triage.mood.value,
            entailment=entailment if text != item.draft else None,
            judged=made.judged if made is not None else None,
            likely_no=item.proposal.direct_answer.no,
        ),
    )
    versions = [template.version for template in around.templates]
    first, also = versions[0] if versions else None, " ".join(versions[1:]) or None
    return CheckedText(text, result, text_digest(stored.text), first, also, around.voice_version)


def _made(item: ReviewItem, around: Surroundings) -> Candidate | None:
    """The draft as it was made; None where its templates have changed since, or it was not kept."""
    kept = item.proposal
    drafted = [used.version for used in kept.used_templates if used.version]
    if drafted != [template.version for template in around.templates]:
        return None
    return next((each for each in kept.candidates if each.text == item.draft), None)


def _stored(item: ReviewItem, around: Surroundings) -> CheckResult | None:
    """What the checks said when the draft was made; None where that no longer holds or was not kept."""
    chosen = _made(item, around)
    if chosen is None or item.proposal.voice_version != around.voice_version:
        return None
    return CheckResult.model_validate(chosen.model_dump(include=set(CheckResult.model_fields)))


def _language(item: ReviewItem, voice: VoiceRules) -> str:
    """The language of the reply: the draft's, else the message's, else the brand's first one.

    A person can answer a message in its language where no draft could.
    """
    known = (detect_language(item.draft), item.proposal.triage.language)
    return next((code for code in known if code != UNKNOWN), voice.languages[0])


def _one_source(templates: tuple[ReplyTemplate, ...], voice: VoiceRules) -> ReplyTemplate | None:
    """What the draft was made from: the template, with the others of a message that asks several things."""
    if not templates:
        return None
    if len(templates) < 2:
        return without_courtesies(templates[0], languages=voice.languages)
    return joined(templates, longest=LONGEST_REPLY) or templates[0]
