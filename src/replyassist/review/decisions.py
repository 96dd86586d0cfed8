"""What people decide: claim, approve, reject, escalate, redraft, and taking it back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from replyassist.core.accounts import Principal
from replyassist.core.errors import (
    ClaimedByAnother,
    Conflict,
    InvalidInput,
    NotFound,
    VersionConflict,
)
from replyassist.core.jobs import Job, JobQueue
from replyassist.core.security import Permission
from replyassist.faq.service import current_version
from replyassist.inbox.service import load
from replyassist.proposal import RedraftRequest

from .failures import FailureKind, failure_kinds
from .models import OPEN, ReviewItem, ReviewStatus
from .pace.service import note_shown
from .permits import require_may_decide, require_person, require_unclaimed
from .policies.rules import sees_what_leads_see
from .repository import moving
from .teamwork.live import tell
from .teamwork.models import Live
from .thread_findings import MAYBE_SENT
from .transitions import CLAIMED_IN, TAKEN_BACK_FROM, Actor, Move, make

DELIVER_JOB = "deliver"
REDRAFT_JOB = "redraft"
LEARN_JOB = "learn"


def visible_item(session: Session, principal: Principal, item_id: int) -> ReviewItem:
    """The item; raise NotFound for one of another brand, or for leads, as for one that does not exist."""
    principal.require(Permission.QUEUE_READ)
    item = session.get(ReviewItem, item_id)
    if item is None or not principal.sees(item.brand_id) or (item.is_for_leads and not sees_what_leads_see(principal)):
        raise NotFound(f"there is no review item {item_id}")
    return item


def claim(session: Session, principal: Principal, item_id: int, *, now: datetime, minutes: int) -> ReviewItem:
    """Lease the item to one person for a while; raise ClaimedByAnother, and Conflict once it is done with."""
    item = visible_item(session, principal, item_id)
    require_person(principal)
    principal.require(Permission.REVIEW_LOW_RISK)
    if ReviewStatus(item.status) not in CLAIMED_IN:
        raise Conflict(f"an item that is {item.status} has nothing to work on")
    is_fresh = item.claimed_by != principal.user_id or item.claimed_until is None or item.claimed_until <= now
    until = now + timedelta(minutes=minutes)
    if not moving.lease(session, item_id, user_id=principal.user_id, statuses=CLAIMED_IN, now=now, until=until):
        raise ClaimedByAnother("somebody else is working on this item")
    session.refresh(item)
    if is_fresh:
        tell(session, item, Live.CLAIM, now=now)
        note_shown(session, principal, item, now=now)
    return item


def release(session: Session, principal: Principal, item_id: int, *, now: datetime) -> ReviewItem:
    """Give the lease back; a lease of somebody else is left alone."""
    item = visible_item(session, principal, item_id)
    principal.require(Permission.REVIEW_LOW_RISK)
    was_held = moving.end_lease(session, item_id, user_id=principal.user_id)
    session.refresh(item)
    if was_held:
        tell(session, item, Live.CLAIM, now=now)
    return item


def reject(
    session: Session,
    principal: Principal,
    item_id: int,
    *,
    version: int,
    reason: str,
    jobs: JobQueue,
    now: datetime,
    failures: Sequence[FailureKind] = (),
) -> ReviewItem:
    """Decide that this message gets no such reply; the reason and the failures teach the next draft."""
    item = seen_item(session, principal, item_id, version=version, now=now)
    require_may_decide(item, principal)
    move = Move("rejected", ReviewStatus.REJECTED, reason=_reason(reason), failures=failure_kinds(failures))
    return _close(session, item, move, principal, jobs=jobs, now=now, notice=None)


def escalate(
    session: Session, principal: Principal, item_id: int, *, version: int, reason: str, jobs: JobQueue, now: datetime
) -> ReviewItem:
    """Hand the item to a lead; everybody who sees it may. An approval that is not being sent yet is taken back.

    Raises Conflict where there is nothing to decide, or the reply is being sent.
    """
    principal.require(Permission.ESCALATE)
    item = seen_item(session, principal, item_id, version=version, now=now)
    if ReviewStatus(item.status) not in CLAIMED_IN:
        raise Conflict(f"an item that is {item.status} cannot be escalated")
    move = Move("escalated", back_or_gone(session, item, ReviewStatus.ESCALATED), reason=_reason(reason))
    changes = {"is_escalated": True, "cluster_id": None, "final_text": None, "approval_id": None}
    changes |= _doubts_of_sending(item)
    return _close(session, item, move, principal, jobs=jobs, now=now, **changes)


def redraft(
    session: Session,
    principal: Principal,
    item_id: int,
    *,
    version: int,
    instruction: str,
    template_id: str | None,
    with_follow_up: bool = False,
    jobs: JobQueue,
    now: datetime,
) -> ReviewItem:
    """Ask for another draft, with an instruction or from another template; it follows in the background.

    ``with_follow_up``: a public reply with nothing personal in it, and a private message for the rest.
    """
    item = seen_item(session, principal, item_id, version=version, now=now)
    if ReviewStatus(item.status) not in OPEN:
        raise Conflict(f"an item that is {item.status} gets no new draft")
    require_may_decide(item, principal)
    if template_id is not None and current_version(session, item.brand_id, template_id) is None:
        raise NotFound(f"there is no template '{template_id}'")
    vouches = template_id is not None and principal.may(Permission.REVIEW_ANY)
    asked = RedraftRequest(
        instruction=instruction,
        template_id=template_id,
        with_follow_up=with_follow_up,
        vouched_by=principal.name if vouches else "",
        vouched_by_id=principal.user_id if vouches else 0,
    )
    proposal = item.proposal.model_copy(update={"asked": asked})
    attempt = item.redraft_attempt + 1
    move = Move("redraft_asked", ReviewStatus(item.status), reason=instruction)
    item = make(
        session,
        item,
        move,
        actor=Actor.of(principal),
        now=now,
        is_redrafting=True,
        redraft_attempt=attempt,
        proposal=proposal,
    )
    jobs.enqueue(session, redraft_job(item_id, attempt))
    jobs.enqueue(session, learn_job(item))
    return item


def take_back(
    session: Session, principal: Principal, item_id: int, *, version: int, jobs: JobQueue, now: datetime
) -> ReviewItem:
    """Undo an approval that is not being sent yet, or a rejection; or put what failed or expired back into the queue.

    Where the author deleted the message meanwhile the item is withdrawn: there is nothing to answer; where they edited
    it, it is drafted anew. Raises Conflict where there is nothing to take back.
    """
    item = seen_item(session, principal, item_id, version=version, now=now)
    require_may_decide(item, principal)
    if ReviewStatus(item.status) not in TAKEN_BACK_FROM:
        why = "it is being sent right now" if item.status == ReviewStatus.SENDING else f"the item is {item.status}"
        raise Conflict(f"there is nothing to take back: {why}")
    move = Move("taken_back", back_or_gone(session, item, ReviewStatus.PENDING), text=item.final_text)
    changes = {"final_text": None, "approval_id": None, **_doubts_of_sending(item)}
    is_old = move.to is ReviewStatus.PENDING and load(session, item.message_id).digest != item.read_digest
    if is_old:  # the author changed the message while nothing could be drafted
        changes |= {"is_redrafting": True, "redraft_attempt": item.redraft_attempt + 1}
    item = make(session, item, move, actor=Actor.of(principal), now=now, **changes)
    jobs.enqueue(session, learn_job(item))
    if is_old:
        jobs.enqueue(session, redraft_job(item_id, item.redraft_attempt))
    return item


def _doubts_of_sending(item: ReviewItem) -> dict[str, Any]:
    """What an item comes back with where an earlier attempt at sending may have reached the author."""
    if item.status != ReviewStatus.UNCERTAIN:
        return {}
    others = (doubt for doubt in item.proposal.doubts if doubt.rule != MAYBE_SENT.rule)
    return {"proposal": item.proposal.model_copy(update={"doubts": (*others, MAYBE_SENT)})}


def deliver_job(approval_id: int | None, attempt: int) -> Job:
    """The job that sends an approved reply; one attempt is one job."""
    if approval_id is None:
        raise RuntimeError("an approval is used before it was stored")
    return Job(name=DELIVER_JOB, key=f"{DELIVER_JOB}-{approval_id}-{attempt}", arguments=(approval_id, attempt))


def redraft_job(item_id: int, attempt: int) -> Job:
    """The job that drafts anew."""
    return Job(name=REDRAFT_JOB, key=f"{REDRAFT_JOB}-{item_id}-{attempt}", arguments=(item_id, attempt))


def learn_job(item: ReviewItem, attempt: int = 0) -> Job:
    """The job that learns from what was just decided about an item; it does what the item teaches when it runs."""
    key = f"{LEARN_JOB}-{item.id}-{item.version}-{attempt}"
    return Job(name=LEARN_JOB, key=key, arguments=(item.id or 0, attempt))


def seen_item(session: Session, principal: Principal, item_id: int, *, version: int, now: datetime) -> ReviewItem:
    """The item, for a person to act on in the version that they saw; raise VersionConflict, ClaimedByAnother."""
    item = visible_item(session, principal, item_id)
    require_person(principal)
    require_unclaimed(item, principal, now)
    if item.version != version:
        raise VersionConflict(
            f"you saw version {version}, it is at version {item.version} now; look at it again",
            current_version=item.version,
            current_status=item.status,
        )
    return item


def back_or_gone(session: Session, item: ReviewItem, back: ReviewStatus) -> ReviewStatus:
    """Where an item goes whose decision does not stand: ``back``, or withdrawn once its author deleted the message."""
    return ReviewStatus.WITHDRAWN if load(session, item.message_id).is_withdrawn else back


def _close(
    session: Session, item: ReviewItem, move: Move, principal: Principal, *, jobs: JobQueue, now: datetime, **more: Any
) -> ReviewItem:
    changes = {"claimed_by": None, "claimed_until": None, "is_redrafting": False} | more
    item = make(session, item, move, actor=Actor.of(principal), now=now, **changes)
    jobs.enqueue(session, learn_job(item))
    return item


def _reason(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise InvalidInput("say why", field="reason")
    if "\x00" in reason:
        raise InvalidInput("holds a character that cannot be stored", field="reason")
    return reason
