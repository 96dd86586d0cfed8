"""Tables of cards, and of who people are in Slack."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from replyassist.core.database import UtcDateTime
from replyassist.review.models import ReviewItem


class Card(SQLModel, table=True):
    """The card of an item in one connection's channel. ``shown_version``: of the item, as the card shows it;
    negative where it says no more than that only leads see it, and 0 for what is to be shown anew.

    ``external_id``: channel and time stamp of the message; empty until it is known to stand there. ``called_at``: when
    it was first posted, None before. ``attempt`` numbers the jobs and fences them; ``failures`` in a row plan the next.
    ``is_over``: nothing more can be shown.
    """

    __tablename__ = "review_card"
    __table_args__: Any = (
        UniqueConstraint("review_item_id", "connection_id"),
        Index("ix_review_card_created", "created_at"),
    )
    id: int | None = Field(default=None, primary_key=True)
    review_item_id: int = Field(foreign_key="review_item.id")
    connection_id: int = Field(foreign_key="connection.id")
    external_id: str = Field(default="", max_length=100)
    shown_version: int = 0
    attempt: int = 0
    failures: int = 0
    is_over: bool = False
    called_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    next_try_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)

    @staticmethod
    def showing(item: ReviewItem) -> int:
        """What ``shown_version`` is once the card shows the item as it stands."""
        return -item.version if item.is_for_leads else item.version


class SlackLink(SQLModel, table=True):
    """Who somebody is in a Slack workspace; a person has one account in each, and it is theirs alone."""

    __tablename__ = "slack_link"
    __table_args__: Any = (UniqueConstraint("team", "slack_user"), UniqueConstraint("user_id", "team"))
    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="user_account.id")
    team: str = Field(max_length=40)
    slack_user: str = Field(max_length=40)
    shown_as: str = Field(default="", max_length=200)
    created_at: datetime = Field(sa_type=UtcDateTime)
