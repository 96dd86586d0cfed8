"""The table of deliveries: none without an approval, none with another text than the approved one."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKeyConstraint, Index
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
    """The sending of one approval. The composite key lets the database hold text and approval together.

    ``is_called``: the attempt that ``token`` holds went so far that the platform may have been called.
    ``first_called_at`` and ``called_at``: the first and the last attempt that may have had an effect. ``prepared``:
    what the platform fixed before it. ``postponed`` counts attempts that only waited; ``next_try_at``: of RETRY.
    ``kept_until``: until when a stop or quiet hours kept it last.
    """

    __tablename__ = "delivery"
    __table_args__: Any = (
        ForeignKeyConstraint(["approval_id", "text_digest"], ["approval.id", "approval.text_digest"]),
        CheckConstraint("status IN ('sending','sent','retry','failed','uncertain')", name="delivery_status"),
        Index("ix_delivery_status", "channel", "status", "updated_at"),
        Index("ix_delivery_platform_id", "platform_id"),
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
    is_called: bool = False
    first_called_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    called_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    prepared: dict[str, str] | None = Field(default=None, sa_type=JSON)
    postponed: int = 0
    next_try_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    kept_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    cost_micro_usd: int | None = None
    token: str | None = Field(default=None, max_length=64)
    platform_id: str | None = Field(default=None, max_length=500)
    error: str | None = None
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)

    @property
    def free_since(self) -> datetime:
        """Since when nobody on our side has kept it: how long it may wait is counted from here."""
        return self.kept_until or self.created_at
