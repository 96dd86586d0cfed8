"""All SQL of what colleagues share."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, or_, update
from sqlmodel import Session, col, select

from replyassist.core.accounts import PERSON, User, UserBrand
from replyassist.core.security import Role

from ..models import OPEN, AuditEntry, ReviewItem
from .models import ItemNote, LiveChange, NoteMention, Presence, SavedReply, TeamTurn

MOST_PEOPLE = 200
MOST_ADMINS = 50


def people_on(session: Session, brand_id: str) -> list[User]:
    """The people who are on the brand, by id; admins, who see every brand, are not on one."""
    statement = (
        select(User)
        .join(UserBrand, col(UserBrand.user_id) == col(User.id))
        .where(UserBrand.brand_id == brand_id, col(User.is_active).is_(True), User.kind == PERSON)
        .order_by(col(User.id))
        .limit(MOST_PEOPLE)
    )
    return list(session.exec(statement))


def admins(session: Session) -> list[User]:
    """The people who see every brand, by id."""
    statement = select(User).where(User.role == Role.ADMIN.value, col(User.is_active).is_(True), User.kind == PERSON)
    return list(session.exec(statement.order_by(col(User.id)).limit(MOST_ADMINS)))


def last_assigned(session: Session, item: ReviewItem, *, limit: int) -> int | None:
    """Whose the brand's last item before this one is that is anybody's, among so many."""
    newest = (
        select(ReviewItem.assigned_to)
        .where(ReviewItem.brand_id == item.brand_id, col(ReviewItem.id) < item.id)
        .order_by(col(ReviewItem.id).desc())
        .limit(limit)
    )
    return next((user_id for user_id in session.exec(newest) if user_id is not None), None)


def turns(session: Session, brand_id: str) -> dict[int, TeamTurn]:
    """What was said of somebody's turns on the brand, by user id."""
    return {row.user_id: row for row in session.exec(select(TeamTurn).where(TeamTurn.brand_id == brand_id))}


def open_by_person(session: Session, brand_id: str) -> dict[int, int]:
    """How many open items of the brand each person has, by user id."""
    statement = (
        select(ReviewItem.assigned_to, func.count())
        .where(*_open_on(brand_id), col(ReviewItem.assigned_to).is_not(None))
        .group_by(col(ReviewItem.assigned_to))
    )
    return {user_id: number for user_id, number in session.exec(statement) if user_id is not None}


def open_of_person(session: Session, brand_id: str, user_id: int, *, limit: int) -> list[ReviewItem]:
    """The open items of the brand that are somebody's, locked."""
    statement = select(ReviewItem).where(*_open_on(brand_id), ReviewItem.assigned_to == user_id)
    locked = statement.order_by(col(ReviewItem.id)).limit(limit).with_for_update(key_share=True)
    return list(session.exec(locked.execution_options(populate_existing=True)))


def _open_on(brand_id: str) -> tuple[ColumnElement[bool], ...]:
    return col(ReviewItem.brand_id) == brand_id, col(ReviewItem.status).in_(OPEN)


def newest_entry(session: Session, item_id: int) -> AuditEntry | None:
    """What happened to an item last."""
    statement = select(AuditEntry).where(AuditEntry.review_item_id == item_id).order_by(col(AuditEntry.id).desc())
    return session.exec(statement.limit(1)).first()


def newest_notes(session: Session, item_id: int, *, limit: int) -> list[ItemNote]:
    """The last notes on an item, the newest first."""
    statement = select(ItemNote).where(ItemNote.review_item_id == item_id).order_by(col(ItemNote.id).desc())
    return list(session.exec(statement.limit(limit)))


def mentions(
    session: Session, user_id: int, brands: Collection[str] | None, *, before: int | None, limit: int
) -> list[tuple[NoteMention, ItemNote]]:
    """Notes that name somebody on these brands (None: on all), the newest first; those before an id."""
    statement = (
        select(NoteMention, ItemNote)
        .join(ItemNote, col(ItemNote.id) == col(NoteMention.note_id))
        .where(NoteMention.user_id == user_id)
        .order_by(col(NoteMention.id).desc())
        .limit(limit)
    )
    if brands is not None:
        statement = statement.where(col(NoteMention.brand_id).in_(brands))
    if before is not None:
        statement = statement.where(col(NoteMention.id) < before)
    return list(session.exec(statement))


def count_unread(session: Session, user_id: int, brands: Collection[str] | None) -> int:
    """How many notes name somebody on these brands (None: on all) that they have not seen."""
    statement = select(func.count()).where(NoteMention.user_id == user_id, col(NoteMention.read_at).is_(None))
    if brands is not None:
        statement = statement.where(col(NoteMention.brand_id).in_(brands))
    return session.exec(statement).one()


def mark_read(session: Session, user_id: int, *, item_id: int | None, now: datetime) -> int:
    """They have seen the notes that name them, on one item or all; how many that were."""
    statement = update(NoteMention).where(col(NoteMention.user_id) == user_id, col(NoteMention.read_at).is_(None))
    if item_id is not None:
        of_item = select(ItemNote.id).where(ItemNote.review_item_id == item_id)
        statement = statement.where(col(NoteMention.note_id).in_(of_item))
    result = session.exec(statement.values(read_at=now).execution_options(synchronize_session=False))
    return int(result.rowcount)


def saved_replies(session: Session, user_id: int, brand_id: str, *, limit: int) -> list[SavedReply]:
    """A person's own and everybody's on the brand, by title; their own first."""
    statement = (
        select(SavedReply)
        .where(
            col(SavedReply.brand_id) == brand_id,
            or_(col(SavedReply.owner_id) == user_id, col(SavedReply.owner_id).is_(None)),
        )
        .order_by(col(SavedReply.owner_id).is_(None), func.lower(SavedReply.title), col(SavedReply.id))
        .limit(limit)
    )
    return list(session.exec(statement))


def count_saved(session: Session, brand_id: str, owner_id: int | None) -> int:
    """How many one person, or everybody together, has saved on the brand."""
    statement = select(func.count()).where(
        col(SavedReply.brand_id) == brand_id, col(SavedReply.owner_id).is_not_distinct_from(owner_id)
    )
    return session.exec(statement).one()


def lookers(session: Session, item_id: int, *, without: Collection[int], now: datetime, limit: int) -> list[str]:
    """The names of those whose presence at an item lasts, without some."""
    statement = (
        select(User.name)
        .join(Presence, col(Presence.user_id) == col(User.id))
        .where(
            Presence.review_item_id == item_id, col(Presence.until) > now, col(Presence.user_id).not_in(list(without))
        )
        .order_by(col(User.name))
        .limit(limit)
    )
    return list(session.exec(statement))


def forget_presence(session: Session, *, before: datetime) -> None:
    """Throw away what ended before a time."""
    session.exec(delete(Presence).where(col(Presence.until) < before).execution_options(synchronize_session=False))


def end_presence(session: Session, item_id: int, user_id: int, *, now: datetime) -> bool:
    """Somebody is at an item no longer; whether they were."""
    mine = (col(Presence.review_item_id) == item_id, col(Presence.user_id) == user_id, col(Presence.until) > now)
    ended = update(Presence).where(*mine).values(until=now)
    result = session.exec(ended.execution_options(synchronize_session=False))
    return bool(result.rowcount)


def forget_live(session: Session, *, before: datetime) -> None:
    """Throw away what was told before a time."""
    session.exec(delete(LiveChange).where(col(LiveChange.at) < before).execution_options(synchronize_session=False))


def newest_live(session: Session) -> int:
    """The highest id of what is told; 0 for nothing."""
    return session.exec(select(func.max(LiveChange.id))).one() or 0


def live_after(session: Session, change_id: int, *, limit: int) -> Sequence[LiveChange]:
    """What is told after an id, oldest first."""
    statement = select(LiveChange).where(col(LiveChange.id) > change_id).order_by(col(LiveChange.id))
    return session.exec(statement.limit(limit)).all()
