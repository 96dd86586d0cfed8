"""All SQL of delivery: a reply's row and who holds it, what was sent before, when its author last wrote."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from replyassist.inbox.models import Conversation, Direction, Message
from replyassist.review.models import Approval, ReviewItem, ReviewStatus

from ..models import Delivery, DeliveryStatus

MOST_LOOKED_AT = 200
_LEFT = (ReviewStatus.SENDING, ReviewStatus.SENT)


def delivery_of(session: Session, approval_id: int | None) -> Delivery | None:
    """The delivery of an approval; None before the first attempt."""
    return session.exec(select(Delivery).where(Delivery.approval_id == approval_id)).first()


def change_held(session: Session, delivery_id: int, token: str, **values: object) -> bool:
    """Change a delivery that is being sent under this token; False where another worker holds it by now."""
    held = session.exec(
        update(Delivery)
        .where(
            col(Delivery.id) == delivery_id,
            col(Delivery.token) == token,
            col(Delivery.status) == DeliveryStatus.SENDING,
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return bool(held.rowcount == 1)


def is_another_ones(session: Session, delivery: Delivery, platform_id: str) -> bool:
    """Whether another delivery to the same address has this id at the platform."""
    statement = select(Delivery.id).where(
        Delivery.platform_id == platform_id,
        Delivery.adapter == delivery.adapter,
        Delivery.destination == delivery.destination,
        Delivery.id != delivery.id,
    )
    return session.exec(statement).first() is not None


def sent_as(session: Session, brand_id: str, channel: str, adapter: str, platform_id: str) -> int | None:
    """The delivery of a brand on a channel that the platform took under this id."""
    statement = (
        select(Delivery.id)
        .join(ReviewItem, col(ReviewItem.id) == Delivery.review_item_id)
        .where(
            ReviewItem.brand_id == brand_id,
            Delivery.channel == channel,
            Delivery.adapter == adapter,
            Delivery.platform_id == platform_id,
            Delivery.status == DeliveryStatus.SENT,
        )
        .order_by(col(Delivery.id).desc())
        .limit(1)
    )
    return session.exec(statement).first()


def note_woken(session: Session, approval_id: int | None, *, now: datetime) -> None:
    """The next attempt takes the place of the one that a delivery waited for, and counts as no other."""
    session.exec(
        update(Delivery)
        .where(col(Delivery.approval_id) == approval_id)
        .values(postponed=col(Delivery.postponed) + 1, kept_until=now)
        .execution_options(synchronize_session=False)
    )


Waiting = tuple[datetime, str]
"""Until when a reply waits, and in which conversation it stands."""


def waiting_before(session: Session, delivery: Delivery, *, why: str, since: datetime) -> list[Waiting]:
    """Older replies of the same brand and place that wait for this reason, until after ``since``."""
    mine = select(ReviewItem.brand_id).where(ReviewItem.id == delivery.review_item_id).scalar_subquery()
    return _waiting(
        session,
        ReviewItem.brand_id == mine,
        Delivery.channel == delivery.channel,
        Delivery.adapter == delivery.adapter,
        Delivery.destination == delivery.destination,
        Delivery.approval_id < delivery.approval_id,
        why=why,
        since=since,
    )


def waiting_on(
    session: Session, brand_id: str, channel: str, adapter: str, *, why: str, since: datetime
) -> list[Waiting]:
    """Replies of a brand that wait on this channel and platform for this reason, until after ``since``."""
    place = (ReviewItem.brand_id == brand_id, Delivery.channel == channel, Delivery.adapter == adapter)
    return _waiting(session, *place, why=why, since=since)


def _waiting(session: Session, *where: Any, why: str, since: datetime) -> list[Waiting]:
    statement = (
        select(Delivery.next_try_at, Conversation.external_id)
        .join(ReviewItem, col(ReviewItem.approval_id) == col(Delivery.approval_id))
        .join(Message, col(Message.id) == col(ReviewItem.message_id))
        .join(Conversation, col(Conversation.id) == col(Message.conversation_id))
        .where(
            *where,
            Delivery.status == DeliveryStatus.RETRY,
            Delivery.error == why,
            col(Delivery.next_try_at) > since,
        )
        .order_by(col(Delivery.approval_id))
    )
    return [(at, conversation) for at, conversation in session.exec(statement) if at is not None]


def first_called(now: datetime) -> object:
    """The value of ``first_called_at``, for ``change_held``: what it is already, else now."""
    return func.coalesce(col(Delivery.first_called_at), now)


def reply_of_id(session: Session, conversation_id: int, platform_id: str) -> int | None:
    """The item whose reply left in a conversation and has this id at the platform; None where none has."""
    statement = _left_in(select(ReviewItem.id), conversation_id).where(Delivery.platform_id == platform_id)
    found: int | None = session.exec(statement).first()
    return found


def replies_without_id(
    session: Session, conversation_id: int, *, unnamed: Collection[str], longest: int, since: datetime, until: datetime
) -> Sequence[tuple[int | None, str, str | None]]:
    """Item, text and platform's id of the replies that left in a conversation within a time, the newest first, of which
    no message can have the id: none is known, an ``unnamed`` adapter made it, or it has more characters than
    ``longest``."""
    has_none = or_(
        col(Delivery.platform_id).is_(None),
        col(Delivery.adapter).in_(unnamed),
        func.length(Delivery.platform_id) > longest,
    )
    wanted = select(ReviewItem.id, Approval.text, Delivery.platform_id)
    statement = _left_in(wanted, conversation_id).where(has_none, col(Delivery.updated_at).between(since, until))
    return list(session.exec(statement.order_by(col(Delivery.id).desc()).limit(MOST_LOOKED_AT)))


def _left_in(wanted: Any, conversation_id: int) -> Any:
    return (
        wanted.join(Approval, col(Approval.id) == col(ReviewItem.approval_id))
        .join(Delivery, col(Delivery.approval_id) == col(Approval.id))
        .join(Message, col(Message.id) == col(ReviewItem.message_id))
        .where(Message.conversation_id == conversation_id, col(ReviewItem.status).in_(_LEFT))
    )


def forget_echoes(session: Session, item_id: int | None) -> None:
    """Let what was taken for the echo of an item's reply be a message like any other."""
    session.exec(
        update(Message)
        .where(col(Message.echo_of_id) == item_id)
        .values(echo_of_id=None)
        .execution_options(synchronize_session=False)
    )


def last_written(session: Session, items: Sequence[int]) -> dict[int, datetime]:
    """When the author of each item last wrote in its conversation, by item."""
    if not items:
        return {}
    mine, theirs = aliased(Message), aliased(Message)
    is_same = and_(
        col(theirs.conversation_id) == col(mine.conversation_id), col(theirs.author_id) == col(mine.author_id)
    )
    statement = (
        select(col(ReviewItem.id), func.max(theirs.posted_at))
        .join(mine, col(mine.id) == col(ReviewItem.message_id))
        .join(theirs, is_same)
        .where(col(ReviewItem.id).in_(items), theirs.direction == Direction.IN, col(theirs.deleted_at).is_(None))
        .group_by(col(ReviewItem.id))
    )
    return {key or 0: last for key, last in session.exec(statement)}


def last_written_in(session: Session, conversation_id: int, author_id: int | None) -> datetime | None:
    """When an author last wrote in a conversation; None where nothing of theirs stands there any more."""
    return session.exec(
        select(func.max(Message.posted_at)).where(
            Message.conversation_id == conversation_id,
            Message.author_id == author_id,
            Message.direction == Direction.IN,
            col(Message.deleted_at).is_(None),
        )
    ).one()
