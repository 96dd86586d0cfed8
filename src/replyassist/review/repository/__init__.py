"""All SQL of the queue but for its lists (``lists.py``)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, update
from sqlmodel import Session, col, select

from replyassist.brands.models import Brand
from replyassist.inbox.models import Message

from ..models import OPEN, AuditEntry, ReviewItem, ReviewStatus


def newest_made(session: Session, brands: Collection[str] | None, *, limit: int) -> list[datetime]:
    """When the newest items of these brands (None: of all) were made, the newest first."""
    statement = select(ReviewItem.created_at).order_by(col(ReviewItem.id).desc()).limit(limit)
    if brands is not None:
        statement = statement.where(col(ReviewItem.brand_id).in_(brands))
    return list(session.exec(statement))


def count_in(session: Session, status: ReviewStatus, *, most: int) -> int:
    """How many items have a status, counted up to ``most``."""
    some = select(ReviewItem.id).where(ReviewItem.status == status).limit(most).subquery()
    return session.exec(select(func.count()).select_from(some)).one()


def longest_in(session: Session, status: ReviewStatus) -> datetime | None:
    """Since when the item has a status that has had it longest: one look into the index for each brand."""
    first = (
        select(func.min(ReviewItem.moved_at))
        .where(ReviewItem.brand_id == Brand.id, ReviewItem.status == status)
        .scalar_subquery()
        .correlate(Brand)
    )
    since: datetime | None = session.exec(select(func.min(first)).select_from(Brand)).one()
    return since


def under_way(session: Session, *, limit: int) -> list[ReviewItem]:
    """Items whose reply was approved and is not known to be sent."""
    moving = col(ReviewItem.status).in_([ReviewStatus.APPROVED, ReviewStatus.SENDING])
    return list(session.exec(select(ReviewItem).where(moving).order_by(col(ReviewItem.id)).limit(limit)))


def find_by_message(session: Session, message_id: int, *, locked: bool = False) -> ReviewItem | None:
    """The item of a message, or None; ``locked``: as it stands now, and nobody moves it in this transaction."""
    statement = select(ReviewItem).where(ReviewItem.message_id == message_id)
    if locked:
        statement = statement.with_for_update(key_share=True).execution_options(populate_existing=True)
    return session.exec(statement).first()


def open_items_before(session: Session, message: Message, *, private: bool, names: Collection[int]) -> list[ReviewItem]:
    """Undecided items of earlier messages of the conversation that a new message matters to, locked.

    In private that is all of them; in public those of its author, of the comment that it answers, and of the authors
    ``names``. Other answers to that comment count when a reply is sent; they do not move an open item, for under a busy
    comment nobody could decide it.
    """
    is_earlier = or_(
        col(Message.posted_at) < message.posted_at,
        and_(col(Message.posted_at) == message.posted_at, col(Message.id) < message.id),
    )
    statement = (
        select(ReviewItem)
        .join(Message, col(Message.id) == col(ReviewItem.message_id))
        .where(
            Message.conversation_id == message.conversation_id,
            Message.id != message.part_of_id,
            is_earlier,
            col(ReviewItem.status).in_([ReviewStatus.PENDING, ReviewStatus.ESCALATED]),
        )
        .order_by(col(ReviewItem.id))
        .limit(100)
        .with_for_update(of=ReviewItem, key_share=True)
        .execution_options(populate_existing=True)
    )
    if not private:
        around: list[ColumnElement[bool]] = [col(Message.author_id).in_({message.author_id, *names})]
        if message.in_reply_to is not None:
            around.append(col(Message.external_id) == message.in_reply_to)
        statement = statement.where(or_(*around))
    return list(session.exec(statement))


def open_items_of(
    session: Session, conversation_id: int, *, authors: Collection[int] | None, without: int | None
) -> list[ReviewItem]:
    """Undecided items of a conversation but one, locked; of these authors only where some are given."""
    statement = (
        select(ReviewItem)
        .join(Message, col(Message.id) == col(ReviewItem.message_id))
        .where(
            Message.conversation_id == conversation_id,
            col(ReviewItem.status).in_(OPEN),
            col(ReviewItem.id) != without,
        )
        .order_by(col(ReviewItem.id))
        .limit(100)
        .with_for_update(of=ReviewItem, key_share=True)
        .execution_options(populate_existing=True)
    )
    if authors is not None:
        statement = statement.where(col(Message.author_id).in_(authors))
    return list(session.exec(statement))


def audit_of(session: Session, item_id: int) -> list[AuditEntry]:
    """Everything that happened to an item, oldest first."""
    return list(
        session.exec(
            select(AuditEntry).where(AuditEntry.review_item_id == item_id).order_by(col(AuditEntry.id)).limit(500)
        )
    )


def audit_ids_after(
    session: Session, entry_id: int, brands: frozenset[str] | None, *, limit: int, for_leads: bool = True
) -> list[int]:
    """Ids of what happened after an audit entry, oldest first; ``for_leads``: also to what only they see."""
    statement = select(AuditEntry.id).where(col(AuditEntry.id) > entry_id).order_by(col(AuditEntry.id)).limit(limit)
    if brands is not None:
        statement = statement.where(col(AuditEntry.brand_id).in_(brands))
    if not for_leads:
        is_hidden = col(ReviewItem.id) == col(AuditEntry.review_item_id), col(ReviewItem.is_for_leads).is_(True)
        statement = statement.where(~select(ReviewItem.id).where(*is_hidden).exists())
    return [found for found in session.exec(statement) if found is not None]


def audit_entries(session: Session, ids: Collection[int]) -> list[tuple[AuditEntry, bool]]:
    """These audit entries, oldest first, each with whether only leads see its item."""
    statement = (
        select(AuditEntry, ReviewItem.is_for_leads)
        .join(ReviewItem, col(ReviewItem.id) == col(AuditEntry.review_item_id))
        .where(col(AuditEntry.id).in_(ids))
        .order_by(col(AuditEntry.id))
    )
    return list(session.exec(statement))


def newest_audit_ids(session: Session, *, up_to: int | None = None, limit: int) -> list[int]:
    """Ids of the newest audit entries, of all or of those up to an id; the highest first."""
    statement = select(AuditEntry.id).order_by(col(AuditEntry.id).desc()).limit(limit)
    if up_to is not None:
        statement = statement.where(col(AuditEntry.id) <= up_to)
    return [entry_id for entry_id in session.exec(statement) if entry_id is not None]


def first_audit_id(session: Session, moment: datetime) -> int:
    """The id of the first entry from a moment on; one more than the highest where there is none."""
    statement = (
        select(AuditEntry.id)
        .where(col(AuditEntry.at) >= moment)
        .order_by(col(AuditEntry.at), col(AuditEntry.id))
        .limit(1)
    )
    found = session.exec(statement).first()
    if found is not None:
        return found
    return (session.exec(select(func.max(AuditEntry.id))).one() or 0) + 1


def in_status_since(
    session: Session,
    statuses: Iterable[ReviewStatus],
    *,
    before: datetime,
    after: ReviewItem | None = None,
    limit: int,
) -> list[ReviewItem]:
    """Items that have stood in one of these statuses since before a time, oldest first; those behind ``after``."""
    at, key = col(ReviewItem.updated_at), col(ReviewItem.id)
    statement = select(ReviewItem).where(col(ReviewItem.status).in_(list(statuses)), at < before)
    if after is not None:
        statement = statement.where(at >= after.updated_at, or_(at > after.updated_at, key > after.id))
    return list(session.exec(statement.order_by(at, key).limit(limit)))


def open_ids(session: Session, brand_id: str) -> list[int]:
    """The ids of all undecided items of a brand, in their order; an index alone is read."""
    statement = select(ReviewItem.id).where(ReviewItem.brand_id == brand_id, col(ReviewItem.status).in_(OPEN))
    return sorted(item_id for item_id in session.exec(statement) if item_id is not None)


def open_drafts(session: Session, ids: Collection[int]) -> list[ReviewItem]:
    """Those of these items that are undecided and have a draft, in the order of their ids."""
    is_open = (col(ReviewItem.id).in_(ids), col(ReviewItem.status).in_(OPEN), ReviewItem.draft != "")
    return list(session.exec(select(ReviewItem).where(*is_open).order_by(col(ReviewItem.id))))


def redrafting_since(session: Session, *, before: datetime, limit: int) -> list[ReviewItem]:
    """Items whose redraft has been asked for since before a time."""
    return list(
        session.exec(
            select(ReviewItem)
            .where(
                col(ReviewItem.is_redrafting).is_(True),
                col(ReviewItem.status).in_([ReviewStatus.PENDING, ReviewStatus.ESCALATED]),
                col(ReviewItem.updated_at) < before,
            )
            .order_by(col(ReviewItem.updated_at))
            .limit(limit)
        )
    )


def waiting_with(
    session: Session,
    brand_id: str,
    statuses: Iterable[ReviewStatus],
    *,
    notices: Collection[str],
    after: int,
    limit: int,
) -> list[ReviewItem]:
    """Items of a brand in one of these statuses that say one of these notices, oldest first, behind an id."""
    statement = select(ReviewItem).where(
        ReviewItem.brand_id == brand_id,
        col(ReviewItem.id) > after,
        col(ReviewItem.status).in_(list(statuses)),
        col(ReviewItem.notice).in_(notices),
    )
    return list(session.exec(statement.order_by(col(ReviewItem.id)).limit(limit)))


def next_attempt(session: Session, item: ReviewItem, **also: Any) -> bool:
    """Count one more attempt at sending, with other values ``also``; False when the item has moved on meanwhile."""
    result = session.exec(
        update(ReviewItem)
        .where(
            col(ReviewItem.id) == item.id,
            col(ReviewItem.version) == item.version,
            col(ReviewItem.attempt) == item.attempt,
        )
        .values(attempt=item.attempt + 1, **also)
        .execution_options(synchronize_session=False)
    )
    return bool(result.rowcount == 1)


def items_of_messages(session: Session, message_ids: Collection[int]) -> list[ReviewItem]:
    """The items of these messages, in no order."""
    return list(session.exec(select(ReviewItem).where(col(ReviewItem.message_id).in_(message_ids))))


def newest_item_of(session: Session, message_ids: Collection[int]) -> tuple[str, ReviewItem] | None:
    """The newest item of these messages, after what was asked; None where there is none yet."""
    return session.exec(
        select(Message.text, ReviewItem)
        .where(Message.id == ReviewItem.message_id, col(Message.id).in_(message_ids))
        .order_by(col(ReviewItem.id).desc())
        .limit(1)
    ).first()
