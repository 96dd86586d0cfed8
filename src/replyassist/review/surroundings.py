"""What an item's verdict depends on beside the item: read for one or for many in the same few queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from replyassist.brands.models import Brand
from replyassist.brands.repository import brands_by_id
from replyassist.brands.service import voice_of
from replyassist.brands.voice import VoiceRules
from replyassist.faq.service import templates_in_use
from replyassist.faq.template import ReplyTemplate
from replyassist.inbox.models import Message
from replyassist.inbox.service import load_all
from replyassist.inbox.threads import StoredMessage, events_since_each

from .models import ReviewItem
from .policies import repository as policies
from .policies.models import ProposedApproval
from .policies.policy import Policy
from .repository.approved import SentReply, sent_replies
from .thread import replies_before


@dataclass(frozen=True)
class Surroundings:
    """The message, its thread, the brand and the templates of an item, as one transaction sees them.

    ``events``: what was said since that matters to the item. ``sent``: our last replies in the conversation, oldest
    first. ``earlier_replies``: those that the checks read, newest first. ``templates``: what the draft stands on,
    without those that are gone. ``proposed``: a first yes that waits for a second person. It belongs to its
    transaction: a decision reads its own.
    """

    stored: StoredMessage
    events: tuple[Message, ...]
    sent: tuple[SentReply, ...]
    earlier_replies: tuple[str, ...]
    brand: Brand
    voice: VoiceRules
    voice_version: str
    templates: tuple[ReplyTemplate, ...]
    policy: Policy
    proposed: ProposedApproval | None


def surroundings(session: Session, item: ReviewItem) -> Surroundings:
    """The surroundings of one item."""
    return surroundings_of(session, [item])[0]


def surroundings_of(session: Session, items: Sequence[ReviewItem]) -> list[Surroundings]:
    """The surroundings of each item, in their order; the number of queries does not grow with them."""
    if not items:
        return []
    messages = load_all(session, [item.message_id for item in items])
    stored = [messages[item.message_id] for item in items]
    events = events_since_each(session, stored)
    sent = sent_replies(session, {each.message.conversation_id for each in stored})
    earlier = replies_before(session, stored)
    brands = brands_by_id(session, {item.brand_id for item in items})
    voices = {brand_id: voice_of(brand) for brand_id, brand in brands.items()}
    versions = {brand_id: voice.version for brand_id, voice in voices.items()}
    rules = policies.policies_of(session, set(brands))
    wants_two = any(policy.wants_two for policy in rules.values())
    proposed = policies.proposals_of(session, [item.id for item in items]) if wants_two else {}
    templates = templates_in_use(session, {key for item in items for key in _template_keys(item)})
    return [
        Surroundings(
            stored=one,
            events=tuple(since),
            sent=sent[one.message.conversation_id],
            earlier_replies=replies,
            brand=brands[item.brand_id],
            voice=voices[item.brand_id],
            voice_version=versions[item.brand_id],
            templates=tuple(templates[key] for key in _template_keys(item) if key in templates),
            policy=rules[item.brand_id],
            proposed=proposed.get(item.id or 0),
        )
        for item, one, since, replies in zip(items, stored, events, earlier, strict=True)
    ]


def _template_keys(item: ReviewItem) -> list[tuple[str, str]]:
    ids = (item.template_id, *(used.id for used in item.proposal.also_templates))
    return [(item.brand_id, template_id) for template_id in ids if template_id]
