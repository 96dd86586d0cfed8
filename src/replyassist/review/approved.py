"""What people of a brand approved: the best examples there are of how it answers."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import JSON, type_coerce
from sqlmodel import Session, col, select

from replyassist.inbox.models import Author, Conversation, Message

from .models import Approval, ReviewItem, ReviewStatus
from .queue import LOW

_STANDS = (ReviewStatus.APPROVED, ReviewStatus.SENDING, ReviewStatus.SENT)
_OBJECTIONS = frozenset({"block", "warn"})


@dataclass(frozen=True)
class ApprovedReply:
    """A message with the reply that a person approved for it, as they were written."""

    template_id: str
    message: str
    author_name: str | None
    text: str


def approved_texts(session: Session, brand_id: str, *, limit: int) -> list[tuple[str, str]]:
    """Template id and text of the brand's last approved replies that were not taken back, the newest first."""
    rows = session.exec(
        select(ReviewItem.template_id, Approval.text)
        .join(Approval, col(Approval.id) == col(ReviewItem.approval_id))
        .where(ReviewItem.brand_id == brand_id, col(ReviewItem.status).in_(_STANDS))
        .order_by(col(Approval.id).desc())
        .limit(limit)
    )
    return [(template_id, text) for template_id, text in rows if template_id]


def exemplary_replies(session: Session, brand_id: str, *, limit: int) -> list[ApprovedReply]:
    """Approved replies that may serve as examples, the newest first.

    They stood in public, on one template, with nothing found against them and nothing risky about the message.
    """
    rows = session.exec(
        select(ReviewItem.template_id, Approval, Message.text, Author.name)
        .join(Approval, col(Approval.id) == col(ReviewItem.approval_id))
        .join(Message, col(Message.id) == col(ReviewItem.message_id))
        .join(Author, col(Author.id) == col(Message.author_id))
        .join(Conversation, col(Conversation.id) == col(Message.conversation_id))
        .where(
            ReviewItem.brand_id == brand_id,
            col(ReviewItem.status).in_(_STANDS),
            ReviewItem.risk == LOW,
            Conversation.visibility == "public",
            type_coerce(ReviewItem.proposal, JSON)["also_template_id"].as_string().is_(None),
        )
        .order_by(col(Approval.id).desc())
        .limit(limit)
    )
    return [
        ApprovedReply(template_id, message, name, approval.text)
        for template_id, approval, message, name in rows
        if template_id and not any(finding.get("severity") in _OBJECTIONS for finding in approval.accepted_findings)
    ]


def replies_in_thread(session: Session, conversation_id: int, *, limit: int) -> list[str]:
    """The brand's last replies in a conversation that were not taken back, the newest first."""
    rows = session.exec(
        select(Approval.text)
        .join(ReviewItem, col(ReviewItem.approval_id) == col(Approval.id))
        .join(Message, col(Message.id) == col(ReviewItem.message_id))
        .where(Message.conversation_id == conversation_id, col(ReviewItem.status).in_(_STANDS))
        .order_by(col(Approval.id).desc())
        .limit(limit)
    )
    return list(rows)
