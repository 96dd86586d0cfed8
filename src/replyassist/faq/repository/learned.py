"""All SQL of what decisions taught: which examples count, and those of a template, a message or an item."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Subquery, func
from sqlalchemy import select as sqlalchemy_select
from sqlmodel import Session, col, select

from ..models import LearnedExampleRow, TemplateRow

KEPT_PER_TEMPLATE = 200
"""The newest that count, for each template and direction: what people ask changes, and an index must not grow without
end. With 150 templates as full as this, the classifier of ``retrieval`` still trains (its ``LARGEST_TASK``)."""


@dataclass(frozen=True)
class LearnedExample:
    """A message, without personal data, that a person's decision made an example of a template.

    ``counts_against``: the decision was that this template does not answer such a message. ``is_generated``: no person
    wrote it, but the chat model (``generated``).
    """

    id: int
    template_id: str
    text: str
    counts_against: bool = False
    is_generated: bool = False


@dataclass(frozen=True)
class ExamplePage:
    """Some examples of a template, the newest first; ``next_cursor`` is None at the end."""

    items: list[LearnedExampleRow]
    next_cursor: int | None


def active_examples(session: Session, brand_id: str, *, kept: int = KEPT_PER_TEMPLATE) -> list[LearnedExample]:
    """What counts now for the brand's templates in use, the oldest first.

    Of texts that are the same for one template only the last one learned counts, whichever direction it has; of each
    template and direction the newest ``kept``.
    """
    standing = _standing(brand_id)
    age = func.row_number().over(
        partition_by=(standing.c.template_id, standing.c.counts_against),
        order_by=(standing.c.learned_at.desc(), standing.c.id.desc()),
    )
    ranked = sqlalchemy_select(standing, age.label("age")).where(standing.c.copy == 1).subquery()
    statement = (
        sqlalchemy_select(ranked.c.id, ranked.c.template_id, ranked.c.text, ranked.c.counts_against)
        .where(ranked.c.age <= kept)
        .order_by(ranked.c.learned_at, ranked.c.id)
    )
    return [LearnedExample(*row) for row in session.connection().execute(statement)]


def examples_of_template(
    session: Session, brand_id: str, template_id: str, *, before: int | None = None, limit: int = 50
) -> ExamplePage:
    """One page of everything that a template was ever taught, also what was withdrawn, the newest first."""
    statement = (
        select(LearnedExampleRow)
        .where(LearnedExampleRow.brand_id == brand_id, LearnedExampleRow.template_id == template_id)
        .order_by(col(LearnedExampleRow.id).desc())
        .limit(limit + 1)
    )
    if before is not None:
        statement = statement.where(col(LearnedExampleRow.id) < before)
    found = list(session.exec(statement))
    return ExamplePage(found[:limit], found[limit - 1].id if len(found) > limit else None)


def examples_of_brand(session: Session, brand_id: str, *, limit: int) -> list[LearnedExampleRow]:
    """What the brand was taught last, also what was withdrawn, the newest first."""
    statement = select(LearnedExampleRow).where(LearnedExampleRow.brand_id == brand_id)
    return list(session.exec(statement.order_by(col(LearnedExampleRow.id).desc()).limit(limit)))


def examples_of_item(session: Session, review_item_id: int) -> list[LearnedExampleRow]:
    """Everything that one review item ever taught, the oldest first."""
    statement = select(LearnedExampleRow).where(LearnedExampleRow.review_item_id == review_item_id)
    return list(session.exec(statement.order_by(col(LearnedExampleRow.id))))


def _standing(brand_id: str) -> Subquery:
    """Rows that were not withdrawn, of templates in use; ``copy`` is 1 for the last of texts that are the same."""
    row, template = LearnedExampleRow, TemplateRow
    copy = func.row_number().over(
        partition_by=(col(row.template_id), col(row.text_digest)),
        order_by=(col(row.learned_at).desc(), col(row.id).desc()),
    )
    told = (col(row.id), col(row.template_id), col(row.text), col(row.counts_against), col(row.learned_at))
    return (
        sqlalchemy_select(*told, copy.label("copy"))
        .join(
            template,
            (col(template.brand_id) == col(row.brand_id)) & (col(template.template_id) == col(row.template_id)),
        )
        .where(col(row.brand_id) == brand_id, col(row.withdrawn_at).is_(None), col(template.is_active).is_(True))
        .subquery()
    )


def examples_of_text(
    session: Session, brand_id: str, template_id: str, digest: str, *, counts_against: bool
) -> list[LearnedExampleRow]:
    """Everything that was taught by texts of one digest for one template and direction, in no order."""
    statement = select(LearnedExampleRow).where(
        LearnedExampleRow.brand_id == brand_id,
        LearnedExampleRow.template_id == template_id,
        LearnedExampleRow.text_digest == digest,
        LearnedExampleRow.counts_against == counts_against,
    )
    return list(session.exec(statement))


def examples_of_messages(session: Session, brand_id: str, message_ids: Collection[int]) -> set[int]:
    """Ids of the learned examples that these messages are."""
    row = LearnedExampleRow
    statement = select(row.id).where(row.brand_id == brand_id, col(row.message_id).in_(message_ids))
    return {example_id for example_id in session.exec(statement) if example_id is not None}


def examples_with_text(session: Session, brand_id: str, message_id: int) -> list[LearnedExampleRow]:
    """Everything that one message taught and whose text was not erased."""
    row = LearnedExampleRow
    return list(session.exec(select(row).where(row.brand_id == brand_id, row.message_id == message_id, row.text != "")))
