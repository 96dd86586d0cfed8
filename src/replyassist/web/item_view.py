"""Gathers all that the page of one item shows: context, reasons, templates, the text with its findings, history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlmodel import Session

from replyassist.core.accounts import Principal
from replyassist.core.security import Permission
from replyassist.faq.learned import examples_of_item
from replyassist.faq.models import LearnedExampleRow
from replyassist.guardrails import CheckResult, Finding, LeftOut, Verdict
from replyassist.proposal import Candidate, Proposal
from replyassist.retrieval.confidence import Band, band_of
from replyassist.retrieval.index import TemplateMatch
from replyassist.review import repository as reviews
from replyassist.review.checking import assess
from replyassist.review.conversation import Line as ConversationLine
from replyassist.review.conversation import conversation_lines
from replyassist.review.corrections import stored as corrections
from replyassist.review.corrections.models import KindCorrectionRow
from replyassist.review.models import AuditEntry, ReviewItem
from replyassist.review.permits import ASKS, may_confirm
from replyassist.review.standing import standing_findings
from replyassist.review.surroundings import Surroundings, surroundings
from replyassist.triage.models import Risk

from . import repository
from .abilities import Abilities, Gate, abilities, gate
from .rendering import Segment, find_words, segments, utf16_offset
from .repository import Answer


@dataclass(frozen=True)
class Line:
    """One line of the conversation with its risky words marked, and the item of a message that is not this one's."""

    said: ConversationLine
    text: list[Segment]
    answer: Answer | None


@dataclass(frozen=True)
class MarkedFinding:
    """A finding with its place as a browser counts, and whether this person may confirm it."""

    finding: Finding
    start: int
    end: int
    may_confirm: bool


@dataclass(frozen=True)
class Ground:
    """A sentence of the text with what stands behind it."""

    sentence: str
    support: str
    source: str


@dataclass(frozen=True)
class Check:
    """What the checks say of the text in the editor; ``verdict`` is None when there is no text."""

    verdict: Verdict | None
    segments: list[Segment]
    findings: list[MarkedFinding]
    gate: Gate
    grounds: list[Ground] = field(default_factory=list)
    left_out: tuple[LeftOut, ...] = ()

    @property
    def asks(self) -> int:
        """How many findings leave something to do."""
        return sum(found.finding.severity in ASKS for found in self.findings)

    @property
    def summary(self) -> str:
        """One sentence for people who do not see the marks."""
        if self.verdict is None:
            return ""
        count = self.asks
        return "Checks: ready." if not count else f"Checks: {count} finding{'s' if count > 1 else ''}."


@dataclass(frozen=True)
class TemplateChoice:
    """A template that may answer; ``percent`` is how sure it is to answer, 0 to 100."""

    match: TemplateMatch
    percent: int
    is_used: bool


@dataclass(frozen=True)
class MarkedCandidate:
    """Another text that was considered."""

    candidate: Candidate
    segments: list[Segment]


@dataclass(frozen=True)
class ItemView:
    """Everything on the page of one item."""

    item: ReviewItem
    brand_name: str
    author: str
    handle: str | None
    visibility: str
    posted_at: datetime
    parent_text: str | None
    lines: list[Line]
    others: list[Line]
    proposal: Proposal
    templates: list[TemplateChoice]
    candidates: list[MarkedCandidate]
    text: str
    restored: bool
    check: Check
    may: Abilities
    claimer: str | None
    longest: int
    history: list[AuditEntry]
    learned: list[LearnedExampleRow]
    may_teach: bool
    correction: KindCorrectionRow | None

    @property
    def threshold_percent(self) -> int:
        """How sure it had to be, for the bar."""
        return _percent(self.proposal.threshold)

    @property
    def used(self) -> frozenset[str]:
        """Ids of the templates that the draft stands on."""
        return frozenset(template.id for template in self.proposal.used_templates)

    @property
    def band(self) -> Band:
        """What the sureness of the first template means."""
        best = self.templates[0].match.probability if self.templates else 0.0
        proposal = self.proposal
        return band_of(best, threshold=proposal.threshold, abstained=proposal.abstained or not self.templates)

    @property
    def escalation(self) -> AuditEntry | None:
        """Who escalated the item and why, while it is escalated."""
        if self.item.status != "escalated":
            return None
        return next((entry for entry in reversed(self.history) if entry.act == "escalated"), None)

    @property
    def last_event(self) -> AuditEntry | None:
        """What happened last."""
        return self.history[-1] if self.history else None


def item_view(
    session: Session, principal: Principal, item: ReviewItem, *, now: datetime, typed: str | None = None
) -> ItemView:
    """The page of an item; ``typed`` is a text that the person had in the editor and must not lose."""
    around = surroundings(session, item)
    stored, brand = around.stored, around.brand
    proposal = item.proposal
    claimer = claimer_of(session, principal, item, now=now)
    may = abilities(item, principal, claimer=claimer)
    text = typed if typed is not None else (item.final_text or item.draft)
    lines, others = _conversation(session, around, proposal.triage.risks)
    return ItemView(
        item=item,
        brand_name=brand.name,
        author=stored.author.name or stored.author.handle or "Somebody",
        handle=stored.author.handle,
        visibility=stored.conversation.visibility,
        posted_at=stored.message.posted_at,
        parent_text=stored.conversation.parent_text,
        lines=lines,
        others=others,
        proposal=proposal,
        templates=[
            TemplateChoice(
                match, _percent(match.probability), match.template_id in {used.id for used in proposal.used_templates}
            )
            for match in proposal.templates
        ],
        candidates=[
            MarkedCandidate(candidate, segments(candidate.text, candidate.findings))
            for candidate in proposal.candidates
            if candidate.text != item.draft
        ],
        text=text,
        restored=typed is not None and typed.strip() != item.draft,
        check=check_view(principal, item, text, around, now=now) if may.is_open else _unchecked(text),
        may=may,
        claimer=claimer,
        longest=around.voice.length_for(item.channel).max,
        history=reviews.audit_of(session, item.id or 0),
        learned=examples_of_item(session, item.id or 0),
        may_teach=principal.may(Permission.EXAMPLES_WRITE),
        correction=corrections.of_message(session, item.message_id),
    )


def check_view(principal: Principal, item: ReviewItem, text: str, around: Surroundings, *, now: datetime) -> Check:
    """What the checks say of this text as the reply to this item."""
    text = text.strip()
    if not text:
        standing = CheckResult(findings=standing_findings(item, around, now=now), verdict=Verdict.READY, coverage=1.0)
        return replace(_check(text, standing, gate(principal, text, None), principal), verdict=None)
    result = assess(item, text, around, now=now)
    return _check(text, result, gate(principal, text, result), principal)


def claimer_of(session: Session, principal: Principal, item: ReviewItem, *, now: datetime) -> str | None:
    """The name of somebody else who works on the item right now."""
    is_leased = item.claimed_until is not None and item.claimed_until > now
    if item.claimed_by is None or not is_leased or item.claimed_by == principal.user_id:
        return None
    return repository.user_names(session, [item.claimed_by]).get(item.claimed_by, "Somebody")


def _unchecked(text: str) -> Check:
    return _check(text, None, Gate("closed"), None)


def _check(text: str, result: CheckResult | None, gate: Gate, principal: Principal | None) -> Check:
    findings: Sequence[Finding] = result.findings if result else ()
    return Check(
        verdict=result.verdict if result else None,
        segments=segments(text, findings),
        findings=[
            MarkedFinding(
                finding,
                utf16_offset(text, finding.start),
                utf16_offset(text, finding.end),
                principal is not None and may_confirm(principal, finding),
            )
            for finding in findings
        ],
        gate=gate,
        grounds=[
            Ground(text[span.start : span.end], span.support.value, span.source)
            for span in (result.spans if result else ())
        ],
        left_out=result.left_out if result else (),
    )


def _conversation(session: Session, around: Surroundings, risks: Sequence[Risk]) -> tuple[list[Line], list[Line]]:
    """The lines that matter, and beside them other people's comments under a public post."""
    stored = around.stored
    answers = repository.answers(session, stored.message.conversation_id)
    words = [(risk.excerpt, risk.explanation) for risk in risks]
    touching = {event.id for event in around.events} | {part.id for part in stored.parts}
    mine: list[Line] = []
    others: list[Line] = []
    for said in conversation_lines(session, stored, around.sent):
        text = segments(said.text, find_words(said.text, words) if said.is_this else [])
        line = Line(said, text, None if said.is_this else answers.get(said.message_id or 0))
        is_near = said.is_same_author or said.message_id in touching or said.answers_id in touching
        (mine if is_near or stored.conversation.visibility == "private" else others).append(line)
    return mine, others


def _percent(score: float) -> int:
    return round(100 * min(1.0, max(0.0, score)))
