"""What people of a brand approved: the best examples there are of how it answers."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session, col, select

from replyassist.inbox.models import Author, Message

from .models import Approval, ReviewItem, ReviewStatus

_STANDS = (ReviewStatus.APPROVED, ReviewStatus.SENDING, ReviewStatus.SENT)


@dataclass(frozen=True)
class ApprovedReply:
    """A message with the reply that a person approved for it, as they were written."""

    template_id: str | None
    message: str
    author_name: str | None
    text: str


def approved_replies(session: Session, brand_id: str, *, limit: int) -> list[ApprovedReply]:
    """The last approved replies of a brand that were not taken back, the newest first."""
    rows = session.exec(
        select(ReviewItem.template_id, Message.text, Author.name, Approval.text)
        .join(Approval, col(Approval.id) == col(ReviewItem.approval_id))
        .join(Message, col(Message.id) == col(ReviewItem.message_id))
        .join(Author, col(Author.id) == col(Message.author_id))
        .where(ReviewItem.brand_id == brand_id, col(ReviewItem.status).in_(_STANDS))
        .order_by(col(Approval.id).desc())
        .limit(limit)
    )
    return [ApprovedReply(*row) for row in rows]


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
