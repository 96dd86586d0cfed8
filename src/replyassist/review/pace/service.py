"""Notes when items are shown, and says how carefully somebody decides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from replyassist.core.accounts import Principal

from ..models import ReviewItem
from ..onboarding.models import PracticeRun
from ..onboarding.repository import runs_of
from . import repository
from .figures import DayFigures, figures_of
from .models import ItemShown
from .reading import LOOKED_AT, Pace, is_hurried, pace_of
from .seeded import SeededResults, results_of

APPROVALS_LOOKED_AT = 200
RUNS_SHOWN = 5
NOTICE_WITHIN = timedelta(hours=12)


@dataclass(frozen=True)
class Work:
    """How somebody works: days, pace, practice, and for leads what became of seeded checks."""

    days: list[DayFigures]
    pace: Pace | None
    runs: list[PracticeRun]
    seeded: SeededResults | None


def note_shown(session: Session, principal: Principal, item: ReviewItem, *, now: datetime) -> None:
    """Somebody opened an item that they can decide about."""
    session.add(ItemShown(review_item_id=item.id or 0, user_id=principal.user_id, shown_at=now))
    session.flush()


def hurries(session: Session, principal: Principal, *, now: datetime) -> bool:
    """Whether several of somebody's approvals of the last hours were much faster than reading."""
    last = repository.timed_approvals(session, principal.user_id, limit=3 * LOOKED_AT)
    return is_hurried([each for each in last if now - each.at <= NOTICE_WITHIN])


def work_of(session: Session, user_id: int, *, now: datetime, time_zone: str | None, for_lead: bool) -> Work:
    """How somebody works; results of seeded checks are ``for_lead`` alone."""
    return Work(
        days=figures_of(session, user_id, now=now, time_zone=time_zone),
        pace=pace_of(repository.timed_approvals(session, user_id, limit=APPROVALS_LOOKED_AT)),
        runs=runs_of(session, user_id, limit=RUNS_SHOWN),
        seeded=results_of(session, user_id) if for_lead else None,
    )
