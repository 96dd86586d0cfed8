"""All SQL of how the weeks went: how long people waited, what was decided, how messages sounded.

Each figure is counted over the newest entries of its week: a busy brand's page is made as fast as a quiet one's.
Nothing here is by person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import mean, median, quantiles
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, ColumnElement, func, type_coerce
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from replyassist.inbox.models import Message

from ..models import OPEN, SENT_ACT, AuditEntry, ReviewItem, ReviewStatus
from . import first_audit_id

ENTRIES_COUNTED = 5000  # of a week, for what was decided; 500 and 200 are known to within 5 and 7 points
ANSWERS_TIMED = 500
MESSAGES_FELT = 200
WEEK = timedelta(days=7)
Conditions = tuple[ColumnElement[bool], ...]


@dataclass(frozen=True)
class Week:
    """The seven days from a Monday on. Hours are from the message's coming in to the reply's leaving.

    ``sentiment`` is the mean of -1 to 1; None, like the hours, where there is nothing to take it from.
    """

    monday: date
    as_is: int
    edited: int
    rejected: int
    escalated: int
    median_hours: float | None
    late_hours: float | None  # nine of ten replies left sooner
    sentiment: float | None

    @property
    def decided(self) -> int:
        """Drafts that somebody approved or rejected."""
        return self.as_is + self.edited + self.rejected

    def percent(self, number: int) -> int:
        """A share of the decided ones."""
        return round(100 * number / self.decided) if self.decided else 0


@dataclass(frozen=True)
class Waiting:
    """What somebody has still to decide; ``oldest`` is when the first of it came in."""

    pending: int
    escalated: int
    oldest: datetime | None


def waiting_now(session: Session, brand_id: str) -> Waiting:
    """What waits at this moment."""
    statement = (
        select(ReviewItem.status, func.count(), func.min(ReviewItem.created_at))
        .where(ReviewItem.brand_id == brand_id, col(ReviewItem.status).in_(OPEN))
        .group_by(ReviewItem.status)
    )
    found = {status: (count, oldest) for status, count, oldest in session.exec(statement)}
    return Waiting(
        pending=found.get(ReviewStatus.PENDING, (0, None))[0],
        escalated=found.get(ReviewStatus.ESCALATED, (0, None))[0],
        oldest=min((oldest for _, oldest in found.values()), default=None),
    )


def last_weeks(session: Session, brand_id: str, *, now: datetime, zone: ZoneInfo, count: int) -> list[Week]:
    """The last weeks as they are in the zone, the oldest first; the last one is not over."""
    today = now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    mondays = [monday - WEEK * number for number in range(count - 1, -2, -1)]
    edges = [first_audit_id(session, datetime.combine(day, time(), zone)) for day in mondays]
    return [
        _week(session, brand_id, day, first, last)
        for day, first, last in zip(mondays[:-1], edges[:-1], edges[1:], strict=True)
    ]


def _week(session: Session, brand_id: str, monday: date, first: int, last: int) -> Week:
    entry = AuditEntry
    within = (col(entry.brand_id) == brand_id, col(entry.id) >= first, col(entry.id) < last)
    newest = (
        select_columns(col(entry.act).label("act"))
        .where(*within)
        .order_by(col(entry.id).desc())
        .limit(ENTRIES_COUNTED)
        .subquery()
    )
    counted = select_columns(newest.c.act, func.count()).group_by(newest.c.act)
    acts = {act: number for act, number in session.connection().execute(counted)}
    hours = _hours(session, within)
    return Week(
        monday=monday,
        as_is=acts.get("approved", 0),
        edited=acts.get("edited_and_approved", 0),
        rejected=acts.get("rejected", 0),
        escalated=acts.get("escalated", 0),
        median_hours=median(hours) if hours else None,
        late_hours=_ninth_tenth(hours),
        sentiment=_sentiment(session, within),
    )


def _hours(session: Session, within: Conditions) -> list[float]:
    statement = (
        select(AuditEntry.at, Message.received_at)
        .join(ReviewItem, col(ReviewItem.id) == col(AuditEntry.review_item_id))
        .join(Message, col(Message.id) == col(ReviewItem.message_id))
        .where(*within, AuditEntry.act == SENT_ACT)
        .order_by(col(AuditEntry.id).desc())
        .limit(ANSWERS_TIMED)
    )
    return [(sent - came) / timedelta(hours=1) for sent, came in session.exec(statement)]


def _sentiment(session: Session, within: Conditions) -> float | None:
    kept = type_coerce(ReviewItem.proposal, JSON)
    statement = (
        select_columns(kept["triage", "reading", "sentiment"].as_float())
        .join(AuditEntry, col(AuditEntry.review_item_id) == col(ReviewItem.id))
        .where(*within, col(AuditEntry.act) == "queued")
        .order_by(col(AuditEntry.id).desc())
        .limit(MESSAGES_FELT)
    )
    felt = [value for (value,) in session.connection().execute(statement) if value is not None]
    return mean(felt) if felt else None


def _ninth_tenth(hours: Sequence[float]) -> float | None:
    if len(hours) < 2:
        return hours[0] if hours else None
    return quantiles(hours, n=10, method="inclusive")[-1]
