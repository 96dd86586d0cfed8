"""What is asked of the table of evaluations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from .models import LIVE, EvaluationJob, JobState


def find(session: Session, job_id: int) -> EvaluationJob | None:
    """The job of this id."""
    return session.get(EvaluationJob, job_id)


def unfinished(session: Session, *, limit: int) -> Sequence[EvaluationJob]:
    """Those that have not come to an end, the newest first."""
    statement = select(EvaluationJob).where(col(EvaluationJob.state) != JobState.DONE)
    return session.exec(statement.order_by(col(EvaluationJob.id).desc()).limit(limit)).all()


def waiting_since(session: Session, *, before: datetime, limit: int) -> Sequence[EvaluationJob]:
    """Live ones of which nothing was heard since then."""
    is_live, is_old = col(EvaluationJob.state).in_(LIVE), col(EvaluationJob.updated_at) < before
    return session.exec(select(EvaluationJob).where(is_live, is_old).limit(limit)).all()
