"""Tables of policies: every version of each, and approvals that wait for a second person."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from replyassist.core.accounts import PERSON
from replyassist.core.database import ModelJson, UtcDateTime

from .policy import Policy


class PolicyVersion(SQLModel, table=True):
    """Append-only: one version of a brand's policy. The newest counts; ``number`` counts from 1 for each brand."""

    __tablename__ = "policy_version"
    __table_args__: Any = (UniqueConstraint("brand_id", "number"),)
    id: int | None = Field(default=None, primary_key=True)
    brand_id: str = Field(foreign_key="brand.id", max_length=60)
    number: int
    policy: Policy = Field(sa_column=Column(ModelJson(Policy), nullable=False))
    note: str = Field(default="", max_length=500)
    author_id: int = Field(foreign_key="user_account.id")
    author: str = Field(max_length=200)
    created_at: datetime = Field(sa_type=UtcDateTime)


class ProposedApproval(SQLModel, table=True):
    """Append-only: a first person's yes to exactly one text, where the policy wants two. Nothing is sent for it.

    ``binding_digest`` is what an approval of the text would be bound to. ``audit_id``: the entry of this act, after
    which no rejection and nothing taken back may stand. ``send_at``: as of the approval that it may become.
    """

    __tablename__ = "proposed_approval"
    __table_args__: Any = (
        ForeignKeyConstraint(["proposer_id", "proposer_kind"], ["user_account.id", "user_account.kind"]),
        CheckConstraint("proposer_kind = 'person'", name="proposed_by_a_person"),
    )
    id: int | None = Field(default=None, primary_key=True)
    review_item_id: int = Field(foreign_key="review_item.id", index=True)
    audit_id: int = Field(foreign_key="audit_entry.id")
    proposer_id: int
    proposer_kind: str = Field(default=PERSON, max_length=10)
    proposer: str = Field(max_length=200)
    text: str
    binding_digest: str = Field(max_length=64)
    why: str = Field(max_length=500)
    send_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)
