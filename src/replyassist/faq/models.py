"""Tables of reply templates: the current one, and every version there ever was."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, UniqueConstraint
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
