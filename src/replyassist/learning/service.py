"""Brings what one review item taught in line with what it teaches now; safe to run again, and late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from replyassist.brands.service import get_brand, voice_of
from replyassist.core.database import Database
from replyassist.core.embedding import Encoder
from replyassist.faq import learned
from replyassist.faq.learned import LessonSource
from replyassist.faq.models import LearnedExampleRow
from replyassist.faq.repository import lock_brand
from replyassist.faq.repository.learned import active_examples, examples_of_item
from replyassist.faq.service import current_version, get_template
from replyassist.inbox.service import load
from replyassist.review.models import ReviewItem
from replyassist.review.repository import audit_of

from .lessons import Lesson, lessons_of
from .texts import example_text, is_known

Key = tuple[str, bool]  # template id, and whether it counts against it


@dataclass(frozen=True)
class LearningResult:
    """How many examples one run added and withdrew."""

    added: int = 0
    withdrawn: int = 0


def learn(
    item_id: int, *, database: Database, encoder: Encoder, now: datetime, of_templates: Encoder | None = None
) -> LearningResult:
    """Make what the item taught what it teaches now: add what is new to its template, withdraw what holds no more.

    No transaction is open while texts are encoded. An item that is gone teaches nothing. ``of_templates`` as in
    ``is_known``.
    """
    with database.reading() as session:
        item = session.get(ReviewItem, item_id)
        if item is None:
            return LearningResult()
        text = _text(session, item)
        standing = _standing(session, item_id)
        asked = [lesson for lesson in _lessons(session, item, text) if _key(lesson) not in standing]
        known = {_key(lesson): _known(session, item.brand_id, lesson) for lesson in asked}
    fresh = {
        key
        for key, texts in known.items()
        if text is not None and not is_known(text, texts, encoder, of_templates=of_templates)
    }
    with database.writing() as session:
        return _reconcile(session, item_id, text, fresh, now=now)


def _reconcile(session: Session, item_id: int, text: str | None, fresh: set[Key], *, now: datetime) -> LearningResult:
    """Lessons are told anew: the item may have moved on while texts were encoded."""
    item = session.get_one(ReviewItem, item_id)
    lock_brand(session, item.brand_id)
    session.refresh(item)
    lessons = {_key(lesson): lesson for lesson in _lessons(session, item, text)}
    gone = [row for key, row in _standing(session, item_id).items() if key not in lessons]
    for row in gone:
        learned.unlearn(session, row, now=now)
    added = [
        learned.add(
            session,
            item.brand_id,
            lesson.template_id,
            text or "",
            counts_against=lesson.counts_against,
            source=LessonSource(item_id, item.message_id, lesson.act, lesson.actor),
            now=now,
        )
        for key, lesson in lessons.items()
        if key in fresh
    ]
    return LearningResult(added=sum(row is not None for row in added), withdrawn=len(gone))


def _lessons(session: Session, item: ReviewItem, text: str | None) -> tuple[Lesson, ...]:
    if text is None:
        return ()
    return lessons_of(
        item,
        audit_of(session, item.id or 0),
        languages=voice_of(get_brand(session, item.brand_id)).languages,
        spoken_against={template_id for template_id, against in _standing(session, item.id or 0) if against},
    )


def _text(session: Session, item: ReviewItem) -> str | None:
    stored = load(session, item.message_id)
    return example_text(stored.text, name=stored.author.name or "", handle=stored.author.handle or "")


def _standing(session: Session, item_id: int) -> dict[Key, LearnedExampleRow]:
    rows = examples_of_item(session, item_id)
    return {(row.template_id, row.counts_against): row for row in rows if row.withdrawn_at is None}


def _known(session: Session, brand_id: str, lesson: Lesson) -> Sequence[str]:
    """What the template has in this direction already: what it was taught and, for an example, its own questions."""
    taught = [
        example.text
        for example in active_examples(session, brand_id)
        if (example.template_id, example.counts_against) == _key(lesson)
    ]
    if lesson.counts_against or current_version(session, brand_id, lesson.template_id) is None:
        return taught
    return [*get_template(session, brand_id, lesson.template_id).questions, *taught]


def _key(lesson: Lesson) -> Key:
    return lesson.template_id, lesson.counts_against
