"""Content-bound approval: a digest over all that a person's yes depends on."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from replyassist.brands.repository import hold_brand
from replyassist.core.digests import document_digest, text_digest
from replyassist.faq.service import current_version
from replyassist.inbox.service import hold_conversation
from replyassist.inbox.threads import last_event

from .models import ReviewItem
from .standing import unusable_templates
from .surroundings import Surroundings, surroundings

_CHANGED = {
    "text": "the text is not the one that was approved",
    "message": "the message has changed",
    "thread_event": "there is a new message, an edit or a deletion in the conversation",
    "template_version": "the template has changed",
    "also_template_version": "another template of the draft has changed",
    "voice_version": "the brand's voice has changed",
}


@dataclass(frozen=True)
class Binding:
    """What an approval is bound to: if any of it differs at the time of sending, nothing is sent.

    ``thread_event`` is a digest of what was said, edited or deleted since that matters to the item.
    ``also_template_version``: the versions of all further templates, in their order, with a space between them.
    ``templates_unusable`` says why a template may not be used here today, which a person can have accepted.
    """

    text: str
    message: str
    thread_event: str
    template_version: str | None
    voice_version: str
    also_template_version: str | None = None
    templates_unusable: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 over all parts, 64 hex digits; further templates, and reasons against any, count where there are."""
        parts = asdict(self)
        for name in ("also_template_version", "templates_unusable"):
            if not parts[name]:
                del parts[name]
        return document_digest(parts)

    def differences(self, bound_to: dict[str, Any]) -> list[str]:
        """In plain words, what differs from an earlier binding (``asdict``)."""
        now = asdict(self)
        changed = [words for part, words in _CHANGED.items() if now[part] != bound_to.get(part)]
        was = bound_to.get("templates_unusable", ())
        return [*changed, *(reason.rstrip(".") for reason in self.templates_unusable if reason not in was)]


def current_binding(session: Session, item: ReviewItem, text: str, *, now: datetime) -> Binding:
    """The binding of this text as things stand, held still until this transaction ends."""
    return binding_to(session, item, text, hold(session, item), now=now)


def hold(session: Session, item: ReviewItem) -> Surroundings:
    """What an approval depends on, as it stands now; it does not change until this transaction ends."""
    hold_conversation(session, item.message_id)
    hold_brand(session, item.brand_id)
    return surroundings(session, item)


def binding_to(session: Session, item: ReviewItem, text: str, around: Surroundings, *, now: datetime) -> Binding:
    """The binding of this text to the surroundings that are held."""
    others = (current_version(session, item.brand_id, used.id) or "" for used in item.proposal.also_templates)
    return Binding(
        text=text_digest(text),
        message=text_digest(around.stored.text),
        thread_event=last_event(session, around.stored),
        template_version=current_version(session, item.brand_id, item.template_id) if item.template_id else None,
        voice_version=around.voice_version,
        templates_unusable=unusable_templates(item, around, now=now),
        also_template_version=" ".join(others) or None,
    )
