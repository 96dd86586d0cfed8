"""All SQL of generated questions: which count, which were removed, for which templates they are still asked."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from ..models import GeneratedQuestionRow, GenerationRow, TemplateRow

_SAME_TEMPLATE = (col(TemplateRow.brand_id) == col(GeneratedQuestionRow.brand_id)) & (
    col(TemplateRow.template_id) == col(GeneratedQuestionRow.template_id)
)


def active_questions(
    session: Session, brand_id: str, *, template_ids: Collection[str] | None = None
) -> list[GeneratedQuestionRow]:
    """Those that count now, of all the brand's templates in use or of these alone, the oldest first."""
    row = GeneratedQuestionRow
    statement = (
        select(row)
        .join(TemplateRow, _SAME_TEMPLATE & (col(TemplateRow.version) == col(row.template_version)))
        .where(row.brand_id == brand_id, col(row.removed_at).is_(None), col(TemplateRow.is_active).is_(True))
        .order_by(col(row.id))
    )
    if template_ids is not None:
        statement = statement.where(col(row.template_id).in_(template_ids))
    return list(session.exec(statement))


def removed_texts(session: Session, brand_id: str, template_id: str) -> list[str]:
    """What a person removed from the template, in whatever version."""
    return [row.text for row in questions_of(session, brand_id, template_id) if row.removed_at is not None]


def templates_not_asked_for(session: Session, *, limit: int, but_not_of: Collection[str] = ()) -> list[TemplateRow]:
    """Templates in use, of any brand but these, for whose version the model was not asked yet; the oldest first."""
    statement = (
        select(TemplateRow)
        .outerjoin(GenerationRow, _is_asked_for())
        .where(col(TemplateRow.is_active).is_(True), col(GenerationRow.id).is_(None))
        .where(col(TemplateRow.brand_id).not_in(but_not_of))
        .order_by(col(TemplateRow.id))
        .limit(limit)
    )
    return list(session.exec(statement))


def open_generations(session: Session, *, attempts: int, limit: int) -> list[GenerationRow]:
    """Generations that are neither finished nor given up after so many failures, the oldest first."""
    statement = (
        select(GenerationRow)
        .join(TemplateRow, _is_asked_for())
        .where(col(TemplateRow.is_active).is_(True))
        .where(col(GenerationRow.finished_at).is_(None), col(GenerationRow.failures) < attempts)
        .order_by(col(GenerationRow.updated_at), col(GenerationRow.id))
        .limit(limit)
    )
    return list(session.exec(statement))


def _is_asked_for() -> ColumnElement[bool]:
    asked, template = GenerationRow, TemplateRow
    same = (col(asked.brand_id) == col(template.brand_id)) & (col(asked.template_id) == col(template.template_id))
    return same & (col(asked.template_version) == col(template.version))


def generation_of(session: Session, brand_id: str, template_id: str) -> GenerationRow | None:
    """How far the asking for a template is; None where it never began."""
    statement = select(GenerationRow).where(
        GenerationRow.brand_id == brand_id, GenerationRow.template_id == template_id
    )
    return session.exec(statement).first()


def questions_of(session: Session, brand_id: str, template_id: str) -> list[GeneratedQuestionRow]:
    """All that were written for a template, in whatever version, the removed ones too."""
    row = GeneratedQuestionRow
    return list(session.exec(select(row).where(row.brand_id == brand_id, row.template_id == template_id)))
