"""All SQL of saved views."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import and_, func, or_
from sqlmodel import Session, col, select

from ..models import SavedView

_BY_NAME = func.lower(col(SavedView.name))


def seen_views(session: Session, user_id: int, brands: Collection[str] | None, *, limit: int) -> list[SavedView]:
    """What a person keeps for themselves, by name, then what is kept for these brands (None: for any), by name."""
    is_shared = col(SavedView.brand_id).is_not(None)
    shared = is_shared if brands is None else col(SavedView.brand_id).in_(brands)
    statement = select(SavedView).where(or_(and_(~is_shared, col(SavedView.user_id) == user_id), shared))
    return list(session.exec(statement.order_by(is_shared, _BY_NAME, col(SavedView.id)).limit(limit)))


def count_views(session: Session, user_id: int, brand_id: str | None) -> int:
    """How many are kept for a brand, or by a person for themselves where it is None."""
    of_one = col(SavedView.user_id) == user_id if brand_id is None else col(SavedView.brand_id) == brand_id
    is_same = col(SavedView.brand_id).is_not_distinct_from(brand_id)
    return session.exec(select(func.count()).select_from(SavedView).where(of_one, is_same)).one()


def views_beside(session: Session, user_id: int, brand_id: str | None) -> list[SavedView]:
    """The views that one of these would be confused with: all that the person kept, and those of the brand."""
    kept = col(SavedView.user_id) == user_id
    where = kept if brand_id is None else or_(kept, col(SavedView.brand_id) == brand_id)
    return list(session.exec(select(SavedView).where(where)))
