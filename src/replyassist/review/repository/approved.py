"""What people of a brand approved: the best examples there are of how it answers."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Select, and_, exists, type_coerce
from sqlalchemy import select as select_columns
from sqlalchemy import text as sql
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from replyassist.inbox.models import Author, Conversation, Message
from replyassist.inbox.repository import ids_of_each, last_replies_elsewhere, some_of_each

from ..models import HAS_REPLY, IS_SENT, LOW, REPLIED, SENT_ACT, Approval, AuditEntry, ReviewItem, ReviewStatus

NEWEST = 500
"""Replies of each status among which examples are looked for: however many there are, a draft waits for no more."""
_OBJECTIONS = frozenset({"block", "warn"})
_Part = aliased(Message)
_LAST_FIRST = (col(Approval.id) + 0).desc()
"""No index has it: PostgreSQL would go through all approvals from the last one on, hoping to meet enough that fit."""


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
        .where(col(ReviewItem.id).in_(_newest(session, brand_id, limit)))
        .order_by(_LAST_FIRST)
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
            col(ReviewItem.id).in_(_newest(session, brand_id, max(limit, NEWEST))),
            ReviewItem.risk == LOW,
            Conversation.visibility == "public",
            kept["also_templates", 0, "id"].as_string().is_(None),
            kept["also_template_id"].as_string().is_(None),  # as stored before a draft could stand on more than two
            col(Message.deleted_at).is_(None),
            ~exists().where(col(_Part.part_of_id) == col(Message.id)),
        )
        .order_by(_LAST_FIRST)
        .limit(limit)
    )
    return [
        ApprovedReply(template_id, message, name, approval.text)
        for template_id, approval, message, name in rows
        if template_id and not any(finding.get("severity") in _OBJECTIONS for finding in approval.accepted_findings)
    ]


def _newest(session: Session, brand_id: str, most: int) -> list[int]:
    """Ids of the items that last came to each status where an approval stands: so many steps along its index."""

    def in_status(status: ReviewStatus) -> Select[Any]:
        found = select_columns(col(ReviewItem.id)).where(
            col(ReviewItem.brand_id) == brand_id, col(ReviewItem.status) == status
        )
        return found.order_by(col(ReviewItem.moved_at).desc(), col(ReviewItem.id).desc()).limit(most)

    return [item_id for ids in ids_of_each(session, REPLIED, in_status) for item_id in ids]


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

    def newest(conversation_id: int) -> Select[Any]:
        moved = (col(ReviewItem.moved_at).desc(), col(ReviewItem.id).desc())  # to where it stays: when it was sent
        return _ids_in(conversation_id, IS_SENT).order_by(*moved).limit(limit)

    found: dict[int, list[SentReply]] = {conversation_id: [] for conversation_id in conversation_ids}
    act = col(AuditEntry.act) + ""  # no index has it: SQLite would go through all that was ever sent
    of_item = and_(col(AuditEntry.review_item_id) == col(ReviewItem.id), act == SENT_ACT)
    wanted = (
        select_columns(
            col(ReviewItem.conversation_id),
            col(ReviewItem.id),
            col(ReviewItem.message_id),
            col(Approval.text),
            col(AuditEntry.at),
        )
        .join(Approval, col(Approval.id) == col(ReviewItem.approval_id))
        .join(AuditEntry, of_item)
        .order_by(col(AuditEntry.at), col(AuditEntry.id))
    )
    for ids in ids_of_each(session, conversation_ids, newest):
        of_ids = wanted.where(col(AuditEntry.review_item_id).in_(ids))
        for conversation_id, item_id, message_id, text, at in _rows(session, of_ids, ids):
            found[conversation_id].append(SentReply(item_id, message_id, text, at))
    return {conversation_id: tuple(replies) for conversation_id, replies in found.items()}


def replies_in_threads(
    session: Session, conversation_ids: Collection[int], *, limit: int
) -> dict[int, tuple[str, ...]]:
    """The brand's last replies in each of these conversations, the newest first: approved here and not taken back, or
    sent elsewhere."""

    def newest(conversation_id: int) -> Select[Any]:
        return _ids_in(conversation_id, HAS_REPLY).order_by(col(ReviewItem.approval_id).desc()).limit(limit)

    found: dict[int, list[tuple[datetime, str]]] = {conversation_id: [] for conversation_id in conversation_ids}
    wanted = (
        select_columns(col(ReviewItem.conversation_id), col(Approval.created_at), col(Approval.text))
        .join(Approval, col(Approval.id) == col(ReviewItem.approval_id))
        .order_by(col(Approval.id).desc())
    )
    for ids in some_of_each(conversation_ids, newest):
        for conversation_id, at, text in _rows(session, wanted, ids):
            found[conversation_id].append((at, text))
    for message in last_replies_elsewhere(session, conversation_ids, limit=limit):
        found[message.conversation_id].append((message.posted_at, message.text))
    return {
        conversation_id: tuple(text for _, text in sorted(replies, key=lambda reply: reply[0], reverse=True)[:limit])
        for conversation_id, replies in found.items()
    }


def _ids_in(conversation_id: int, condition: str) -> Select[Any]:
    return select_columns(col(ReviewItem.id)).where(col(ReviewItem.conversation_id) == conversation_id, sql(condition))


def _rows(session: Session, wanted: Any, ids: Any) -> Iterable[Any]:
    return session.connection().execute(wanted.where(col(ReviewItem.id).in_(ids)))
