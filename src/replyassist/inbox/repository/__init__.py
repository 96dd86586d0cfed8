"""All SQL of the inbox."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, case, func, literal, or_, text, union_all, update
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from replyassist.core.errors import DatabaseBusy

from ..models import SENT_ELSEWHERE, Author, Conversation, Direction, Message, MessageStatus

Key = TypeVar("Key")
PLACES_AT_ONCE = 200  # parts of one statement; SQLite takes 500
MOST_MOVES = 3  # of a message into another conversation, while somebody waits for it
MOVED = "the conversation was moved meanwhile; nothing was stored, try again"


@dataclass(frozen=True)
class ThreadPosition:
    """A place in a conversation to look on from: after ``last``, what fulfils ``around``, without those named."""

    last: Message
    around: ColumnElement[bool]
    excluding: Collection[int]


def find_message(session: Session, brand_id: str, channel: str, external_id: str) -> Message | None:
    """The message that was taken in under this key, or None."""
    return session.exec(
        select(Message).where(
            Message.brand_id == brand_id, Message.channel == channel, Message.external_id == external_id
        )
    ).first()


def count_waiting(session: Session) -> int:
    """How many messages wait for their proposal."""
    return session.exec(select(func.count()).select_from(Message).where(Message.status == MessageStatus.RECEIVED)).one()


def waiting_since(session: Session) -> datetime | None:
    """When the message was received that has waited longest for its proposal; None where none waits."""
    return session.exec(select(func.min(Message.received_at)).where(Message.status == MessageStatus.RECEIVED)).one()


def count_drafted(session: Session, brands: Collection[str] | None, *, since: datetime) -> tuple[int, int]:
    """How many messages of these brands (None: of all) wait for their proposal, and how many that were received since
    then have it."""
    waits = col(Message.status) == MessageStatus.RECEIVED
    has_it = and_(col(Message.status) == MessageStatus.QUEUED, col(Message.received_at) >= since)
    statement = select(func.count(case((waits, 1))), func.count(case((has_it, 1)))).where(or_(waits, has_it))
    if brands is not None:
        statement = statement.where(col(Message.brand_id).in_(brands))
    return session.exec(statement).one()


def next_to_draft(session: Session) -> Message | None:
    """The message that has waited longest for its proposal, else the newest of all; None without messages."""
    waiting = select(Message).where(Message.status == MessageStatus.RECEIVED)
    longest = session.exec(waiting.order_by(col(Message.received_at), col(Message.id)).limit(1)).first()
    return longest or session.exec(select(Message).order_by(col(Message.id).desc()).limit(1)).first()


def stale_received(session: Session, *, before: datetime, limit: int) -> list[Message]:
    """Messages that were received before a time and still have no proposal, oldest first."""
    return list(
        session.exec(
            select(Message)
            .where(Message.status == MessageStatus.RECEIVED, col(Message.received_at) < before)
            .order_by(col(Message.received_at))
            .limit(limit)
        )
    )


def mark_queued(session: Session, message_id: int) -> bool:
    """Move a message from received to queued; False when another worker did it first."""
    result = session.exec(
        update(Message)
        .where(col(Message.id) == message_id, col(Message.status) == MessageStatus.RECEIVED)
        .values(status=MessageStatus.QUEUED)
    )
    return bool(result.rowcount == 1)


def next_attempt(session: Session, message_id: int, *, attempt: int) -> bool:
    """Count one more attempt; False when the message has moved on meanwhile."""
    result = session.exec(
        update(Message)
        .where(
            col(Message.id) == message_id,
            col(Message.status) == MessageStatus.RECEIVED,
            col(Message.attempt) == attempt,
        )
        .values(attempt=attempt + 1)
    )
    return bool(result.rowcount == 1)


def messages_with_parts(session: Session, message_ids: Collection[int]) -> list[tuple[Message, Author, Conversation]]:
    """These messages and those that go on from them, as they stand now, in the order of posting."""
    rows = session.exec(
        select(Message, Author, Conversation)
        .join(Author, col(Author.id) == col(Message.author_id))
        .join(Conversation, col(Conversation.id) == col(Message.conversation_id))
        .where(or_(col(Message.id).in_(message_ids), col(Message.part_of_id).in_(message_ids)))
        .order_by(col(Message.posted_at), col(Message.id))
        .execution_options(populate_existing=True)
    )
    return list(rows)


def conversation_messages(session: Session, conversation_id: int, *, limit: int = 50) -> list[tuple[Message, Author]]:
    """The last messages of a conversation by the time of their posting, with their authors, oldest first."""
    rows = session.exec(
        select(Message, Author)
        .where(Message.conversation_id == conversation_id, Message.author_id == Author.id)
        .order_by(col(Message.posted_at).desc(), col(Message.id).desc())
        .limit(limit)
    )
    return list(reversed([(message, author) for message, author in rows]))


def begun_near(session: Session, message: Message, *, seconds: float) -> list[Message]:
    """Messages by the same author that begin an item and were posted within so many seconds of this one; the last
    posted first."""
    window = timedelta(seconds=seconds)
    return list(
        session.exec(
            select(Message)
            .where(
                Message.conversation_id == message.conversation_id,
                Message.author_id == message.author_id,
                Message.id != message.id,
                Message.direction == Direction.IN,
                col(Message.part_of_id).is_(None),
                col(Message.deleted_at).is_(None),
                col(Message.posted_at).between(message.posted_at - window, message.posted_at + window),
            )
            .order_by(col(Message.posted_at).desc(), col(Message.id).desc())
        )
    )


def count_messages(session: Session, conversation_ids: Collection[int]) -> dict[int, int]:
    """How many messages there are in each of these conversations, for those that have any."""
    statement = (
        select(Message.conversation_id, func.count(col(Message.id)))
        .where(col(Message.conversation_id).in_(conversation_ids))
        .group_by(col(Message.conversation_id))
    )
    return dict(session.exec(statement).all())


def posted_after(
    session: Session, places: Mapping[int, ThreadPosition], *, or_changed: bool = False
) -> dict[int, list[Message]]:
    """For each place, the messages of its conversation that were posted after it and fulfil its condition.

    They come oldest first. What was posted at the same moment counts as later when it arrived later; ``or_changed``: so
    does what was edited or deleted, whenever it was posted. Echoes of our own replies are left out.
    """
    found: dict[int, list[Message]] = {number: [] for number in places}
    numbered = iter(places.items())
    while some := list(islice(numbered, PLACES_AT_ONCE)):
        later = union_all(*(_later(number, place, or_changed=or_changed) for number, place in some)).subquery()
        rows = session.exec(
            select(later.c.number, Message)
            .join(later, later.c.id == Message.id)
            .order_by(col(Message.posted_at), col(Message.id))
        )
        for number, message in rows:
            found[number].append(message)
    return found


def authors_with_handles(session: Session, message: Message, handles: Collection[str]) -> list[int]:
    """Ids of the authors on the message's channel who have one of these handles."""
    if not handles:
        return []
    wanted = [f"{mark}{handle.lower()}" for handle in handles for mark in ("", "@")]
    statement = select(Author.id).where(
        Author.brand_id == message.brand_id,
        Author.channel == message.channel,
        func.lower(col(Author.handle)).in_(wanted),
    )
    return [author_id for author_id in session.exec(statement) if author_id is not None]


def last_replies_elsewhere(session: Session, conversation_ids: Collection[int], *, limit: int) -> list[Message]:
    """The last replies of ours that were sent elsewhere, so many of each conversation, the newest first."""
    newest_first = (col(Message.posted_at).desc(), col(Message.id).desc())

    def newest(conversation_id: int) -> Select[Any]:
        of_it = select_columns(col(Message.id)).where(col(Message.conversation_id) == conversation_id)
        return of_it.where(text(SENT_ELSEWHERE)).order_by(*newest_first).limit(limit)

    found: list[Message] = []
    for ids in some_of_each(conversation_ids, newest):
        found += session.exec(select(Message).where(col(Message.id).in_(ids)).order_by(*newest_first))
    return found


def some_of_each(keys: Iterable[Key], some: Callable[[Key], Select[Any]]) -> Iterator[CompoundSelect[Any]]:
    """Statements for the ids that ``some`` finds for each of the keys, each of as many keys as one takes.

    With an order and a limit that are those of an index, each key costs so many steps along it.
    """
    left = iter(dict.fromkeys(keys))
    while taken := list(islice(left, PLACES_AT_ONCE)):
        ways = [some(key).subquery() for key in taken]
        yield union_all(*(select_columns(way.c.id) for way in ways))


def ids_of_each(session: Session, keys: Iterable[Key], some: Callable[[Key], Select[Any]]) -> Iterator[list[int]]:
    """The ids themselves, no empty lists: for a statement with conditions whose rarity PostgreSQL misjudges, or it goes
    through a whole table and holds the ids against it."""
    for statement in some_of_each(keys, some):
        if ids := list(session.connection().execute(statement).scalars()):
            yield ids


def lock_conversation(session: Session, conversation_id: int) -> None:
    """Hold new messages of the conversation back until this transaction ends (SQLite's writers take turns anyway).

    Raise DatabaseBusy where all of it was moved into another meanwhile.
    """
    if not _lock(session, col(Conversation.id) == conversation_id):
        raise DatabaseBusy(MOVED)


def lock_conversation_of(session: Session, message_id: int) -> None:
    """As ``lock_conversation``, for the one that a message is in."""
    its_own = select(Message.conversation_id).where(Message.id == message_id).scalar_subquery()
    if not any(_lock(session, col(Conversation.id) == its_own) for _ in range(MOST_MOVES)):
        raise DatabaseBusy(MOVED)


def _lock(session: Session, wanted: ColumnElement[bool]) -> bool:
    """Whether there is such a conversation still, once whoever held it has ended."""
    if session.get_bind().dialect.name == "sqlite":
        return True
    statement = select(Conversation).where(wanted).with_for_update(of=Conversation, key_share=True)
    return session.exec(statement.execution_options(populate_existing=True)).first() is not None


def _later(number: int, place: ThreadPosition, *, or_changed: bool) -> Select[int, int]:
    last = place.last
    is_later = or_(
        col(Message.posted_at) > last.posted_at,
        and_(col(Message.posted_at) == last.posted_at, col(Message.id) > last.id),
        *([col(Message.revision) > 0] if or_changed else ()),
    )
    return select_columns(literal(number).label("number"), col(Message.id).label("id")).where(
        col(Message.conversation_id) == last.conversation_id,
        is_later,
        place.around,
        col(Message.id).not_in(place.excluding),
        col(Message.echo_of_id).is_(None),
    )


def received_before(session: Session, reply: Message) -> list[Message]:
    """Messages of the same conversation from before a reply of ours that wait for a draft, at most 100."""
    statement = (
        select(Message)
        .where(
            Message.conversation_id == reply.conversation_id,
            Message.status == MessageStatus.RECEIVED,
            col(Message.posted_at) <= reply.posted_at,
        )
        .order_by(col(Message.id))
        .limit(100)
    )
    return list(session.exec(statement))


def count_no_longer_received(session: Session, ids: Collection[int]) -> int:
    """How many of these messages are not waiting for the pipeline any more."""
    statement = select(func.count()).select_from(Message).where(col(Message.id).in_(ids))
    return session.exec(statement.where(Message.status != MessageStatus.RECEIVED)).one()
