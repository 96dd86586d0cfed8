"""What the conversation says against sending a reply to an item, as it stands now: findings of the message."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from replyassist.guardrails.findings import Finding, Severity
from replyassist.inbox.models import AttachmentKind, Direction, Message
from replyassist.inbox.threads import StoredMessage, answers_elsewhere, names

from .models import ReviewItem
from .repository.approved import SentReply
from .surroundings import Surroundings

MESSAGE_WITHDRAWN = "thread.withdrawn"
MAYBE_SENT = Finding(
    rule="thread.maybe_sent",
    severity=Severity.WARN,
    explanation="An earlier attempt at sending may have reached the author. Please make sure that it did not.",
)
"""Kept with the doubts of an item that comes back from ``uncertain``, through every other draft."""
_UNSEEN = (AttachmentKind.IMAGE, AttachmentKind.VIDEO, AttachmentKind.AUDIO, AttachmentKind.FILE)


def thread_findings(item: ReviewItem, around: Surroundings) -> tuple[Finding, ...]:
    """Findings about the item's message, each with a rule id that begins with ``thread.``.

    Each names the moment or the thing that it is about: what a person confirmed of one says nothing about the next.
    """
    stored, events = around.stored, around.events
    if stored.is_withdrawn:
        explanation = "The author deleted the message; there is nothing to answer."
        return (Finding(rule=MESSAGE_WITHDRAWN, severity=Severity.BLOCK, explanation=explanation),)
    found = []
    if item.read_digest is not None and item.read_digest != stored.digest:
        changed = max(max(filter(None, (part.received_at, part.edited_at, part.deleted_at))) for part in stored.parts)
        explanation = f"The message has changed since this was drafted{_at(changed)}."
        found.append(_finding("changed", Severity.WARN, explanation))
    if elsewhere := answers_elsewhere(stored, events):
        answered = _at(elsewhere[-1].posted_at)
        found.append(_finding("answered", Severity.WARN, f"We have answered this elsewhere since{answered}."))
    elif here := answered_here(around.sent, stored, item_id=item.id):
        found.append(_finding("answered", Severity.WARN, f"We have replied here since{_at(here)}."))
    if newer := [event.posted_at for event in events if _is_newer(stored, event)]:
        explanation = f"The author has written a newer message{_at(newer[-1])}, which this is not for."
        found.append(_finding("newer", Severity.WARN, explanation))
    if unseen := [attached.kind for attached in stored.attachments if attached.kind in _UNSEEN]:
        explanation = f"Nobody has looked at what is attached to the message ({', '.join(unseen)})."
        found.append(_finding("attachment", Severity.WARN, explanation))
    return tuple(found)


def answered_here(sent: Sequence[SentReply], stored: StoredMessage, *, item_id: int | None) -> datetime | None:
    """When last another item's reply of ours, ``sent`` in the conversation after a message, answered that too; None if
    none did."""
    is_private = stored.conversation.visibility == "private"
    for reply in reversed(sent):
        is_later = reply.item_id != item_id and reply.at > stored.last.posted_at
        if is_later and (is_private or names(reply.text, stored.author.handle)):
            return reply.at
    return None


def _is_newer(stored: StoredMessage, event: Message) -> bool:
    is_theirs = event.direction == Direction.IN and event.author_id == stored.author.id
    return is_theirs and event.deleted_at is None


def _at(moment: datetime) -> str:
    return f" ({moment:%-d %B %Y, %H:%M:%S} UTC)"


def _finding(name: str, severity: Severity, explanation: str) -> Finding:
    return Finding(rule=f"thread.{name}", severity=severity, explanation=explanation)
