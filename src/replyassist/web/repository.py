"""What the console asks of the database beyond the queue's own questions; reading only."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_
from sqlalchemy import select as select_columns
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from replyassist.core.accounts import PERSON, User, UserBrand
from replyassist.core.security import Role
from replyassist.inbox.models import Message
from replyassist.review.models import Approval, AuditEntry, ReviewItem


@dataclass(frozen=True)
class AnsweredMessage:
    """The review item of a message of the conversation, with the text that was approved for it."""

    item_id: int
    status: str
    text: str | None


def user_names(session: Session, user_ids: Iterable[int]) -> dict[int, str]:
    """Names by id."""
    wanted = set(user_ids)
    if not wanted:
        return {}
    found = session.exec(select(User.id, User.name).where(col(User.id).in_(wanted)))
    return {user_id: name for user_id, name in found if user_id is not None}


def colleagues(session: Session, brands: Iterable[str], *, limit: int = 200) -> list[tuple[int, str]]:
    """Id and name of the people who work for one of these brands, by name."""
    ids = select(UserBrand.user_id).where(col(UserBrand.brand_id).in_(list(brands)))
    statement = (
        select(User.id, User.name)
        .where(User.kind == PERSON, col(User.is_active).is_(True))
        .where(or_(col(User.id).in_(ids), col(User.role) == Role.ADMIN.value))
        .order_by(col(User.name), col(User.id))
        .limit(limit)
    )
    return [(user_id, name) for user_id, name in session.exec(statement) if user_id is not None]


def answers(session: Session, conversation_id: int, *, limit: int = 200) -> dict[int, AnsweredMessage]:
    """The newest review items of a conversation by message id."""
    statement = (
        select(ReviewItem.message_id, ReviewItem.id, ReviewItem.status, ReviewItem.final_text)
        .join(Message, col(Message.id) == col(ReviewItem.message_id))
        .where(col(Message.conversation_id) == conversation_id)
        .order_by(col(ReviewItem.id).desc())
        .limit(limit)
    )
    return {
        message_id: AnsweredMessage(item_id, status, text)
        for message_id, item_id, status, text in session.exec(statement)
        if item_id is not None
    }


@dataclass(frozen=True)
class Earlier:
    """Another message of the same author, and how it ended: ``reply`` was approved, ``reason`` says why it was not."""

    item_id: int
    text: str
    posted_at: datetime
    status: str
    reply: str | None
    reason: str


def others_of_author(session: Session, message: Message, *, limit: int) -> list[Earlier]:
    """The author's messages in other conversations that have an item, the newest first."""
    statement = (
        select_columns(
            col(ReviewItem.id),
            col(Message.text),
            col(Message.posted_at),
            col(ReviewItem.status),
            col(ReviewItem.final_text),
        )
        .join(Message, col(Message.id) == col(ReviewItem.message_id))
        .where(col(Message.author_id) == message.author_id, col(Message.conversation_id) != message.conversation_id)
        .order_by(col(Message.id).desc())
        .limit(limit)
    )
    rows = session.connection().execute(statement).all()
    why = session.exec(
        select(AuditEntry.review_item_id, AuditEntry.reason)
        .where(col(AuditEntry.review_item_id).in_([item_id for item_id, *_ in rows]), AuditEntry.act == "rejected")
        .order_by(col(AuditEntry.id))
    )
    reasons = dict(why.all())
    return [
        Earlier(item_id or 0, text, at, status, reply, reasons.get(item_id or 0, "") if status == "rejected" else "")
        for item_id, text, at, status, reply in rows
    ]


def acted_on(session: Session, brands: Collection[str] | None, item_ids: Collection[int]) -> list[ReviewItem]:
    """These items as a list shows them, those of these brands (None: all) only, in the order of their ids."""
    slim = [defer(getattr(ReviewItem, name), raiseload=True) for name in ("proposal", "confirmed")]
    statement = select(ReviewItem).where(col(ReviewItem.id).in_(item_ids)).order_by(col(ReviewItem.id)).options(*slim)
    if brands is not None:
        statement = statement.where(col(ReviewItem.brand_id).in_(brands))
    return list(session.exec(statement))


def approved_text(session: Session, item_id: int, approval_id: int) -> str | None:
    """The text of an earlier approval of this item, or None."""
    approval = session.get(Approval, approval_id)
    return approval.text if approval is not None and approval.review_item_id == item_id else None
