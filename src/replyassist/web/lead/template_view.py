"""Everything on the page of one template, beside the form: what became of it, what is changed, and its history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from replyassist.brands.models import Brand
from replyassist.core.errors import NotFound
from replyassist.faq import repository
from replyassist.faq.browsing import Staleness, staleness_of
from replyassist.faq.models import GeneratedQuestionRow, LearnedExampleRow, TemplateChangeRow
from replyassist.faq.repository import StoredTemplate
from replyassist.faq.repository.generated import active_questions
from replyassist.faq.repository.learned import examples_of_template
from replyassist.faq.service import stored_template
from replyassist.faq.template import ReplyTemplate
from replyassist.review.repository.outcomes import EditedReply, Outcomes, drafts_made, edited_replies, recent_outcomes
from replyassist.review.typical_edits import TypicalEdits, typical_edits

from .differences import FieldDifference, TextDifference, differences, field_differences

HISTORY_SHOWN = 10
EXAMPLES_SHOWN = 10
EDITS_SHOWN = 5


@dataclass(frozen=True)
class HistoryEntry:
    """One act with what it changed; ``may_restore`` where another content was in use after it than now."""

    change: TemplateChangeRow
    changed: list[FieldDifference]
    may_restore: bool


@dataclass(frozen=True)
class History:
    """Some acts, the newest first; ``older`` is where the next ones begin, None at the end."""

    entries: list[HistoryEntry]
    older: int | None


@dataclass(frozen=True)
class ShownEdit:
    """A reply that was changed before it was approved, with the changes marked."""

    reply: EditedReply
    pieces: list[TextDifference]


@dataclass(frozen=True)
class TemplateView:
    """``stored`` is None for a template that is out of use; ``template`` is then what it was last."""

    brand: Brand
    template: ReplyTemplate
    stored: StoredTemplate | None
    stale: tuple[Staleness, ...]
    drafts: int
    outcomes: Outcomes
    typical: TypicalEdits
    edits: list[ShownEdit]
    history: History
    examples: list[LearnedExampleRow]
    examples_go_on: bool
    generated: list[GeneratedQuestionRow]


def template_view(
    session: Session, brand: Brand, template_id: str, *, now: datetime, before: int | None = None
) -> TemplateView:
    """The page of a template, also of one out of use; raise NotFound where there never was one.

    ``before``: only what was done before this entry of its history.
    """
    stored, template = _template(session, brand.id, template_id)
    replies = edited_replies(session, brand.id, template_id, now=now)
    examples = examples_of_template(session, brand.id, template_id, limit=EXAMPLES_SHOWN)
    return TemplateView(
        brand=brand,
        template=template,
        stored=stored,
        stale=staleness_of(stored, today=brand.day(now), now=now) if stored else (),
        drafts=drafts_made(session, brand.id, [template_id], now=now).get(template_id, 0),
        outcomes=recent_outcomes(session, brand.id, now=now).get(template_id, Outcomes()),
        typical=typical_edits(replies),
        edits=[ShownEdit(reply, differences(reply.draft, reply.text)) for reply in replies[:EDITS_SHOWN]],
        history=_history(session, brand.id, template_id, current=stored.version if stored else None, before=before),
        examples=examples.items,
        examples_go_on=examples.next_cursor is not None,
        generated=active_questions(session, brand.id, template_ids=[template_id]),
    )


def _template(session: Session, brand_id: str, template_id: str) -> tuple[StoredTemplate | None, ReplyTemplate]:
    try:
        stored = stored_template(session, brand_id, template_id)
    except NotFound:
        last = next(iter(repository.changes(session, brand_id, template_id, limit=1)), None)
        if last is None:
            raise
        document = repository.version_documents(session, brand_id, template_id, [last.version])[last.version]
        return None, ReplyTemplate.model_validate(document)
    return stored, ReplyTemplate.model_validate(stored.document)


def _history(session: Session, brand_id: str, template_id: str, *, current: str | None, before: int | None) -> History:
    found = list(repository.changes(session, brand_id, template_id, before=before, limit=HISTORY_SHOWN + 1))
    documents = repository.version_documents(session, brand_id, template_id, {change.version for change in found})
    entries = []
    for place, change in enumerate(found[:HISTORY_SHOWN]):
        earlier = documents[found[place + 1].version] if place + 1 < len(found) else None
        entries.append(
            HistoryEntry(
                change,
                field_differences(earlier, documents[change.version]) if earlier else [],
                may_restore=change.version != current,
            )
        )
    return History(entries, entries[-1].change.id if len(found) > HISTORY_SHOWN else None)
