"""What the console asks of the database beyond the queue's own questions; reading only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col, select

from replyassist.core.accounts import User
from replyassist.inbox.models import Message
from replyassist.review.models import Approval, ReviewItem
from replyassist.review.repository import Place, QueueFilter

CHANNELS_LOOKED_AT = 2000


@dataclass(frozen=True)
class Answer:
    """The review item of a message of the conversation, with the text that was approved for it."""

    item_id: int
    status: str
    text: str | None


def neighbour(
    session: Session,
    wanted: QueueFilter,
    place: Place | None,
    *,
    backwards: bool = False,
    user_id: int,
    now: datetime,
) -> int | None:
    """The next (or previous) item of a list that nobody else works on; the first when ``place`` is None."""
    statement = select(ReviewItem.id).where(*_conditions(wanted), _is_free(user_id, now)).limit(1)
    item_id, urgency = col(ReviewItem.id), col(ReviewItem.urgency)
    if place is not None:
        after, before = item_id > place.item_id, item_id < place.item_id
        if wanted.newest_first:
            statement = statement.where(after if backwards else before)
        elif backwards:
            statement = statement.where(or_(urgency > place.urgency, and_(urgency == place.urgency, before)))
        else:
            statement = statement.where(or_(urgency < place.urgency, and_(urgency == place.urgency, after)))
    if wanted.newest_first:
        statement = statement.order_by(item_id.asc() if backwards else item_id.desc())
    elif backwards:
        statement = statement.order_by(urgency.asc(), item_id.desc())
    else:
        statement = statement.order_by(urgency.desc(), item_id.asc())
    return session.exec(statement).first()


def user_names(session: Session, user_ids: Iterable[int]) -> dict[int, str]:
    """Names by id."""
    wanted = set(user_ids)
    if not wanted:
        return {}
    found = session.exec(select(User.id, User.name).where(col(User.id).in_(wanted)))
    return {user_id: name for user_id, name in found if user_id is not None}


def recent_channels(session: Session, brands: frozenset[str] | None) -> list[str]:
    """The channels that the newest items came by."""
    newest = select(ReviewItem.channel).order_by(col(ReviewItem.id).desc()).limit(CHANNELS_LOOKED_AT)
    if brands is not None:
        newest = newest.where(col(ReviewItem.brand_id).in_(brands))
    found = newest.subquery()
    return sorted(session.exec(select(found.c.channel).distinct()))


def answers(session: Session, conversation_id: int, *, limit: int = 200) -> dict[int, Answer]:
    """The newest review items of a conversation by message id."""
    statement = (
        select(ReviewItem.message_id, ReviewItem.id, ReviewItem.status, ReviewItem.final_text)
        .join(Message, col(Message.id) == col(ReviewItem.message_id))
        .where(col(Message.conversation_id) == conversation_id)
        .order_by(col(ReviewItem.id).desc())
        .limit(limit)
    )
    return {
        message_id: Answer(item_id, status, text)
        for message_id, item_id, status, text in session.exec(statement)
        if item_id is not None
    }


def approved_text(session: Session, item_id: int, approval_id: int) -> str | None:
    """The text of an earlier approval of this item, or None."""
    approval = session.get(Approval, approval_id)
    return approval.text if approval is not None and approval.review_item_id == item_id else None


def _conditions(wanted: QueueFilter) -> list[ColumnElement[bool]]:
    conditions = [
        col(column) == value
        for column, value in (
            (ReviewItem.route, wanted.route),
            (ReviewItem.verdict, wanted.verdict),
            (ReviewItem.channel, wanted.channel),
        )
        if value is not None
    ]
    if wanted.brands is not None:
        conditions.append(col(ReviewItem.brand_id).in_(wanted.brands))
    if wanted.statuses:
        conditions.append(col(ReviewItem.status).in_(wanted.statuses))
    return conditions


def _is_free(user_id: int, now: datetime) -> ColumnElement[bool]:
    return or_(
        col(ReviewItem.claimed_by).is_(None),
        col(ReviewItem.claimed_by) == user_id,
        col(ReviewItem.claimed_until) <= now,
    )
