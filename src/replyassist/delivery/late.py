"""A reply that a platform took, and that did not reach its reader: the platform says so later."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from replyassist.channels import NotDelivered
from replyassist.channels.models import Connection
from replyassist.channels.registry import adapter_named
from replyassist.core.database import ROW_ONLY
from replyassist.inbox.service import load_locked
from replyassist.review.models import ReviewItem, ReviewStatus
from replyassist.review.transitions import PLATFORM, Move, make

from .models import Delivery, DeliveryStatus
from .repository import sent_as


def doubt_late(session: Session, connection: Connection, event: NotDelivered, *, now: datetime) -> None:
    """Put a reply of ours before a person, who looks there, with the platform's reason: it may have been tried again
    there since. Nothing happens for what is not ours, and for what is known."""
    found = sent_as(session, connection.brand_id, connection.channel, connection.platform, event.external_id)
    delivery = session.get(Delivery, found) if found is not None else None
    item = session.get(ReviewItem, delivery.review_item_id) if delivery else None
    if delivery is None or item is None:
        return
    load_locked(session, item.message_id)
    session.refresh(item, with_for_update=ROW_ONLY)
    if item.status != ReviewStatus.SENT or item.approval_id != delivery.approval_id:
        return
    said = f": {event.reason}" if event.reason else ""
    reason = f"{adapter_named(connection.platform).traits.title} took it, and it did not arrive{said}"
    delivery.status, delivery.error, delivery.updated_at = DeliveryStatus.UNCERTAIN, reason, now
    session.add(delivery)
    move = Move("not_delivered", ReviewStatus.UNCERTAIN, reason=reason, text=item.final_text)
    make(session, item, move, actor=PLATFORM, now=now, notice=reason)
