"""All SQL of learning: past messages with what was answered, messages that no template answered, what is erased."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import or_
from sqlmodel import Session, col, select

from replyassist.faq.models import ErasedMessageRow
from replyassist.inbox.models import Author, Message
from replyassist.review.models import REPLIED, AuditEntry, ReviewItem


def newest_messages(session: Session, brand_id: str, *, limit: int) -> Sequence[tuple[Message, Author]]:
    """The brand's newest messages with their authors, the newest first."""
    return session.exec(
        select(Message, Author)
        .join(Author, col(Author.id) == col(Message.author_id))
        .where(Message.brand_id == brand_id)
        .order_by(col(Message.id).desc())
        .limit(limit)
    ).all()


def replies_that_went_out(session: Session, brand_id: str, *, limit: int) -> dict[int, str]:
    """The approved text for each message, of the brand's newest items that were approved and not taken back."""
    rows = session.exec(
        select(ReviewItem.message_id, ReviewItem.final_text)
        .where(ReviewItem.brand_id == brand_id, col(ReviewItem.status).in_(REPLIED))
        .order_by(col(ReviewItem.id).desc())
        .limit(limit)
    )
    return {message_id: text for message_id, text in rows if text}


def gone_messages(session: Session, brand_id: str) -> set[int]:
    """Messages of the brand that were erased here or deleted by their authors."""
    deleted = select(Message.id).where(Message.brand_id == brand_id, col(Message.deleted_at).is_not(None))
    erased = select(ErasedMessageRow.message_id).where(ErasedMessageRow.brand_id == brand_id)
    return {message_id for message_id in (*session.exec(deleted), *session.exec(erased)) if message_id}


def ids_by_source(
    session: Session, brand_id: str, external_ids: Collection[str]
) -> Iterable[tuple[str, str, int | None]]:
    """Channel, external id and id of the brand's messages that have one of these external ids."""
    return session.exec(
        select(Message.channel, Message.external_id, Message.id).where(
            Message.brand_id == brand_id, col(Message.external_id).in_(external_ids)
        )
    )


def newest_items(session: Session, brand_id: str, *, limit: int) -> Sequence[tuple[ReviewItem, Message, Author]]:
    """The brand's newest items whose message was not deleted, with message and author, the newest first."""
    return session.exec(
        select(ReviewItem, Message, Author)
        .join(Message, col(Message.id) == col(ReviewItem.message_id))
        .join(Author, col(Author.id) == col(Message.author_id))
        .where(ReviewItem.brand_id == brand_id, col(Message.deleted_at).is_(None))
        .order_by(col(ReviewItem.id).desc())
        .limit(limit)
    ).all()


def newest_acts(
    session: Session, brand_id: str, acts: Collection[str], *, limit: int
) -> Iterable[tuple[int, str, Sequence[Any]]]:
    """Item, act and named failures of the brand's newest such entries of the audit, the newest first."""
    return session.exec(
        select(AuditEntry.review_item_id, AuditEntry.act, col(AuditEntry.failures))
        .where(AuditEntry.brand_id == brand_id, col(AuditEntry.act).in_(acts))
        .order_by(col(AuditEntry.id).desc())
        .limit(limit)
    )


def with_parts(session: Session, message: Message, *, whole_author: bool) -> dict[int | None, int | None]:
    """Ids of a message (``whole_author``: and of all others of its author) and of its parts, with what each is a part
    of."""
    same = col(Message.author_id) == message.author_id if whole_author else col(Message.id) == message.id
    found = session.exec(select(Message.id, Message.part_of_id).where(or_(same, col(Message.part_of_id) == message.id)))
    return dict(found.all())
