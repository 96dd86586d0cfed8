"""What became of an attempt: the verdict is written while the worker still holds the delivery, and moves the item."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlmodel import Session

from replyassist.channels import repository as connections
from replyassist.channels.breaker import note_outcome
from replyassist.channels.models import Connection, ConnectionStatus
from replyassist.core.database import ROW_ONLY
from replyassist.core.jobs import JobQueue
from replyassist.core.telemetry import CIRCUITS_OPENED
from replyassist.inbox.service import load_locked
from replyassist.review.arrivals import tell_sent
from replyassist.review.decisions import deliver_job
from replyassist.review.models import SENT_ACT, ReviewItem, ReviewStatus
from replyassist.review.notices import OF_THE_THREAD
from replyassist.review.transitions import DELIVERY, Move, make

from .attempts import AttemptResult, Claimed
from .echoes import tell_echoes
from .models import Delivery, DeliveryStatus
from .repository import change_held, is_another_ones

FIRST_RETRY_SECONDS = 2.0
LONGEST_RETRY_SECONDS = 300.0
LONGEST_POSTPONED = timedelta(days=1)
"""A reply that is to wait for until so long after it was first free to leave fails."""


def settle(
    session: Session, claimed: Claimed, verdict: AttemptResult, *, jobs: JobQueue, attempts: int, now: datetime
) -> bool:
    """Write the verdict, if this worker still holds the delivery; plan another attempt where that is right."""
    delivery = session.get(Delivery, claimed.delivery_id)
    item = session.get(ReviewItem, delivery.review_item_id) if delivery else None
    if delivery is None or item is None:
        return False
    load_locked(session, item.message_id)  # what the platform reports waits from here on
    verdict = _of_this_reply(session, verdict, delivery, claimed)
    verdict = _final(verdict, delivery, attempts=attempts, now=now)
    is_retry = verdict.status is DeliveryStatus.RETRY
    postponed = delivery.postponed + (1 if verdict.is_spared else 0)
    wait = _seconds(verdict, item.attempt + 1 - postponed)
    is_held = change_held(
        session,
        claimed.delivery_id,
        claimed.token,
        status=verdict.status,
        platform_id=verdict.platform_id,
        error=verdict.error,
        may_have_landed=verdict.may_have_landed,
        postponed=postponed,
        next_try_at=now + timedelta(seconds=wait) if is_retry else None,
        updated_at=now,
    )
    if not is_held:
        return False
    session.refresh(item, with_for_update=ROW_ONLY)  # the platform may report an edit at this very moment
    _move_item(session, item, claimed, verdict, wait, jobs=jobs, now=now)
    _tell_connection(session, claimed, verdict, now=now)
    return True


def _of_this_reply(session: Session, verdict: AttemptResult, delivery: Delivery, claimed: Claimed) -> AttemptResult:
    """The verdict; but where what was found is another reply's (of the same words, it may be), nobody knows of this."""
    if not verdict.is_found or verdict.platform_id is None:
        return verdict
    if claimed.connection_id is not None:
        connections.hold(session, claimed.connection_id)  # two that find the same come one after the other
    if not is_another_ones(session, delivery, verdict.platform_id):
        return verdict
    error = "what stands there with these words is another reply; whether this one arrived is not known"
    return replace(verdict, status=DeliveryStatus.UNCERTAIN, platform_id=None, error=error, may_have_landed=True)


def _final(verdict: AttemptResult, delivery: Delivery, *, attempts: int, now: datetime) -> AttemptResult:
    """The verdict, or where no attempt is left the last word."""
    if verdict.status is not DeliveryStatus.RETRY:
        return verdict
    is_last = not verdict.is_spared and delivery.attempt - delivery.postponed + 1 >= attempts
    wait = verdict.wait_seconds or 0.0
    is_asked = verdict.is_spared or wait > LONGEST_RETRY_SECONDS
    if is_last or (is_asked and now + timedelta(seconds=wait) - delivery.free_since >= LONGEST_POSTPONED):
        final = DeliveryStatus.UNCERTAIN if verdict.may_have_landed else DeliveryStatus.FAILED
        return replace(verdict, status=final)
    return verdict


def _tell_connection(session: Session, claimed: Claimed, verdict: AttemptResult, *, now: datetime) -> None:
    """The account's page says what is wrong, and its other replies wait: where the platform asked for that, and where
    it has not answered for some time. What an earlier sign-in met says nothing of the one that there is."""
    known = session.get(Connection, claimed.connection_id) if claimed.connection_id is not None else None
    is_sent = verdict.status is DeliveryStatus.SENT
    if known is None or (is_sent and not known.failures_in_row and not known.sending_problem):
        return
    connection = connections.hold(session, known.id or 0)
    if connection.status == ConnectionStatus.DISCONNECTED or connection.sign_in != claimed.sign_in:
        return
    is_told = verdict.has_answered is not None and not claimed.lag_seconds
    has_answered, began_at = bool(verdict.has_answered), claimed.claimed_at
    if is_told and note_outcome(connection, has_answered=has_answered, began_at=began_at, now=now):
        CIRCUITS_OPENED.labels(platform=connection.platform).inc()
    if verdict.sign_in_problem or is_sent:
        connection.set_health(sending_problem=verdict.sign_in_problem)
    elif verdict.is_spared and verdict.wait_seconds and not claimed.lag_seconds:
        connection.paused_until = now + timedelta(seconds=verdict.wait_seconds)
    session.add(connection)


def _move_item(
    session: Session,
    item: ReviewItem,
    claimed: Claimed,
    verdict: AttemptResult,
    wait: float,
    *,
    jobs: JobQueue,
    now: datetime,
) -> None:
    moves: dict[DeliveryStatus, Callable[[], Move]] = {
        DeliveryStatus.SENT: lambda: Move(SENT_ACT, ReviewStatus.SENT, text=claimed.reply.text),
        DeliveryStatus.FAILED: lambda: Move("failed", ReviewStatus.FAILED, reason=verdict.error or ""),
        DeliveryStatus.UNCERTAIN: lambda: Move("uncertain", ReviewStatus.UNCERTAIN, reason=verdict.error or ""),
        DeliveryStatus.RETRY: lambda: Move("retry_planned", ReviewStatus.SENDING, reason=verdict.error or ""),
    }
    move = moves[verdict.status]()
    kept = item.notice if item.notice in OF_THE_THREAD else None  # not what an earlier attempt said
    changes = {"notice": kept if verdict.status is DeliveryStatus.SENT else move.reason}
    if verdict.status is not DeliveryStatus.RETRY:
        if verdict.status is not DeliveryStatus.SENT:
            tell_echoes(session, item)
        make(session, item, move, actor=DELIVERY, now=now, **changes)
        if verdict.status is DeliveryStatus.SENT:
            tell_sent(session, item, claimed.reply.text, now=now)
        return
    attempt = item.attempt + 1
    make(session, item, move, actor=DELIVERY, now=now, attempt=attempt, **changes)
    jobs.enqueue(session, deliver_job(item.approval_id, attempt), delay_seconds=wait)


def seconds_before(attempt: int) -> float:
    """How long the attempt of this number, from 1, waits after the one before."""
    return float(min(LONGEST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2 ** max(0, attempt - 1)))


def _seconds(verdict: AttemptResult, attempt: int) -> float:
    usual = seconds_before(attempt)
    if verdict.wait_seconds is None:
        return usual
    return verdict.wait_seconds if verdict.is_spared else max(usual, verdict.wait_seconds)
