"""What the conversation says against sending a reply to an item, as it stands now: findings of the message."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from replyassist.guardrails.findings import Finding, Severity
from replyassist.inbox.models import AttachmentKind, Direction
from replyassist.inbox.service import load
from replyassist.inbox.threads import StoredMessage, answers_elsewhere, events_since, names

from .approved import sent_replies
from .models import ReviewItem

_UNSEEN = (AttachmentKind.IMAGE, AttachmentKind.VIDEO, AttachmentKind.AUDIO, AttachmentKind.FILE)


def thread_findings(session: Session, item: ReviewItem) -> tuple[Finding, ...]:
    """Findings about the item's message, each with a rule id that begins with ``thread.``; it only reads."""
    stored = load(session, item.message_id)
    if stored.is_withdrawn:
        return (_finding("withdrawn", Severity.BLOCK, "The author deleted the message; there is nothing to answer."),)
    events = events_since(session, stored)
    found = []
    if item.read_digest is not None and item.read_digest != stored.digest:
        found.append(_finding("changed", Severity.WARN, "The message has changed since this was drafted."))
    if answers_elsewhere(stored, events):
        found.append(_finding("answered", Severity.WARN, "We have answered this elsewhere since."))
    elif answered_here(session, stored, item_id=item.id) is not None:
        found.append(_finding("answered", Severity.WARN, "We have replied here since."))
    if any(_is_newer(stored, event.author_id, event.direction) and event.deleted_at is None for event in events):
        found.append(_finding("newer", Severity.WARN, "The author has written a newer message, which this is not for."))
    if any(attached.kind in _UNSEEN for attached in stored.attachments):
        found.append(_finding("attachment", Severity.WARN, "Nobody has looked at what is attached to the message."))
    return tuple(found)


def answered_here(session: Session, stored: StoredMessage, *, item_id: int | None) -> datetime | None:
    """When another item's reply of ours, sent after a message, answered this message too; None if none did."""
    is_private = stored.conversation.visibility == "private"
    for reply in sent_replies(session, stored.message.conversation_id):
        is_later = reply.item_id != item_id and reply.at > stored.last.posted_at
        if is_later and (is_private or names(reply.text, stored.author.handle)):
            return reply.at
    return None


def _is_newer(stored: StoredMessage, author_id: int, direction: str) -> bool:
    return direction == Direction.IN and author_id == stored.author.id


def _finding(name: str, severity: Severity, explanation: str) -> Finding:
    return Finding(rule=f"thread.{name}", severity=severity, explanation=explanation)
