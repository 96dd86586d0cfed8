"""All SQL of the queue."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, update
from sqlmodel import Session, col, select

from replyassist.core.errors import InvalidInput
from replyassist.inbox.models import Message

from .models import OPEN, AuditEntry, ReviewItem, ReviewStatus

LONGEST_NUMBER = 18  # digits that surely fit into 64 bits


@dataclass(frozen=True)
class QueueFilter:
    """Which items to list. ``brands`` None means all brands; an empty ``statuses`` means every status."""

    brands: frozenset[str] | None
    statuses: tuple[str, ...] = ()
    route: str | None = None
    verdict: str | None = None
    channel: str | None = None
    newest_first: bool = False


@dataclass(frozen=True)
class Place:
    """A place in the queue's order (urgency falling, id rising), for the next page."""

    urgency: int
    item_id: int


def is_number(text: str) -> bool:
    """Whether a text is a whole number in plain digits that a database can compare with."""
    return text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER


def cursor_of(item: ReviewItem) -> str:
    """The place of an item in its list, for the next page."""
    return f"{item.urgency}:{item.id}"


def place_of(cursor: str | None) -> Place | None:
    """The place that a cursor names, None without one; raise InvalidInput."""
    if not cursor:
        return None
    urgency, _, item_id = cursor.partition(":")
    if not (is_number(urgency) and is_number(item_id)):
        raise InvalidInput("not a place of this list", field="cursor")
    return Place(urgency=int(urgency), item_id=int(item_id))


def list_items(session: Session, wanted: QueueFilter, *, after: Place | None, limit: int) -> list[ReviewItem]:
    """The next ``limit`` items: most urgent first, then oldest first; or newest first."""
    statement = select(ReviewItem).limit(limit)
    if wanted.newest_first:
        statement = statement.order_by(col(ReviewItem.id).desc())
    else:
        statement = statement.order_by(col(ReviewItem.urgency).desc(), col(ReviewItem.id))
    if wanted.brands is not None:
        statement = statement.where(col(ReviewItem.brand_id).in_(wanted.brands))
    if wanted.statuses:
        statement = statement.where(col(ReviewItem.status).in_(wanted.statuses))
    for column, value in (
        (ReviewItem.route, wanted.route),
        (ReviewItem.verdict, wanted.verdict),
        (ReviewItem.channel, wanted.channel),
    ):
        if value is not None:
            statement = statement.where(col(column) == value)
    if after is not None and wanted.newest_first:
        statement = statement.where(col(ReviewItem.id) < after.item_id)
    elif after is not None:
        statement = statement.where(
            or_(
                col(ReviewItem.urgency) < after.urgency,
                and_(col(ReviewItem.urgency) == after.urgency, col(ReviewItem.id) > after.item_id),
            )
        )
    return list(session.exec(statement))


def count_by_status(session: Session, brands: Iterable[str] | None) -> dict[str, int]:
    """How many items stand in each status."""
    statement = select(ReviewItem.status, func.count()).group_by(ReviewItem.status)
    if brands is not None:
        statement = statement.where(col(ReviewItem.brand_id).in_(list(brands)))
    return {status: count for status, count in session.exec(statement)}


def newest_made(session: Session, brands: Collection[str] | None, *, limit: int) -> list[datetime]:
    """When the newest items of these brands (None: of all) were made, the newest first."""
    statement = select(ReviewItem.created_at).order_by(col(ReviewItem.id).desc()).limit(limit)
    if brands is not None:
        statement = statement.where(col(ReviewItem.brand_id).in_(brands))
    return list(session.exec(statement))


def find_by_message(session: Session, message_id: int, *, locked: bool = False) -> ReviewItem | None:
    """The item of a message, or None; ``locked``: as it stands now, and nobody moves it in this transaction."""
    statement = select(ReviewItem).where(ReviewItem.message_id == message_id)
    if locked:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return session.exec(statement).first()


def open_items_before(session: Session, message: Message, *, private: bool, names: Collection[int]) -> list[ReviewItem]:
    """Undecided items of earlier messages of the conversation that a new message matters to, locked.

    In private that is all of them; in public those of its author, of the comment that it answers, and of the authors
    ``names``. Other answers to that comment count when a reply is sent; they do not move an open item, for under a busy
    comment nobody could decide it.
    """
    is_earlier = or_(
        col(Message.posted_at) < message.posted_at,
        and_(col(Message.posted_at) == message.posted_at, col(Message.id) < message.id),
    )
    statement = (
        select(ReviewItem)
        .join(Message, col(Message.id) == col(ReviewItem.message_id))
        .where(
            Message.conversation_id == message.conversation_id,
            Message.id != message.part_of_id,
            is_earlier,
            col(ReviewItem.status).in_([ReviewStatus.PENDING, ReviewStatus.ESCALATED]),
        )
        .order_by(col(ReviewItem.id))
        .limit(100)
        .with_for_update(of=ReviewItem)
        .execution_options(populate_existing=True)
    )
    if not private:
        around: list[ColumnElement[bool]] = [col(Message.author_id).in_({message.author_id, *names})]
        if message.in_reply_to is not None:
            around.append(col(Message.external_id) == message.in_reply_to)
        statement = statement.where(or_(*around))
    return list(session.exec(statement))


def open_items_of(
    session: Session, conversation_id: int, *, authors: Collection[int] | None, without: int | None
) -> list[ReviewItem]:
    """Undecided items of a conversation but one, locked; of these authors only where some are given."""
    statement = (
        select(ReviewItem)
        .join(Message, col(Message.id) == col(ReviewItem.message_id))
        .where(
            Message.conversation_id == conversation_id,
            col(ReviewItem.status).in_(OPEN),
            col(ReviewItem.id) != without,
        )
        .order_by(col(ReviewItem.id))
        .limit(100)
        .with_for_update(of=ReviewItem)
        .execution_options(populate_existing=True)
    )
    if authors is not None:
        statement = statement.where(col(Message.author_id).in_(authors))
    return list(session.exec(statement))


def audit_of(session: Session, item_id: int) -> list[AuditEntry]:
    """Everything that happened to an item, oldest first."""
    return list(
        session.exec(
            select(AuditEntry).where(AuditEntry.review_item_id == item_id).order_by(col(AuditEntry.id)).limit(500)
        )
    )


def audit_after(session: Session, entry_id: int, brands: frozenset[str] | None, *, limit: int) -> list[AuditEntry]:
    """What happened after an audit entry, for live updates."""
    statement = select(AuditEntry).where(col(AuditEntry.id) > entry_id).order_by(col(AuditEntry.id)).limit(limit)
    if brands is not None:
        statement = statement.where(col(AuditEntry.brand_id).in_(brands))
    return list(session.exec(statement))


def newest_audit_ids(session: Session, *, up_to: int | None = None, limit: int) -> list[int]:
    """Ids of the newest audit entries, of all or of those up to an id; the highest first."""
    statement = select(AuditEntry.id).order_by(col(AuditEntry.id).desc()).limit(limit)
    if up_to is not None:
        statement = statement.where(col(AuditEntry.id) <= up_to)
    return [entry_id for entry_id in session.exec(statement) if entry_id is not None]


def in_status_since(
    session: Session, statuses: Iterable[ReviewStatus], *, before: datetime, limit: int
) -> list[ReviewItem]:
    """Items that have stood in one of these statuses since before a time, oldest first."""
    return list(
        session.exec(
            select(ReviewItem)
            .where(col(ReviewItem.status).in_(list(statuses)), col(ReviewItem.updated_at) < before)
            .order_by(col(ReviewItem.updated_at))
            .limit(limit)
        )
    )


def open_drafts(session: Session, brand_id: str, *, after: int, limit: int) -> list[ReviewItem]:
    """The brand's undecided items that have a draft, from the one after an id on."""
    return list(
        session.exec(
            select(ReviewItem)
            .where(
                ReviewItem.brand_id == brand_id,
                col(ReviewItem.status).in_([ReviewStatus.PENDING, ReviewStatus.ESCALATED]),
                col(ReviewItem.id) > after,
                ReviewItem.draft != "",
            )
            .order_by(col(ReviewItem.id))
            .limit(limit)
        )
    )


def redrafting_since(session: Session, *, before: datetime, limit: int) -> list[ReviewItem]:
    """Items whose redraft has been asked for since before a time."""
    return list(
        session.exec(
            select(ReviewItem)
            .where(
                col(ReviewItem.is_redrafting).is_(True),
                col(ReviewItem.status).in_([ReviewStatus.PENDING, ReviewStatus.ESCALATED]),
                col(ReviewItem.updated_at) < before,
            )
            .order_by(col(ReviewItem.updated_at))
            .limit(limit)
        )
    )


def next_attempt(session: Session, item: ReviewItem) -> bool:
    """Count one more attempt at sending; False when the item has moved on meanwhile."""
    result = session.exec(
        update(ReviewItem)
        .where(
            col(ReviewItem.id) == item.id,
            col(ReviewItem.version) == item.version,
            col(ReviewItem.attempt) == item.attempt,
        )
        .values(attempt=item.attempt + 1)
        .execution_options(synchronize_session=False)
    )
    return bool(result.rowcount == 1)
