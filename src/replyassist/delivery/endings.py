"""How a reply ends, or comes back, without having been sent by this attempt."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from replyassist.inbox.service import load
from replyassist.review.models import ReviewItem, ReviewStatus
from replyassist.review.transitions import DELIVERY, Move, make

from .echoes import tell_echoes
from .models import Delivery, DeliveryStatus
from .repository import delivery_of


def is_due(item: ReviewItem, approval_id: int, attempt: int) -> bool:
    """Whether the item waits for just this attempt at just this approval."""
    is_moving = ReviewStatus(item.status) in (ReviewStatus.APPROVED, ReviewStatus.SENDING)
    return is_moving and item.approval_id == approval_id and item.attempt == attempt


def had_effect(delivery: Delivery | None) -> bool:
    """Whether an earlier attempt may have arrived: it said so, or was begun and never settled."""
    if delivery is None:
        return False
    return delivery.may_have_landed or (delivery.status == DeliveryStatus.SENDING and delivery.is_called)


def refuse(session: Session, item: ReviewItem, approval_id: int, attempt: int, reason: str, *, now: datetime) -> None:
    """Fail an item whose channel cannot be opened; uncertain when an earlier attempt may have arrived."""
    if not is_due(item, approval_id, attempt):
        return
    delivery = delivery_of(session, approval_id)
    if had_effect(delivery):
        doubt(session, item, delivery, reason, now=now)
        return
    if delivery is not None and delivery.id is not None:
        delivery.status, delivery.error, delivery.updated_at = DeliveryStatus.FAILED, reason, now
        session.add(delivery)
    tell_echoes(session, item)
    if item.status == ReviewStatus.APPROVED:
        make(session, item, Move("sending", ReviewStatus.SENDING), actor=DELIVERY, now=now)
    make(session, item, Move("failed", ReviewStatus.FAILED, reason=reason), actor=DELIVERY, now=now, notice=reason)


def return_or_doubt(
    session: Session,
    item: ReviewItem,
    delivery: Delivery | None,
    reasons: str,
    *,
    may_have_landed: bool,
    now: datetime,
) -> None:
    """Back to the queue with the reasons (withdrawn without its message), or doubtful where it may have arrived."""
    if may_have_landed:
        doubt(session, item, delivery, f"{reasons}, and an earlier attempt may have arrived", now=now)
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


def doubt(session: Session, item: ReviewItem, delivery: Delivery | None, reason: str, *, now: datetime) -> None:
    """A person has to look: nobody knows whether it arrived."""
    if delivery is not None:
        delivery.status, delivery.error, delivery.updated_at = DeliveryStatus.UNCERTAIN, reason, now
        session.add(delivery)
    tell_echoes(session, item)
    if item.status == ReviewStatus.APPROVED:
        make(session, item, Move("sending", ReviewStatus.SENDING), actor=DELIVERY, now=now)
    move = Move("uncertain", ReviewStatus.UNCERTAIN, reason=reason, text=item.final_text)
    make(session, item, move, actor=DELIVERY, now=now, notice=reason)
