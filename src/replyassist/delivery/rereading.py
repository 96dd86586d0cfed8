"""What a platform tells by no event is noticed right before sending: then the item goes back to a person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlmodel import Session

from replyassist.channels import Deleted, Edited
from replyassist.channels.events import short_id
from replyassist.core.database import ROW_ONLY
from replyassist.core.jobs import JobQueue
from replyassist.inbox.repository import find_message
from replyassist.inbox.service import load_locked, reads_differently
from replyassist.review.author_changes import delete, edit
from replyassist.review.models import ReviewItem

from .attempts import Claimed
from .endings import return_or_doubt
from .models import Delivery, DeliveryStatus
from .repository import change_held


def return_changed(session: Session, claimed: Claimed, *, jobs: JobQueue, now: datetime) -> bool:
    """Whether a message that is answered reads differently by now or is gone. Then nothing may be sent: the item is
    back in the queue with the new text, withdrawn, or doubtful where an earlier attempt may have arrived."""
    delivery = session.get(Delivery, claimed.delivery_id)
    item = session.get(ReviewItem, delivery.review_item_id) if delivery else None
    if delivery is None or item is None:
        return True
    load_locked(session, item.message_id)
    changes = list(_changes(session, claimed))
    if not changes:
        return False
    if not change_held(session, claimed.delivery_id, claimed.token, status=DeliveryStatus.FAILED, updated_at=now):
        return True
    session.refresh(delivery)
    session.refresh(item, with_for_update=ROW_ONLY)
    is_gone = all(isinstance(change, Deleted) for change in changes)
    reason = "the message was deleted" if is_gone else "the message was edited"
    return_or_doubt(session, item, delivery, reason, may_have_landed=claimed.may_have_landed, now=now)
    for change in changes:
        place = (claimed.reply.brand, claimed.reply.channel, short_id(change.external_id))
        if isinstance(change, Deleted):
            delete(session, *place, jobs=jobs, now=now)
        else:
            edit(session, *place, change.change, jobs=jobs, now=now)
    return True


def _changes(session: Session, claimed: Claimed) -> Iterator[Edited | Deleted]:
    for event in claimed.reread:
        known = find_message(session, claimed.reply.brand, claimed.reply.channel, short_id(event.external_id))
        if known is None or known.deleted_at is not None:
            continue
        if isinstance(event, Deleted) or reads_differently(known, event.change):
            yield event
