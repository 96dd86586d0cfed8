"""Recognises what we sent ourselves when the platform shows it to us as a message."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update
from sqlmodel import Session, col, select

from replyassist.inbox.models import Message
from replyassist.review.models import Approval, ReviewItem, ReviewStatus

from .models import Delivery

ECHO_WITHIN = timedelta(days=1)
_LEFT = (ReviewStatus.SENDING, ReviewStatus.SENT)


def echoed_item(session: Session, message: Message) -> int | None:
    """The review item whose reply this message of ours is, or None.

    It has the platform's id of a delivery, or the approved text of a reply in the same conversation that left within a
    day of it. A reply of which nobody knows whether it arrived is not recognised: then the message is news.
    """
    rows = session.exec(
        select(ReviewItem.id, Approval.text, Delivery.platform_id, Delivery.updated_at)
        .join(Approval, col(Approval.id) == col(ReviewItem.approval_id))
        .join(Delivery, col(Delivery.approval_id) == col(Approval.id))
        .join(Message, col(Message.id) == col(ReviewItem.message_id))
        .where(
            Message.conversation_id == message.conversation_id,
            col(ReviewItem.status).in_(_LEFT),
        )
        .order_by(col(Delivery.id).desc())
    )
    for item_id, text, platform_id, left_at in rows:
        is_same_text = " ".join(text.split()) == " ".join(message.text.split())
        if platform_id == message.external_id or (is_same_text and abs(message.posted_at - left_at) <= ECHO_WITHIN):
            return item_id
    return None


def tell_echoes(session: Session, item: ReviewItem) -> None:
    """The reply of an item did not leave, or nobody knows: what the platform showed of it meanwhile is news."""
    session.exec(
        update(Message)
        .where(col(Message.echo_of_id) == item.id)
        .values(echo_of_id=None)
        .execution_options(synchronize_session=False)
    )
