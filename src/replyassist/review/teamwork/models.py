"""Tables of what colleagues tell each other, of who looks at an item, and of what to tell live."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from replyassist.core.database import UtcDateTime

LONGEST_NOTE = 2000
LONGEST_REPLY = 10_000


class ItemNote(SQLModel, table=True):
    """What a person says of an item to their colleagues; append-only, and never part of a prompt or a reply."""

    __tablename__ = "item_note"
    id: int | None = Field(default=None, primary_key=True)
    review_item_id: int = Field(foreign_key="review_item.id", index=True)
    brand_id: str = Field(foreign_key="brand.id", max_length=60)
    author_id: int = Field(foreign_key="user_account.id")
    author: str = Field(max_length=200)
    text: str
    created_at: datetime = Field(sa_type=UtcDateTime)


class NoteMention(SQLModel, table=True):
    """A colleague who is named in a note; ``read_at`` is None until they have seen it."""

    __tablename__ = "note_mention"
    __table_args__: Any = (Index("ix_note_mention_user", "user_id", "read_at", "id"),)
    id: int | None = Field(default=None, primary_key=True)
    note_id: int = Field(foreign_key="item_note.id", index=True)
    user_id: int = Field(foreign_key="user_account.id")
    brand_id: str = Field(foreign_key="brand.id", max_length=60)
    read_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SavedReply(SQLModel, table=True):
    """A text to use again: a person's own (``owner_id``), or everybody's on the brand (None)."""

    __tablename__ = "saved_reply"
    __table_args__: Any = (Index("ix_saved_reply_brand", "brand_id", "owner_id", "title"),)
    id: int | None = Field(default=None, primary_key=True)
    brand_id: str = Field(foreign_key="brand.id", max_length=60)
    owner_id: int | None = Field(default=None, foreign_key="user_account.id")
    title: str = Field(max_length=100)
    text: str
    created_by: str = Field(max_length=200)
    created_at: datetime = Field(sa_type=UtcDateTime)


class Presence(SQLModel, table=True):
    """Somebody has the page of an item open; true until ``until``, which their page puts off."""

    __tablename__ = "item_presence"
    review_item_id: int = Field(primary_key=True, foreign_key="review_item.id")
    user_id: int = Field(primary_key=True, foreign_key="user_account.id")
    until: datetime = Field(sa_type=UtcDateTime)


class TeamTurn(SQLModel, table=True):
    """Whether somebody on a brand gets new items in turn, and until when they are away; who has no row takes part."""

    __tablename__ = "team_turn"
    brand_id: str = Field(primary_key=True, foreign_key="brand.id", max_length=60)
    user_id: int = Field(primary_key=True, foreign_key="user_account.id")
    takes_part: bool = True
    away_until: datetime | None = Field(default=None, sa_type=UtcDateTime)

    def is_away(self, now: datetime) -> bool:
        """Whether they are away at this time."""
        return self.away_until is not None and self.away_until > now


class Live(StrEnum):
    """What open pages are told of at once, beside the moves of items, which the audit tells."""

    CLAIM = "claim"  # an item was taken or freed
    PRESENCE = "presence"  # somebody opened or left its page
    NOTE = "note"  # somebody wrote a note


class LiveChange(SQLModel, table=True):
    """Something to tell open pages; kept for minutes only. Ids are never used again."""

    __tablename__ = "live_change"
    __table_args__: Any = ({"sqlite_autoincrement": True},)
    id: int | None = Field(default=None, primary_key=True)
    review_item_id: int = Field(foreign_key="review_item.id")
    brand_id: str = Field(max_length=60)
    kind: str = Field(max_length=10)
    at: datetime = Field(index=True, sa_type=UtcDateTime)
