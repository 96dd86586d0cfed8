"""Checks a text that a person wants to send, against the template, voice and message as they stand now."""

from __future__ import annotations

from sqlmodel import Session

from replyassist.brands.service import get_brand, voice_of
from replyassist.core.errors import NotFound
from replyassist.core.language import detect_language
from replyassist.faq.joined import joined
from replyassist.faq.service import get_template
from replyassist.faq.template import ReplyTemplate
from replyassist.guardrails import CheckContext, CheckResult, check
from replyassist.inbox.service import load

from .approved import replies_in_thread
from .models import ReviewItem

LONGEST_REPLY = 10_000
THREAD_REPLIES = 3


def check_text(session: Session, item: ReviewItem, text: str) -> CheckResult:
    """Findings and verdict for this text as the reply to this item."""
    stored = load(session, item.message_id)
    parent = stored.conversation.parent_text
    return check(
        text,
        CheckContext(
            voice=voice_of(get_brand(session, item.brand_id)),
            template=_template(session, item),
            message=stored.message.text,
            author_name=stored.author.name,
            author_handle=stored.author.handle,
            channel=item.channel,
            visibility=stored.conversation.visibility,
            conversation=(parent,) if parent else (),
            recent_replies=tuple(replies_in_thread(session, stored.message.conversation_id, limit=THREAD_REPLIES)),
            language=_language(item),
            mood=item.proposal.get("triage", {}).get("mood", ""),
        ),
    )


def _language(item: ReviewItem) -> str:
    """The language of the reply: the draft's, else the message's, which a person can answer where no draft could."""
    if item.draft:
        return detect_language(item.draft)
    return str(item.proposal.get("triage", {}).get("language", "en"))


def _template(session: Session, item: ReviewItem) -> ReplyTemplate | None:
    """The template of the item, with the second one of a message that asks two things."""
    first = _found(session, item.brand_id, item.template_id)
    second = _found(session, item.brand_id, item.proposal.get("also_template_id"))
    if first is None or second is None:
        return first
    return joined(first, second, longest=LONGEST_REPLY) or first


def _found(session: Session, brand_id: str, template_id: str | None) -> ReplyTemplate | None:
    if template_id is None:
        return None
    try:
        return get_template(session, brand_id, template_id)
    except NotFound:
        return None
