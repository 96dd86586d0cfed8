"""Tables of connections, who made them, what their budgets were spent on, and what was deleted before it arrived."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from replyassist.core.database import UtcDateTime

SignIn = tuple[str, str, datetime]
"""Platform, account and when it was signed in."""


class ConnectionStatus(StrEnum):
    """How a connection stands."""

    WORKING = "working"
    FAILING = "failing"  # ``problem`` says why; tried again by itself, but for credentials, which a person renews
    DISCONNECTED = "disconnected"  # its credentials are gone; its messages stay


class Connection(SQLModel, table=True):
    """An account of a brand at a platform. ``channel`` names it on messages; ``*`` stands for every other channel.

    ``account``: our id there; ``shown_as``: what people call it; ``address``: a digest of where replies go, that
    changes with it. ``sealed``: its credentials (``vault.py``). ``cursor``: how far its Source has been read;
    ``pulls`` counts the readings and fences them, ``next_pull_at`` is when the next one is due.
    ``paused_until``: the platform asked to wait that long. ``failures_in_row``, ``opened_at`` and ``open_until``: how
    often it did not answer since it last did, and from when until when nothing is tried therefore (``breaker.py``).
    ``problem``: of signing in and reading; ``sending_problem``: why the last reply was refused, until one is taken.
    ``hooks_refused_at``: when a webhook last was none of the platform's; None once one was taken. ``renewing_until``:
    so long at most somebody renews its token. ``options``: what of the credentials is no secret.
    """

    __tablename__ = "connection"
    __table_args__: Any = (
        UniqueConstraint("brand_id", "channel"),
        CheckConstraint("status IN ('working', 'failing', 'disconnected')", name="connection_status"),
    )
    id: int | None = Field(default=None, primary_key=True)
    brand_id: str = Field(foreign_key="brand.id", max_length=60)
    channel: str = Field(max_length=60)
    platform: str = Field(max_length=20)
    account: str = Field(default="", max_length=200)
    shown_as: str = Field(default="", max_length=300)
    sealed: str = Field(default="", repr=False)
    status: str = Field(default=ConnectionStatus.WORKING.value, max_length=20)
    problem: str = ""
    sending_problem: str = ""
    cursor: str | None = None
    pulls: int = 0
    pulled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    next_pull_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    paused_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    failures_in_row: int = 0
    opened_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    open_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    hooks_refused_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    renewing_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    options: dict[str, str] | None = Field(default=None, sa_type=JSON)
    checked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)

    @property
    def sign_in(self) -> SignIn:
        """Which sign-in it is; another account, or the same one signed in again, is another."""
        return self.platform, self.account, self.updated_at

    @property
    def trouble(self) -> str:
        """What is wrong with it, for a person; empty where it works."""
        return "; ".join(filter(None, (self.problem, self.sending_problem)))

    def set_health(
        self, *, problem: str | None = None, sending_problem: str | None = None, now: datetime | None = None
    ) -> None:
        """Write down what is wrong (empty: nothing) with what was tried; ``now``: it was signed in or read."""
        self.problem = self.problem if problem is None else problem[:500]
        self.sending_problem = self.sending_problem if sending_problem is None else sending_problem[:500]
        self.status = ConnectionStatus.FAILING if self.trouble else ConnectionStatus.WORKING
        self.checked_at = now or self.checked_at


class ConnectionAct(SQLModel, table=True):
    """Append-only: who connected or disconnected an account of a channel, and what people call the one before and the
    one after (empty: none, or it has no name)."""

    __tablename__ = "connection_act"
    __table_args__: Any = (
        Index("ix_connection_act_channel", "brand_id", "channel", "id"),
        CheckConstraint("act IN ('connected', 'disconnected')", name="connection_act_act"),
    )
    id: int | None = Field(default=None, primary_key=True)
    brand_id: str = Field(foreign_key="brand.id", max_length=60)
    channel: str = Field(max_length=60)
    platform: str = Field(max_length=20)
    act: str = Field(max_length=20)
    actor: str = Field(max_length=200)
    was_shown_as: str = Field(default="", max_length=300)
    shown_as: str = Field(default="", max_length=300)
    at: datetime = Field(sa_type=UtcDateTime)


class SendingAct(SQLModel, table=True):
    """Append-only: who stopped or resumed sending. ``channel``: of the connection; empty for the whole brand.

    The newest act of a brand and of a connection says how it is.
    """

    __tablename__ = "sending_act"
    __table_args__: Any = (
        Index("ix_sending_act_channel", "brand_id", "channel", "id"),
        CheckConstraint("act IN ('stopped', 'resumed')", name="sending_act_act"),
    )
    id: int | None = Field(default=None, primary_key=True)
    brand_id: str = Field(foreign_key="brand.id", max_length=60)
    channel: str = Field(default="", max_length=60)
    act: str = Field(max_length=20)
    actor: str = Field(max_length=200)
    reason: str = Field(default="", max_length=300)
    at: datetime = Field(sa_type=UtcDateTime)


class Spending(SQLModel, table=True):
    """Points of a budget that were spent at a moment; removed when no budget looks that far back."""

    __tablename__ = "connection_spending"
    __table_args__: Any = (Index("ix_connection_spending", "connection_id", "budget", "at"),)
    id: int | None = Field(default=None, primary_key=True)
    connection_id: int = Field(foreign_key="connection.id")
    budget: str = Field(max_length=300)
    points: int
    at: datetime = Field(sa_type=UtcDateTime)


class GoneMessage(SQLModel, table=True):
    """A message whose deletion arrived before it did: it is never taken in."""

    __tablename__ = "gone_message"
    __table_args__: Any = (UniqueConstraint("brand_id", "channel", "external_id"),)
    id: int | None = Field(default=None, primary_key=True)
    brand_id: str = Field(foreign_key="brand.id", max_length=60)
    channel: str = Field(max_length=60)
    external_id: str = Field(max_length=200)
    at: datetime = Field(sa_type=UtcDateTime)
