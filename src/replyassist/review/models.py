"""Tables of the queue: review items, what people decided, and the append-only audit."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel
from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, SQLModel

from replyassist.core.accounts import PERSON
from replyassist.core.database import ModelJson, UtcDateTime
from replyassist.guardrails import Finding
from replyassist.proposal import Proposal

SENT_ACT = "sent"
LOW, HIGH = "low", "high"
"""Risk of an item."""
ASKED_OF_INDEX = (
    *("snoozed_until", "is_for_leads"),  # what a tab is counted by
    *("channel", "visibility", "kind", "risk", "route", "verdict", "language", "template_id", "assigned_to"),
    "cluster_id",
)
"""What a list asks of its items beside brand and status: columns of each index that gives an order."""


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


class Confirmation(BaseModel, frozen=True):
    """Somebody's word that a finding about the message or the template is no obstacle.

    ``finding`` is its key, ``read`` the digest of the message that it was said about: of other words it says nothing.
    """

    finding: str
    read: str | None
    rule: str
    by_id: int
    by: str
    at: datetime


class Confirmations(BaseModel, frozen=True):
    """All that people confirmed of one item."""

    given: tuple[Confirmation, ...] = ()

    def by(self, finding: Finding, *, read: str | None) -> str:
        """Who confirmed this finding of a message that reads so; empty where nobody did."""
        return next((each.by for each in self.given if (each.finding, each.read) == (finding.key, read)), "")


OPEN = (ReviewStatus.PENDING, ReviewStatus.ESCALATED)
"""Somebody has still to decide."""
REPLIED = (ReviewStatus.APPROVED, ReviewStatus.SENDING, ReviewStatus.SENT)
"""A reply was approved; it left, or is on its way."""
HAS_REPLY, IS_SENT = "status IN ('approved', 'sending', 'sent')", "status = 'sent'"
"""Conditions of indices: a statement that is to use one says the same, with no parameters."""


def _where(condition: str) -> dict[str, Any]:
    return dict.fromkeys(("sqlite_where", "postgresql_where"), text(condition))


class ReviewItem(SQLModel, table=True):
    """One message with its whole proposal, and where it stands. ``version`` grows with every change.

    ``read_digest``: of the words and attachments that the draft was made for. ``is_escalated``: once escalated, only a
    lead decides, whatever happens to the item later. ``is_for_leads``: the policy shows it to leads alone.

    A list shows and filters by columns alone and reads no ``proposal``: what they repeat of it and of the message is
    written by ``listed.py``. ``language`` is None where a program of an earlier version wrote the row. ``matches`` are
    the templates with their scores, ``template_versions`` pairs of id and version that the draft stands on;
    ``voice_version`` is empty where what the checks said of the draft was not kept. ``moved_at``: since when it has
    its status, or when its reply is to be sent, where that is later. ``cluster_id``: the id of the first item of those
    that ask the same, which are decided on one page (``clusters.py``); None for an item by itself. ``conversation_id``:
    that of the message, from which its last replies are found by an index; triggers say it where a program of an
    earlier version writes the row, and where the message is moved.
    """

    __tablename__ = "review_item"
    __table_args__: Any = (
        CheckConstraint(
            "status IN ('pending','escalated','approved','sending','sent','failed','uncertain',"
            "'rejected','expired','withdrawn')",
            name="review_item_status",
        ),
        Index("ix_review_item_urgent", "brand_id", "status", text("urgency DESC"), "id", *ASKED_OF_INDEX),
        Index("ix_review_item_moved", "brand_id", "status", "moved_at", "id", *ASKED_OF_INDEX),
        Index("ix_review_item_posted", "brand_id", "status", "posted_at", "id", *ASKED_OF_INDEX),
        Index("ix_review_item_created", "created_at", "id"),
        Index(
            "ix_review_item_snoozed",
            *("brand_id", "status", "snoozed_until", "id", "is_for_leads"),
            **_where("snoozed_until IS NOT NULL"),
        ),
        Index("ix_review_item_status", "status", "updated_at"),
        Index(
            "ix_review_item_redrafting",
            *("status", "updated_at"),
            sqlite_where=text("is_redrafting IS 1"),
            postgresql_where=text("is_redrafting IS true"),
        ),
        Index("ix_review_item_template", "brand_id", "template_id", "created_at"),
        Index("ix_review_item_cluster", "cluster_id", "status", "urgency", "id", **_where("cluster_id IS NOT NULL")),
        Index("ix_review_item_alike", "brand_id", "template_id", "id", **_where("status = 'pending'")),
        Index("ix_review_item_replied", "conversation_id", "approval_id", "id", **_where(HAS_REPLY)),
        Index("ix_review_item_sent", "conversation_id", "moved_at", "id", **_where(IS_SENT)),
        # PostgreSQL alone has ix_review_item_sorted too, of the id with what lists are sorted by (migration 0026).
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
    is_for_leads: bool = False
    notice: str | None = None
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)
    author_name: str | None = Field(default=None, max_length=200)
    author_handle: str | None = Field(default=None, max_length=200)
    beginning: str = ""
    attachment_kinds: list[str] = Field(default_factory=list, sa_type=JSON)
    visibility: str = Field(default="public", max_length=10)
    posted_at: datetime = Field(sa_type=UtcDateTime)
    kind: str | None = Field(default=None, max_length=30)
    language: str | None = Field(default=None, max_length=10)
    reason: str = ""
    abstained: bool = False
    matches: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    template_versions: list[list[str]] = Field(default_factory=list, sa_type=JSON)
    voice_version: str = Field(default="", max_length=64)
    moved_at: datetime = Field(sa_type=UtcDateTime)
    snoozed_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    assigned_to: int | None = Field(default=None, foreign_key="user_account.id")
    escalated_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decided_by: int | None = Field(default=None, foreign_key="user_account.id")
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    cluster_id: int | None = None
    conversation_id: int | None = None

    @property
    def author(self) -> str:
        """What the author is called."""
        return self.author_name or self.author_handle or "somebody"


class ReviewSearch(SQLModel, table=True):
    """What a list is searched by: the words of an item, and its columns as words (``search.py``).

    A trigger on ``review_item`` keeps ``facets``; an index over both is the database's own: FTS5, or a tsvector.
    """

    __tablename__ = "review_search"
    review_item_id: int = Field(sa_column=Column(ForeignKey("review_item.id", ondelete="CASCADE"), primary_key=True))
    words: str = ""
    facets: str = ""


class ReviewVector(SQLModel, table=True):
    """The message of an undecided item as a vector: ``value`` is little-endian float16, unit length.

    ``encoder`` is the digest of its model. It goes when the item is decided, or its message reads differently.
    """

    __tablename__ = "review_vector"
    review_item_id: int = Field(sa_column=Column(ForeignKey("review_item.id", ondelete="CASCADE"), primary_key=True))
    encoder: str = Field(max_length=64)
    value: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class SavedView(SQLModel, table=True):
    """A list that a person gave a name: ``query`` is what stands behind the question mark of its address.

    ``brand_id``: of everybody on this brand; None for the person's own.
    """

    __tablename__ = "saved_view"
    __table_args__: Any = (UniqueConstraint("user_id", "name"),)
    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="user_account.id")
    brand_id: str | None = Field(default=None, foreign_key="brand.id", max_length=60, index=True)
    name: str = Field(max_length=60)
    query: str = Field(max_length=1000)
    created_at: datetime = Field(sa_type=UtcDateTime)


class Approval(SQLModel, table=True):
    """A person's decision over exactly one text. Immutable: a trigger refuses updates and deletes.

    ``approver_kind`` can only be 'person', and the composite foreign key makes the database check that
    the approver really is one. ``send_at``: not before this time; None: at once.
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
    send_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)


class AuditEntry(SQLModel, table=True):
    """Append-only: who, when, from, to, why, digest of the text. A trigger refuses updates and deletes.

    ``failures`` (ids of ``failures.FailureKind``) say what was wrong with the draft, as the person saw it. ``via``: the
    program that the person acted from, such as "slack"; empty for the console and the API.
    """

    __tablename__ = "audit_entry"
    __table_args__: Any = (
        Index("ix_audit_entry_brand", "brand_id", "id"),
        Index("ix_audit_entry_actor", "actor_id", "id"),
        Index("ix_audit_entry_act", "act", "id"),
        Index("ix_audit_entry_at", "at"),
    )
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
    via: str = Field(default="", max_length=20)
