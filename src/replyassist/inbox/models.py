"""Tables of authors, conversations and the messages that came in."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from replyassist.core.database import UtcDateTime


class MessageStatus(StrEnum):
    """How far a message has come."""

    RECEIVED = "received"  # on disk, waits for its proposal
    QUEUED = "queued"  # a review item exists


class Author(SQLModel, table=True):
    """Somebody who writes to a brand on one channel."""

    __tablename__ = "author"
    __table_args__: Any = (UniqueConstraint("brand_id", "channel", "external_id"),)
    id: int | None = Field(default=None, primary_key=True)
    brand_id: str = Field(foreign_key="brand.id", max_length=60)
    channel: str = Field(max_length=60)
    external_id: str = Field(max_length=200)
    handle: str | None = Field(default=None, max_length=200)
    name: str | None = Field(default=None, max_length=200)


class Conversation(SQLModel, table=True):
    """A post with its comments, or a private thread. ``last_message_id`` is its last known event."""

    __tablename__ = "conversation"
    __table_args__: Any = (UniqueConstraint("brand_id", "channel", "external_id"),)
    id: int | None = Field(default=None, primary_key=True)
    brand_id: str = Field(foreign_key="brand.id", max_length=60)
    channel: str = Field(max_length=60)
    external_id: str = Field(max_length=200)
    visibility: str = Field(max_length=10)
    parent_text: str | None = None
    last_message_id: int | None = None


class Message(SQLModel, table=True):
    """One inbound message, kept as it came."""

    __tablename__ = "message"
    __table_args__: Any = (
        UniqueConstraint("brand_id", "channel", "external_id"),
        CheckConstraint("status IN ('received', 'queued')", name="message_status"),
        Index("ix_message_status_received_at", "status", "received_at"),
        Index("ix_message_conversation", "conversation_id", "id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    brand_id: str = Field(foreign_key="brand.id", max_length=60)
    channel: str = Field(max_length=60)
    external_id: str = Field(max_length=200)
    conversation_id: int = Field(foreign_key="conversation.id")
    author_id: int = Field(foreign_key="author.id")
    text: str
    posted_at: datetime = Field(sa_type=UtcDateTime)
    received_at: datetime = Field(sa_type=UtcDateTime)
    attributes: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    status: str = Field(default=MessageStatus.RECEIVED.value, max_length=20)
    attempt: int = 0
