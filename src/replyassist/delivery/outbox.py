"""The outbox: claim an approved reply, send it, write down what became of it.

Three steps, and no transaction is open while the platform is called: claim (compare-and-set with a fresh token),
send, settle (only while the token is still our own). A late verdict of a frozen worker is dropped.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from replyassist.core.accounts import User
from replyassist.core.errors import DeliveryError, DeliveryNotMade, DeliveryRefused
from replyassist.core.jobs import Fence, JobQueue
from replyassist.inbox.service import load, load_locked
from replyassist.review.arrivals import tell_sent
from replyassist.review.binding import current_binding
from replyassist.review.decisions import deliver_job
from replyassist.review.models import SENT_ACT, Approval, ReviewItem, ReviewStatus
from replyassist.review.transitions import DELIVERY, Move, make

from .channels import Channel, OutgoingReply, Repeat
from .echoes import tell_echoes
from .models import Delivery, DeliveryStatus

logger = logging.getLogger(__name__)
FIRST_RETRY_SECONDS = 2.0
LONGEST_RETRY_SECONDS = 300.0


@dataclass(frozen=True)
class Destination:
    """Where an attempt would go: the adapter, a digest of its address, and what makes another attempt safe there."""

    adapter: str
    digest: str
    repeat: Repeat


@dataclass(frozen=True)
class Claimed:
    """A delivery that this worker holds; ``may_have_landed``: an earlier attempt ended without a verdict."""

    delivery_id: int
    token: str
    reply: OutgoingReply
    may_have_landed: bool


@dataclass(frozen=True)
class Verdict:
    """What became of one attempt."""

    status: DeliveryStatus
    platform_id: str | None = None
    error: str | None = None
    may_have_landed: bool = False


def claim(
    session: Session, approval_id: int, attempt: int, *, route: Destination, attempts: int, now: datetime
) -> Claimed | None:
    """Take hold of the delivery; None when there is nothing to send (any more).

    Recomputes the binding of the approval first: if anything differs, the item goes back to the queue with the
    reason, and nothing is sent.
    """
    approval = session.get(Approval, approval_id)
    item = session.get(ReviewItem, approval.review_item_id) if approval else None
    if approval is None or item is None:
        return None
    load_locked(session, item.message_id)  # what the platform reports waits from here on
    session.refresh(item)
    if item.approval_id != approval_id or item.attempt != attempt:
        return None
    if ReviewStatus(item.status) not in (ReviewStatus.APPROVED, ReviewStatus.SENDING):
        return None
    delivery = session.exec(select(Delivery).where(Delivery.approval_id == approval_id)).first()
    may_have_landed = delivery is not None and (delivery.may_have_landed or delivery.status == DeliveryStatus.SENDING)
    binding = current_binding(session, item, item.final_text or "", now=now)
    if binding.digest != approval.binding_digest:
        reasons = "; ".join(binding.differences(approval.bound_to))
        _return_or_doubt(session, item, delivery, reasons, may_have_landed=may_have_landed, now=now)
        return None
    if reason := _why_not_again(delivery, route, attempt, attempts) if may_have_landed else None:
        _doubt(session, item, delivery, reason, now=now)
        return None
    delivery = delivery or Delivery(
        approval_id=approval_id,
        text_digest=approval.text_digest,
        review_item_id=approval.review_item_id,
        channel=item.channel,
        adapter=route.adapter,
        idempotency_key=f"reply-{uuid.uuid4().hex}",
        status=DeliveryStatus.SENDING,
        created_at=now,
        updated_at=now,
    )
    token = uuid.uuid4().hex
    delivery.status, delivery.token, delivery.attempt, delivery.updated_at = (
        DeliveryStatus.SENDING,
        token,
        attempt,
        now,
    )
    delivery.adapter, delivery.destination = route.adapter, route.digest
    delivery.may_have_landed = may_have_landed
    session.add(delivery)
    make(session, item, Move("sending", ReviewStatus.SENDING, text=approval.text), actor=DELIVERY, now=now)
    reply = _outgoing(session, item, approval, delivery)
    return Claimed(_key(delivery.id), token, reply, may_have_landed)


def refuse(session: Session, item: ReviewItem, approval_id: int, attempt: int, reason: str, *, now: datetime) -> None:
    """Fail an item whose channel cannot be opened; uncertain when an earlier attempt may have arrived."""
    if item.approval_id != approval_id or item.attempt != attempt:
        return
    if ReviewStatus(item.status) not in (ReviewStatus.APPROVED, ReviewStatus.SENDING):
        return
    delivery = session.exec(select(Delivery).where(Delivery.approval_id == approval_id)).first()
    if delivery is not None and (delivery.may_have_landed or delivery.status == DeliveryStatus.SENDING):
        _doubt(session, item, delivery, reason, now=now)
        return
    if delivery is not None:
        delivery.status, delivery.error, delivery.updated_at = DeliveryStatus.FAILED, reason, now
        session.add(delivery)
    tell_echoes(session, item)
    if item.status == ReviewStatus.APPROVED:
        make(session, item, Move("sending", ReviewStatus.SENDING), actor=DELIVERY, now=now)
    make(session, item, Move("failed", ReviewStatus.FAILED, reason=reason), actor=DELIVERY, now=now, notice=reason)


def send(claimed: Claimed, channel: Channel, fence: Fence) -> Verdict:
    """Call the platform; no transaction is open. Never raises for what the platform does."""
    uncertain = claimed.may_have_landed
    try:
        if claimed.may_have_landed and channel.repeat is Repeat.LOOK_UP:
            if found := channel.find(claimed.reply.key):
                return Verdict(DeliveryStatus.SENT, platform_id=found)
            uncertain = False
        if fence.closed:
            raise DeliveryNotMade("this worker was paused for too long")
        return Verdict(DeliveryStatus.SENT, platform_id=channel.send(claimed.reply))
    except DeliveryRefused as error:
        status = DeliveryStatus.UNCERTAIN if uncertain else DeliveryStatus.FAILED
        return Verdict(status, error=error.detail, may_have_landed=uncertain)
    except DeliveryNotMade as error:
        return Verdict(DeliveryStatus.RETRY, error=error.detail, may_have_landed=uncertain)
    except DeliveryError as error:
        is_repeatable = channel.repeat is not Repeat.NEITHER
        status = DeliveryStatus.RETRY if is_repeatable else DeliveryStatus.UNCERTAIN
        return Verdict(status, error=error.detail, may_have_landed=True)
    except Exception as error:
        logger.exception("delivery %d failed in a way that nobody foresaw", claimed.delivery_id)
        return Verdict(DeliveryStatus.UNCERTAIN, error=f"unforeseen: {type(error).__name__}", may_have_landed=True)


def settle(
    session: Session, claimed: Claimed, verdict: Verdict, *, jobs: JobQueue, attempts: int, now: datetime
) -> bool:
    """Write the verdict, if this worker still holds the delivery; plan another attempt where that is right."""
    delivery = session.get(Delivery, claimed.delivery_id)
    item = session.get(ReviewItem, delivery.review_item_id) if delivery else None
    if delivery is None or item is None:
        return False
    if verdict.status is DeliveryStatus.RETRY and delivery.attempt + 1 >= attempts:
        final = DeliveryStatus.UNCERTAIN if verdict.may_have_landed else DeliveryStatus.FAILED
        verdict = Verdict(final, error=verdict.error, may_have_landed=verdict.may_have_landed)
    held = session.exec(
        update(Delivery)
        .where(
            col(Delivery.id) == claimed.delivery_id,
            col(Delivery.token) == claimed.token,
            col(Delivery.status) == DeliveryStatus.SENDING,
        )
        .values(
            status=verdict.status,
            platform_id=verdict.platform_id,
            error=verdict.error,
            may_have_landed=verdict.may_have_landed,
            updated_at=now,
        )
        .execution_options(synchronize_session=False)
    )
    if held.rowcount != 1:
        return False
    load_locked(session, item.message_id)
    session.refresh(item, with_for_update=True)  # the platform may report an edit at this very moment
    _move_item(session, item, claimed, verdict, jobs=jobs, now=now)
    return True


def _move_item(
    session: Session, item: ReviewItem, claimed: Claimed, verdict: Verdict, *, jobs: JobQueue, now: datetime
) -> None:
    moves: dict[DeliveryStatus, Callable[[], Move]] = {
        DeliveryStatus.SENT: lambda: Move(SENT_ACT, ReviewStatus.SENT, text=claimed.reply.text),
        DeliveryStatus.FAILED: lambda: Move("failed", ReviewStatus.FAILED, reason=verdict.error or ""),
        DeliveryStatus.UNCERTAIN: lambda: Move("uncertain", ReviewStatus.UNCERTAIN, reason=verdict.error or ""),
        DeliveryStatus.RETRY: lambda: Move("retry_planned", ReviewStatus.SENDING, reason=verdict.error or ""),
    }
    move = moves[verdict.status]()
    changes = {} if verdict.status is DeliveryStatus.SENT else {"notice": move.reason}
    if verdict.status is not DeliveryStatus.RETRY:
        if verdict.status is not DeliveryStatus.SENT:
            tell_echoes(session, item)
        make(session, item, move, actor=DELIVERY, now=now, **changes)
        if verdict.status is DeliveryStatus.SENT:
            tell_sent(session, item, claimed.reply.text, now=now)
        return
    attempt = item.attempt + 1
    make(session, item, move, actor=DELIVERY, now=now, attempt=attempt, **changes)
    delay = min(LONGEST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2 ** (attempt - 1))
    jobs.enqueue(session, deliver_job(item.approval_id, attempt), delay_seconds=delay)


def _why_not_again(delivery: Delivery | None, route: Destination, attempt: int, attempts: int) -> str | None:
    """Why a reply that may have landed must not be sent once more, or None when it is safe."""
    if delivery is not None and (delivery.adapter, delivery.destination) != (route.adapter, route.digest):
        return "an earlier attempt may have arrived at another address"
    if route.repeat is Repeat.NEITHER:
        return "an earlier attempt ended without an answer"
    return f"{attempts} attempts ended without an answer" if attempt >= attempts else None


def _return_or_doubt(
    session: Session,
    item: ReviewItem,
    delivery: Delivery | None,
    reasons: str,
    *,
    may_have_landed: bool,
    now: datetime,
) -> None:
    if may_have_landed:
        _doubt(session, item, delivery, f"{reasons}, and an earlier attempt may have arrived", now=now)
        return
    if delivery is not None:
        delivery.status, delivery.error, delivery.updated_at = DeliveryStatus.FAILED, reasons, now
        session.add(delivery)
    tell_echoes(session, item)
    notice = f"Not sent: {reasons} since it was approved."
    is_gone = load(session, item.message_id).is_withdrawn
    to = ReviewStatus.WITHDRAWN if is_gone else ReviewStatus.PENDING
    move = Move("returned", to, reason=reasons, text=item.final_text)
    make(session, item, move, actor=DELIVERY, now=now, notice=notice, final_text=None, approval_id=None)


def _doubt(session: Session, item: ReviewItem, delivery: Delivery | None, reason: str, *, now: datetime) -> None:
    if delivery is not None:
        delivery.status, delivery.error, delivery.updated_at = DeliveryStatus.UNCERTAIN, reason, now
        session.add(delivery)
    tell_echoes(session, item)
    if item.status == ReviewStatus.APPROVED:
        make(session, item, Move("sending", ReviewStatus.SENDING), actor=DELIVERY, now=now)
    move = Move("uncertain", ReviewStatus.UNCERTAIN, reason=reason, text=item.final_text)
    make(session, item, move, actor=DELIVERY, now=now, notice=reason)


def _outgoing(session: Session, item: ReviewItem, approval: Approval, delivery: Delivery) -> OutgoingReply:
    stored = load(session, item.message_id)
    approver = session.get(User, approval.approver_id)
    return OutgoingReply(
        key=delivery.idempotency_key,
        brand=item.brand_id,
        channel=item.channel,
        text=approval.text,
        in_reply_to=stored.reply_to,
        conversation=stored.conversation.external_id,
        visibility=stored.conversation.visibility,
        author=stored.author.external_id,
        approved_by=approver.name if approver else "",
        approved_at=approval.created_at,
    )


def _key(value: int | None) -> int:
    if value is None:
        raise RuntimeError("a delivery is used before it was stored")
    return value
