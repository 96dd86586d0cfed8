"""What the tools answer: little, in plain fields, with what strangers wrote marked as such."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel

from replyassist.core.prompts import untrusted
from replyassist.guardrails.findings import Finding
from replyassist.inbox.models import Direction
from replyassist.proposal import Proposal
from replyassist.retrieval.index import TemplateMatch
from replyassist.retrieval.searching import SearchResult
from replyassist.review.models import ReviewStatus
from replyassist.review.views import FindingView, ReviewDetail, ReviewPage, ReviewSummary

from .strangers import NOTE, theirs

LISTED_TEXT = 500  # characters of a message in a list
LINES = 20  # of a conversation, the last ones
FINDINGS = 20
HISTORY = 50  # of what happened to an item, the last acts

MEANING = {
    ReviewStatus.PENDING: "waits for a person",
    ReviewStatus.ESCALATED: "waits for a lead",
    ReviewStatus.APPROVED: "a person approved final_text; it is about to be sent",
    ReviewStatus.SENDING: "final_text is being handed to the platform",
    ReviewStatus.SENT: "the platform has final_text",
    ReviewStatus.FAILED: "approved, but surely not sent; a person must look",
    ReviewStatus.UNCERTAIN: "approved, and perhaps sent; a person must look",
    ReviewStatus.REJECTED: "a person decided that it gets no such reply",
    ReviewStatus.EXPIRED: "nobody decided in time",
    ReviewStatus.WITHDRAWN: "the message is gone",
}

Line = Annotated[str, AfterValidator(untrusted)]
"""Words of ours that may quote somebody: no marks can be made of them."""


class NotedView(BaseModel):
    """An answer that says how to take what is in it."""

    note: str = NOTE


class BrandView(BaseModel):
    """A brand that the person works for."""

    id: Line
    name: Line


class BrandsView(BaseModel):
    """The brands that the person works for."""

    brands: list[BrandView]


class MatchedTemplateView(BaseModel):
    """A reply template that may answer. ``probability`` (0 to 1): how sure it is that it does."""

    template_id: Line
    title: Line
    probability: float
    reply: str


class MatchedTemplatesView(BaseModel):
    """The likeliest first; ``none_is_sure``: even the first is less probable than the brand wants it to be."""

    templates: list[MatchedTemplateView]
    none_is_sure: bool


class ObjectionView(BaseModel):
    """What the checks hold against a draft; ``severity`` is block, warn or info. The explanation may quote."""

    rule: str
    severity: str
    explanation: str


class DraftView(NotedView):
    """A draft that is kept nowhere. ``verdict``: ready, needs_edit or blocked; none without a draft."""

    route: str
    reason: Line
    draft: str
    follow_up: str | None
    verdict: str | None
    drafted_by: str
    templates: list[MatchedTemplateView]
    findings: list[ObjectionView]
    notes: list[Line]


class QueueRowView(BaseModel):
    """An item of the queue. ``message`` is the beginning of what the author wrote."""

    review_id: int
    brand: Line
    channel: Line
    status: str
    urgency: int
    risk: str
    route: str
    verdict: str | None
    message: str
    posted_at: datetime
    draft: str
    template_id: Line | None


class QueuePageView(NotedView):
    """A page of the queue; with ``next_cursor`` there is another one."""

    items: list[QueueRowView]
    next_cursor: str | None


class ConversationLineView(BaseModel):
    """A line of a conversation."""

    from_us: bool
    text: str
    posted_at: datetime
    is_this_message: bool


class QueueItemView(NotedView, QueueRowView):
    """One item whole. A person decides on it at ``decide_at``; ``parent_text`` is the post above the message,
    ``answered_text`` what it alone answers below that."""

    reason: Line
    notice: Line | None
    visibility: str
    parent_text: str
    answered_text: str
    conversation: list[ConversationLineView]
    templates: list[MatchedTemplateView]
    findings: list[ObjectionView]
    decide_at: str


class ActView(BaseModel):
    """One thing that happened to an item."""

    at: datetime
    who: Line
    act: str
    became: str
    why: Line


class OutcomeView(BaseModel):
    """What became of an item. ``was_edited``: ``final_text`` is not the draft; none while there is no final text."""

    review_id: int
    status: str
    meaning: str
    final_text: str | None
    was_edited: bool | None
    decided_at: datetime | None
    notice: Line | None
    history: list[ActView]
    decide_at: str


def draft_of(proposal: Proposal) -> DraftView:
    """A proposal, without what only a person at the console needs."""
    return DraftView(
        route=proposal.route.value,
        reason=proposal.reason,
        draft=proposal.draft,
        follow_up=proposal.follow_up.text if proposal.follow_up else None,
        verdict=proposal.verdict.value if proposal.verdict else None,
        drafted_by=proposal.drafted_by,
        templates=_templates(proposal.templates),
        findings=_objections((*proposal.findings, *proposal.doubts)),
        notes=list(proposal.notes),
    )


def templates_of(found: SearchResult) -> MatchedTemplatesView:
    """What a search found; which words of whom matched is not told."""
    return MatchedTemplatesView(templates=_templates(found.matches), none_is_sure=found.abstained)


def rows_of(page: ReviewPage) -> QueuePageView:
    """A page of the queue."""
    rows = [
        QueueRowView(**_row(item), message=theirs(item.message, names=(item.author,), most=LISTED_TEXT))
        for item in page.items
    ]
    return QueuePageView(items=rows, next_cursor=page.next_cursor)


def item_of(found: ReviewDetail, *, decide_at: str) -> QueueItemView:
    """One item whole."""
    names = tuple({found.author, *(line.author for line in found.conversation)})
    return QueueItemView(
        **_row(found),
        message=theirs(found.message, names=names),
        reason=found.reason,
        notice=found.notice,
        visibility=found.visibility,
        parent_text=theirs(found.parent_text),
        answered_text=theirs(found.answered_text),
        conversation=[
            ConversationLineView(
                from_us=line.direction is Direction.OUT,
                text=theirs(line.text, names=names),
                posted_at=line.posted_at,
                is_this_message=line.is_this,
            )
            for line in found.conversation[-LINES:]
        ],
        templates=_templates(found.proposal.templates),
        findings=_objections(found.findings),
        decide_at=decide_at,
    )


def outcome_of(found: ReviewDetail, *, decide_at: str) -> OutcomeView:
    """What became of an item."""
    return OutcomeView(
        review_id=found.id,
        status=found.status,
        meaning=MEANING[ReviewStatus(found.status)],
        final_text=found.final_text,
        was_edited=None if found.final_text is None else found.final_text != found.draft,
        decided_at=found.decided_at,
        notice=found.notice,
        history=[
            ActView(at=entry.at, who=entry.actor, act=entry.act, became=entry.to_status, why=entry.reason)
            for entry in found.audit[-HISTORY:]
        ],
        decide_at=decide_at,
    )


def _row(item: ReviewSummary) -> dict[str, object]:
    return {
        "review_id": item.id,
        "brand": item.brand,
        "channel": item.channel,
        "status": item.status,
        "urgency": item.urgency,
        "risk": item.risk,
        "route": item.route,
        "verdict": item.verdict,
        "posted_at": item.posted_at,
        "draft": item.draft,
        "template_id": item.template_id,
    }


def _templates(matches: Iterable[TemplateMatch]) -> list[MatchedTemplateView]:
    return [
        MatchedTemplateView(
            template_id=match.template_id, title=match.title, probability=match.probability, reply=match.reply
        )
        for match in matches
    ]


def _objections(findings: Iterable[Finding | FindingView]) -> list[ObjectionView]:
    some = [finding for finding in findings if not finding.confirmed_by][:FINDINGS]
    return [
        ObjectionView(rule=one.rule, severity=one.severity.value, explanation=theirs(one.explanation)) for one in some
    ]
