"""All SQL that changes an item: a move between statuses, and the lease of a person."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import or_, update
from sqlmodel import Session, col

from ..models import ReviewItem


def change_as_seen(session: Session, item: ReviewItem, **values: object) -> bool:
    """Change a row that still has the version with which ``item`` was read; False where it has another by now.

    The version grows by one; ``item`` itself is not changed.
    """
    changed = session.exec(
        update(ReviewItem)
        .where(col(ReviewItem.id) == item.id, col(ReviewItem.version) == item.version)
        .values(version=item.version + 1, **values)
        .execution_options(synchronize_session=False)
    )
    return bool(changed.rowcount == 1)


def lease(
    session: Session, item_id: int, *, user_id: int | None, statuses: Collection[str], now: datetime, until: datetime
) -> bool:
    """Give an item in one of these statuses to one person until then; False where somebody else has it."""
    changed = session.exec(
        update(ReviewItem)
        .where(
            col(ReviewItem.id) == item_id,
            col(ReviewItem.status).in_(statuses),
            or_(
                col(ReviewItem.claimed_by).is_(None),
                col(ReviewItem.claimed_by) == user_id,
                col(ReviewItem.claimed_until) <= now,
            ),
        )
        .values(claimed_by=user_id, claimed_until=until)
        .execution_options(synchronize_session=False)
    )
    return bool(changed.rowcount == 1)


def end_lease(session: Session, item_id: int, *, user_id: int | None) -> bool:
    """Take an item from a person; False where they did not have it."""
    changed = session.exec(
        update(ReviewItem)
        .where(col(ReviewItem.id) == item_id, col(ReviewItem.claimed_by) == user_id)
        .values(claimed_by=None, claimed_until=None)
        .execution_options(synchronize_session=False)
    )
    return bool(changed.rowcount)
