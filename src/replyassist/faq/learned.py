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

from sqlmodel import Session

from replyassist.core.digests import text_digest
from replyassist.core.errors import Conflict, NotFound

from .models import ErasedMessageRow, LearnedExampleRow
from .repository import lock_brand, raise_revision
from .repository.learned import examples_of_item, examples_of_text, examples_with_text

MACHINE = "learning"
"""Who withdraws what a decision does not teach any more."""
_MARKS = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class LessonSource:
    """Where an example comes from: the review item and its message, by which act of whom."""

    review_item_id: int
    message_id: int
    act: str
    actor: str


def normalised(text: str) -> str:
    """The same for two ways to write one text: case, spaces, width and punctuation do not count."""
    return _MARKS.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()


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
    source: LessonSource,
    now: datetime,
) -> LearnedExampleRow | None:
    """Teach a template a text that holds no personal data any more.

    What the same item taught before and the machine withdrew stands again. None, and nothing changes, when it stands
    already, when a person undid this very text for this template and direction, or when the message was erased.
    """
    brand = lock_brand(session, brand_id)
    digest = text_digest(normalised(text))
    known = examples_of_text(session, brand_id, template_id, digest, counts_against=counts_against)
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
    same = examples_of_text(session, brand_id, row.template_id, row.text_digest, counts_against=row.counts_against)
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
    for other in examples_of_text(
        session, brand_id, row.template_id, row.text_digest, counts_against=not row.counts_against
    ):
        if other.withdrawn_at is None and (other.learned_at, other.id or 0) > (row.learned_at, example_id):
            raise Conflict(f"a later decision says the opposite of these words; undo example {other.id} first")
    for other in examples_of_text(
        session, brand_id, row.template_id, row.text_digest, counts_against=row.counts_against
    ):
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
    rows = examples_with_text(session, brand_id, message_id)
    texts = [row.text for row in rows]
    _withdraw(rows, by=by, now=now)
    for row in rows:
        row.text, row.is_undone = "", True
    if rows:
        raise_revision(session, brand)
    return texts


def _is_settled(row: LearnedExampleRow) -> bool:
    return row.withdrawn_at is None or row.is_undone


def _withdraw(rows: list[LearnedExampleRow], *, by: str, now: datetime) -> None:
    for row in rows:
        row.withdrawn_at, row.withdrawn_by = now, by
