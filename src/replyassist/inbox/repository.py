"""All SQL of the inbox."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from .models import Author, Conversation, Message, MessageStatus


def find_message(session: Session, brand_id: str, channel: str, external_id: str) -> Message | None:
    """The message that was taken in under this key, or None."""
    return session.exec(
        select(Message).where(
            Message.brand_id == brand_id, Message.channel == channel, Message.external_id == external_id
        )
    ).first()


def find_author(session: Session, brand_id: str, channel: str, external_id: str) -> Author | None:
    """The author under this key, or None."""
    return session.exec(
        select(Author).where(Author.brand_id == brand_id, Author.channel == channel, Author.external_id == external_id)
    ).first()


def find_conversation(session: Session, brand_id: str, channel: str, external_id: str) -> Conversation | None:
    """The conversation under this key, or None."""
    return session.exec(
        select(Conversation).where(
            Conversation.brand_id == brand_id,
            Conversation.channel == channel,
            Conversation.external_id == external_id,
        )
    ).first()


def count_waiting(session: Session) -> int:
    """How many messages wait for their proposal."""
    return session.exec(select(func.count()).select_from(Message).where(Message.status == MessageStatus.RECEIVED)).one()


def stale_received(session: Session, *, before: datetime, limit: int) -> list[Message]:
    """Messages that were received before a time and still have no proposal, oldest first."""
    return list(
        session.exec(
            select(Message)
            .where(Message.status == MessageStatus.RECEIVED, col(Message.received_at) < before)
            .order_by(col(Message.received_at))
            .limit(limit)
        )
    )


def mark_queued(session: Session, message_id: int) -> bool:
    """Move a message from received to queued; False when another worker did it first."""
    result = session.exec(
        update(Message)
        .where(col(Message.id) == message_id, col(Message.status) == MessageStatus.RECEIVED)
        .values(status=MessageStatus.QUEUED)
    )
    return bool(result.rowcount == 1)


def next_attempt(session: Session, message_id: int, *, attempt: int) -> bool:
    """Count one more attempt; False when the message has moved on meanwhile."""
    result = session.exec(
        update(Message)
        .where(
            col(Message.id) == message_id,
            col(Message.status) == MessageStatus.RECEIVED,
            col(Message.attempt) == attempt,
        )
        .values(attempt=attempt + 1)
    )
    return bool(result.rowcount == 1)


def conversation_messages(session: Session, conversation_id: int, *, limit: int = 50) -> list[tuple[Message, Author]]:
    """The last messages of a conversation with their authors, oldest first."""
    rows = session.exec(
        select(Message, Author)
        .where(Message.conversation_id == conversation_id, Message.author_id == Author.id)
        .order_by(col(Message.id).desc())
        .limit(limit)
    )
    return list(reversed([(message, author) for message, author in rows]))


def last_event_of_author(session: Session, message_id: int) -> int | None:
    """Id of the newest message that this message's author wrote in its conversation."""
    message = session.get(Message, message_id)
    if message is None:
        return None
    return session.exec(
        select(func.max(Message.id)).where(
            Message.conversation_id == message.conversation_id, Message.author_id == message.author_id
        )
    ).one()


def lock_conversation(session: Session, conversation_id: int) -> None:
    """Hold new messages of the conversation back until this transaction ends (SQLite's writers take turns anyway)."""
    statement = select(Conversation).where(Conversation.id == conversation_id).with_for_update()
    session.exec(statement.execution_options(populate_existing=True)).first()
