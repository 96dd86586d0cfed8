"""All SQL of template proposals: the brand's, by state, and the last run that made some."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from ..models import ProposalRunRow, TemplateProposalRow
from ..proposed import ProposalState


def proposals_of(
    session: Session, brand_id: str, *, states: Collection[ProposalState], limit: int | None
) -> list[TemplateProposalRow]:
    """The brand's proposals in these states: open ones by size, decided ones the newest decision first."""
    statement = select(TemplateProposalRow).where(
        TemplateProposalRow.brand_id == brand_id, col(TemplateProposalRow.state).in_(states)
    )
    row = TemplateProposalRow
    order = (col(row.decided_at).desc(), col(row.place), col(row.id))
    return list(session.exec(statement.order_by(*order).limit(limit)))


def count_open(session: Session, brand_id: str) -> int:
    """How many proposals of the brand wait for a person."""
    row = TemplateProposalRow
    statement = select(func.count()).where(row.brand_id == brand_id, row.state == ProposalState.OPEN)
    return session.exec(statement).one()


def last_run(session: Session, brand_id: str) -> ProposalRunRow | None:
    """The last look at the brand's past messages."""
    statement = select(ProposalRunRow).where(ProposalRunRow.brand_id == brand_id)
    return session.exec(statement.order_by(col(ProposalRunRow.id).desc()).limit(1)).first()


def drop_proposals(session: Session, ids: Collection[int]) -> None:
    """Forget these proposals."""
    session.exec(delete(TemplateProposalRow).where(col(TemplateProposalRow.id).in_(ids)))
