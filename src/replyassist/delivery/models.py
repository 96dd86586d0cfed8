"""The table of deliveries: none without an approval, none with another text than the approved one."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint
from sqlmodel import Field, SQLModel

from replyassist.core.database import UtcDateTime


class DeliveryStatus(StrEnum):
    """What became of one approved reply."""

    SENDING = "sending"  # a worker holds it; ``token`` says which
    SENT = "sent"
    RETRY = "retry"  # surely not sent, another attempt is planned
    FAILED = "failed"
    UNCERTAIN = "uncertain"


class Delivery(SQLModel, table=True):
    """The sending of one approval. The composite key lets the database hold text and approval together."""

    __tablename__ = "delivery"
    __table_args__: Any = (
        ForeignKeyConstraint(["approval_id", "text_digest"], ["approval.id", "approval.text_digest"]),
        CheckConstraint("status IN ('sending','sent','retry','failed','uncertain')", name="delivery_status"),
    )
    id: int | None = Field(default=None, primary_key=True)
    approval_id: int = Field(unique=True)
    text_digest: str = Field(max_length=64)
    review_item_id: int = Field(foreign_key="review_item.id", index=True)
    channel: str = Field(max_length=60)
    adapter: str = Field(max_length=20)
    destination: str = Field(default="", max_length=64)
    idempotency_key: str = Field(unique=True, max_length=64)
    status: str = Field(max_length=20)
    attempt: int = 0
    may_have_landed: bool = False
    token: str | None = Field(default=None, max_length=64)
    platform_id: str | None = Field(default=None, max_length=500)
    error: str | None = None
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)
