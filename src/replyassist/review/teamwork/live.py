"""What open pages are told at once beside the audit: claims taken and freed, people who come and go, notes.

A row is kept for minutes, so that every process can tell its own pages; what happened while a page was not connected
is read when it connects again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from ..models import ReviewItem
from . import repository
from .models import Live, LiveChange

KEPT = timedelta(minutes=10)
LATE = 50  # ids are drawn before the commit: a row may appear after ones with higher ids
MOST_AT_ONCE = 200


def tell(session: Session, item: ReviewItem, kind: Live, *, now: datetime) -> None:
    """Tell open pages, once this transaction is committed."""
    repository.forget_live(session, before=now - KEPT)
    session.add(LiveChange(review_item_id=item.id or 0, brand_id=item.brand_id, kind=kind, at=now))
    session.flush()


@dataclass(frozen=True)
class LiveEvent:
    """One thing that is told: its kind, the item, and its brand."""

    kind: str
    review_id: int
    brand_id: str


class LiveFeed:
    """Reads on from where it was opened: what is told, once."""

    def __init__(self) -> None:
        self._at = 0
        self._known: set[int] = set()

    def open(self, session: Session) -> None:
        """Begin behind what there is."""
        self._at = repository.newest_live(session)
        self._known = {change.id or 0 for change in self._since(session)}

    def read(self, session: Session) -> list[LiveEvent]:
        """What is new, each kind once an item."""
        fresh = [change for change in self._since(session) if change.id not in self._known]
        self._known |= {change.id or 0 for change in fresh}
        self._at = max([self._at, *(change.id or 0 for change in fresh)])
        self._known = {number for number in self._known if number > self._at - LATE}
        return list(dict.fromkeys(LiveEvent(change.kind, change.review_item_id, change.brand_id) for change in fresh))

    def _since(self, session: Session) -> Sequence[LiveChange]:
        return repository.live_after(session, self._at - LATE, limit=MOST_AT_ONCE)
