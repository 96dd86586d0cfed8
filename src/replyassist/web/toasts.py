"""The message at the edge of the page after an act: what was done, and how to undo it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from replyassist.core.accounts import Principal
from replyassist.core.errors import NotFound
from replyassist.review.decisions import visible_item
from replyassist.review.models import ReviewItem, ReviewStatus

from .abilities import abilities

SHOWN_FOR = timedelta(minutes=1)
_WORDS = {
    ReviewStatus.APPROVED: "Approved. It is on its way.",
    ReviewStatus.SENDING: "Approved. It is being sent.",
    ReviewStatus.SENT: "Sent.",
    ReviewStatus.FAILED: "It could not be sent. It is under Problems.",
    ReviewStatus.UNCERTAIN: "Nobody can tell whether it was sent. It is under Problems.",
    ReviewStatus.REJECTED: "Rejected.",
    ReviewStatus.ESCALATED: "Escalated. A lead has it now.",
}


@dataclass(frozen=True)
class Toast:
    """``undo_seconds`` counts down to the sending; 0 means that undo has no end that is known."""

    text: str
    item_id: int
    version: int
    may_undo: bool
    undo_seconds: int


def toast_after(
    session: Session, principal: Principal, item_id: int | None, *, now: datetime, send_delay_seconds: float
) -> Toast | None:
    """What to say of the item that was just acted on, as it stands now; None when it is not worth a word."""
    if item_id is None:
        return None
    try:
        item = visible_item(session, principal, item_id)
    except NotFound:
        return None
    status = ReviewStatus(item.status)
    if now - item.updated_at > SHOWN_FOR or status not in _WORDS:
        return None
    left = _seconds_left(item, now, send_delay_seconds)
    may_undo = not abilities(item, principal, claimer=None).take_back
    return Toast(
        text=f"Approved. Sending in {left} s." if left else _WORDS[status],
        item_id=item_id,
        version=item.version,
        may_undo=may_undo and (left > 0 or status is ReviewStatus.REJECTED),
        undo_seconds=left,
    )


def _seconds_left(item: ReviewItem, now: datetime, send_delay_seconds: float) -> int:
    if item.status != ReviewStatus.APPROVED:
        return 0
    left = send_delay_seconds - (now - item.updated_at).total_seconds()
    return max(0, -int(-left // 1))
