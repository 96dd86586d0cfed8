"""The table of corrections."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from replyassist.core.database import UtcDateTime


class KindCorrectionRow(SQLModel, table=True):
    """A person said what a message really is; ``kind`` is one of ``triage.Kind``.

    ``text``, ``parent_text`` and ``visibility`` are what was read of it; ``shown`` is the text without personal data,
    which people see beside other messages. A message has at most one that was not taken back.
    """

    __tablename__ = "kind_correction"
    __table_args__: Any = (Index("ix_kind_correction_brand", "brand_id", "taken_back_at", "id"),)
    id: int | None = Field(default=None, primary_key=True)
    brand_id: str = Field(foreign_key="brand.id", max_length=60)
    message_id: int = Field(foreign_key="message.id", index=True)
    review_item_id: int = Field(foreign_key="review_item.id")
    kind: str = Field(max_length=30)
    text: str
    shown: str
    parent_text: str | None = None
    visibility: str = Field(max_length=20)
    actor: str = Field(max_length=200)
    corrected_at: datetime = Field(sa_type=UtcDateTime)
    taken_back_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    taken_back_by: str | None = Field(default=None, max_length=200)
