"""The table of evaluations that were started in the console."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel
from sqlalchemy import CheckConstraint, Column, Index
from sqlmodel import JSON, Field, SQLModel

from replyassist.core.database import ModelJson, UtcDateTime


class JobState(StrEnum):
    """Where an evaluation stands."""

    QUEUED = "queued"  # waits for the worker
    RUNNING = "running"
    DONE = "done"  # the run is kept
    STOPPED = "stopped"  # somebody stopped it; what is done is kept, and it can go on
    FAILED = "failed"  # ``problem`` says why; what is done is kept, and it can go on


LIVE = (JobState.QUEUED, JobState.RUNNING)
"""The worker has, or will have, something to do."""


class Request(BaseModel, frozen=True):
    """What is to be scored. ``cases`` and ``templates`` name kept sets; no templates: the live ones of each brand."""

    cases: str
    templates: str = ""
    stages: tuple[str, ...]
    limit: int | None = None


class EvaluationJob(SQLModel, table=True):
    """One evaluation with its progress. ``attempt`` grows with every job that it gets; ``starts`` counts beginnings.

    ``brands`` are those of its cases: who sees them all sees it. ``run_id`` is the kept run, once it is done.
    """

    __tablename__ = "evaluation_job"
    __table_args__: Any = (
        CheckConstraint("state IN ('queued', 'running', 'done', 'stopped', 'failed')", name="evaluation_job_state"),
        Index("ix_evaluation_job_state", "state", "updated_at"),
    )
    id: int | None = Field(default=None, primary_key=True)
    state: str = Field(default=JobState.QUEUED.value, max_length=10)
    title: str = Field(default="", max_length=200)
    request: Request = Field(sa_column=Column(ModelJson(Request), nullable=False))
    brands: list[str] = Field(default_factory=list, sa_type=JSON)
    asked_by: int = Field(foreign_key="user_account.id")
    attempt: int = 0
    starts: int = 0
    done: int = 0
    total: int = 0
    is_stopping: bool = False
    notes: list[str] = Field(default_factory=list, sa_type=JSON)
    run_id: str | None = Field(default=None, max_length=120)
    problem: str | None = None
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)

    @property
    def is_live(self) -> bool:
        """Whether the worker has, or will have, something to do."""
        return self.state in LIVE
