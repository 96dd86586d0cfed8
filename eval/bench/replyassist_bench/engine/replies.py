"""Approved replies by the dozen, as people make them, and a platform in memory that tells when each began to leave."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from sqlmodel import Session

from replyassist.channels import OutgoingReply, Platform, Repeat, Traits
from replyassist.core.accounts import Principal
from replyassist.core.accounts.principal import principal_of
from replyassist.core.accounts.repository import user_by_email
from replyassist.core.errors import ReplyassistError
from replyassist.core.jobs import Job
from replyassist.inbox.schemas import MessageIn
from replyassist.intake.service import take_in
from replyassist.proposal import BY_TEMPLATE, Proposal
from replyassist.review.approving import approve, checked
from replyassist.review.queue import enqueue_proposal
from replyassist.triage import Route, triage
from replyassist.worker import Worker
from replyassist_bench.queue.sample import DRAFT, EMAIL

from .intake import document

WAIT_SECONDS = 600.0


class NoJobs:
    """A job queue of which nothing comes: the messages are drafted here already."""

    def enqueue(self, session: Session, job: Job, *, delay_seconds: float = 0.0) -> None:
        """Nothing."""

    def live_keys(self, keys: Iterable[str]) -> set[str]:
        """None is."""
        return set()


@dataclass
class Left:
    """When each reply began to leave (``time.perf_counter``), by the external id that it answers; safe for threads."""

    at: dict[str, float] = field(default_factory=dict)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def note(self, key: str) -> None:
        """One leaves now."""
        with self.changed:
            self.at.setdefault(key, time.perf_counter())
            self.changed.notify_all()

    def wait_for(self, is_true: Callable[[], bool], *, seconds: float = WAIT_SECONDS) -> None:
        """Wait until it is true of what has left; raise ReplyassistError when that takes too long."""
        with self.changed:
            if not self.changed.wait_for(is_true, seconds):
                raise ReplyassistError(f"after {seconds:g} s only {len(self.at)} replies had left")


class TimedPlatform(Platform):
    """Takes every reply at once."""

    traits = Traits("file", "Bench", Repeat.IDEMPOTENCY_KEY)

    def __init__(self, left: Left) -> None:
        self._left = left

    def send(self, reply: OutgoingReply) -> str:
        """It left."""
        self._left.note(reply.in_reply_to)
        return reply.key


def approver(worker: Worker) -> Principal:
    """Who decides."""
    with worker.database.reading() as session:
        return principal_of(session, user_by_email(session, EMAIL))


def approve_one(
    worker: Worker, who: Principal, brand: str, *, channel: str = "import", visibility: str = "private"
) -> tuple[str, float]:
    """A message with a draft that somebody approves: its external id, and when the approval was on disk."""
    incoming, now = (
        MessageIn.model_validate(document(brand, channel=channel, visibility=visibility)),
        worker.clock.now(),
    )
    proposal = Proposal(
        route=Route.DRAFT,
        reason="",
        triage=triage(incoming.text),
        draft=DRAFT,
        drafted_by=BY_TEMPLATE,
    )
    with worker.database.writing() as session:
        jobs, limit = NoJobs(), worker.settings.queue_limit
        taken = take_in(session, incoming, jobs=jobs, now=now, queue_limit=limit, group_seconds=0)
        item = enqueue_proposal(session, taken.message.id, proposal, now=now)
    if item is None or item.id is None:
        raise ReplyassistError("the message of the benchmark did not reach the queue")
    with worker.database.reading() as session:
        text = checked(session, who, item.id, DRAFT)
    with worker.database.writing() as session:
        approve(
            session,
            who,
            item.id,
            version=item.version,
            text=text,
            accept_findings=True,
            jobs=worker.jobs,
            now=now,
            send_delay_seconds=0,
        )
    return incoming.external_id, time.perf_counter()
