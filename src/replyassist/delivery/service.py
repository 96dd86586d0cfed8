"""deliver(): one attempt at one approved reply, from the row to the platform and back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import Session

from replyassist.brands.service import connection_for
from replyassist.core.clock import Clock
from replyassist.core.database import Database
from replyassist.core.digests import text_digest
from replyassist.core.errors import ConfigurationError
from replyassist.core.jobs import Fence, JobQueue
from replyassist.core.settings import Settings
from replyassist.core.telemetry import DELIVERIES
from replyassist.review.decisions import learn_job
from replyassist.review.models import Approval, ReviewItem

from . import outbox
from .channels import Channel
from .channels.file import FileChannel
from .channels.webhook import WebhookChannel

WEBHOOK, FILE = "webhook", "file"


@dataclass(frozen=True)
class Connected:
    """The channel of an item, and the adapter's name."""

    adapter: str
    channel: Channel
    address: str = ""


ChannelFactory = Callable[[Session, ReviewItem], Connected]


def channels_from(settings: Settings, clock: Clock) -> ChannelFactory:
    """Opens the channel that a brand has connected; without one, replies go to a file in the home folder."""

    def connect(session: Session, item: ReviewItem) -> Connected:
        connection = connection_for(session, item.brand_id, item.channel)
        if connection is not None and connection.adapter == WEBHOOK:
            channel = WebhookChannel(
                connection.url, connection.secret, clock=clock, timeout_seconds=settings.delivery_timeout_seconds
            )
            return Connected(WEBHOOK, channel, connection.url)
        return Connected(FILE, FileChannel(outbox_folder(settings), item.brand_id))

    return connect


def outbox_folder(settings: Settings) -> Path:
    """Where the file channel writes."""
    return settings.home / "outbox"


def deliver(
    approval_id: int,
    attempt: int,
    *,
    database: Database,
    connect: ChannelFactory,
    jobs: JobQueue,
    clock: Clock,
    settings: Settings,
) -> None:
    """Make one attempt; nothing happens when the approval is no longer in force."""
    fence = Fence(settings.worker_dead_after_seconds)
    with database.writing() as session:
        approval = session.get(Approval, approval_id)
        item = session.get(ReviewItem, approval.review_item_id) if approval else None
        if item is None:
            return
        was_in_force = item.approval_id == approval_id
        try:
            connected = connect(session, item)
        except ConfigurationError as error:
            outbox.refuse(session, item, approval_id, attempt, error.detail, now=clock.now())
            return
        claimed = outbox.claim(
            session,
            approval_id,
            attempt,
            route=outbox.Destination(connected.adapter, text_digest(connected.address), connected.channel.repeat),
            attempts=settings.delivery_attempts,
            now=clock.now(),
        )
        if was_in_force and item.approval_id is None:  # it went back to the queue, and what it taught falls with it
            jobs.enqueue(session, learn_job(item))
    if claimed is None:
        return
    verdict = outbox.send(claimed, connected.channel, fence)
    DELIVERIES.labels(outcome=verdict.status.value).inc()
    with database.writing() as session:
        outbox.settle(session, claimed, verdict, jobs=jobs, attempts=settings.delivery_attempts, now=clock.now())
