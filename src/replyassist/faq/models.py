"""Tables of reply templates: the current one, every version there ever was, and what decisions taught."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from replyassist.core.database import UtcDateTime


class TemplateRow(SQLModel, table=True):
    """The current version of a template; a deleted one stays with ``is_active`` false."""

    __tablename__ = "reply_template"
    __table_args__: Any = (UniqueConstraint("brand_id", "template_id"),)
    id: int | None = Field(default=None, primary_key=True)
    brand_id: str = Field(foreign_key="brand.id", max_length=60)
    template_id: str = Field(max_length=200)
    version: str = Field(max_length=64)
    document: dict[str, Any] = Field(sa_type=JSON)
    is_active: bool = True
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)


class TemplateVersionRow(SQLModel, table=True):
    """Append-only: one row for each content that a template ever had."""

    __tablename__ = "reply_template_version"
    __table_args__: Any = (UniqueConstraint("brand_id", "template_id", "version"),)
    id: int | None = Field(default=None, primary_key=True)
    brand_id: str = Field(foreign_key="brand.id", max_length=60)
    template_id: str = Field(max_length=200)
    version: str = Field(max_length=64)
    document: dict[str, Any] = Field(sa_type=JSON)
    created_at: datetime = Field(sa_type=UtcDateTime)


class LearnedExampleRow(SQLModel, table=True):
    """A message that a person's decision made an example of a template, or spoke against it.

    One review item teaches a template at most once in each direction. ``text`` is without personal data;
    ``text_digest`` is that of its normalised form, the same for two ways to write it. A row is never lost: a withdrawn
    one keeps who and when, and ``is_undone`` says that a person did it, so that the machine does not bring it back. An
    erased one keeps all but its text.
    """

    __tablename__ = "learned_example"
    __table_args__: Any = (
        UniqueConstraint("review_item_id", "template_id", "counts_against"),
        Index("ix_learned_example_template", "brand_id", "template_id", "id"),
        Index("ix_learned_example_message", "message_id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    brand_id: str = Field(foreign_key="brand.id", max_length=60)
    template_id: str = Field(max_length=200)
    text: str
    text_digest: str = Field(max_length=64)
    counts_against: bool = False
    review_item_id: int = Field(foreign_key="review_item.id")
    message_id: int = Field(foreign_key="message.id")
    act: str = Field(max_length=30)
    actor: str = Field(max_length=200)
    learned_at: datetime = Field(sa_type=UtcDateTime)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    withdrawn_by: str | None = Field(default=None, max_length=200)
    is_undone: bool = False
