"""All SQL of clusters: open items that may ask the same, their vectors, and the members of one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, or_, update
from sqlmodel import Session, col, select

from replyassist.inbox.models import Message

from ..models import LOW, ReviewItem, ReviewStatus, ReviewVector


@dataclass(frozen=True)
class Neighbour:
    """An open item with the vector of its message (float16 bytes)."""

    item_id: int
    cluster_id: int | None
    conversation_id: int
    value: bytes


def open_neighbours(session: Session, item: ReviewItem, *, encoder: str, newest: int) -> list[Neighbour]:
    """Of the newest undecided items of the same brand and template: those that are like the item in every column.

    The newest first; without the item itself.
    """
    recent = (
        select(ReviewItem.id)
        .where(
            ReviewItem.brand_id == item.brand_id,
            ReviewItem.template_id == item.template_id,
            ReviewItem.status == ReviewStatus.PENDING.value,
        )
        .order_by(col(ReviewItem.id).desc())
        .limit(newest)
    ).subquery()
    statement = (
        select(ReviewItem.id, ReviewItem.cluster_id, Message.conversation_id, ReviewVector.value)
        .join(recent, recent.c.id == col(ReviewItem.id))
        .join(ReviewVector, col(ReviewVector.review_item_id) == col(ReviewItem.id))
        .join(Message, col(Message.id) == col(ReviewItem.message_id))
        .where(
            ReviewVector.encoder == encoder,
            ReviewItem.id != item.id,
            ReviewItem.channel == item.channel,
            ReviewItem.visibility == item.visibility,
            ReviewItem.route == item.route,
            ReviewItem.language == item.language,
            ReviewItem.risk == LOW,
            ReviewItem.verdict == item.verdict,
            col(ReviewItem.is_escalated).is_(False),
            col(ReviewItem.is_redrafting).is_(False),
            col(ReviewItem.is_for_leads).is_(False),
        )
        .order_by(col(ReviewItem.id).desc())
    )
    return [
        Neighbour(item_id, cluster_id, conversation_id, value)
        for item_id, cluster_id, conversation_id, value in session.exec(statement)
        if item_id is not None
    ]


def keep_vector(session: Session, item_id: int, *, encoder: str, value: bytes) -> None:
    """Keep the vector of an item's message until the item is decided."""
    session.add(ReviewVector(review_item_id=item_id, encoder=encoder, value=value))
    session.flush()


def drop_vector(session: Session, item_id: int | None) -> None:
    """Forget the vector of an item's message."""
    session.exec(delete(ReviewVector).where(col(ReviewVector.review_item_id) == item_id))


def put_into(session: Session, item_ids: Collection[int], cluster_id: int) -> None:
    """Let undecided items that are by themselves belong to a cluster; no version grows."""
    session.exec(
        update(ReviewItem)
        .where(
            col(ReviewItem.id).in_(item_ids),
            col(ReviewItem.cluster_id).is_(None),
            col(ReviewItem.status) == ReviewStatus.PENDING.value,
        )
        .values(cluster_id=cluster_id)
        .execution_options(synchronize_session=False)
    )


def ever_in(session: Session, cluster_id: int) -> ReviewItem | None:
    """Some item of a cluster, decided or not; None where there is no such cluster."""
    statement = select(ReviewItem).where(ReviewItem.cluster_id == cluster_id).order_by(col(ReviewItem.id)).limit(1)
    return session.exec(statement).first()


def members(session: Session, cluster_id: int, *, now: datetime, limit: int) -> list[ReviewItem]:
    """The undecided items of a cluster that are not put off, the oldest first."""
    statement = select(ReviewItem).where(*_open_in([cluster_id], now)).order_by(col(ReviewItem.id)).limit(limit)
    return list(session.exec(statement))


def sizes(session: Session, cluster_ids: Collection[int], *, now: datetime) -> dict[int, int]:
    """How many undecided items that are not put off each cluster has; those without any are left out."""
    if not cluster_ids:
        return {}
    statement = (
        select(ReviewItem.cluster_id, func.count())
        .where(*_open_in(cluster_ids, now))
        .group_by(col(ReviewItem.cluster_id))
    )
    return {cluster_id: number for cluster_id, number in session.exec(statement) if cluster_id is not None}


def claim_free(session: Session, item_ids: Sequence[int], *, user_id: int, now: datetime, minutes: int) -> None:
    """Lease to one person those of the undecided items that nobody else works on."""
    session.exec(
        update(ReviewItem)
        .where(
            col(ReviewItem.id).in_(item_ids),
            col(ReviewItem.status) == ReviewStatus.PENDING.value,
            or_(
                col(ReviewItem.claimed_by).is_(None),
                col(ReviewItem.claimed_by) == user_id,
                col(ReviewItem.claimed_until) <= now,
            ),
        )
        .values(claimed_by=user_id, claimed_until=now + timedelta(minutes=minutes))
        .execution_options(synchronize_session=False)
    )


def release_own(session: Session, cluster_id: int, *, user_id: int) -> None:
    """Give back a person's leases of the items of a cluster."""
    session.exec(
        update(ReviewItem)
        .where(
            col(ReviewItem.cluster_id) == cluster_id,
            col(ReviewItem.status) == ReviewStatus.PENDING.value,
            col(ReviewItem.claimed_by) == user_id,
        )
        .values(claimed_by=None, claimed_until=None)
        .execution_options(synchronize_session=False)
    )


def _open_in(cluster_ids: Collection[int], now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        col(ReviewItem.cluster_id).in_(cluster_ids),
        col(ReviewItem.status) == ReviewStatus.PENDING.value,
        or_(col(ReviewItem.snoozed_until).is_(None), col(ReviewItem.snoozed_until) <= now),
        col(ReviewItem.is_for_leads).is_(False),
    )
