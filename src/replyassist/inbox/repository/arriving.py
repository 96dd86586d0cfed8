"""What is asked about every message that comes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, insert, update
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from replyassist.brands.models import Brand

from ..models import Author, Conversation, Message, MessageStatus
from ..schemas import MessageIn
from . import lock_conversation


@dataclass(frozen=True)
class Known:
    """What is known of a message before it is taken in: the ids of itself, its author and its conversation, None where
    they are new; when it was received; what its author is called; how many messages of its brand wait for their
    drafts, and how many of all, both counted up to one limit."""

    message_id: int | None
    received_at: datetime | None
    author_id: int | None
    handle: str | None
    name: str | None
    conversation_id: int | None
    waiting_of_brand: int
    waiting: int


def _waiting(*conditions: ColumnElement[bool]) -> Any:
    some = select(Message.id).where(Message.status == MessageStatus.RECEIVED, *conditions)
    return select(func.count()).select_from(some.limit(bindparam("most")).subquery()).scalar_subquery()


def _named(table: Any, external_id: str) -> ColumnElement[bool]:
    return and_(
        table.brand_id == Brand.id, table.channel == bindparam("channel"), table.external_id == bindparam(external_id)
    )


_KNOWN: Any = (
    select_columns(
        col(Message.id),
        col(Message.received_at),
        col(Author.id),
        col(Author.handle),
        col(Author.name),
        col(Conversation.id),
        _waiting(col(Message.brand_id) == bindparam("brand")),
        _waiting(),
    )
    .select_from(Brand)
    .outerjoin(Message, _named(Message, "message"))
    .outerjoin(Author, _named(Author, "author"))
    .outerjoin(Conversation, _named(Conversation, "conversation"))
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
    """The id of the conversation of a message that comes; nobody else changes its messages before the transaction
    ends."""
    if known.conversation_id is None:
        return _added(session, _NEW_CONVERSATION, incoming, **incoming.conversation.model_dump())
    lock_conversation(session, known.conversation_id)
    return known.conversation_id


def _added(session: Session, statement: Any, incoming: MessageIn, **values: Any) -> int:
    row = {"brand_id": incoming.brand, "channel": incoming.channel, **values}
    return int(session.connection().execute(statement, row).scalar_one())
