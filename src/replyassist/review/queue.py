"""Puts proposals into the queue, and new drafts into items that are already there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Session

from replyassist.core.errors import VersionConflict
from replyassist.inbox import repository as inbox
from replyassist.inbox.service import load
from replyassist.proposal import Proposal

from . import repository
from .models import ReviewItem, ReviewStatus
from .transitions import PIPELINE, Move, make, write_audit

LOW, HIGH = "low", "high"
OPEN = (ReviewStatus.PENDING, ReviewStatus.ESCALATED)


def enqueue_proposal(session: Session, message_id: int, proposal: Proposal, *, now: datetime) -> ReviewItem | None:
    """Make the review item of a message; None when another attempt did it first."""
    if not inbox.mark_queued(session, message_id):
        return None
    stored = load(session, message_id)
    item = ReviewItem(
        message_id=message_id,
        brand_id=stored.message.brand_id,
        channel=stored.message.channel,
        urgency=proposal.triage.urgency,
        seen_event=inbox.last_event_of_author(session, message_id),
        created_at=now,
        updated_at=now,
        **_columns(proposal),
    )
    session.add(item)
    session.flush()
    queued = Move("queued", ReviewStatus.PENDING, reason=proposal.reason, text=proposal.draft or None)
    write_audit(session, item, queued, actor=PIPELINE, now=now, before=None)
    _tell_siblings(session, message_id, now=now)
    return item


def replace_proposal(
    session: Session, item: ReviewItem, proposal: Proposal, *, redraft_attempt: int, now: datetime
) -> bool:
    """Give an item its new draft; False when the item has moved on meanwhile."""
    is_open = ReviewStatus(item.status) in OPEN
    if not is_open or not item.is_redrafting or item.redraft_attempt != redraft_attempt:
        return False
    move = Move("redrafted", ReviewStatus(item.status), reason=proposal.instruction or "", text=proposal.draft or None)
    make(session, item, move, actor=PIPELINE, now=now, is_redrafting=False, notice=None, **_columns(proposal))
    return True


def give_up_redraft(session: Session, item: ReviewItem, *, now: datetime) -> None:
    """The new draft never came: the old one stays, and the item says so."""
    if ReviewStatus(item.status) not in OPEN:
        return
    notice = "The new draft could not be made; this is the earlier one."
    move = Move("redraft_failed", ReviewStatus(item.status), reason=notice)
    make(session, item, move, actor=PIPELINE, now=now, is_redrafting=False, notice=notice)


def _columns(proposal: Proposal) -> dict[str, Any]:
    return {
        "risk": HIGH if proposal.triage.is_high_risk else LOW,
        "route": proposal.route.value,
        "verdict": proposal.verdict.value if proposal.verdict else None,
        "draft": proposal.draft,
        "drafted_by": proposal.drafted_by,
        "template_id": proposal.template_id,
        "proposal": proposal,
    }


def _tell_siblings(session: Session, message_id: int, *, now: datetime) -> None:
    """The author wrote again: whoever looks at an earlier item of theirs must see that before deciding."""
    for sibling in repository.open_siblings(session, message_id):
        notice = "The author has written again since; read the newer message first."
        move = Move("conversation_moved", ReviewStatus(sibling.status), reason=notice)
        seen = inbox.last_event_of_author(session, sibling.message_id)
        try:
            make(session, sibling, move, actor=PIPELINE, now=now, notice=notice, seen_event=seen)
        except VersionConflict:
            continue  # decided at this very moment; the binding stops the sending
