"""What people of a brand approved: the best examples there are of how it answers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Select, and_, exists, func, type_coerce, union_all
from sqlalchemy import select as select_columns
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from replyassist.inbox.models import Author, Conversation, Message
from replyassist.inbox.repository import last_replies_elsewhere

from ..models import LOW, REPLIED, SENT_ACT, Approval, AuditEntry, ReviewItem, ReviewStatus

NEWEST = 500
"""Replies of each status among which examples are looked for: however many there are, a draft waits for no more."""
_OBJECTIONS = frozenset({"block", "warn"})
_Part = aliased(Message)


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
        .where(col(ReviewItem.id).in_(_newest(brand_id, limit)))
        .order_by(col(Approval.id).desc())
        .limit(limit)
    )
    return [(template_id, text) for template_id, text in rows if template_id]


def send_times(session: Session, items: Collection[ReviewItem]) -> dict[int, datetime]:
    """When those of the items are to be sent that are approved for a certain time and not sent yet, by id; in UTC."""
    moving = {
        item.approval_id: item.id for item in items if item.status in (ReviewStatus.APPROVED, ReviewStatus.SENDING)
    }
    if not moving:
        return {}
    rows = session.exec(
        select(Approval.id, Approval.send_at).where(
            col(Approval.id).in_(list(moving)), col(Approval.send_at).is_not(None)
        )
    )
    return {moving[approval_id] or 0: at for approval_id, at in rows if at is not None}


def exemplary_replies(session: Session, brand_id: str, *, limit: int) -> list[ApprovedReply]:
    """Approved replies that may serve as examples, the newest first, of the newest 500 of each status.

    They stood in public, on one template, with nothing found against them and nothing risky about the message, which
    was written in one go and not deleted.
    """
    kept = type_coerce(ReviewItem.proposal, JSON)
    rows = session.exec(
        select(ReviewItem.template_id, Approval, Message.text, Author.name)
        .join(Approval, col(Approval.id) == col(ReviewItem.approval_id))
        .join(Message, col(Message.id) == col(ReviewItem.message_id))
        .join(Author, col(Author.id) == col(Message.author_id))
        .join(Conversation, col(Conversation.id) == col(Message.conversation_id))
        .where(
            col(ReviewItem.id).in_(_newest(brand_id, max(limit, NEWEST))),
            ReviewItem.risk == LOW,
            Conversation.visibility == "public",
            kept["also_templates", 0, "id"].as_string().is_(None),
            kept["also_template_id"].as_string().is_(None),  # as stored before a draft could stand on more than two
            col(Message.deleted_at).is_(None),
            ~exists().where(col(_Part.part_of_id) == col(Message.id)),
        )
        .order_by(col(Approval.id).desc())
        .limit(limit)
    )
    return [
        ApprovedReply(template_id, message, name, approval.text)
        for template_id, approval, message, name in rows
        if template_id and not any(finding.get("severity") in _OBJECTIONS for finding in approval.accepted_findings)
    ]


def _newest(brand_id: str, most: int) -> Select[Any]:
    """Ids of the items that last came to each status where an approval stands: so many steps along its index."""
    ways = [
        select_columns(col(ReviewItem.id))
        .where(col(ReviewItem.brand_id) == brand_id, col(ReviewItem.status) == status)
        .order_by(col(ReviewItem.moved_at).desc(), col(ReviewItem.id).desc())
        .limit(most)
        .subquery()
        for status in REPLIED
    ]
    return select_columns(union_all(*(select_columns(way.c.id) for way in ways)).subquery().c.id)


@dataclass(frozen=True)
class SentReply:
    """A reply of ours that the platform has, with the item and the message that it answers."""

    item_id: int
    message_id: int
    text: str
    at: datetime


def sent_replies(
    session: Session, conversation_ids: Collection[int], *, limit: int = 50
) -> dict[int, tuple[SentReply, ...]]:
    """The last replies that were sent in each of these conversations, oldest first."""
    newest_first = (col(AuditEntry.at).desc(), col(AuditEntry.id).desc())
    place = func.row_number().over(partition_by=col(Message.conversation_id), order_by=newest_first)
    ranked = (
        select_columns(
            col(Message.conversation_id),
            col(ReviewItem.id),
            col(ReviewItem.message_id),
            col(Approval.text),
            col(AuditEntry.at),
            place.label("place"),
        )
        .join(Approval, col(Approval.id) == col(ReviewItem.approval_id))
        .join(AuditEntry, and_(col(AuditEntry.review_item_id) == col(ReviewItem.id), col(AuditEntry.act) == SENT_ACT))
        .join(Message, col(Message.id) == col(ReviewItem.message_id))
        .where(col(Message.conversation_id).in_(conversation_ids), col(ReviewItem.status) == ReviewStatus.SENT)
        .subquery()
    )
    found: dict[int, list[SentReply]] = {conversation_id: [] for conversation_id in conversation_ids}
    statement = select_columns(ranked).where(ranked.c.place <= limit).order_by(ranked.c.place.desc())
    for conversation_id, item_id, message_id, text, at, _ in session.connection().execute(statement):
        found[conversation_id].append(SentReply(item_id, message_id, text, at))
    return {conversation_id: tuple(replies) for conversation_id, replies in found.items()}


def replies_in_threads(
    session: Session, conversation_ids: Collection[int], *, limit: int
) -> dict[int, tuple[str, ...]]:
    """The brand's last replies in each of these conversations, the newest first: approved here and not taken back, or
    sent elsewhere."""
    place = func.row_number().over(partition_by=col(Message.conversation_id), order_by=col(Approval.id).desc())
    ranked = (
        select(Message.conversation_id, Approval.created_at, Approval.text, place.label("place"))
        .join(ReviewItem, col(ReviewItem.approval_id) == col(Approval.id))
        .join(Message, col(Message.id) == col(ReviewItem.message_id))
        .where(col(Message.conversation_id).in_(conversation_ids), col(ReviewItem.status).in_(REPLIED))
        .subquery()
    )
    found: dict[int, list[tuple[datetime, str]]] = {conversation_id: [] for conversation_id in conversation_ids}
    statement = select_columns(ranked).where(ranked.c.place <= limit).order_by(ranked.c.place)
    for conversation_id, at, text, _ in session.connection().execute(statement):
        found[conversation_id].append((at, text))
    for message in last_replies_elsewhere(session, conversation_ids, limit=limit):
        found[message.conversation_id].append((message.posted_at, message.text))
    return {
        conversation_id: tuple(text for _, text in sorted(replies, key=lambda reply: reply[0], reverse=True)[:limit])
        for conversation_id, replies in found.items()
    }
