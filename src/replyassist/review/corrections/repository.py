"""All SQL of corrections."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from .models import KindCorrectionRow

KEPT_PER_BRAND = 500
"""The newest that count: each is encoded when a process first reads for the brand, and compared with every message."""

Revision = tuple[int, int | None, datetime | None]


def revision_of(session: Session, brand_id: str) -> Revision:
    """Another one whenever what counts for the brand may have changed."""
    row = KindCorrectionRow
    statement = select(func.count(col(row.id)), func.max(row.id), func.max(row.corrected_at))
    count, newest, at = session.exec(statement.where(row.brand_id == brand_id, col(row.taken_back_at).is_(None))).one()
    return count, newest, at


def standing(session: Session, brand_id: str, *, kept: int = KEPT_PER_BRAND) -> list[KindCorrectionRow]:
    """What counts now, the newest first."""
    row = KindCorrectionRow
    statement = select(row).where(row.brand_id == brand_id, col(row.taken_back_at).is_(None))
    return list(session.exec(statement.order_by(col(row.id).desc()).limit(kept)))


def of_message(session: Session, message_id: int) -> KindCorrectionRow | None:
    """The one that was not taken back; None without one."""
    row = KindCorrectionRow
    return session.exec(select(row).where(row.message_id == message_id, col(row.taken_back_at).is_(None))).first()


def page_of(session: Session, brand_id: str, *, before: int | None, limit: int) -> list[KindCorrectionRow]:
    """Everything that the brand's people said, also what was taken back, the newest first."""
    statement = select(KindCorrectionRow).where(KindCorrectionRow.brand_id == brand_id)
    if before is not None:
        statement = statement.where(col(KindCorrectionRow.id) < before)
    return list(session.exec(statement.order_by(col(KindCorrectionRow.id).desc()).limit(limit)))


def erase(session: Session, brand_id: str, message_ids: Collection[int]) -> int:
    """Delete all that was said of these messages, for their authors' sake; how many there were."""
    row = KindCorrectionRow
    statement = delete(row).where(col(row.brand_id) == brand_id, col(row.message_id).in_(message_ids))
    return session.exec(statement).rowcount
