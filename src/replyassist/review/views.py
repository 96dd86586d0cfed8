"""What the queue shows to programs: a row, and one item whole."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from sqlmodel import Session

from replyassist.guardrails import Concern, Severity, Verdict
from replyassist.inbox.models import Direction
from replyassist.inbox.schemas import Attachment
from replyassist.inbox.service import load_all
from replyassist.inbox.threads import StoredMessage
from replyassist.proposal import Proposal

from . import repository
from .checking import shown
from .conversation import conversation_lines
from .failures import FailureKind
from .models import ReviewItem
from .repository.approved import send_times
from .scheduling import read_time
from .surroundings import surroundings
from .verdicts import current_verdicts

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]


Failures = Annotated[
    tuple[FailureKind, ...], Field(max_length=len(FailureKind), description="What was wrong with the draft")
]


class _Body(BaseModel, frozen=True, extra="forbid"):
    version: Annotated[int, Field(ge=1, description="The version that the person saw")]


class ApproveBody(_Body):
    """A person's yes: the final text, and the version that they saw."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [{"version": 1, "text": "Hi Tom! Yes, we ship to Norway.", "accept_findings": False}]
        },
    )
    text: Annotated[str, StringConstraints(min_length=1, max_length=10_000)]
    accept_findings: bool = False
    failures: Failures = ()
    send_at: Annotated[
        Annotated[datetime, BeforeValidator(read_time)] | None,
        Field(
            description="When it is to be sent, at most 30 days from now; without an offset by the brand's clock",
            examples=["2026-11-24T09:00"],
        ),
    ] = None


class ReasonBody(_Body):
    """Why it is rejected or escalated."""

    reason: Reason


class RejectBody(ReasonBody):
    """Why the draft is rejected, and what was wrong with it."""

    failures: Failures = ()


class RedraftBody(_Body):
    """What the next draft should do differently, and from which template."""

    instruction: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""
    template_id: Annotated[str, StringConstraints(max_length=200)] | None = None
    with_follow_up: Annotated[
        bool, Field(description="A public reply with nothing personal, and a private message")
    ] = False


class ConfirmBody(_Body):
    """Findings about the message or the template that are no obstacle, by their rules."""

    rules: Annotated[tuple[str, ...], Field(min_length=1, max_length=20, description="Rules of standing findings")]


class VersionBody(_Body):
    """Only the version that was seen."""


class MatchView(BaseModel):
    """A template that may answer, with its score."""

    template_id: str
    title: str
    score: float
    probability: float = 0.0


class FindingView(BaseModel):
    """What the checks hold against the draft as things stand; ``start`` and ``end`` count its characters.

    ``concern`` is ``text`` (an edit can clear it) or ``message`` (a person confirms it).
    """

    rule: str
    severity: Severity
    concern: Concern
    explanation: str
    start: int
    end: int
    excerpt: str
    confirmed_by: str


class ReviewSummary(BaseModel):
    """One row of the queue. ``verdict`` is that of the draft as things stand, None without a draft; once somebody has
    decided, the one that it was decided with. ``send_at``: of an approved reply that is not sent before that time."""

    id: int
    brand: str
    channel: str
    status: str
    version: int
    urgency: int
    risk: str
    route: str
    reason: str
    verdict: str | None
    message_id: int
    external_id: str
    message: str
    attachments: tuple[Attachment, ...]
    author: str
    visibility: str
    posted_at: datetime
    draft: str
    drafted_by: str
    template_id: str | None
    abstained: bool
    templates: list[MatchView]
    final_text: str | None
    send_at: datetime | None
    notice: str | None
    is_redrafting: bool
    claimed_by: int | None
    claimed_until: datetime | None
    kind: str | None
    language: str | None
    snoozed_until: datetime | None
    assigned_to: int | None
    escalated_at: datetime | None
    decided_by: int | None
    decided_at: datetime | None
    created_at: datetime
    updated_at: datetime


class AuditView(BaseModel):
    """One thing that happened to an item."""

    id: int
    review_id: int = Field(validation_alias=AliasChoices("review_id", "review_item_id"))
    at: datetime
    actor: str
    act: str
    from_status: str | None
    to_status: str
    reason: str
    text_digest: str | None
    failures: list[str]
    via: str


class ConversationLine(BaseModel):
    """One message of the conversation, or one reply of ours (``direction`` ``out``).

    ``is_this``: the item is about it, of which there may be several. The text of a deleted message is still told.
    """

    author: str
    text: str
    posted_at: datetime
    direction: Direction
    is_this: bool
    is_edited: bool
    is_deleted: bool
    attachments: tuple[Attachment, ...]


class ReviewDetail(ReviewSummary):
    """One item whole: the conversation, the proposal and the history."""

    parent_text: str | None
    answered_text: str | None
    conversation: list[ConversationLine]
    findings: list[FindingView]
    proposal: Proposal
    audit: list[AuditView]


class ReviewPage(BaseModel):
    """One page of the queue; ``next_cursor`` is None on the last one."""

    items: list[ReviewSummary]
    next_cursor: str | None


def summaries(session: Session, items: Sequence[ReviewItem], *, now: datetime) -> list[ReviewSummary]:
    """The rows of a page; no proposal is read but of items whose template or voice has changed."""
    if not items:
        return []
    messages = load_all(session, [item.message_id for item in items])
    verdicts = current_verdicts(session, items, now=now)
    times = send_times(session, items)
    return [
        ReviewSummary(
            **_fields(item, messages[item.message_id], verdicts[item.id or 0]), send_at=times.get(item.id or 0)
        )
        for item in items
    ]


def detail(session: Session, item: ReviewItem, *, now: datetime) -> ReviewDetail:
    """An item whole."""
    around = surroundings(session, item)
    stored, (verdict, findings) = around.stored, shown(item, around, now=now)
    lines = [
        ConversationLine(
            author=line.author,
            text=line.text,
            posted_at=line.at,
            direction=line.direction,
            is_this=line.is_this,
            is_edited=line.is_edited,
            is_deleted=line.is_deleted,
            attachments=line.attachments,
        )
        for line in conversation_lines(session, stored, around.sent)
    ]
    return ReviewDetail(
        **_fields(item, stored, verdict),
        send_at=send_times(session, [item]).get(item.id or 0),
        findings=[FindingView.model_validate(found, from_attributes=True) for found in findings],
        parent_text=stored.conversation.parent_text,
        answered_text=stored.message.answered_text,
        conversation=lines,
        proposal=item.proposal,
        audit=[audit_view(entry) for entry in repository.audit_of(session, item.id or 0)],
    )


def audit_view(entry: Any) -> AuditView:
    """An audit row for readers."""
    return AuditView.model_validate(entry, from_attributes=True)


def _fields(item: ReviewItem, stored: StoredMessage, verdict: Verdict | None) -> dict[str, Any]:
    own = (
        "id", "channel", "status", "version", "urgency", "risk", "route", "draft", "drafted_by",
        "template_id", "final_text", "notice", "is_redrafting", "claimed_by", "claimed_until", "created_at",
        "updated_at", "message_id", "reason", "author", "visibility", "posted_at", "abstained", "language", "kind",
        "snoozed_until", "assigned_to", "escalated_at", "decided_by", "decided_at",
    )  # fmt: skip
    return {name: getattr(item, name) for name in own} | {
        "brand": item.brand_id,
        "verdict": verdict.value if verdict else None,
        "external_id": stored.message.external_id,
        "message": stored.text,
        "attachments": stored.attachments,
        "templates": [MatchView.model_validate(match) for match in item.matches],
    }
