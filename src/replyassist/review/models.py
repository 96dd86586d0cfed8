"""Tables of the queue: review items, what people decided, and the append-only audit."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import JSON, CheckConstraint, Column, ForeignKeyConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from replyassist.core.accounts import PERSON
from replyassist.core.database import ModelJson, UtcDateTime
from replyassist.guardrails import Finding
from replyassist.proposal import Proposal

SENT_ACT = "sent"
LOW, HIGH = "low", "high"
"""Risk of an item."""


class ReviewStatus(StrEnum):
    """The life of a review item; the moves between them are in ``transitions.py``."""

    PENDING = "pending"  # waits for a person
    ESCALATED = "escalated"  # waits for a lead
    APPROVED = "approved"  # a person approved a text; it will be sent
    SENDING = "sending"  # being handed to the platform
    SENT = "sent"  # the platform has it
    FAILED = "failed"  # surely not sent; a person must look
    UNCERTAIN = "uncertain"  # perhaps sent; a person must look
    REJECTED = "rejected"  # a person decided that this gets no such reply
    EXPIRED = "expired"  # nobody decided in time
    WITHDRAWN = "withdrawn"  # the message is gone


class Confirmation(BaseModel):
    """Somebody's word that a finding about the message or the template is no obstacle.

    ``finding`` is its key, ``read`` the digest of the message that it was said about: of other words it says nothing.
    """

    model_config = ConfigDict(frozen=True)

    finding: str
    read: str | None
    rule: str
    by_id: int
    by: str
    at: datetime


class Confirmations(BaseModel):
    """All that people confirmed of one item."""

    model_config = ConfigDict(frozen=True)

    given: tuple[Confirmation, ...] = ()

    def by(self, finding: Finding, *, read: str | None) -> str:
        """Who confirmed this finding of a message that reads so; empty where nobody did."""
        return next((each.by for each in self.given if (each.finding, each.read) == (finding.key, read)), "")


OPEN = (ReviewStatus.PENDING, ReviewStatus.ESCALATED)
"""Somebody has still to decide."""


class ReviewItem(SQLModel, table=True):
    """One message with its whole proposal, and where it stands. ``version`` grows with every change.

    ``read_digest``: of the words and attachments that the draft was made for. ``is_escalated``: once escalated, only a
    lead decides, whatever happens to the item later.
    """

    __tablename__ = "review_item"
    __table_args__: Any = (
        CheckConstraint(
            "status IN ('pending','escalated','approved','sending','sent','failed','uncertain',"
            "'rejected','expired','withdrawn')",
            name="review_item_status",
        ),
        Index("ix_review_item_queue", "brand_id", "status", "urgency", "id"),
        Index("ix_review_item_status", "status", "updated_at"),
    )
    id: int | None = Field(default=None, primary_key=True)
    message_id: int = Field(foreign_key="message.id", unique=True)
    brand_id: str = Field(foreign_key="brand.id", max_length=60)
    channel: str = Field(max_length=60)
    status: str = Field(default=ReviewStatus.PENDING.value, max_length=20)
    version: int = 1
    urgency: int = 0
    risk: str = Field(default="low", max_length=10)
    route: str = Field(max_length=20)
    verdict: str | None = Field(default=None, max_length=20)
    draft: str = ""
    drafted_by: str = Field(default="none", max_length=20)
    proposal: Proposal = Field(sa_column=Column(ModelJson(Proposal), nullable=False))
    template_id: str | None = Field(default=None, max_length=200)
    confirmed: Confirmations = Field(
        default_factory=Confirmations, sa_column=Column(ModelJson(Confirmations), nullable=False)
    )
    redraft_attempt: int = 0
    is_redrafting: bool = False
    claimed_by: int | None = Field(default=None, foreign_key="user_account.id")
    claimed_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    final_text: str | None = None
    approval_id: int | None = None
    attempt: int = 0
    read_digest: str | None = Field(default=None, max_length=64)
    is_escalated: bool = False
    notice: str | None = None
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)


class Approval(SQLModel, table=True):
    """A person's decision over exactly one text. Immutable: a trigger refuses updates and deletes.

    ``approver_kind`` can only be 'person', and the composite foreign key makes the database check that
    the approver really is one.
    """

    __tablename__ = "approval"
    __table_args__: Any = (
        ForeignKeyConstraint(["approver_id", "approver_kind"], ["user_account.id", "user_account.kind"]),
        CheckConstraint("approver_kind = 'person'", name="approved_by_a_person"),
        UniqueConstraint("id", "text_digest"),
    )
    id: int | None = Field(default=None, primary_key=True)
    review_item_id: int = Field(foreign_key="review_item.id", index=True)
    approver_id: int
    approver_kind: str = Field(default=PERSON, max_length=10)
    text: str
    text_digest: str = Field(max_length=64)
    binding_digest: str = Field(max_length=64)
    bound_to: dict[str, Any] = Field(sa_type=JSON)
    accepted_findings: list[Any] = Field(default_factory=list, sa_type=JSON)
    created_at: datetime = Field(sa_type=UtcDateTime)


class AuditEntry(SQLModel, table=True):
    """Append-only: who, when, from, to, why, digest of the text. A trigger refuses updates and deletes.

    ``failures`` (ids of ``failures.FailureKind``) say what was wrong with the draft, as the person saw it.
    """

    __tablename__ = "audit_entry"
    __table_args__: Any = (Index("ix_audit_entry_brand", "brand_id", "id"),)
    id: int | None = Field(default=None, primary_key=True)
    review_item_id: int = Field(foreign_key="review_item.id", index=True)
    brand_id: str = Field(max_length=60)
    at: datetime = Field(sa_type=UtcDateTime)
    actor_id: int | None = Field(default=None, foreign_key="user_account.id")
    actor: str = Field(max_length=200)
    act: str = Field(max_length=30)
    from_status: str | None = Field(default=None, max_length=20)
    to_status: str = Field(max_length=20)
    reason: str = ""
    text_digest: str | None = Field(default=None, max_length=64)
    failures: list[str] = Field(default_factory=list, sa_type=JSON)
