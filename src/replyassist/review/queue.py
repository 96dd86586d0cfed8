"""Puts proposals into the queue, and new drafts into items that are already there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Session

from replyassist.core.telemetry import WAIT_SECONDS
from replyassist.guardrails.findings import UNSURE_TEMPLATE
from replyassist.inbox import repository as inbox
from replyassist.inbox.service import load_locked
from replyassist.proposal import Proposal

from . import listed
from .checking import refresh_verdict
from .clusters import MessageVector, join_cluster
from .models import HIGH, LOW, OPEN, Confirmation, Confirmations, ReviewItem, ReviewStatus
from .notices import KEPT_THROUGH_REDRAFTS
from .policies.service import hides
from .repository import clusters as cluster_rows
from .teamwork.team import next_in_turn
from .thread_findings import MAYBE_SENT
from .transitions import PIPELINE, Move, make, write_audit


def enqueue_proposal(
    session: Session,
    message_id: int,
    proposal: Proposal,
    *,
    now: datetime,
    read: str | None = None,
    vector: MessageVector | None = None,
) -> ReviewItem | None:
    """Make the review item of a message; None when another attempt did it first, or the message was deleted.

    ``read`` is the digest of what was drafted for (none: the message as it stands now). Where the author has changed it
    meanwhile the item ``is_redrafting`` from the start, and the caller plans that job. With the ``vector`` of the
    message the item is put to the open ones that ask the same.
    """
    stored = load_locked(session, message_id)
    if not inbox.mark_queued(session, message_id):
        return None
    read = read or stored.digest
    is_old = read != stored.digest
    item = ReviewItem(
        message_id=message_id,
        conversation_id=stored.message.conversation_id,
        brand_id=stored.message.brand_id,
        channel=stored.message.channel,
        urgency=proposal.triage.urgency,
        read_digest=read,
        is_redrafting=is_old,
        redraft_attempt=int(is_old),
        created_at=now,
        updated_at=now,
        moved_at=now,
        **listed.of_message(stored),
        is_for_leads=hides(session, stored.message.brand_id, stored.message.channel, proposal),
        **_columns(proposal),
    )
    session.add(item)
    session.flush()
    WAIT_SECONDS.labels(stage="draft").observe((now - stored.message.received_at).total_seconds())
    listed.keep_findable(session, item, stored)
    queued = Move("queued", ReviewStatus.PENDING, reason=proposal.reason, text=proposal.draft or None)
    write_audit(session, item, queued, actor=PIPELINE, now=now, before=None)
    _give_in_turn(session, item, now=now)
    refresh_verdict(session, item, now=now)
    if vector is not None:
        join_cluster(session, item, stored.text, vector)
    return item


def _give_in_turn(session: Session, item: ReviewItem, *, now: datetime) -> None:
    person = next_in_turn(session, item, now=now)
    if person is None:
        return
    item.assigned_to = person.id
    session.add(item)
    session.flush()
    move = Move("assigned", ReviewStatus.PENDING, reason=f"to {person.name}, whose turn it is")
    write_audit(session, item, move, actor=PIPELINE, now=now, before=ReviewStatus.PENDING)


def replace_proposal(
    session: Session,
    item: ReviewItem,
    proposal: Proposal,
    *,
    redraft_attempt: int,
    now: datetime,
    read: str | None = None,
) -> bool:
    """Give an item its new draft; False when the item has moved on meanwhile. ``read`` as in ``enqueue_proposal``."""
    stored = load_locked(session, item.message_id)
    session.refresh(item)
    is_open = ReviewStatus(item.status) in OPEN
    if not is_open or not item.is_redrafting or item.redraft_attempt != redraft_attempt:
        return False
    move = Move("redrafted", ReviewStatus(item.status), reason=proposal.instruction or "", text=proposal.draft or None)
    columns = _columns(_with_doubts_kept(item, proposal))
    make(
        session,
        item,
        move,
        actor=PIPELINE,
        now=now,
        is_redrafting=False,
        notice=item.notice if item.notice in KEPT_THROUGH_REDRAFTS else None,
        read_digest=read or stored.digest,
        urgency=proposal.triage.urgency,
        is_for_leads=hides(session, item.brand_id, item.channel, proposal),
        confirmed=_vouched(item, proposal, read=read or stored.digest, now=now),
        **listed.of_message(stored),
        **columns,
        **_left_alone(session, item, columns),
    )
    listed.keep_findable(session, item, stored)
    return True


def _left_alone(session: Session, item: ReviewItem, columns: dict[str, Any]) -> dict[str, Any]:
    """An item that is drafted from something else now is not like the others of its cluster any more."""
    if all(columns[name] == getattr(item, name) for name in ("template_versions", "route", "risk", "language")):
        return {}
    cluster_rows.drop_vector(session, item.id)
    return {"cluster_id": None}


def _with_doubts_kept(item: ReviewItem, proposal: Proposal) -> Proposal:
    """No other draft takes away the doubt whether an earlier reply has arrived."""
    kept = tuple(doubt for doubt in item.proposal.doubts if doubt.rule == MAYBE_SENT.rule)
    return proposal.model_copy(update={"doubts": (*proposal.doubts, *kept)})


def _vouched(item: ReviewItem, proposal: Proposal, *, read: str, now: datetime) -> Confirmations:
    """Who names a template, and may confirm it, has said that it is the right one."""
    asked = item.proposal.asked
    if asked is None or not asked.vouched_by:
        return item.confirmed
    given = (
        Confirmation(
            finding=doubt.key, read=read, rule=doubt.rule, by_id=asked.vouched_by_id, by=asked.vouched_by, at=now
        )
        for doubt in proposal.doubts
        if doubt.rule == UNSURE_TEMPLATE
    )
    return Confirmations(given=(*item.confirmed.given, *given))


def give_up_redraft(session: Session, item: ReviewItem, *, now: datetime) -> None:
    """The new draft never came: the old one stays, and the item says so."""
    if ReviewStatus(item.status) not in OPEN:
        return
    notice = "The new draft could not be made; this is the earlier one."
    move = Move("redraft_failed", ReviewStatus(item.status), reason=notice)
    make(session, item, move, actor=PIPELINE, now=now, is_redrafting=False, notice=notice)


def expire(session: Session, item: ReviewItem, *, days: int, now: datetime) -> None:
    """Nobody decided in time: the item leaves the queue, says so, and a person may still bring it back."""
    notice = f"Nobody decided within {days} days."
    move = Move("expired", ReviewStatus.EXPIRED, reason=notice)
    make(session, item, move, actor=PIPELINE, now=now, notice=notice, is_redrafting=False)


def _columns(proposal: Proposal) -> dict[str, Any]:
    return {
        "risk": HIGH if proposal.triage.is_high_risk else LOW,
        "route": proposal.route.value,
        "verdict": proposal.verdict.value if proposal.verdict else None,
        "draft": proposal.draft,
        "drafted_by": proposal.drafted_by,
        "template_id": proposal.template_id,
        "proposal": proposal,
        **listed.of_proposal(proposal),
    }
