"""deliver(): one attempt at one approved reply, from the row to the platform and back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from opentelemetry.trace import SpanKind
from sqlmodel import Session

from replyassist.channels import Account, Platform
from replyassist.channels.connections import Connections
from replyassist.channels.file import OUTBOX
from replyassist.channels.registry import adapter_named
from replyassist.channels.repository import connection_for, was_connected
from replyassist.core.clock import Clock
from replyassist.core.database import Database
from replyassist.core.digests import text_digest
from replyassist.core.errors import ConfigurationError, NotFound
from replyassist.core.jobs import Fence, JobQueue
from replyassist.core.patience import patiently
from replyassist.core.settings import Settings
from replyassist.core.telemetry import DELIVERIES, SEND_COST
from replyassist.core.tracing import note, span
from replyassist.review.decisions import learn_job
from replyassist.review.models import Approval, ReviewItem

from . import endings, outbox, settling
from .attempts import AttemptResult, Claimed, prepare, send
from .models import DeliveryStatus
from .rereading import return_changed
from .slots import NO_LIMIT, Slot, Slots


@dataclass(frozen=True)
class OpenConnection:
    """What an item's reply leaves by: the adapter's name, the platform, its address, and whose budgets it spends."""

    adapter: str
    channel: Platform
    address: str = ""
    connection_id: int | None = None


ChannelFactory = Callable[[Session, ReviewItem], OpenConnection]


def channels_from(connections: Connections, *, seconds: float | None = None) -> ChannelFactory:
    """Opens what a brand has connected; where nothing ever was, replies go to a file in the home folder.

    ``seconds`` is how long an attempt takes at most with all its calls; None: as long as they take.
    Opening raises ConfigurationError for a channel that was disconnected, and for credentials that cannot be used.
    """

    def connect(session: Session, item: ReviewItem) -> OpenConnection:
        connection = connection_for(session, item.brand_id, item.channel)
        if connection is None and was_connected(session, item.brand_id, item.channel):
            raise ConfigurationError("the account of this channel is disconnected")
        if connection is None:
            adapter = adapter_named("file")
            assert adapter.platform is not None
            return OpenConnection("file", adapter.platform(Account(item.brand_id, item.channel), connections.runtime))
        platform = connections.platform(connection, seconds=seconds)
        return OpenConnection(connection.platform, platform, platform.address or connection.account, connection.id)

    return connect


def outbox_folder(settings: Settings) -> Path:
    """Where the file channel writes."""
    return settings.home / OUTBOX


def deliver(
    approval_id: int,
    attempt: int,
    *,
    database: Database,
    connect: ChannelFactory,
    jobs: JobQueue,
    clock: Clock,
    settings: Settings,
    slots: Slots = NO_LIMIT,
) -> None:
    """Make one attempt; nothing happens when the approval is no longer in force."""
    fence = Fence(settings.worker_dead_after_seconds)
    with slots.held() as taken:
        _deliver(approval_id, attempt, _Means(database, connect, jobs, clock, settings, taken, fence))


@dataclass(frozen=True)
class _Means:
    """What an attempt is made with."""

    database: Database
    connect: ChannelFactory
    jobs: JobQueue
    clock: Clock
    settings: Settings
    slot: Slot
    fence: Fence


def _deliver(approval_id: int, attempt: int, means: _Means) -> None:
    database, jobs, clock, settings = means.database, means.jobs, means.clock, means.settings
    with database.writing() as session:
        approval = session.get(Approval, approval_id)
        item = session.get(ReviewItem, approval.review_item_id) if approval else None
        if item is None:
            return
        was_in_force = item.approval_id == approval_id
        try:
            connected = means.connect(session, item)
        except (ConfigurationError, NotFound) as error:
            endings.refuse(session, item, approval_id, attempt, error.detail, now=clock.now())
            return
        claimed = outbox.claim(
            session,
            approval_id,
            attempt,
            route=route_of(connected, turn=means.slot.take(item.brand_id, connected.connection_id)),
            jobs=jobs,
            attempts=settings.delivery_attempts,
            attempt_seconds=settings.delivery_deadline_seconds,
            now=clock.now(),
        )
        if was_in_force and item.approval_id is None:  # it went back to the queue, and what it taught falls with it
            jobs.enqueue(session, learn_job(item))
    try:
        with span("send", SpanKind.CLIENT, platform=connected.adapter, attempt=attempt):
            verdict = _attempt(claimed, connected.channel, means) if claimed else None
            note(outcome=verdict.status.value if verdict else "nothing to send")
    finally:
        connected.channel.close()
    if claimed is None or verdict is None:
        return
    DELIVERIES.labels(platform=connected.adapter, outcome=verdict.status.value).inc()
    if verdict.status is DeliveryStatus.SENT and claimed.micro_usd:
        SEND_COST.labels(platform=connected.adapter).inc(claimed.micro_usd / 1e6)

    def settle() -> None:
        with database.writing() as session:
            settling.settle(session, claimed, verdict, jobs=jobs, attempts=settings.delivery_attempts, now=clock.now())

    patiently(settle)  # the platform has been called: what it said must not be lost to a wait


def route_of(connected: OpenConnection, *, turn: float = 0.0) -> outbox.Destination:
    """Where an attempt would go; ``turn``: how long it has to wait for a slot."""
    address, traits = text_digest(connected.address), connected.channel.traits
    return outbox.Destination(connected.adapter, address, traits, connected.connection_id, turn)


def _attempt(claimed: Claimed, channel: Platform, means: _Means) -> AttemptResult | None:
    """Prepare, begin and send; None when another worker holds the delivery by now, and when the message was found to
    be another one: then the item has gone back."""
    prepared = prepare(claimed, channel)
    if isinstance(prepared, AttemptResult):
        return prepared
    with means.database.writing() as session:
        now = means.clock.now()
        if prepared.reread and return_changed(session, prepared, jobs=means.jobs, now=now):
            return None
        if not outbox.begin(session, prepared, now=now):
            return None
    return send(prepared, channel, means.fence)
