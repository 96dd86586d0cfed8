"""How far the drafts of the messages are that came in lately, while some of them wait."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from sqlmodel import Session

from replyassist.inbox.repository import count_drafted
from replyassist.review.repository import newest_made

from .language import gettext

LATELY = timedelta(hours=1)
"""What came in before and has its draft is no part of what is being drafted now."""
PACE_OF = 10
PACE_FROM = 3
"""The pace is that of the newest ten items, and is not told from fewer than three."""
PACE_WITHIN = timedelta(minutes=2)
"""Items that are older say when messages came, and not how fast they were drafted."""


@dataclass(frozen=True)
class DraftingProgress:
    """``seconds_left`` is None as long as the pace cannot be told."""

    drafted: int
    total: int
    seconds_left: float | None = None

    @property
    def time_left(self) -> str:
        """In words, rounded up; empty where it is not known."""
        if self.seconds_left is None:
            return ""
        if self.seconds_left < 60:
            return gettext("less than a minute left")
        return gettext("about %(n)s min left") % {"n": ceil(self.seconds_left / 60)}


def drafting_progress(session: Session, brands: Collection[str] | None, *, now: datetime) -> DraftingProgress | None:
    """Of the messages of these brands (None: of all); None when none of them waits for its draft."""
    waiting, drafted = count_drafted(session, brands, since=now - LATELY)
    if not waiting:
        return None
    made = [moment for moment in newest_made(session, brands, limit=PACE_OF) if moment >= now - PACE_WITHIN]
    if len(made) < PACE_FROM:
        return DraftingProgress(drafted, drafted + waiting)
    seconds_each = (made[0] - made[-1]).total_seconds() / (len(made) - 1)
    return DraftingProgress(drafted, drafted + waiting, seconds_each * waiting)
