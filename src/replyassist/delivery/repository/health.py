"""All SQL of how a brand's channels are: what came in last, what went out, what waits, and what failed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from replyassist.channels.models import Connection, ConnectionStatus
from replyassist.channels.repository import EVERY_CHANNEL, list_connections
from replyassist.channels.stops import THE_BRAND, stop_of
from replyassist.inbox.models import Direction, Message
from replyassist.review.models import ReviewItem, ReviewStatus

from ..models import Delivery, DeliveryStatus
from ..waiting import SCHEDULED, TURN

LATELY = timedelta(days=1)
LOOKED_AT = 2000  # of the newest items of a brand, for the channels that it has, and of what a channel sent last
_FAILED = (DeliveryStatus.FAILED, DeliveryStatus.UNCERTAIN)


@dataclass(frozen=True)
class ChannelHealth:
    """One channel of a brand. ``adapter`` is empty where none is connected; ``is_disconnected``: it once was.

    ``shown_as``: the account, without what may be secret; ``problem``: why the connection fails, empty where it works.

    ``waiting``: approved replies that are not sent yet; ``oldest_waiting`` since when the first of them waits, None
    where each is to be sent later.
    ``retrying``: those of them that the platform did not take at once, ``next_try`` when the last of them is tried
    again, ``last_error`` what the platform said last. ``open_until``: the account does not answer, and nothing is tried
    before. ``stopped_by``: who stopped its sending or the brand's; empty where nobody did.
    """

    channel: str
    adapter: str
    is_disconnected: bool
    shown_as: str
    problem: str
    last_in: datetime | None
    last_sent: datetime | None
    sent_lately: int
    failed_lately: int
    waiting: int
    oldest_waiting: datetime | None
    retrying: int
    next_try: datetime | None
    last_error: str
    open_until: datetime | None = None
    stopped_by: str = ""

    @property
    def is_well(self) -> bool:
        """Whether nobody need look."""
        troubles = (self.problem, self.failed_lately, self.retrying, self.open_until, self.stopped_by)
        return bool(self.adapter) and not any(troubles)


@dataclass(frozen=True)
class _Retry:
    """A reply that the platform did not take, what it said, and when it is tried again."""

    error: str
    planned: datetime


def channels_of(session: Session, brand_id: str, *, now: datetime) -> list[ChannelHealth]:
    """Every channel that the brand is connected to or that its newest messages came by, by name."""
    known = list_connections(session, [brand_id])
    connections = {each.channel: each for each in known if each.status != ConnectionStatus.DISCONNECTED}
    left = {each.channel for each in known if each.channel not in connections}
    newest = (
        select(Message.channel)
        .where(Message.brand_id == brand_id)
        .order_by(col(Message.id).desc())
        .limit(LOOKED_AT)
        .subquery()
    )
    seen = set(session.exec(select(newest.c.channel).distinct()))
    names = sorted({name for name in connections if name != EVERY_CHANNEL} | seen)
    return [
        _health(session, brand_id, name, connections.get(name) or connections.get(EVERY_CHANNEL), left, now=now)
        for name in names
    ]


def _health(
    session: Session, brand_id: str, channel: str, connection: Connection | None, left: set[str], *, now: datetime
) -> ChannelHealth:
    lately = _lately(session, brand_id, channel, since=now - LATELY)
    waiting, oldest = _waiting(session, brand_id, channel)
    is_late = oldest is not None and oldest <= now  # else all of them are to be sent later
    retries = _retries(session, brand_id, channel)
    stop = stop_of(session, brand_id, connection.channel if connection else THE_BRAND)
    is_open = connection is not None and connection.open_until is not None and connection.open_until > now
    return ChannelHealth(
        channel=channel,
        adapter=connection.platform if connection else "",
        is_disconnected=connection is None and not left.isdisjoint({channel, EVERY_CHANNEL}),
        shown_as=connection.shown_as if connection else "",
        problem=connection.trouble if connection else "",
        last_in=_last_in(session, brand_id, channel),
        last_sent=_last_sent(session, brand_id, channel),
        sent_lately=lately.get(DeliveryStatus.SENT, 0),
        failed_lately=sum(lately.get(status, 0) for status in _FAILED),
        waiting=waiting,
        oldest_waiting=oldest if is_late else None,
        retrying=len(retries),
        next_try=max((retry.planned for retry in retries), default=None),
        last_error=next((retry.error for retry in retries if retry.error), ""),
        open_until=connection.open_until if connection and is_open else None,
        stopped_by=stop.actor if stop else "",
    )


def _last_in(session: Session, brand_id: str, channel: str) -> datetime | None:
    statement = (
        select(Message.received_at)
        .where(Message.brand_id == brand_id, Message.channel == channel, Message.direction == Direction.IN)
        .order_by(col(Message.received_at).desc())
        .limit(1)
    )
    return session.exec(statement).first()


def _last_sent(session: Session, brand_id: str, channel: str) -> datetime | None:
    statement = (
        select(Delivery.updated_at)
        .join(ReviewItem, col(ReviewItem.id) == col(Delivery.review_item_id))
        .where(Delivery.channel == channel, Delivery.status == DeliveryStatus.SENT, ReviewItem.brand_id == brand_id)
        .order_by(col(Delivery.updated_at).desc())
        .limit(1)
    )
    return session.exec(statement).first()


def _lately(session: Session, brand_id: str, channel: str, *, since: datetime) -> dict[str, int]:
    statement = (
        select(Delivery.status, func.count())
        .join(ReviewItem, col(ReviewItem.id) == col(Delivery.review_item_id))
        .where(
            Delivery.channel == channel,
            col(Delivery.status).in_((DeliveryStatus.SENT, *_FAILED)),
            col(Delivery.updated_at) >= since,
            ReviewItem.brand_id == brand_id,
        )
        .group_by(Delivery.status)
    )
    return {status: count for status, count in session.exec(statement)}


def _waiting(session: Session, brand_id: str, channel: str) -> tuple[int, datetime | None]:
    statement = select(func.count(), func.min(ReviewItem.moved_at)).where(
        ReviewItem.brand_id == brand_id,
        ReviewItem.channel == channel,
        col(ReviewItem.status).in_((ReviewStatus.APPROVED, ReviewStatus.SENDING)),
    )
    return session.exec(statement).one()


def waiting_for(session: Session, connection: Connection) -> int:
    """How many approved replies that leave by this connection are not sent yet."""
    statement = select(func.count()).where(
        ReviewItem.brand_id == connection.brand_id,
        col(ReviewItem.status).in_((ReviewStatus.APPROVED, ReviewStatus.SENDING)),
    )
    if connection.channel != EVERY_CHANNEL:
        return session.exec(statement.where(ReviewItem.channel == connection.channel)).one()
    known = list_connections(session, [connection.brand_id])
    others = [each.channel for each in known if each.status != ConnectionStatus.DISCONNECTED]
    return session.exec(statement.where(col(ReviewItem.channel).not_in(others))).one()


def _retries(session: Session, brand_id: str, channel: str) -> list[_Retry]:
    statement = (
        select(Delivery.error, Delivery.updated_at, Delivery.next_try_at)
        .join(ReviewItem, col(ReviewItem.id) == col(Delivery.review_item_id))
        .where(Delivery.channel == channel, Delivery.status == DeliveryStatus.RETRY, ReviewItem.brand_id == brand_id)
        .where(func.coalesce(Delivery.error, "").not_in((TURN, SCHEDULED)))
        .order_by(col(Delivery.updated_at).desc())
        .limit(LOOKED_AT)
    )
    return [_Retry(error or "", next_try_at or tried_at) for error, tried_at, next_try_at in session.exec(statement)]
