"""Questions that a chat model wrote for templates: which count, which a person removed, which are still to be asked.

They never change a template's version, for approvals are bound to it. Each real change raises the brand's
``faq_revision``, so that every process's index follows.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from replyassist.core.digests import text_digest
from replyassist.core.errors import NotFound

from .learned import normalised
from .models import GeneratedQuestionRow, GenerationRow
from .repository import lock_brand, raise_revision
from .repository.generated import active_questions, generation_of, questions_of
from .repository.learned import LearnedExample


def generated_examples(session: Session, brand_id: str) -> list[LearnedExample]:
    """The same, as the index takes them."""
    found = active_questions(session, brand_id)
    return [LearnedExample(row.id or 0, row.template_id, row.text, is_generated=True) for row in found]


def keep(
    session: Session, brand_id: str, template_id: str, version: str, texts: Sequence[str], *, model: str, now: datetime
) -> int:
    """Let exactly these questions count for this version, but those that a person removed; returns how many count.

    What was written for other versions goes. Again it changes nothing.
    """
    brand = lock_brand(session, brand_id)
    known = {row.text_digest: row for row in questions_of(session, brand_id, template_id)}
    wanted = {text_digest(normalised(text)): text for text in texts}
    is_changed = False
    for digest, row in known.items():
        if row.removed_at is None and (digest not in wanted or row.template_version != version):
            session.delete(row)
            is_changed = True
    session.flush()  # their digests are free for what follows
    for digest, text in wanted.items():
        old = known.get(digest)
        if old is None or (old.removed_at is None and old.template_version != version):
            session.add(_row(brand_id, template_id, version, text, digest, model=model, now=now))
            is_changed = True
    if is_changed:
        raise_revision(session, brand)
    return sum(1 for digest in wanted if digest not in known or known[digest].removed_at is None)


def remove(
    session: Session, brand_id: str, question_id: int, *, by: str, now: datetime, template_id: str | None = None
) -> GeneratedQuestionRow:
    """A person's no: the question counts no more, and its wording is not kept again. Again it changes nothing.

    Raise NotFound, also when it is not of this template.
    """
    brand = lock_brand(session, brand_id)
    row = session.get(GeneratedQuestionRow, question_id)
    if row is None or row.brand_id != brand_id or template_id not in (None, row.template_id):
        raise NotFound(f"the brand '{brand_id}' has no generated question {question_id} there")
    if row.removed_at is None:
        row.removed_at, row.removed_by = now, by
        raise_revision(session, brand)
    return row


def begin(session: Session, brand_id: str, template_id: str, version: str, *, now: datetime) -> GenerationRow:
    """Say that questions are asked for this version now; the brand must be locked, and the row is flushed."""
    row = generation_of(session, brand_id, template_id)
    if row is None:
        row = GenerationRow(brand_id=brand_id, template_id=template_id, template_version=version, updated_at=now)
    else:
        row.template_version, row.failures, row.finished_at = version, 0, None
        row.attempt, row.updated_at = row.attempt + 1, now
    session.add(row)
    session.flush()
    return row


def put_off(session: Session, row: GenerationRow) -> None:
    """Say that the version is still to be asked for, as before the row began; the row stays, for jobs name its id."""
    row.template_version = ""
    session.add(row)


def is_finished(session: Session, brand_id: str, template_id: str, version: str) -> bool:
    """Whether the model has answered for this version."""
    row = generation_of(session, brand_id, template_id)
    return row is not None and row.template_version == version and row.finished_at is not None


def _row(
    brand_id: str, template_id: str, version: str, text: str, digest: str, *, model: str, now: datetime
) -> GeneratedQuestionRow:
    return GeneratedQuestionRow(
        brand_id=brand_id,
        template_id=template_id,
        template_version=version,
        text=text,
        text_digest=digest,
        model=model,
        created_at=now,
    )
