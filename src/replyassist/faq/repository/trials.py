"""All SQL of changes that are tried before they go live."""

from __future__ import annotations

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from ..models import TemplateTrialRow


def set_trial(session: Session, trial_id: int, **values: object) -> None:
    """Give columns of a trial these values."""
    session.exec(
        update(TemplateTrialRow)
        .where(col(TemplateTrialRow.id) == trial_id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def drop_old_trials(session: Session, brand_id: str, *, kept: int) -> None:
    """Forget all of the brand's trials but the newest ``kept``."""
    row = TemplateTrialRow
    newest = select(row.id).where(row.brand_id == brand_id).order_by(col(row.id).desc()).limit(kept)
    oldest_kept = list(session.exec(newest))[-1] or 0
    session.exec(delete(row).where(col(row.brand_id) == brand_id, col(row.id) < oldest_kept))
