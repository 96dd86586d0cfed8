"""The table of practice runs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from replyassist.core.database import ModelJson, UtcDateTime

from .practice import PracticeAnswers


class PracticeRun(SQLModel, table=True):
    """One person's way through five practice items of a brand; ``item_keys`` name them."""

    __tablename__ = "practice_run"
    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="user_account.id", index=True)
    brand_id: str = Field(foreign_key="brand.id", max_length=60)
    item_keys: list[str] = Field(sa_type=JSON)
    answers: PracticeAnswers = Field(
        default_factory=PracticeAnswers, sa_column=Column(ModelJson(PracticeAnswers), nullable=False)
    )
    started_at: datetime = Field(sa_type=UtcDateTime)
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
