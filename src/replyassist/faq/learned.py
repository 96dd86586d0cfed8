"""What people's decisions taught about templates: messages that are examples of one, or speak against it.

They never change a template's version, for approvals are bound to it. Each real change raises the brand's
``faq_revision``, so that every process's index follows.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Subquery, func
from sqlalchemy import select as sqlalchemy_select
from sqlmodel import Session, col, select

from replyassist.core.digests import text_digest
from replyassist.core.errors import Conflict, NotFound

from .models import ErasedMessageRow, LearnedExampleRow, TemplateRow
from .repository import lock_brand, raise_revision

KEPT_PER_TEMPLATE = 200
"""The newest that count, for each template and direction: what people ask changes, and an index must not grow without
end. With 150 templates as full as this, the classifier of ``retrieval`` still trains (its ``LARGEST_TASK``)."""
MACHINE = "learning"
"""Who withdraws what a decision does not teach any more."""
_MARKS = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class LearnedExample:
    """A message, without personal data, that a person's decision made an example of a template.

    ``counts_against``: the decision was that this template does not answer such a message.
    """

    id: int
    template_id: str
    text: str
    counts_against: bool = False


@dataclass(frozen=True)
class Provenance:
    """Where an example comes from: the review item and its message, by which act of whom."""

    review_item_id: int
    message_id: int
    act: str
    actor: str


@dataclass(frozen=True)
class ExamplePage:
    """Some examples of a template, the newest first; ``next_cursor`` is None at the end."""

    items: list[LearnedExampleRow]
    next_cursor: int | None


def normalised(text: str) -> str:
    """The same for two ways to write one text: case, spaces, width and punctuation do not count."""
    return _MARKS.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()


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


def find_example(session: Session, brand_id: str, example_id: int) -> LearnedExampleRow:
    """One example of the brand; raise NotFound."""
    row = session.get(LearnedExampleRow, example_id)
    if row is None or row.brand_id != brand_id:
        raise NotFound(f"the brand '{brand_id}' has no learned example {example_id}")
    return row


def add(
    session: Session,
    brand_id: str,
    template_id: str,
    text: str,
    *,
    counts_against: bool = False,
    source: Provenance,
    now: datetime,
) -> LearnedExampleRow | None:
    """Teach a template a text that holds no personal data any more.

    What the same item taught before and the machine withdrew stands again. None, and nothing changes, when it stands
    already, when a person undid this very text for this template and direction, or when the message was erased.
    """
    brand = lock_brand(session, brand_id)
    digest = text_digest(normalised(text))
    known = _same(session, brand_id, template_id, digest, counts_against=counts_against)
    taught = examples_of_item(session, source.review_item_id)
    key = (template_id, counts_against)
    own = next((row for row in taught if (row.template_id, row.counts_against) == key), None)
    if any(row.is_undone for row in known if row.text) or session.get(ErasedMessageRow, source.message_id) is not None:
        return None
    if own is not None and _is_settled(own):
        return None
    cleaned: dict[str, Any] = {
        "text": text,
        "text_digest": digest,
        "act": source.act,
        "actor": source.actor,
        "learned_at": now,
    }
    row = own or LearnedExampleRow(
        brand_id=brand_id,
        template_id=template_id,
        counts_against=counts_against,
        review_item_id=source.review_item_id,
        message_id=source.message_id,
        **cleaned,
    )
    row.sqlmodel_update(cleaned | {"withdrawn_at": None, "withdrawn_by": None})
    session.add(row)
    raise_revision(session, brand)
    return row


def unlearn(session: Session, row: LearnedExampleRow, *, now: datetime) -> None:
    """Withdraw what a decision does not teach any more; nothing changes when it is withdrawn already."""
    brand = lock_brand(session, row.brand_id)
    if row.withdrawn_at is None:
        _withdraw([row], by=MACHINE, now=now)
        raise_revision(session, brand)


def withdraw(session: Session, brand_id: str, example_id: int, *, by: str, now: datetime) -> LearnedExampleRow:
    """A person's no: this text counts no more for this template, whoever taught it, and is not learned again.

    Raise NotFound; again it changes nothing.
    """
    brand = lock_brand(session, brand_id)
    row = find_example(session, brand_id, example_id)
    same = _same(session, brand_id, row.template_id, row.text_digest, counts_against=row.counts_against)
    changed = [other for other in same if not other.is_undone]
    if changed:
        _withdraw([other for other in changed if other.withdrawn_at is None], by=by, now=now)
        for other in changed:
            other.is_undone = True
        raise_revision(session, brand)
    return row


def restore(session: Session, brand_id: str, example_id: int) -> LearnedExampleRow:
    """Let an example count again; again it changes nothing.

    Raise NotFound, or Conflict when its text was erased, or when a later decision says the opposite of the same words
    and would still be the one that counts.
    """
    brand = lock_brand(session, brand_id)
    row = find_example(session, brand_id, example_id)
    if not row.text:
        raise Conflict("its text was erased; it cannot come back")
    for other in _same(session, brand_id, row.template_id, row.text_digest, counts_against=not row.counts_against):
        if other.withdrawn_at is None and (other.learned_at, other.id or 0) > (row.learned_at, example_id):
            raise Conflict(f"a later decision says the opposite of these words; undo example {other.id} first")
    for other in _same(session, brand_id, row.template_id, row.text_digest, counts_against=row.counts_against):
        other.is_undone = False
    if row.withdrawn_at is not None:
        row.withdrawn_at = row.withdrawn_by = None
        raise_revision(session, brand)
    return row


def erase_message(session: Session, brand_id: str, message_id: int, *, by: str, now: datetime) -> list[str]:
    """Blank the text of everything that a message taught, for its author's sake; returns the text of each row.

    The message teaches nothing any more, also where it had not yet. Caches are the caller's to clear.
    """
    brand = lock_brand(session, brand_id)
    if session.get(ErasedMessageRow, message_id) is None:
        session.add(ErasedMessageRow(message_id=message_id, brand_id=brand_id, erased_at=now, erased_by=by))
    statement = select(LearnedExampleRow).where(
        LearnedExampleRow.brand_id == brand_id, LearnedExampleRow.message_id == message_id, LearnedExampleRow.text != ""
    )
    rows = list(session.exec(statement))
    texts = [row.text for row in rows]
    _withdraw(rows, by=by, now=now)
    for row in rows:
        row.text, row.is_undone = "", True
    if rows:
        raise_revision(session, brand)
    return texts


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


def _same(
    session: Session, brand_id: str, template_id: str, digest: str, *, counts_against: bool
) -> list[LearnedExampleRow]:
    statement = select(LearnedExampleRow).where(
        LearnedExampleRow.brand_id == brand_id,
        LearnedExampleRow.template_id == template_id,
        LearnedExampleRow.text_digest == digest,
        LearnedExampleRow.counts_against == counts_against,
    )
    return list(session.exec(statement))


def _is_settled(row: LearnedExampleRow) -> bool:
    return row.withdrawn_at is None or row.is_undone


def _withdraw(rows: list[LearnedExampleRow], *, by: str, now: datetime) -> None:
    for row in rows:
        row.withdrawn_at, row.withdrawn_by = now, by
