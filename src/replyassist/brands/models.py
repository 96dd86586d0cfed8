"""Tables of brands and of the connections their replies leave by."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from replyassist.core.database import UtcDateTime

UTC_ZONE: Final = "UTC"


class Brand(SQLModel, table=True):
    """A brand with its voice as a document; ``voice_version`` is the digest of that document.

    ``time_zone`` (IANA, such as Europe/Dublin) says when a day of the brand begins.
    """

    __tablename__ = "brand"
    id: str = Field(primary_key=True, max_length=60)
    name: str = Field(max_length=300)
    voice: dict[str, Any] = Field(sa_type=JSON)
    voice_version: str = Field(max_length=64)
    abstain_threshold: float | None = None
    faq_revision: int = 0
    time_zone: str = Field(default=UTC_ZONE, max_length=60)
    created_at: datetime = Field(sa_type=UtcDateTime)

    def day(self, now: datetime) -> date:
        """The date in the brand's own time zone."""
        return now.astimezone(ZoneInfo(self.time_zone)).date()


class ChannelConnection(SQLModel, table=True):
    """Where approved replies of a brand go for one platform; ``*`` stands for every other platform."""

    __tablename__ = "channel_connection"
    __table_args__: Any = (
        UniqueConstraint("brand_id", "channel"),
        CheckConstraint("adapter IN ('webhook', 'file')", name="connection_adapter"),
    )
    id: int | None = Field(default=None, primary_key=True)
    brand_id: str = Field(foreign_key="brand.id", max_length=60)
    channel: str = Field(max_length=60)
    adapter: str = Field(max_length=20)
    url: str = Field(default="", max_length=2000)
    secret: str = Field(default="", max_length=500)
    created_at: datetime = Field(sa_type=UtcDateTime)
