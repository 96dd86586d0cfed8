"""Stopping and resuming what a brand or an account sends; resuming wakes the replies that waited."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from replyassist.channels import repository as connections
from replyassist.channels.models import ConnectionStatus
from replyassist.channels.stops import THE_BRAND, set_stopped
from replyassist.core.clock import Clock
from replyassist.core.database import Database
from replyassist.core.errors import NotFound
from replyassist.core.jobs import Job, JobQueue
from replyassist.review import repository as reviews
from replyassist.review.decisions import deliver_job
from replyassist.review.models import ReviewItem, ReviewStatus

from .repository import note_woken
from .waiting import WAITING_NOTICES

WOKEN_AT_ONCE = 500
WAKE_JOB = "wake"


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


def wake(session: Session, brand_id: str, *, jobs: JobQueue, now: datetime, after: int = 0) -> int:
    """Try again now what waits behind an item and says why, some of it here and the rest in a job; returns how many
    here. What still has to wait says so again."""
    moving = (ReviewStatus.APPROVED, ReviewStatus.SENDING)
    woken = reviews.waiting_with(session, brand_id, moving, notices=WAITING_NOTICES, after=after, limit=WOKEN_AT_ONCE)
    for item in woken:
        note_woken(session, item.approval_id, now=now)
        if reviews.next_attempt(session, item):
            jobs.enqueue(session, deliver_job(item.approval_id, item.attempt + 1))
    if len(woken) == WOKEN_AT_ONCE:
        last = woken[-1]
        jobs.enqueue(session, Job(WAKE_JOB, f"{WAKE_JOB}-{last.id}-{last.attempt}", (last.id or 0,)))
    return len(woken)


def wake_behind(item_id: int, *, database: Database, jobs: JobQueue, clock: Clock) -> None:
    """Wake what waits in the brand of an item behind it."""
    with database.writing() as session:
        item = session.get(ReviewItem, item_id)
        if item is not None:
            wake(session, item.brand_id, jobs=jobs, now=clock.now(), after=item_id)


def _require(session: Session, brand_id: str, channel: str) -> None:
    if channel == THE_BRAND:
        return
    found = connections.find_connection(session, brand_id, channel)
    if found is None or found.status == ConnectionStatus.DISCONNECTED:
        raise NotFound(f"{brand_id} has no connection '{channel}'")
