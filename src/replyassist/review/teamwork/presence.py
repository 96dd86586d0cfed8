"""Who has the page of an item open: a short lease in the database, so that every process sees everybody."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from replyassist.core.database import ROW_ONLY

from ..models import ReviewItem
from . import repository
from .live import KEPT, tell
from .models import Live, Presence

LEASE = timedelta(seconds=50)
"""An open page puts it off every 20 s (static/item.js); one that was closed without a word is gone after this."""


LEFT_JUST_NOW = timedelta(seconds=5)
"""What an open page asked before its goodbye may arrive after it; another window asks again later than this."""


def look(session: Session, item: ReviewItem, user_id: int, *, now: datetime) -> None:
    """Somebody looks at the item, from now on for a while."""
    known = session.get(Presence, (item.id, user_id), with_for_update=ROW_ONLY)
    is_new = known is None or known.until <= now
    if known is None:
        try:
            with session.begin_nested():
                session.add(Presence(review_item_id=item.id or 0, user_id=user_id, until=now + LEASE))
        except IntegrityError:
            return  # in another window, just now
    else:
        known.until = now + LEASE
        session.flush()
    if is_new:
        repository.forget_presence(session, before=now - KEPT)
        tell(session, item, Live.PRESENCE, now=now)


def look_on(session: Session, item: ReviewItem, user_id: int, *, now: datetime) -> None:
    """Their page is still open, unless they left it just now."""
    known = session.get(Presence, (item.id, user_id))
    if known is None or not known.until <= now < known.until + LEFT_JUST_NOW:
        look(session, item, user_id, now=now)


def leave(session: Session, item: ReviewItem, user_id: int, *, now: datetime) -> None:
    """They look at it no longer."""
    if repository.end_presence(session, item.id or 0, user_id, now=now):
        tell(session, item, Live.PRESENCE, now=now)


def lookers(
    session: Session, item: ReviewItem, *, without: Collection[int], now: datetime, limit: int = 20
) -> list[str]:
    """The names of those who look at the item now, without some."""
    return repository.lookers(session, item.id or 0, without=without, now=now, limit=limit)
