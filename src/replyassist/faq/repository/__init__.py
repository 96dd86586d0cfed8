"""All SQL of reply templates. Rows are written in bulk, so that an import of many templates stays fast."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import insert, update
from sqlalchemy import select as sqlalchemy_select
from sqlmodel import Session, col, select

from replyassist.brands.models import Brand
from replyassist.core.errors import NotFound

from ..models import TemplateAct, TemplateChangeRow, TemplateRow, TemplateVersionRow
from ..template import ReplyTemplate

Item = TypeVar("Item")
CHUNK = 500  # rows of one statement; SQLite and PostgreSQL both limit the parameters of one


@dataclass(frozen=True)
class TemplateState:
    """Which content a stored template has now, and whether it is in use."""

    row_id: int
    version: str
    is_active: bool


@dataclass(frozen=True)
class StoredTemplate:
    """A template as stored. ``document`` is in the format of ``ReplyTemplate``."""

    template_id: str
    version: str
    document: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    confirmed_at: datetime | None = None

    @property
    def right_since(self) -> datetime:
        """When somebody last wrote it, or said that it is still right."""
        return max(self.updated_at, self.confirmed_at or self.updated_at)


def lock_brand(session: Session, brand_id: str) -> Brand:
    """The brand with its newest state, locked: one change of its templates at a time. Raise NotFound."""
    statement = (
        select(Brand)
        .where(Brand.id == brand_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    brand = session.exec(statement).first()
    if brand is None:
        raise NotFound(f"there is no brand '{brand_id}'")
    return brand


def raise_revision(session: Session, brand: Brand) -> None:
    """Say that the brand's templates are no longer what they were; the brand must be locked."""
    brand.faq_revision += 1
    session.add(brand)
    session.flush()


def states(session: Session, brand_id: str) -> dict[str, TemplateState]:
    """The state of every template that the brand has or had, by template id."""
    statement = select(TemplateRow.template_id, col(TemplateRow.id), TemplateRow.version, TemplateRow.is_active).where(
        TemplateRow.brand_id == brand_id
    )
    return {
        template_id: TemplateState(row_id or 0, version, is_active)
        for template_id, row_id, version, is_active in session.exec(statement)
    }


def state(session: Session, brand_id: str, template_id: str) -> TemplateState | None:
    """The state of one template."""
    statement = select(col(TemplateRow.id), TemplateRow.version, TemplateRow.is_active).where(
        TemplateRow.brand_id == brand_id, TemplateRow.template_id == template_id
    )
    row = session.exec(statement).first()
    return None if row is None else TemplateState(row[0] or 0, row[1], row[2])


def active(
    session: Session, brand_id: str, *, after: str | None = None, template_id: str | None = None
) -> Iterator[StoredTemplate]:
    """The templates in use in the order of their ids, read in chunks; only those after ``after``, when given."""
    table = TemplateRow
    columns = (
        col(table.template_id),
        col(table.version),
        col(table.document),
        col(table.created_at),
        col(table.updated_at),
        col(table.confirmed_at),
    )
    while True:
        statement = (
            sqlalchemy_select(*columns)
            .where(col(table.brand_id) == brand_id, col(table.is_active).is_(True))
            .order_by(col(table.template_id))
            .limit(CHUNK)
        )
        if after is not None:
            statement = statement.where(col(table.template_id) > after)
        if template_id is not None:
            statement = statement.where(col(table.template_id) == template_id)
        rows = [StoredTemplate(*row) for row in session.connection().execute(statement)]
        yield from rows
        if len(rows) < CHUNK:
            return
        after = rows[-1].template_id


def in_use(session: Session, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], dict[str, Any]]:
    """The documents of those of these templates that are in use, by brand and template id."""
    table = TemplateRow
    statement = select(table.brand_id, table.template_id, col(table.document)).where(
        col(table.brand_id).in_({brand_id for brand_id, _ in keys}),
        col(table.template_id).in_({template_id for _, template_id in keys}),
        col(table.is_active).is_(True),
    )
    return {
        (brand_id, template_id): document
        for brand_id, template_id, document in session.exec(statement)
        if (brand_id, template_id) in keys
    }


def versions(session: Session, brand_id: str, template_id: str) -> Sequence[TemplateVersionRow]:
    """Every content that a template ever had, newest first."""
    statement = (
        select(TemplateVersionRow)
        .where(TemplateVersionRow.brand_id == brand_id, TemplateVersionRow.template_id == template_id)
        .order_by(col(TemplateVersionRow.id).desc())
    )
    return session.exec(statement).all()


def insert_templates(session: Session, brand_id: str, templates: Sequence[ReplyTemplate], *, now: datetime) -> None:
    """Add templates whose ids the brand has never had."""
    for chunk in _chunks(templates):
        rows = [_content(template) | {"brand_id": brand_id, "created_at": now, "updated_at": now} for template in chunk]
        session.exec(insert(TemplateRow), params=[row | {"is_active": True} for row in rows])


def update_templates(session: Session, changes: Sequence[tuple[int, ReplyTemplate]], *, now: datetime) -> None:
    """Give rows, by their row ids, this content, and put them in use."""
    for chunk in _chunks(changes):
        rows = [_content(template) | {"id": row_id, "is_active": True, "updated_at": now} for row_id, template in chunk]
        session.exec(update(TemplateRow), params=rows)


def deactivate(session: Session, row_ids: Sequence[int], *, now: datetime) -> None:
    """Take templates out of use; their rows and versions stay."""
    for chunk in _chunks(row_ids):
        statement = update(TemplateRow).where(col(TemplateRow.id).in_(chunk))
        session.exec(statement.values(is_active=False, updated_at=now).execution_options(synchronize_session=False))


def append_versions(session: Session, brand_id: str, templates: Sequence[ReplyTemplate], *, now: datetime) -> None:
    """Record contents; one that the template had before is already there and stays as it is."""
    for chunk in _chunks(templates):
        statement = select(TemplateVersionRow.template_id, TemplateVersionRow.version).where(
            TemplateVersionRow.brand_id == brand_id,
            col(TemplateVersionRow.template_id).in_([template.id for template in chunk]),
        )
        known = set(session.exec(statement))
        rows = [
            _content(template) | {"brand_id": brand_id, "created_at": now}
            for template in chunk
            if (template.id, template.version) not in known
        ]
        if rows:
            session.exec(insert(TemplateVersionRow), params=rows)


def confirm(session: Session, row_id: int, *, now: datetime) -> None:
    """Note that the content of a template is still right."""
    session.exec(
        update(TemplateRow)
        .where(col(TemplateRow.id) == row_id)
        .values(confirmed_at=now)
        .execution_options(synchronize_session=False)
    )


def append_changes(
    session: Session, brand_id: str, done: Iterable[tuple[str, TemplateAct, str]], *, by: str, now: datetime
) -> None:
    """Record who did what: template id, act, and the version that it has since."""
    for chunk in _chunks(done):
        rows = [
            {
                "brand_id": brand_id,
                "template_id": template_id,
                "act": act.value,
                "version": version,
                "actor": by,
                "at": now,
            }
            for template_id, act, version in chunk
        ]
        session.exec(insert(TemplateChangeRow), params=rows)


def changes(
    session: Session, brand_id: str, template_id: str, *, before: int | None = None, limit: int
) -> Sequence[TemplateChangeRow]:
    """What was done to a template, the newest first; only what is older than the entry ``before``, when given."""
    row = TemplateChangeRow
    statement = (
        select(row)
        .where(row.brand_id == brand_id, row.template_id == template_id)
        .order_by(col(row.id).desc())
        .limit(limit)
    )
    return session.exec(statement if before is None else statement.where(col(row.id) < before)).all()


def version_documents(
    session: Session, brand_id: str, template_id: str, versions: Collection[str]
) -> dict[str, dict[str, Any]]:
    """The contents that these versions of a template have, by version."""
    row = TemplateVersionRow
    statement = select(row.version, col(row.document)).where(
        row.brand_id == brand_id, row.template_id == template_id, col(row.version).in_(versions)
    )
    return {version: document for version, document in session.exec(statement)}


def _content(template: ReplyTemplate) -> dict[str, Any]:
    return {
        "template_id": template.id,
        "version": template.version,
        "document": template.model_dump(mode="json"),
    }


def _chunks(items: Iterable[Item]) -> Iterator[list[Item]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk
