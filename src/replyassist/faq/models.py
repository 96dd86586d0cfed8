"""Tables of reply templates: every version and change, what decisions taught, what a model or past messages propose,
what was erased, and trials."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from replyassist.core.database import ModelJson, UtcDateTime
from replyassist.core.digests import document_digest

from .proposed import ProposalCoverage, ProposalState, ProposedTexts
from .trial_results import TrialCases, TrialOutcome, TrialState


class TemplateRow(SQLModel, table=True):
    """The current version of a template; a deleted one stays with ``is_active`` false.

    ``confirmed_at``: when somebody last said that all of it is still right, without changing it.
    """

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
    confirmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


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


class TemplateAct(StrEnum):
    """What somebody did to a template."""

    ADDED = "added"
    CHANGED = "changed"
    CONFIRMED = "confirmed"  # all of it is still right
    RETIRED = "retired"  # out of use
    BROUGHT_BACK = "brought_back"


class TemplateChangeRow(SQLModel, table=True):
    """Append-only: who did what to a template, and which content it has since; an empty ``actor`` is an import's."""

    __tablename__ = "template_change"
    __table_args__: Any = (Index("ix_template_change_template", "brand_id", "template_id", "id"),)
    id: int | None = Field(default=None, primary_key=True)
    brand_id: str = Field(foreign_key="brand.id", max_length=60)
    template_id: str = Field(max_length=200)
    act: str = Field(max_length=20)
    version: str = Field(max_length=64)
    actor: str = Field(max_length=200)
    at: datetime = Field(sa_type=UtcDateTime)


class TemplateTrialRow(SQLModel, table=True):
    """A change that is tried before it goes live: ``document`` None takes the template out of use.

    ``base_version`` is the version that it was made from, None for a new template. ``cases``: the set that it is tried
    on; None for the brand's newest messages. ``done`` of ``total`` messages.
    """

    __tablename__ = "template_trial"
    __table_args__: Any = (
        CheckConstraint("state IN ('waiting', 'running', 'done', 'failed')", name="template_trial_state"),
        Index("ix_template_trial_brand", "brand_id", "id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    brand_id: str = Field(foreign_key="brand.id", max_length=60)
    template_id: str = Field(max_length=200)
    document: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    base_version: str | None = Field(default=None, max_length=64)
    cases: TrialCases | None = Field(default=None, sa_column=Column(ModelJson(TrialCases), nullable=True))
    asked_by: str = Field(max_length=200)
    asked_at: datetime = Field(sa_type=UtcDateTime)
    state: str = Field(default=TrialState.WAITING.value, max_length=10)
    done: int = 0
    total: int = 0
    outcome: TrialOutcome | None = Field(default=None, sa_column=Column(ModelJson(TrialOutcome), nullable=True))


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


class ErasedMessageRow(SQLModel, table=True):
    """A message that may teach and propose nothing any more, for its author's sake; who said so, and when."""

    __tablename__ = "erased_message"
    message_id: int = Field(foreign_key="message.id", primary_key=True, sa_column_kwargs={"autoincrement": False})
    brand_id: str = Field(foreign_key="brand.id", max_length=60, index=True)
    erased_at: datetime = Field(sa_type=UtcDateTime)
    erased_by: str = Field(max_length=200)


class GeneratedQuestionRow(SQLModel, table=True):
    """A question that a chat model wrote for a template and that found this template alone.

    It counts while the template is in the version that it was written for, and no person removed it. A removed one
    stays, so that its wording (``text_digest`` of its normalised form) does not come back.
    """

    __tablename__ = "generated_question"
    __table_args__: Any = (UniqueConstraint("brand_id", "template_id", "text_digest"),)
    id: int | None = Field(default=None, primary_key=True)
    brand_id: str = Field(foreign_key="brand.id", max_length=60)
    template_id: str = Field(max_length=200)
    template_version: str = Field(max_length=64)
    text: str
    text_digest: str = Field(max_length=64)
    model: str = Field(max_length=200)
    created_at: datetime = Field(sa_type=UtcDateTime)
    removed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    removed_by: str | None = Field(default=None, max_length=200)


class GenerationRow(SQLModel, table=True):
    """For which version of a template questions were asked of the model last, and how far that is.

    ``attempt`` names the job and never goes back; ``failures`` are those of this version.
    """

    __tablename__ = "question_generation"
    __table_args__: Any = (UniqueConstraint("brand_id", "template_id"),)
    id: int | None = Field(default=None, primary_key=True)
    brand_id: str = Field(foreign_key="brand.id", max_length=60)
    template_id: str = Field(max_length=200)
    template_version: str = Field(max_length=64)
    attempt: int = 0
    failures: int = 0
    updated_at: datetime = Field(sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class TemplateProposalRow(SQLModel, table=True):
    """A template, or more questions for one, proposed from past messages; nothing uses it until a person accepts it.

    ``extends`` is the template that answers such messages already. ``covers`` names the messages ("line 7" of a file,
    "message 12"); ``texts`` holds no personal data. ``place`` is the rank in its run, from 1. Decided ones stay, so
    that a later run knows their meaning again.
    """

    __tablename__ = "template_proposal"
    __table_args__: Any = (
        CheckConstraint("state IN ('open', 'accepted', 'dismissed')", name="template_proposal_state"),
        Index("ix_template_proposal_brand", "brand_id", "state", "id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    brand_id: str = Field(foreign_key="brand.id", max_length=60)
    state: str = Field(default=ProposalState.OPEN.value, max_length=10)
    suggested_id: str = Field(max_length=200)
    title: str = Field(max_length=300)
    texts: ProposedTexts = Field(sa_column=Column(ModelJson(ProposedTexts), nullable=False))
    replies: int = 0
    extends: str | None = Field(default=None, max_length=200)
    covers: list[str] = Field(sa_type=JSON)
    place: int
    made_at: datetime = Field(sa_type=UtcDateTime)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decided_by: str | None = Field(default=None, max_length=200)
    accepted_as: str | None = Field(default=None, max_length=200)

    @property
    def version(self) -> str:
        """A digest of what would be accepted as it stands, 64 hex digits; how many ask it is no part of that."""
        return document_digest([self.suggested_id, self.title, self.texts.model_dump(), self.extends])


class ProposalRunRow(SQLModel, table=True):
    """One look at past messages: from where, and what its proposals would have answered."""

    __tablename__ = "template_proposal_run"
    id: int | None = Field(default=None, primary_key=True)
    brand_id: str = Field(foreign_key="brand.id", max_length=60, index=True)
    source: str = Field(max_length=300)
    coverage: ProposalCoverage = Field(sa_column=Column(ModelJson(ProposalCoverage), nullable=False))
    made_at: datetime = Field(sa_type=UtcDateTime)
