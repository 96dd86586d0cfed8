"""What a restored database does not know: whether what was on its way then was sent since."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from replyassist.review.repository import under_way

from .endings import doubt
from .repository import delivery_of

AT_ONCE = 500


def doubt_under_way(session: Session, *, made_at: datetime, now: datetime) -> int:
    """Put every reply that was approved and not sent before a person, who looks on the platform; how many."""
    reason = f"restored from a back-up of {made_at:%Y-%m-%d %H:%M} UTC: it may have been sent since"
    count = 0
    while items := under_way(session, limit=AT_ONCE):
        for item in items:
            doubt(session, item, delivery_of(session, item.approval_id), reason, now=now)
        session.flush()
        session.expunge_all()
        count += len(items)
    return count
