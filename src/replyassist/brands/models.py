"""The table of brands."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, BigInteger
from sqlmodel import Field, SQLModel

from replyassist.core.database import UtcDateTime

UTC_ZONE: Final = "UTC"


class Brand(SQLModel, table=True):
    """A brand with its voice as a document; ``voice_version`` is the digest of that document.

    ``time_zone`` (IANA, such as Europe/Dublin) says when a day of the brand begins. ``round_robin``: each new item is
    assigned to somebody of the team in turn. ``quiet_from`` and ``quiet_until`` (such as 22:00 and 07:00, in its time
    zone): nothing is sent between them. ``llm_concurrency``: how many drafts at once ask the language model;
    ``llm_daily_micro_usd``: what they may cost in a day. None: no limit of its own.
    """

    __tablename__ = "brand"
    id: str = Field(primary_key=True, max_length=60)
    name: str = Field(max_length=300)
    voice: dict[str, Any] = Field(sa_type=JSON)
    voice_version: str = Field(max_length=64)
    abstain_threshold: float | None = None
    faq_revision: int = 0
    time_zone: str = Field(default=UTC_ZONE, max_length=60)
    round_robin: bool = False
    quiet_from: str | None = Field(default=None, max_length=5)
    quiet_until: str | None = Field(default=None, max_length=5)
    llm_concurrency: int | None = None
    llm_daily_micro_usd: int | None = Field(default=None, sa_type=BigInteger)
    created_at: datetime = Field(sa_type=UtcDateTime)

    def day(self, now: datetime) -> date:
        """The date in the brand's own time zone."""
        return now.astimezone(ZoneInfo(self.time_zone)).date()


class LlmSpending(SQLModel, table=True):
    """What a brand's calls of the language model cost on one of its days, in millionths of a dollar."""

    __tablename__ = "llm_spending"
    brand_id: str = Field(primary_key=True, foreign_key="brand.id", max_length=60)
    day: date = Field(primary_key=True)
    micro_usd: int = Field(default=0, sa_type=BigInteger)
    calls: int = 0
