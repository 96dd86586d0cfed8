"""What is asked about every message that comes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, delete, exists, func, insert, or_, update
from sqlalchemy import select as select_columns
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from replyassist.brands.models import Brand

from ..models import Author, Conversation, Message, MessageStatus
from ..schemas import MessageIn
from . import lock_conversation


@dataclass(frozen=True)
class Known:
    """What is known of a message before it is taken in: the ids of itself, its author and its conversation, None where
    they are new; when it was received; what its author is called; how many messages of its brand wait for their
    drafts, and how many of all, both counted up to one limit.

    ``conversation_id``: the one that it names. ``above_id``: the one in which what it answers lies, where it may join
    that; it goes before. ``below_id``: the one that was named after this message before it came, by replies to it.
    """

    message_id: int | None
    received_at: datetime | None
    author_id: int | None
    handle: str | None
    name: str | None
    conversation_id: int | None
    above_id: int | None
    below_id: int | None
    waiting_of_brand: int
    waiting: int

    @property
    def place_id(self) -> int | None:
        """The conversation that it belongs to; None for one that is not there yet."""
        return self.above_id or self.conversation_id


def _waiting(*conditions: ColumnElement[bool]) -> Any:
    some = select(Message.id).where(Message.status == MessageStatus.RECEIVED, *conditions)
    return select(func.count()).select_from(some.limit(bindparam("most")).subquery()).scalar_subquery()


def _named(table: Any, external_id: str) -> ColumnElement[bool]:
    return and_(
        table.brand_id == Brand.id, table.channel == bindparam("channel"), table.external_id == bindparam(external_id)
    )


_Answered, _Reply, _Theirs = aliased(Message), aliased(Message), aliased(Message)
_Above, _Below = aliased(Conversation), aliased(Conversation)
_ANSWERS_IT = exists().where(
    col(_Reply.conversation_id) == _Below.id, col(_Reply.in_reply_to) == bindparam("message")
)  # fmt: skip
"""A platform may count conversations and messages each by themselves: the same name alone says nothing."""


def _may_join(conversation: Any) -> ColumnElement[bool]:
    """What is private never comes into a conversation that others read, nor into one in which its author has written
    nothing: two people's tickets may refer to each other."""
    wrote = exists().where(col(_Theirs.conversation_id) == conversation.id, col(_Theirs.author_id) == col(Author.id))
    same = conversation.visibility == bindparam("visibility")
    return and_(same, or_(conversation.visibility == "public", wrote.correlate(conversation, Author)))


_KNOWN: Any = (
    select_columns(
        col(Message.id),
        col(Message.received_at),
        col(Author.id),
        col(Author.handle),
        col(Author.name),
        col(Conversation.id),
        col(_Above.id),
        col(_Below.id),
        _waiting(col(Message.brand_id) == bindparam("brand")),
        _waiting(),
    )
    .select_from(Brand)
    .outerjoin(Message, _named(Message, "message"))
    .outerjoin(Author, _named(Author, "author"))
    .outerjoin(Conversation, _named(Conversation, "conversation"))
    .outerjoin(_Answered, _named(_Answered, "answered"))
    .outerjoin(_Above, and_(col(_Above.id) == col(_Answered.conversation_id), _may_join(_Above)))
    .outerjoin(_Below, and_(_named(_Below, "message"), _may_join(_Below), _ANSWERS_IT))
    .where(col(Brand.id) == bindparam("brand"))
)
_NEW_AUTHOR: Any = insert(Author).returning(col(Author.id))
_NEW_CONVERSATION: Any = insert(Conversation).returning(col(Conversation.id))
"""Statements that are built once: every message that comes asks them. Columns, because rows as objects cost twice."""


def known_of(session: Session, incoming: MessageIn, *, most: int) -> Known | None:
    """What is known of a message that comes, waiting ones counted up to ``most``; None where there is no such brand."""
    asked = {
        "brand": incoming.brand,
        "channel": incoming.channel,
        "message": incoming.external_id,
        "author": incoming.author.external_id,
        "conversation": incoming.conversation.external_id,
        "visibility": incoming.conversation.visibility,
        "answered": incoming.in_reply_to,
        "most": most,
    }
    row = session.connection().execute(_KNOWN, asked).first()
    return None if row is None else Known(*row)


def keep_author(session: Session, known: Known, incoming: MessageIn) -> int:
    """The id of the author of a message that comes, called as it says; where it does not say, as before."""
    given = incoming.author
    called = {"handle": given.handle or known.handle, "name": given.name or known.name}
    if known.author_id is None:
        return _added(session, _NEW_AUTHOR, incoming, external_id=given.external_id, **called)
    if called != {"handle": known.handle, "name": known.name}:
        session.exec(update(Author).where(col(Author.id) == known.author_id).values(**called))
    return known.author_id


def keep_conversation(session: Session, known: Known, incoming: MessageIn) -> int:
    """The id of the conversation of a message that comes: that of what it answers, where that is known. Nobody else
    changes its messages before the transaction ends."""
    if known.place_id is None:
        return _added(session, _NEW_CONVERSATION, incoming, **incoming.conversation.model_dump())
    lock_conversation(session, known.place_id)
    return known.place_id


def bring_below(session: Session, known: Known, conversation_id: int) -> bool:
    """Move what was taken in below a message before it came into the message's conversation; whether there was any.

    The conversation that it was kept in until then is gone afterwards: who waits for it fails, and tries again.
    """
    if known.below_id is None or known.below_id == conversation_id:
        return False
    lock_conversation(session, known.below_id)
    moved = update(Message).where(col(Message.conversation_id) == known.below_id)
    session.exec(moved.values(conversation_id=conversation_id))
    session.exec(delete(Conversation).where(col(Conversation.id) == known.below_id))
    return True


def _added(session: Session, statement: Any, incoming: MessageIn, **values: Any) -> int:
    row = {"brand_id": incoming.brand, "channel": incoming.channel, **values}
    return int(session.connection().execute(statement, row).scalar_one())
