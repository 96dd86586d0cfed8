"""What somebody did with their days, in figures that are no count of replies and rank nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from sqlmodel import Session

from ..models import AuditEntry
from . import repository

DAYS = 7
APPROVED = ("approved", "edited_and_approved", "proposed")
DECISIONS = (*APPROVED, "rejected", "escalated")
ENDS = ("taken_back", "handed_back", "approved", "edited_and_approved", "rejected")


@dataclass(frozen=True)
class DayFigures:
    """One day of one person. Shares are 0 to 1, of ``decided``; None where there is nothing to tell.

    ``handed_back``: escalations that a lead gave back; ``kept``: those that a lead decided. ``taken_back``: share of
    the approvals and rejections of that day. ``waited``: median seconds that what they took had waited.
    """

    day: date
    decided: int
    as_drafted: float
    edited: float
    rejected: float
    escalated: float
    kept: int
    handed_back: int
    taken_back: float | None
    waited: float | None


def figures_of(session: Session, user_id: int, *, now: datetime, time_zone: str | None) -> list[DayFigures]:
    """The last seven days on which somebody did anything, the newest first; days are those of their time zone."""
    zone = ZoneInfo(time_zone or "UTC")
    today = now.astimezone(zone).date()
    since = datetime.combine(today - timedelta(days=DAYS - 1), datetime.min.time(), zone)
    own = [entry for entry in repository.decisions_since(session, user_id, since) if entry.act in DECISIONS]
    later = repository.acts_on(session, {entry.review_item_id for entry in own}, ENDS, since=since)
    waits = repository.waits_since(session, user_id, since)
    days = sorted({_day(entry.at, zone) for entry in own} | {_day(at, zone) for at, _ in waits}, reverse=True)
    return [
        day_figures(
            day,
            [entry for entry in own if _day(entry.at, zone) == day],
            later,
            [(taken - came).total_seconds() for taken, came in waits if _day(taken, zone) == day],
        )
        for day in days
    ]


def day_figures(
    day: date, own: Sequence[AuditEntry], later: Sequence[AuditEntry], waits: Sequence[float]
) -> DayFigures:
    """The figures of a day from one's own decisions, oldest first, and all acts that may have ended them."""
    after = [(entry, _next_end(entry, later)) for entry in own]
    escalations = [end for entry, end in after if entry.act == "escalated"]
    closed = [end for entry, end in after if entry.act != "escalated"]
    return DayFigures(
        day=day,
        decided=len(own),
        as_drafted=_share(own, "approved", "proposed"),
        edited=_share(own, "edited_and_approved"),
        rejected=_share(own, "rejected"),
        escalated=_share(own, "escalated"),
        kept=sum(end is not None and end.act in DECISIONS for end in escalations),
        handed_back=sum(end is not None and end.act == "handed_back" for end in escalations),
        taken_back=sum(end is not None and end.act == "taken_back" for end in closed) / len(closed) if closed else None,
        waited=median(waits) if waits else None,
    )


def _next_end(entry: AuditEntry, later: Sequence[AuditEntry]) -> AuditEntry | None:
    """What happened to the item next of all that can end a decision."""
    return next(
        (end for end in later if end.review_item_id == entry.review_item_id and (end.id or 0) > (entry.id or 0)), None
    )


def _share(own: Sequence[AuditEntry], *acts: str) -> float:
    return sum(entry.act in acts for entry in own) / len(own) if own else 0.0


def _day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()
