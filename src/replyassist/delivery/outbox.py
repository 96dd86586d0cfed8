"""The outbox: claim an approved reply, send it, write down what became of it.

Five steps, and no transaction is open while the platform is called: claim (compare-and-set with a fresh token),
prepare (what the platform fixes beforehand), begin (that is stored, while the token is still our own), send, settle. A
frozen worker does not begin any more, and its late verdict is dropped. Here are claim and begin; ``attempts.py`` has
the two that call, ``settling.py`` the last, and ``endings.py`` what ends without an attempt.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from replyassist.channels import OutgoingReply, Repeat, ThreadPlace, Traits
from replyassist.channels.models import Connection
from replyassist.core.accounts import User
from replyassist.core.jobs import JobQueue
from replyassist.inbox.service import load_locked
from replyassist.inbox.threads import StoredMessage
from replyassist.review import repository as reviews
from replyassist.review.binding import current_binding
from replyassist.review.decisions import deliver_job
from replyassist.review.models import Approval, ReviewItem, ReviewStatus
from replyassist.review.transitions import DELIVERY, Move, make

from .attempts import Claimed
from .endings import doubt, had_effect, is_due, refuse, return_or_doubt
from .models import Delivery, DeliveryStatus
from .outlook import closes_at
from .repository import change_held, delivery_of, first_called
from .settling import LONGEST_POSTPONED
from .waiting import WAITING_NOTICES, Leaves, Wait, wait_before

NOT_WITHIN_A_DAY = "it could not leave within a day"


@dataclass(frozen=True)
class Destination:
    """Where an attempt would go: the adapter, a digest of its address, what it can, and whose budgets it spends.

    ``turn``: for so long its brand or connection has no free slot.
    """

    adapter: str
    digest: str
    traits: Traits
    connection_id: int | None = None
    turn: float = 0.0


@dataclass(frozen=True)
class _Standing:
    """What is known of a reply before an attempt."""

    item: ReviewItem
    approval: Approval
    delivery: Delivery | None
    stored: StoredMessage
    may_have_landed: bool
    route: Destination


def claim(
    session: Session,
    approval_id: int,
    attempt: int,
    *,
    route: Destination,
    jobs: JobQueue,
    attempts: int,
    attempt_seconds: float,
    now: datetime,
) -> Claimed | None:
    """Take hold of the delivery; None when there is nothing to send (any more, or yet).

    Recomputes the binding of the approval first: if anything differs, the item goes back to the queue with the
    reason, and nothing is sent. What has to wait for a budget gets its next job here. ``attempt_seconds``: how long one
    takes at most; until it has ended, and its platform's lag after it, nobody says that it did not arrive.
    """
    approval = session.get(Approval, approval_id)
    item = session.get(ReviewItem, approval.review_item_id) if approval else None
    if approval is None or item is None:
        return None
    stored = load_locked(session, item.message_id)  # what the platform reports waits from here on
    session.refresh(item)
    if not is_due(item, approval_id, attempt):
        return None
    delivery = delivery_of(session, approval_id)
    may_have_landed = had_effect(delivery)
    now_stands = _Standing(item, approval, delivery, stored, may_have_landed, route)
    if _is_stopped(session, now_stands, attempt, attempts=attempts, now=now):
        return None
    delivery = delivery or Delivery(
        approval_id=approval_id,
        text_digest=approval.text_digest,
        review_item_id=approval.review_item_id,
        channel=item.channel,
        adapter=route.adapter,
        idempotency_key=f"reply-{uuid.uuid4().hex}",
        status=DeliveryStatus.RETRY,
        created_at=now,
        updated_at=now,
    )
    if delivery.prepared is not None and (delivery.adapter, delivery.destination) != (route.adapter, route.digest):
        delivery.prepared = None  # it was for another address, where nothing arrived
    delivery.adapter, delivery.destination = route.adapter, route.digest
    delivery.may_have_landed = may_have_landed
    connection = session.get(Connection, route.connection_id) if route.connection_id is not None else None
    place = stored.conversation.external_id
    leaves = Leaves(route.traits, route.connection_id, place, delivery, turn=route.turn, not_before=approval.send_at)
    if wait := wait_before(session, item, leaves, now=now):
        if not _plan_later(session, item, delivery, wait, jobs=jobs, now=now):
            refuse(session, item, approval_id, attempt, f"{NOT_WITHIN_A_DAY}: {wait.reason}", now=now)
        return None
    token = uuid.uuid4().hex
    delivery.status, delivery.token, delivery.attempt = DeliveryStatus.SENDING, token, attempt
    delivery.is_called, delivery.next_try_at, delivery.updated_at = False, None, now
    session.add(delivery)
    waits_no_more = {"notice": None} if item.notice in WAITING_NOTICES else {}
    move = Move("sending", ReviewStatus.SENDING, text=approval.text)
    make(session, item, move, actor=DELIVERY, now=now, **waits_no_more)
    repeat = route.traits.repeat_after(_age(delivery, now))
    seen_at = (delivery.called_at or now) + timedelta(seconds=attempt_seconds) + route.traits.find_lag
    return Claimed(
        _key(delivery.id),
        token,
        _outgoing(session, now_stands, delivery),
        may_have_landed,
        repeat,
        is_prepared=delivery.prepared is not None,
        claimed_at=now,
        lag_seconds=max(0.0, (seen_at - now).total_seconds()) if may_have_landed and repeat.finds else 0.0,
        connection_id=route.connection_id,
        sign_in=connection.sign_in if connection else None,
        micro_usd=route.traits.cost.micro_usd(approval.text) if route.traits.cost else None,
    )


def _is_stopped(session: Session, stands: _Standing, attempt: int, *, attempts: int, now: datetime) -> bool:
    """Whether nothing may be sent; then the item has been moved to where it belongs."""
    item, approval, delivery, route = stands.item, stands.approval, stands.delivery, stands.route
    may_have_landed = stands.may_have_landed
    binding = current_binding(session, item, item.final_text or "", now=now)
    if binding.digest != approval.binding_digest:
        reasons = "; ".join(binding.differences(approval.bound_to))
        return_or_doubt(session, item, delivery, reasons, may_have_landed=may_have_landed, now=now)
        return True
    repeat = route.traits.repeat_after(_age(delivery, now))
    if may_have_landed and (reason := _why_not_again(delivery, route, repeat)):
        doubt(session, item, delivery, reason, now=now)
        return True
    reason = ""
    closed = closes_at(session, stands.stored, route.traits)
    if delivery is not None and attempt - delivery.postponed >= attempts:
        reason = f"{attempts} attempts ended without an answer"
    elif closed is not None and now >= closed and not (may_have_landed and repeat.finds):
        reason = f"the platform took replies until {closed:%Y-%m-%d %H:%M} UTC"
    if reason:
        refuse(session, item, approval.id or 0, attempt, reason, now=now)
    return bool(reason)


def begin(session: Session, claimed: Claimed, *, now: datetime) -> bool:
    """Store what was prepared, and that the platform is called from here on; False when another worker holds it."""
    values: dict[str, object] = {"is_called": True, "prepared": dict(claimed.reply.prepared)}
    if not claimed.lag_seconds:  # else it is only looked for
        values |= {"called_at": now, "first_called_at": first_called(now)}
        values["cost_micro_usd"] = claimed.micro_usd
    return change_held(session, claimed.delivery_id, claimed.token, **values)


def _age(delivery: Delivery | None, now: datetime) -> timedelta:
    return now - delivery.first_called_at if delivery is not None and delivery.first_called_at else timedelta(0)


def _plan_later(
    session: Session, item: ReviewItem, delivery: Delivery, wait: Wait, *, jobs: JobQueue, now: datetime
) -> bool:
    """Try again when it may leave; the item says why it waits. False when that has gone on for too long."""
    again_at = now + timedelta(seconds=wait.seconds)
    if not wait.ends:
        delivery.kept_until = again_at
    elif again_at - delivery.free_since >= LONGEST_POSTPONED:
        return False
    delivery.status, delivery.error = DeliveryStatus.RETRY, wait.reason
    delivery.postponed, delivery.next_try_at = delivery.postponed + 1, again_at
    delivery.is_called, delivery.token, delivery.updated_at = False, None, now
    session.add(delivery)
    session.flush()
    if reviews.next_attempt(session, item, notice=wait.notice or item.notice):
        jobs.enqueue(session, deliver_job(item.approval_id, item.attempt + 1), delay_seconds=wait.seconds)
    return True


def _why_not_again(delivery: Delivery | None, route: Destination, repeat: Repeat) -> str | None:
    """Why a reply that may have landed must not be sent once more, or None when it is safe."""
    if delivery is not None and (delivery.adapter, delivery.destination) != (route.adapter, route.digest):
        return "an earlier attempt may have arrived at another address"
    return "an earlier attempt ended without an answer" if repeat is Repeat.NEITHER else None


def _outgoing(session: Session, stands: _Standing, delivery: Delivery) -> OutgoingReply:
    item, approval, stored = stands.item, stands.approval, stands.stored
    approver = session.get(User, approval.approver_id)
    return OutgoingReply(
        key=delivery.idempotency_key,
        brand=item.brand_id,
        channel=item.channel,
        text=approval.text,
        in_reply_to=stored.reply_to,
        conversation=stored.conversation.external_id,
        visibility=stored.conversation.visibility,
        author=stored.author.external_id,
        approved_by=approver.name if approver else "",
        approved_at=approval.created_at,
        author_handle=stored.author.handle,
        message_at=stored.message.posted_at,
        metadata=stored.message.attributes,
        prepared=delivery.prepared or {},
        first_tried_at=delivery.first_called_at,
        answers=tuple(
            ThreadPlace(part.external_id, stored.conversation.external_id, part.attributes) for part in stored.standing
        ),
    )


def _key(value: int | None) -> int:
    if value is None:
        raise RuntimeError("a delivery is used before it was stored")
    return value
