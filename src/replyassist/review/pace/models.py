"""Tables: when an item was shown to whom, and drafts with a planted error."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from replyassist.core.database import UtcDateTime


class ItemShown(SQLModel, table=True):
    """An item was opened by somebody who could decide about it, and held from then on."""

    __tablename__ = "item_shown"
    __table_args__: Any = (
        Index("ix_item_shown_item", "review_item_id", "user_id", "shown_at"),
        Index("ix_item_shown_user", "user_id", "shown_at"),
    )
    id: int | None = Field(default=None, primary_key=True)
    review_item_id: int = Field(foreign_key="review_item.id")
    user_id: int = Field(foreign_key="user_account.id")
    shown_at: datetime = Field(sa_type=UtcDateTime)


class SeededCheck(SQLModel, table=True):
    """A draft with an error that we planted, shown to one person in place of an item's own draft.

    A trigger refuses every approval of the item with this text. ``right`` and ``wrong`` are what was there and what was
    planted. ``missed_at``: when that person approved it.
    """

    __tablename__ = "seeded_check"
    __table_args__: Any = (UniqueConstraint("review_item_id"),)
    id: int | None = Field(default=None, primary_key=True)
    review_item_id: int = Field(foreign_key="review_item.id")
    user_id: int = Field(foreign_key="user_account.id", index=True)
    item_version: int
    text: str
    text_digest: str = Field(max_length=64)
    right: str = Field(max_length=200)
    wrong: str = Field(max_length=200)
    shown_at: datetime = Field(sa_type=UtcDateTime)
    missed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
