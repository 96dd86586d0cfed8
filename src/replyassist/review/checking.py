"""Checks a text that a person wants to send, against the template, voice and message as they stand now."""

from __future__ import annotations

from sqlmodel import Session

from replyassist.brands.service import get_brand, voice_of
from replyassist.brands.voice import VoiceRules
from replyassist.core.errors import NotFound
from replyassist.core.language import UNKNOWN, detect_language
from replyassist.faq.joined import joined
from replyassist.faq.service import current_version, get_template
from replyassist.faq.template import ReplyTemplate
from replyassist.guardrails import CheckContext, CheckResult, check
from replyassist.inbox.service import load

from .approved import replies_in_thread
from .models import ReviewItem

LONGEST_REPLY = 10_000
THREAD_REPLIES = 3


def check_text(session: Session, item: ReviewItem, text: str) -> CheckResult:
    """Findings and verdict for this text as the reply to this item.

    For the draft as it was made these are the findings of that time, which compared meanings with an encoder, as long
    as template and voice are the same. A person's own words are checked here, by words alone: no model runs while a
    transaction is open.
    """
    voice = voice_of(get_brand(session, item.brand_id))
    if text == item.draft and (earlier := _stored(session, item, voice)) is not None:
        return earlier
    stored = load(session, item.message_id)
    parent = stored.conversation.parent_text
    return check(
        text,
        CheckContext(
            voice=voice,
            template=_template(session, item),
            message=stored.message.text,
            author_name=stored.author.name,
            author_handle=stored.author.handle,
            channel=item.channel,
            visibility=stored.conversation.visibility,
            conversation=(parent,) if parent else (),
            recent_replies=tuple(replies_in_thread(session, stored.message.conversation_id, limit=THREAD_REPLIES)),
            language=_language(item, voice),
            mood=item.proposal.get("triage", {}).get("mood", ""),
        ),
    )


def _stored(session: Session, item: ReviewItem, voice: VoiceRules) -> CheckResult | None:
    """What the checks said when the draft was made; None where that no longer holds or was not kept."""
    kept = item.proposal
    sources = {"template_id": "template_version", "also_template_id": "also_template_version"}
    for template, version in sources.items():
        now = current_version(session, item.brand_id, kept[template]) if kept.get(template) else None
        if now != kept.get(version):
            return None
    if kept.get("voice_version") != voice.version:
        return None
    chosen = next((each for each in kept.get("candidates", ()) if each.get("text") == item.draft), None)
    if chosen is None:
        return None
    return CheckResult.model_validate({name: chosen[name] for name in CheckResult.model_fields if name in chosen})


def _language(item: ReviewItem, voice: VoiceRules) -> str:
    """The language of the reply: the draft's, else the message's, else the brand's first one.

    A person can answer a message in its language where no draft could.
    """
    known = (detect_language(item.draft), str(item.proposal.get("triage", {}).get("language", UNKNOWN)))
    return next((code for code in known if code != UNKNOWN), voice.languages[0])


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
