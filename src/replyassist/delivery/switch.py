"""Stopping and resuming what a brand or an account sends; resuming wakes the replies that waited."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from replyassist.channels import repository as connections
from replyassist.channels.models import ConnectionStatus
from replyassist.channels.stops import THE_BRAND, set_stopped
from replyassist.core.errors import NotFound
from replyassist.core.jobs import JobQueue
from replyassist.review import repository as reviews
from replyassist.review.decisions import deliver_job
from replyassist.review.models import ReviewStatus

from .repository import note_woken
from .waiting import WAITING_NOTICES

WOKEN_AT_ONCE = 500


def stop_sending(
    session: Session, brand_id: str, channel: str = THE_BRAND, *, actor: str, reason: str, now: datetime
) -> bool:
    """Send nothing more by the connection of a channel, or of the brand; False where that was so. Raise NotFound.

    An attempt that is on its way at this moment still ends.
    """
    _require(session, brand_id, channel)
    return set_stopped(session, brand_id, channel, is_stopped=True, actor=actor, reason=reason, now=now)


def resume_sending(
    session: Session, brand_id: str, channel: str = THE_BRAND, *, actor: str, jobs: JobQueue, now: datetime
) -> bool:
    """Send again, also what was approved meanwhile; False where nothing was stopped. Raise NotFound."""
    _require(session, brand_id, channel)
    if not set_stopped(session, brand_id, channel, is_stopped=False, actor=actor, now=now):
        return False
    wake(session, brand_id, jobs=jobs, now=now)
    return True


def wake(session: Session, brand_id: str, *, jobs: JobQueue, now: datetime) -> int:
    """Try again now what waits and says why; returns how many. What still has to wait says so again."""
    moving = (ReviewStatus.APPROVED, ReviewStatus.SENDING)
    woken = reviews.waiting_with(session, brand_id, moving, notices=WAITING_NOTICES, limit=WOKEN_AT_ONCE)
    for item in woken:
        note_woken(session, item.approval_id, now=now)
        if reviews.next_attempt(session, item):
            jobs.enqueue(session, deliver_job(item.approval_id, item.attempt + 1))
    return len(woken)


def _require(session: Session, brand_id: str, channel: str) -> None:
    if channel == THE_BRAND:
        return
    found = connections.find_connection(session, brand_id, channel)
    if found is None or found.status == ConnectionStatus.DISCONNECTED:
        raise NotFound(f"{brand_id} has no connection '{channel}'")
