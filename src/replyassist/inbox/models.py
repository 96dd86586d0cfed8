"""Tables of authors, conversations and their messages."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from replyassist.core.database import UtcDateTime


class MessageStatus(StrEnum):
    """How far a message has come."""

    RECEIVED = "received"  # on disk, waits for its proposal
    QUEUED = "queued"  # a review item exists
    KEPT = "kept"  # gets no item of its own: ours, part of an earlier message, or deleted before it was drafted


class Direction(StrEnum):
    """Who wrote to whom."""

    IN = "in"  # somebody to the brand
    OUT = "out"  # the brand: a reply that was sent elsewhere, or an echo of one


class AttachmentKind(StrEnum):
    """What hangs on a message."""

    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    FILE = "file"
    STICKER = "sticker"
    LINK = "link"
    RATING = "rating"  # stars and no words; ``alt_text`` says how many
    OTHER = "other"


WITH_ARTICLE = {
    AttachmentKind.IMAGE: "an image",
    AttachmentKind.VIDEO: "a video",
    AttachmentKind.AUDIO: "a recording",
    AttachmentKind.FILE: "a file",
    AttachmentKind.STICKER: "a sticker",
    AttachmentKind.LINK: "a link",
    AttachmentKind.RATING: "a rating",
    AttachmentKind.OTHER: "an attachment",
}


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
    """A post with its comments, or a private thread. Its row is locked by whoever changes its messages.

    ``parent_text``: the post, which all of its messages stand under.
    """

    __tablename__ = "conversation"
    __table_args__: Any = (UniqueConstraint("brand_id", "channel", "external_id"),)
    id: int | None = Field(default=None, primary_key=True)
    brand_id: str = Field(foreign_key="brand.id", max_length=60)
    channel: str = Field(max_length=60)
    external_id: str = Field(max_length=200)
    visibility: str = Field(max_length=10)
    parent_text: str | None = None


_WAITING: Any = sql("status = 'received'")
SENT_ELSEWHERE = "direction = 'out' AND echo_of_id IS NULL AND deleted_at IS NULL AND text != ''"
"""A reply of ours that was written elsewhere: the condition of an index, which a statement says with no parameters."""


class Message(SQLModel, table=True):
    """One message, as its author last made it.

    ``part_of_id``: the message that it goes on from; both are one item. ``revision`` grows with every edit, deletion
    and restoration. The text of a deleted message stays. ``echo_of_id``: the review item whose sent reply this is.
    ``answered_text``: what this message alone answers or quotes, where that is not the post.
    """

    __tablename__ = "message"
    __table_args__: Any = (
        UniqueConstraint("brand_id", "channel", "external_id"),
        CheckConstraint("status IN ('received', 'queued', 'kept')", name="message_status"),
        CheckConstraint("direction IN ('in', 'out')", name="message_direction"),
        Index("ix_message_status_received_at", "status", "received_at"),
        Index("ix_message_waiting", "brand_id", sqlite_where=_WAITING, postgresql_where=_WAITING),
        Index("ix_message_channel", "brand_id", "channel", "received_at"),
        Index("ix_message_conversation", "conversation_id", "posted_at", "id"),
        Index(
            "ix_message_sent_elsewhere",
            *("conversation_id", "posted_at", "id"),
            sqlite_where=sql(SENT_ELSEWHERE),
            postgresql_where=sql(SENT_ELSEWHERE),
        ),
        Index("ix_message_conversation_author", "conversation_id", "author_id"),
        Index("ix_message_author", "author_id", "id"),
        Index("ix_message_conversation_in_reply_to", "conversation_id", "in_reply_to"),
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
    direction: str = Field(default=Direction.IN.value, max_length=3)
    attachments: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    in_reply_to: str | None = Field(default=None, max_length=200)
    answered_text: str | None = None
    part_of_id: int | None = Field(default=None, foreign_key="message.id", index=True)
    revision: int = 0
    edited_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    deleted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    echo_of_id: int | None = None
    status: str = Field(default=MessageStatus.RECEIVED.value, max_length=20)
    attempt: int = 0
