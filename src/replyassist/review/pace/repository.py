"""All SQL of pace, seeded checks and daily figures."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from replyassist.inbox.models import Message

from ..models import Approval, AuditEntry, ReviewItem
from .models import ItemShown, SeededCheck
from .reading import TimedApproval, word_count

MOST_ENTRIES = 5000


def timed_approvals(session: Session, user_id: int, *, limit: int) -> list[TimedApproval]:
    """The last approvals of somebody to whom the item had been shown, the newest first."""
    shown_at = (
        select(func.max(ItemShown.shown_at))
        .where(
            ItemShown.review_item_id == Approval.review_item_id,
            ItemShown.user_id == user_id,
            col(ItemShown.shown_at) <= col(Approval.created_at),
        )
        .correlate(Approval)
        .scalar_subquery()
    )
    rows = session.exec(
        select(Approval.created_at, Approval.text, Message.text, shown_at)
        .join(ReviewItem, col(ReviewItem.id) == col(Approval.review_item_id))
        .join(Message, col(Message.id) == col(ReviewItem.message_id))
        .where(Approval.approver_id == user_id)
        .order_by(col(Approval.id).desc())
        .limit(limit)
    )
    return [
        TimedApproval(at=at, seconds=(at - shown).total_seconds(), words=word_count(message, text))
        for at, text, message, shown in rows
        if shown is not None
    ]


def decisions_since(session: Session, user_id: int, since: datetime) -> list[AuditEntry]:
    """What somebody did with items since then, oldest first, at most 5,000 entries."""
    statement = select(AuditEntry).where(AuditEntry.actor_id == user_id, col(AuditEntry.at) >= since)
    return list(session.exec(statement.order_by(col(AuditEntry.id)).limit(MOST_ENTRIES)))


def acts_on(session: Session, item_ids: Collection[int], acts: Sequence[str], *, since: datetime) -> list[AuditEntry]:
    """Such acts of anybody on these items since then, oldest first."""
    statement = select(AuditEntry).where(
        col(AuditEntry.review_item_id).in_(item_ids), col(AuditEntry.act).in_(acts), col(AuditEntry.at) >= since
    )
    return list(session.exec(statement.order_by(col(AuditEntry.id)).limit(2 * MOST_ENTRIES)))


def waits_since(session: Session, user_id: int, since: datetime) -> list[tuple[datetime, datetime]]:
    """Of each item that somebody took since then: when they took it first, and when it came into the queue."""
    first = func.min(ItemShown.shown_at)
    statement = (
        select(first, ReviewItem.created_at)
        .join(ReviewItem, col(ReviewItem.id) == col(ItemShown.review_item_id))
        .where(ItemShown.user_id == user_id, col(ItemShown.shown_at) >= since)
        .group_by(col(ReviewItem.id), col(ReviewItem.created_at))
        .limit(MOST_ENTRIES)
    )
    return list(session.exec(statement))


def seeded_of_item(session: Session, item_id: int) -> SeededCheck | None:
    """The seeded check of an item."""
    return session.exec(select(SeededCheck).where(SeededCheck.review_item_id == item_id)).first()


def seeded_of_person(session: Session, user_id: int, *, limit: int) -> list[SeededCheck]:
    """The last seeded checks that somebody was shown, the newest first."""
    statement = select(SeededCheck).where(SeededCheck.user_id == user_id)
    return list(session.exec(statement.order_by(col(SeededCheck.id).desc()).limit(limit)))


def decided_after(session: Session, checks: Sequence[SeededCheck], acts: Sequence[str]) -> set[int]:
    """Of these checks of one person, the items about which that person did one of these acts since it was shown."""
    if not checks:
        return set()
    shown = {check.review_item_id: check.shown_at for check in checks}
    statement = select(AuditEntry.review_item_id, AuditEntry.at).where(
        AuditEntry.actor_id == checks[0].user_id,
        col(AuditEntry.review_item_id).in_(shown),
        col(AuditEntry.act).in_(acts),
    )
    return {item_id for item_id, at in session.exec(statement) if at >= shown[item_id]}
